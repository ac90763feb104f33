import type { CompiledPolicy } from "./compile.ts";
import { extraPlan } from "./extras.ts";
import { policyMatrix } from "./matrix.ts";
import { fullHedgesOf, type GroupHedge, hedgeOf } from "./scenario-sums.ts";
import { ownColumns } from "./shape.ts";

/** One number for maintenance, one for initial margin. */
export type Pair = readonly [maintenance: number, initial: number];

/** Amounts of one unit by own column, those that are not 0. */
export type Terms = readonly { readonly column: number; readonly by: number }[];

/** A hedge in doubles: units of its asset, what they refund, and what they do in the scenarios. */
export interface LinkedHedge {
  readonly cap: number;
  readonly refund: Pair;
  readonly scenarios: Float64Array;
}

export interface LinkedExtra {
  readonly charge: Pair;
  /** Columns that it has to keep from being below 0. */
  readonly lifts: Terms;
  readonly terms: Terms;
}

/** A group with whatever shape.ts lets it have, in doubles, and scratch for the account at hand. */
export interface LinkedGroup {
  readonly scenarios: number;
  /** Sums by own column: scenarios, then extra columns. */
  readonly columns: Float64Array;
  /** Of the maximum; null in a group that feeds its parent by scenarios. */
  readonly max: Pair | null;
  readonly parent: number | null;
  /** By scenario, in a group that feeds by scenarios: what one unit of profit, or of loss, adds to the parent and costs itself. */
  readonly feed: readonly { readonly pos: Fed; readonly neg: Fed }[];
  /** In a group that feeds by its maximum: the parent's column, and what one unit adds there. */
  readonly fedMax: { readonly column: number; readonly by: number } | null;
  readonly extras: readonly LinkedExtra[];
  readonly full: readonly LinkedHedge[];
  readonly best: LinkedHedge | null;
}

export interface Fed {
  readonly parent: number;
  readonly charge: Pair;
}

/** A tiered asset in doubles. */
export interface LinkedTier {
  readonly widths: readonly number[];
  readonly weights: readonly number[];
  readonly lastWeight: number;
  readonly credit: Pair;
}

export interface LinkedTables {
  /** By row of an instrument: its coefficients by own column. */
  readonly units: readonly (Float64Array | undefined)[];
  /** By row: the position of an asset among the tiered ones, -1 for all other rows. */
  readonly tierOf: Int16Array;
  readonly groups: readonly LinkedGroup[];
  readonly tiers: readonly LinkedTier[];
}

/** Throws a RangeError for extras and hedges that have no closed form. */
export function linkedTables({ layout, coefficients, rowTable }: CompiledPolicy): LinkedTables {
  const matrix = policyMatrix(coefficients);
  const units: (Float64Array | undefined)[] = new Array(layout.holdings).fill(undefined);
  const tierOf = new Int16Array(layout.holdings).fill(-1);
  for (const named of rowTable) {
    if (named.kind === "asset") tierOf[named.row] = layout.tieredAssets.indexOf(named.asset);
    if (!("group" in named)) continue;
    const terms = new Map(matrix.get(named.row)!);
    const own = ownColumns(layout.shape.groups[named.group]!);
    units[named.row] = Float64Array.from({ length: own }, (_, c) =>
      Number(terms.get(layout.scenarioColumn(named.group, c)) ?? 0n),
    );
  }
  const groups = coefficients.groups.map((group, g): LinkedGroup => {
    const shape = layout.shape.groups[g]!;
    const { feeds } = shape;
    const best = hedgeOf(layout, group, g);
    const plan = extraPlan(shape, group, g);
    return {
      scenarios: shape.scenarios,
      columns: new Float64Array(ownColumns(shape)),
      max: feeds?.by === "scenarios" ? null : charge(group.max),
      parent: feeds?.parent ?? null,
      feed: (group.feed ?? []).map(({ pos, neg }) => ({ pos: fed(pos), neg: fed(neg) })),
      fedMax: feeds?.by === "max" ? { column: feeds.column, by: Number(group.max.parent!) } : null,
      extras: (plan?.rows ?? []).map((row, e) => ({
        charge: charge(row),
        lifts: plan!.lifts[e]!.map(({ column, by }) => ({ column, by: Number(by) })),
        terms: row.scenarios.flatMap((by, column) => (by === 0n ? [] : [{ column, by: Number(by) }])),
      })),
      full: fullHedgesOf(layout, group, g).map(linkedHedge),
      best: best === null ? null : linkedHedge(best),
    };
  });
  const tiers = (coefficients.tiers ?? []).map(
    ({ widths, weights, lastWeight, credit: { maintenance, initial } }): LinkedTier => ({
      widths: widths.map(Number),
      weights: weights.map(Number),
      lastWeight: Number(lastWeight),
      credit: [Number(maintenance), Number(initial)],
    }),
  );
  return { units, tierOf, groups, tiers };
}

/** Whether a policy has what only these tables describe: links, extras, several hedges of one group, tiers. */
export function isLinked({ layout, coefficients }: CompiledPolicy): boolean {
  return (
    layout.tieredAssets.length > 0 ||
    coefficients.groups.some((group, g) => {
      const { feeds, extras = 0, extraColumns = 0 } = layout.shape.groups[g]!;
      return feeds !== undefined || extras + extraColumns > 0 || fullHedgesOf(layout, group, g).length > 0;
    })
  );
}

type Levels = { readonly maintenance: bigint; readonly initial: bigint };
const charge = ({ maintenance, initial }: Levels): Pair => [-Number(maintenance), -Number(initial)];
const fed = ({ parent, ...levels }: Levels & { readonly parent: bigint }): Fed => ({
  parent: Number(parent),
  charge: charge(levels),
});

function linkedHedge({ cap, maintenance, initial, scenarios }: GroupHedge): LinkedHedge {
  return {
    cap,
    refund: [Number(maintenance), Number(initial)],
    scenarios: Float64Array.from(scenarios, Number),
  };
}
