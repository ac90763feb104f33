import { AUXILIARY_BASE, MAX_COLUMNS } from "../constants.ts";

/** A risk group of a shape: how many instruments and scenarios, and which assets may hedge in it (asset numbers). */
export interface GroupShape {
  readonly instruments: number;
  readonly scenarios: number;
  readonly hedges: readonly number[];
}

/** What an epoch circuit fixes. Row and column numbers follow from it; a smaller policy is padded with zero rows. */
export interface Shape {
  readonly assets: number;
  readonly groups: readonly GroupShape[];
}

export const COLUMN = Object.freeze({ equity: 0, maintenance: 1, initial: 2 });

/** What a row stands for. Auxiliary rows are the fine ones; each has its coarse row, 2^40 times as heavy, right after it. */
export type RowRole =
  | { readonly kind: "asset" | "debt"; readonly asset: number }
  | { readonly kind: "long" | "short"; readonly group: number; readonly instrument: number }
  | { readonly kind: "equityPlus" | "equityMinus" | "shortfall" | "slackMaintenance" | "slackInitial" }
  | { readonly kind: "slackCap"; readonly asset: number }
  | { readonly kind: "max"; readonly group: number }
  | { readonly kind: "slackScenario"; readonly group: number; readonly scenario: number }
  | { readonly kind: "hedge"; readonly group: number; readonly hedge: number; readonly asset: number };

/** Row and column numbers of a shape. Rows of auxiliaries are fine rows; `coarse(row)` is the twin. */
export interface Layout {
  readonly shape: Shape;
  readonly columns: number;
  /** Holding rows are 0 .. holdings - 1. */
  readonly holdings: number;
  /** Auxiliary rows, fine and coarse, are 2^15 .. 2^15 + auxiliaries - 1. */
  readonly auxiliaries: number;
  readonly asset: (asset: number) => number;
  readonly debt: (asset: number) => number;
  readonly long: (group: number, instrument: number) => number;
  readonly short: (group: number, instrument: number) => number;
  readonly equityPlus: number;
  readonly equityMinus: number;
  readonly shortfall: number;
  readonly slackMaintenance: number;
  readonly slackInitial: number;
  /** Assets that may hedge in some group, ascending: each has one cap column and one slack. */
  readonly cappedAssets: readonly number[];
  readonly slackCap: (asset: number) => number;
  readonly max: (group: number) => number;
  readonly slackScenario: (group: number, scenario: number) => number;
  readonly hedge: (group: number, hedge: number) => number;
  readonly scenarioColumn: (group: number, scenario: number) => number;
  readonly capColumn: (asset: number) => number;
  /** Every holding row, then every fine auxiliary row, with its role, by ascending row. */
  readonly roles: readonly { readonly row: number; readonly role: RowRole }[];
}

export const coarse = (fineRow: number): number => fineRow + 1;

/** The numbers that policyHash starts with: assets, groups, then instruments, scenarios, hedge count, hedged assets of each. */
export function shapeNumbers(shape: Shape): bigint[] {
  const groups = shape.groups.flatMap((g) => [g.instruments, g.scenarios, g.hedges.length, ...g.hedges]);
  return [shape.assets, shape.groups.length, ...groups].map(BigInt);
}

/** Throws a RangeError that names the limit when rows or columns do not fit, or a hedge names no asset of the shape. */
export function layoutOf(shape: Shape): Layout {
  for (const [g, group] of shape.groups.entries()) {
    const ascending = group.hedges.every((asset, i) => i === 0 || asset > group.hedges[i - 1]!);
    if (!ascending || group.hedges.some((asset) => asset < 0 || asset >= shape.assets)) {
      throw new RangeError(`group ${g}: hedged assets must be ascending asset numbers below ${shape.assets}`);
    }
  }
  const roles: { row: number; role: RowRole }[] = [];
  const asset = (k: number) => 2 * k;
  const debt = (k: number) => 2 * k + 1;
  for (let k = 0; k < shape.assets; k++) {
    roles.push({ row: asset(k), role: { kind: "asset", asset: k } });
    roles.push({ row: debt(k), role: { kind: "debt", asset: k } });
  }
  let next = 2 * shape.assets;
  const instrumentBase = shape.groups.map((group, g) => {
    const base = next;
    for (let n = 0; n < group.instruments; n++) {
      roles.push({ row: next++, role: { kind: "long", group: g, instrument: n } });
      roles.push({ row: next++, role: { kind: "short", group: g, instrument: n } });
    }
    return base;
  });
  const holdings = next;
  if (holdings > AUXILIARY_BASE) throw new RangeError(`at most 2^15 holding rows, the shape has ${holdings}`);

  next = AUXILIARY_BASE;
  const auxiliary = (role: RowRole): number => {
    const row = next;
    roles.push({ row, role });
    next += 2;
    return row;
  };
  const equityPlus = auxiliary({ kind: "equityPlus" });
  const equityMinus = auxiliary({ kind: "equityMinus" });
  const shortfall = auxiliary({ kind: "shortfall" });
  const slackMaintenance = auxiliary({ kind: "slackMaintenance" });
  const slackInitial = auxiliary({ kind: "slackInitial" });
  const cappedAssets = [...new Set(shape.groups.flatMap((group) => group.hedges))].sort((a, b) => a - b);
  const slackCaps = new Map(cappedAssets.map((k) => [k, auxiliary({ kind: "slackCap", asset: k })]));
  const groupRows = shape.groups.map((group, g) => ({
    max: auxiliary({ kind: "max", group: g }),
    slacks: Array.from({ length: group.scenarios }, (_, s) =>
      auxiliary({ kind: "slackScenario", group: g, scenario: s }),
    ),
    hedges: group.hedges.map((k, h) => auxiliary({ kind: "hedge", group: g, hedge: h, asset: k })),
  }));
  const auxiliaries = next - AUXILIARY_BASE;
  if (auxiliaries > AUXILIARY_BASE)
    throw new RangeError(`at most 2^15 auxiliary rows, the shape has ${auxiliaries}`);

  let column = 3;
  const scenarioBase = shape.groups.map((group) => {
    const base = column;
    column += group.scenarios;
    return base;
  });
  const capBase = column;
  const columns = capBase + cappedAssets.length;
  if (columns > MAX_COLUMNS) throw new RangeError(`at most 2^14 columns, the shape has ${columns}`);

  return {
    shape,
    columns,
    holdings,
    auxiliaries,
    asset,
    debt,
    long: (g, n) => instrumentBase[g]! + 2 * n,
    short: (g, n) => instrumentBase[g]! + 2 * n + 1,
    equityPlus,
    equityMinus,
    shortfall,
    slackMaintenance,
    slackInitial,
    cappedAssets,
    slackCap: (k) => slackCaps.get(k)!,
    max: (g) => groupRows[g]!.max,
    slackScenario: (g, s) => groupRows[g]!.slacks[s]!,
    hedge: (g, h) => groupRows[g]!.hedges[h]!,
    scenarioColumn: (g, s) => scenarioBase[g]! + s,
    capColumn: (k) => capBase + cappedAssets.indexOf(k),
    roles,
  };
}
