import { AUXILIARY_BASE, MAX_COLUMNS } from "../constants.ts";

/**
 * What a group hands to a later group, its parent. By scenarios: profit and loss of each scenario enter the parent's same
 * scenario with weights of their own, and the group has no maximum. By max: its maximum also enters one of the parent's columns.
 */
export type Feeding =
  | { readonly by: "scenarios"; readonly parent: number }
  | { readonly by: "max"; readonly parent: number; readonly column: number };

/** A risk group of a shape: how many instruments and scenarios, and which assets may hedge in it (asset numbers). */
export interface GroupShape {
  readonly instruments: number;
  readonly scenarios: number;
  readonly hedges: readonly number[];
  /** Absent: the group ends in its maximum, which is charged in both margins. */
  readonly feeds?: Feeding;
  /** Auxiliaries of a model's own, 0 when absent, with data in maintenance, initial and the group's columns. */
  readonly extras?: number;
  /** Columns after the scenarios, 0 when absent, that the maximum does not offset: extras have to. */
  readonly extraColumns?: number;
}

/** An asset that counts by size: less for what is held beyond each bound. Such an asset hedges in no group. */
export interface TierShape {
  readonly asset: number;
  /** Portions, 1 and up, each of a width of its own, before the rest, which has none. */
  readonly portions: number;
}

/** What an epoch circuit fixes. Row and column numbers follow from it; a smaller policy is padded with zero rows. */
export interface Shape {
  readonly assets: number;
  readonly groups: readonly GroupShape[];
  /** By ascending asset; absent or empty for none. */
  readonly tiers?: readonly TierShape[];
}

export const COLUMN = Object.freeze({ equity: 0, maintenance: 1, initial: 2 });

/** What a row stands for. Auxiliary rows are the fine ones; each that is `twinned` has its coarse row, 2^40 times as heavy, right after it. */
export type RowRole =
  | { readonly kind: "asset" | "debt"; readonly asset: number }
  | { readonly kind: "long" | "short"; readonly group: number; readonly instrument: number }
  | { readonly kind: "equityPlus" | "equityMinus" | "shortfall" | "slackMaintenance" | "slackInitial" }
  | { readonly kind: "slackCap"; readonly asset: number }
  /** 2^64 - 1 of it are the portion's width: with a coarse twin there would be more than the width. */
  | { readonly kind: "portion"; readonly asset: number; readonly portion: number }
  /** Of a tiered asset: what is beyond all portions, what both columns leave over, what all of it counts for. */
  | { readonly kind: "rest" | "slackSplit" | "slackCredit" | "credit"; readonly asset: number }
  | { readonly kind: "max"; readonly group: number }
  /** Scenarios, then extra columns, count through. */
  | { readonly kind: "slackScenario"; readonly group: number; readonly scenario: number }
  /** Profit and loss that a group hands to its parent. */
  | { readonly kind: "pos" | "neg"; readonly group: number; readonly scenario: number }
  | { readonly kind: "extra"; readonly group: number; readonly extra: number }
  | { readonly kind: "hedge"; readonly group: number; readonly hedge: number; readonly asset: number };

/** Row and column numbers of a shape. Rows of auxiliaries are fine rows; `coarse(row)` is the twin. */
export interface Layout {
  readonly shape: Shape;
  readonly columns: number;
  /** Holding rows are 0 .. holdings - 1. */
  readonly holdings: number;
  /** Auxiliary rows, fine and coarse, are 2^15 .. 2^15 + auxiliaries - 1. A portion's coarse row is left out: no table has it. */
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
  /** Assets that count by size, ascending: each has two columns, split and credit, and the rows below. */
  readonly tieredAssets: readonly number[];
  readonly portion: (asset: number, portion: number) => number;
  readonly rest: (asset: number) => number;
  readonly slackSplit: (asset: number) => number;
  readonly slackCredit: (asset: number) => number;
  readonly credit: (asset: number) => number;
  /** Throws for a group that feeds its parent by scenarios, which has no maximum. */
  readonly max: (group: number) => number;
  /** Of a scenario (groups with a maximum only) or, counting on, of an extra column. */
  readonly slackScenario: (group: number, scenario: number) => number;
  /** Only of groups that feed their parent by scenarios. */
  readonly pos: (group: number, scenario: number) => number;
  readonly neg: (group: number, scenario: number) => number;
  readonly hedge: (group: number, hedge: number) => number;
  readonly extra: (group: number, extra: number) => number;
  /** Of a scenario or, counting on, of an extra column. */
  readonly scenarioColumn: (group: number, scenario: number) => number;
  readonly capColumn: (asset: number) => number;
  /** What is held of a tiered asset against its portions and rest, in units of which C = 2^64 - 1 are one of the asset. */
  readonly splitColumn: (asset: number) => number;
  /** What portions and rest count for against the asset's credit, in units of which C are one of the credit. */
  readonly creditColumn: (asset: number) => number;
  /** Every holding row, then every fine auxiliary row, with its role, by ascending row. */
  readonly roles: readonly { readonly row: number; readonly role: RowRole }[];
}

export const coarse = (fineRow: number): number => fineRow + 1;

const HOLDING_KINDS: ReadonlySet<RowRole["kind"]> = new Set(["asset", "debt", "long", "short"]);

export const isHolding = ({ kind }: RowRole): boolean => HOLDING_KINDS.has(kind);

/** Whether the row has a coarse twin: auxiliaries do, but for portions. */
export const isTwinned = (role: RowRole): boolean => !isHolding(role) && role.kind !== "portion";

/** Own columns of a group: its scenarios, then its extra columns. */
export const ownColumns = ({ scenarios, extraColumns = 0 }: GroupShape): number => scenarios + extraColumns;

export const hasMax = ({ feeds }: GroupShape): boolean => feeds?.by !== "scenarios";

/**
 * A group's feeding and extras as numbers: what it feeds by (0 nothing, 1 scenarios, 2 max), parent, column of the parent (0 but
 * for 2), extras, extra columns. The epoch circuit takes the same five.
 */
export function linkNumbers({ feeds, extras = 0, extraColumns = 0 }: GroupShape): number[] {
  const by = feeds === undefined ? 0 : feeds.by === "scenarios" ? 1 : 2;
  return [by, feeds?.parent ?? 0, feeds?.by === "max" ? feeds.column : 0, extras, extraColumns];
}

/**
 * The numbers that policyHash starts with: assets, groups, then instruments, scenarios, hedge count, hedged assets of each; then,
 * for each group with a link number that is not 0, its number and its link numbers; then, if assets have tiers, the number of
 * groups, which is no group's number, and each of those assets with its portions. The sponge binds the length of its list, so
 * no two shapes have the same one.
 */
export function shapeNumbers(shape: Shape): bigint[] {
  const groups = shape.groups.flatMap((g) => [g.instruments, g.scenarios, g.hedges.length, ...g.hedges]);
  const links = shape.groups.flatMap((group, g) => {
    const numbers = linkNumbers(group);
    return numbers.some((n) => n !== 0) ? [g, ...numbers] : [];
  });
  const { tiers = [] } = shape;
  const tiered = tiers.flatMap(({ asset, portions }) => [asset, portions]);
  const marked = tiers.length > 0 ? [shape.groups.length, ...tiered] : [];
  return [shape.assets, shape.groups.length, ...groups, ...links, ...marked].map(BigInt);
}

function checkTiers({ assets, groups, tiers = [] }: Shape): void {
  for (const [i, { asset, portions }] of tiers.entries()) {
    const before = i === 0 ? -1 : tiers[i - 1]!.asset;
    if (asset <= before || asset >= assets)
      throw new RangeError(`tiers: expected ascending asset numbers below ${assets}, came ${asset}`);
    if (portions < 1) throw new RangeError(`tiers: asset ${asset} has no portions: leave it out`);
    // Its units would count twice: in the portions, and in what a hedge refunds of a haircut that they did not take.
    if (groups.some(({ hedges }) => hedges.includes(asset)))
      throw new RangeError(`tiers: asset ${asset} hedges in a group, so it can't have tiers`);
  }
}

function checkFeeding({ groups }: Shape): void {
  for (const [g, { feeds, scenarios }] of groups.entries()) {
    if (feeds === undefined) continue;
    const parent = groups[feeds.parent];
    if (parent === undefined || feeds.parent <= g) {
      throw new RangeError(`group ${g}: a group feeds a later group of the shape, came ${feeds.parent}`);
    }
    if (feeds.by === "scenarios" && parent.scenarios !== scenarios) {
      throw new RangeError(`group ${g}: expected the ${parent.scenarios} scenarios of group ${feeds.parent}`);
    }
    if (feeds.by === "max" && (feeds.column < 0 || feeds.column >= ownColumns(parent))) {
      throw new RangeError(`group ${g}: group ${feeds.parent} has no column ${feeds.column}`);
    }
  }
}

/** Throws a RangeError that names the limit when rows or columns do not fit, or a hedge or feeding names what is not there. */
export function layoutOf(shape: Shape): Layout {
  for (const [g, group] of shape.groups.entries()) {
    const ascending = group.hedges.every((asset, i) => i === 0 || asset > group.hedges[i - 1]!);
    if (!ascending || group.hedges.some((asset) => asset < 0 || asset >= shape.assets)) {
      throw new RangeError(`group ${g}: hedged assets must be ascending asset numbers below ${shape.assets}`);
    }
  }
  checkFeeding(shape);
  checkTiers(shape);
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
  const { tiers = [] } = shape;
  const tierRows = new Map(
    tiers.map(({ asset: k, portions }) => [
      k,
      {
        portions: Array.from({ length: portions }, (_, t) =>
          auxiliary({ kind: "portion", asset: k, portion: t }),
        ),
        rest: auxiliary({ kind: "rest", asset: k }),
        slackSplit: auxiliary({ kind: "slackSplit", asset: k }),
        slackCredit: auxiliary({ kind: "slackCredit", asset: k }),
        credit: auxiliary({ kind: "credit", asset: k }),
      },
    ]),
  );
  const groupRows = shape.groups.map((group, g) => {
    const own = Array.from({ length: ownColumns(group) }, (_, s) => s);
    const fed = hasMax(group) ? [] : own.slice(0, group.scenarios);
    return {
      max: hasMax(group) ? auxiliary({ kind: "max", group: g }) : undefined,
      slacks: own.map((s) =>
        fed.includes(s) ? undefined : auxiliary({ kind: "slackScenario", group: g, scenario: s }),
      ),
      fed: fed.map((s) => ({
        pos: auxiliary({ kind: "pos", group: g, scenario: s }),
        neg: auxiliary({ kind: "neg", group: g, scenario: s }),
      })),
      hedges: group.hedges.map((k, h) => auxiliary({ kind: "hedge", group: g, hedge: h, asset: k })),
      extras: Array.from({ length: group.extras ?? 0 }, (_, e) =>
        auxiliary({ kind: "extra", group: g, extra: e }),
      ),
    };
  });
  const auxiliaries = next - AUXILIARY_BASE;
  if (auxiliaries > AUXILIARY_BASE)
    throw new RangeError(`at most 2^15 auxiliary rows, the shape has ${auxiliaries}`);

  let column = 3;
  const scenarioBase = shape.groups.map((group) => {
    const base = column;
    column += ownColumns(group);
    return base;
  });
  const capBase = column;
  const tierBase = capBase + cappedAssets.length;
  const tieredAssets = tiers.map((tier) => tier.asset);
  const tierColumns = new Map(tieredAssets.map((k, i) => [k, tierBase + 2 * i]));
  const columns = tierBase + 2 * tieredAssets.length;
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
    tieredAssets,
    portion: (k, t) => tierRows.get(k)!.portions[t]!,
    rest: (k) => tierRows.get(k)!.rest,
    slackSplit: (k) => tierRows.get(k)!.slackSplit,
    slackCredit: (k) => tierRows.get(k)!.slackCredit,
    credit: (k) => tierRows.get(k)!.credit,
    max: (g) => present(groupRows[g]!.max, `maximum of group ${g}`),
    slackScenario: (g, s) => present(groupRows[g]!.slacks[s], `slack of scenario ${s} in group ${g}`),
    pos: (g, s) => present(groupRows[g]!.fed[s]?.pos, `profit fed from scenario ${s} of group ${g}`),
    neg: (g, s) => present(groupRows[g]!.fed[s]?.neg, `loss fed from scenario ${s} of group ${g}`),
    hedge: (g, h) => groupRows[g]!.hedges[h]!,
    extra: (g, e) => groupRows[g]!.extras[e]!,
    scenarioColumn: (g, s) => scenarioBase[g]! + s,
    capColumn: (k) => capBase + cappedAssets.indexOf(k),
    splitColumn: (k) => tierColumns.get(k)!,
    creditColumn: (k) => tierColumns.get(k)! + 1,
    roles,
  };
}

function present(row: number | undefined, what: string): number {
  if (row === undefined) throw new RangeError(`the shape has no ${what}`);
  return row;
}
