import { COARSE_SHIFT, FREE_UNIT, ROW_FREE } from "@plimsoll/verifier/constants.ts";
import type { MatrixRow } from "@plimsoll/verifier/policy/matrix.ts";
import {
  COLUMN,
  coarse,
  hasMax,
  isHolding,
  isTwinned,
  type Layout,
  ownColumns,
  type RowRole,
} from "@plimsoll/verifier/policy/shape.ts";
import type { Combination, Unknown } from "./claim.ts";

/** What the linter judges: M by row, with the roles of its rows. Usually `policyMatrix`; tests also break single rows. */
export interface System {
  readonly layout: Layout;
  readonly matrix: ReadonlyMap<number, MatrixRow>;
}

export function rowOf({ matrix }: System, row: number): MatrixRow {
  return matrix.get(row) ?? [];
}

/** Coefficient of a row in a column. */
export function coefficient(system: System, row: number, column: number): bigint {
  return rowOf(system, row).find(([c]) => c === column)?.[1] ?? 0n;
}

/**
 * The unknowns of a claim: every fine row that `include` lets in, with its gain.
 * Coarse rows are left out: each is 2^40 times its fine row in every column and in every gain, so multipliers that certify the
 * fine row certify the coarse one (`brokenTwins` checks the factor). Quantities are real here, and portions of any size, which only
 * makes claims stronger.
 */
export function unknowns(
  system: System,
  include: (role: RowRole) => boolean,
  gain: (row: number) => bigint,
): Unknown[] {
  return system.layout.roles
    .filter(({ role }) => include(role))
    .map(({ row }) => ({ row, terms: rowOf(system, row), gain: gain(row) }));
}

/** Free collateral as an unknown: signed, in units of 10^6 money units, `gain` per money unit. */
export function freeUnknown(gain: bigint): Unknown {
  return { row: ROW_FREE, terms: [[COLUMN.initial, -FREE_UNIT]], gain: gain * FREE_UNIT, signed: true };
}

/** Fine auxiliary rows whose coarse twin is not exactly 2^40 times as heavy, and portions that have any. */
export function brokenTwins(system: System): number[] {
  return system.layout.roles
    .filter(({ role }) => !isHolding(role))
    .filter(({ row, role }) => {
      const fine = isTwinned(role) ? rowOf(system, row) : [];
      const twin = rowOf(system, coarse(row));
      return (
        fine.length !== twin.length ||
        fine.some(([column, c], i) => twin[i]?.[0] !== column || twin[i]?.[1] !== c << COARSE_SHIFT)
      );
    })
    .map(({ row }) => row);
}

/** What M makes of a combination, by column, without zeros. */
export function residualOf(system: System, combination: Combination): Map<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const [row, quantity] of combination) {
    const terms = row === ROW_FREE ? freeUnknown(0n).terms : rowOf(system, row);
    for (const [column, c] of terms) sums.set(column, (sums.get(column) ?? 0n) + quantity * c);
  }
  return new Map([...sums].filter(([, sum]) => sum !== 0n));
}

/** Pos and neg of a column whose sum a group hands to its parent. */
export function feedOf({ layout }: System, column: number): { pos: number; neg: number } | undefined {
  for (const [g, group] of layout.shape.groups.entries()) {
    const s = column - layout.scenarioColumn(g, 0);
    if (!hasMax(group) && s >= 0 && s < group.scenarios)
      return { pos: layout.pos(g, s), neg: layout.neg(g, s) };
  }
  return undefined;
}

/** The row that takes up what is left over in a column: -1 there and nothing elsewhere. Columns that are fed have none. */
export function slackOf({ layout }: System, column: number): number | undefined {
  if (column === COLUMN.equity) return layout.equityPlus;
  if (column === COLUMN.maintenance) return layout.slackMaintenance;
  if (column === COLUMN.initial) return layout.slackInitial;
  for (const [g, group] of layout.shape.groups.entries()) {
    const scenario = column - layout.scenarioColumn(g, 0);
    if (scenario < 0 || scenario >= ownColumns(group)) continue;
    return hasMax(group) || scenario >= group.scenarios ? layout.slackScenario(g, scenario) : undefined;
  }
  const capped = layout.cappedAssets.find((k) => layout.capColumn(k) === column);
  if (capped !== undefined) return layout.slackCap(capped);
  for (const k of layout.tieredAssets) {
    if (column === layout.splitColumn(k)) return layout.slackSplit(k);
    if (column === layout.creditColumn(k)) return layout.slackCredit(k);
  }
  return undefined;
}

/**
 * The combination with slacks (negative ones too) that make every equation hold: a change of an account that has enough slack.
 * What a group feeds goes to its parent first, as profit or as loss; parents come later in the shape.
 */
export function closedBySlacks(system: System, combination: Combination): Combination {
  const closed = new Map(combination);
  for (let column = COLUMN.initial + 1; column < system.layout.columns; column++) {
    const fed = feedOf(system, column);
    const sum = fed === undefined ? 0n : (residualOf(system, closed).get(column) ?? 0n);
    if (fed === undefined || sum === 0n) continue;
    const [row, amount] = sum > 0n ? [fed.pos, sum] : [fed.neg, -sum];
    closed.set(row, (closed.get(row) ?? 0n) + amount);
  }
  for (const [column, residual] of residualOf(system, closed)) {
    const slack = slackOf(system, column);
    if (slack !== undefined) closed.set(slack, (closed.get(slack) ?? 0n) + residual);
  }
  return closed;
}
