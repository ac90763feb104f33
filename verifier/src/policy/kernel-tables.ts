import type { CompiledPolicy } from "./compile.ts";
import { policyMatrix } from "./matrix.ts";
import { hedgeOf } from "./scenario-sums.ts";
import { COLUMN } from "./shape.ts";

const ASSET_OR_DEBT = -1;
/** In place of a group: a row of padding, which may not be held. */
export const UNNAMED = -2;

/** The policy in doubles, each coefficient rounded once, and scratch for the account at hand. */
export interface KernelTables {
  /** By row: coefficients of equity, maintenance and initial. */
  readonly amounts: Float64Array;
  /** By row: the group of an instrument, else a constant below 0. */
  readonly groupOf: Int16Array;
  /** By row: the position of an asset among the capped ones, -1 for all other rows. */
  readonly capOf: Int16Array;
  /** By row: where the P&L by scenario of one unit starts in `units`, for instruments. */
  readonly unitsFrom: Int32Array;
  readonly units: Float64Array;
  /** By group, and one more: where its scenarios start in the arrays below. They stand by line. */
  readonly scenarioFrom: Int32Array;
  /** The number that the policy gives a scenario within its group. */
  readonly scenarioNumber: Int16Array;
  /** P&L by scenario. */
  readonly sums: Float64Array;
  /**
   * Scenarios in which the hedge does the same are one line: of its height only the lowest P&L matters. By group, and
   * one more: where its lines start in the arrays below.
   */
  readonly lineFrom: Int32Array;
  /** By line, and one more: where its scenarios start. */
  readonly lineScenarios: Int32Array;
  /** P&L of one hedging unit, 0 in a group without. */
  readonly slopes: Float64Array;
  /** The lowest P&L among the line's scenarios. */
  readonly lowest: Float64Array;
  /** By group: position of the hedging asset among the capped ones, -1 in a group without. */
  readonly hedgeCap: Int16Array;
  /** By group: refunds of one hedging unit, and charges of one unit of the worst loss, for maintenance then initial. */
  readonly refunds: Float64Array;
  readonly charges: Float64Array;
  readonly refundOfCharge: Float64Array;
  /** Units held of each capped asset. */
  readonly held: Float64Array;
  /** By group: whether an instrument of it is held. */
  readonly touched: Uint8Array;
}

export function kernelTables({ layout, coefficients, rowTable }: CompiledPolicy): KernelTables {
  const matrix = policyMatrix(coefficients);
  const hedges = coefficients.groups.map((group, g) => hedgeOf(layout, group, g));
  const lines = layout.shape.groups.map(({ scenarios }, g) => linesOf(hedges[g]?.scenarios, scenarios));
  const amounts = new Float64Array(3 * layout.holdings);
  const groupOf = new Int16Array(layout.holdings).fill(UNNAMED);
  const capOf = new Int16Array(layout.holdings).fill(-1);
  const unitsFrom = new Int32Array(layout.holdings);
  const units: number[] = [];
  for (const named of rowTable) {
    const { row } = named;
    const terms = new Map(matrix.get(row)!);
    const coefficient = (column: number) => Number(terms.get(column) ?? 0n);
    amounts.set([COLUMN.equity, COLUMN.maintenance, COLUMN.initial].map(coefficient), 3 * row);
    groupOf[row] = "group" in named ? named.group : ASSET_OR_DEBT;
    if (named.kind === "asset") capOf[row] = layout.cappedAssets.indexOf(named.asset);
    if (!("group" in named)) continue;
    unitsFrom[row] = units.length;
    for (const s of lines[named.group]!.flatMap(({ scenarios }) => scenarios))
      units.push(coefficient(layout.scenarioColumn(named.group, s)));
  }
  const scenarioNumber = Int16Array.from(lines.flatMap((of) => of.flatMap(({ scenarios }) => scenarios)));
  const slopes = Float64Array.from(lines.flat(), ({ slope }) => Number(slope));
  const refunds = Float64Array.from(
    hedges.flatMap((hedge) => [hedge?.maintenance ?? 0n, hedge?.initial ?? 0n]),
    Number,
  );
  const charges = Float64Array.from(
    coefficients.groups.flatMap(({ max }) => [-max.maintenance, -max.initial]),
    Number,
  );
  return {
    amounts,
    groupOf,
    capOf,
    unitsFrom,
    units: Float64Array.from(units),
    scenarioFrom: startsOf(layout.shape.groups.map(({ scenarios }) => scenarios)),
    scenarioNumber,
    sums: new Float64Array(scenarioNumber.length),
    lineFrom: startsOf(lines.map(({ length }) => length)),
    lineScenarios: startsOf(lines.flat().map(({ scenarios }) => scenarios.length)),
    slopes,
    lowest: new Float64Array(slopes.length),
    hedgeCap: Int16Array.from(hedges, (hedge) => hedge?.cap ?? -1),
    refunds,
    charges,
    refundOfCharge: refunds.map((refund, i) => refund / charges[i]!),
    held: new Float64Array(layout.cappedAssets.length),
    touched: new Uint8Array(layout.shape.groups.length),
  };
}

/** A group's scenarios by what one hedging unit does in them. */
function linesOf(
  hedge: readonly bigint[] | undefined,
  scenarios: number,
): { slope: bigint; scenarios: number[] }[] {
  const bySlope = new Map<bigint, number[]>();
  for (let s = 0; s < scenarios; s++) {
    const slope = hedge?.[s] ?? 0n;
    const line = bySlope.get(slope) ?? [];
    bySlope.set(slope, line);
    line.push(s);
  }
  return [...bySlope].map(([slope, of]) => ({ slope, scenarios: of }));
}

/** Where each of consecutive parts starts, and where the last one ends. */
function startsOf(lengths: readonly number[]): Int32Array {
  const starts = new Int32Array(lengths.length + 1);
  for (const [i, length] of lengths.entries()) starts[i + 1] = starts[i]! + length;
  return starts;
}
