import {
  COARSE_SHIFT,
  COEFFICIENT_BITS,
  FIELD,
  FREE_UNIT,
  MAX_QUANTITY,
  ROW_BLIND,
  ROW_FREE,
  TAG,
} from "../constants.ts";
import { sponge } from "../encodings/sponge.ts";
import { toField } from "../field.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import {
  COLUMN,
  coarse,
  hasMax,
  isTwinned,
  type Layout,
  layoutOf,
  ownColumns,
  type RowRole,
  type Shape,
  shapeNumbers,
} from "./shape.ts";

/** Coefficients of asset k and its debt, in money units (10^-12 quote) per unit of the row. Column 0 of the debt is derived. */
export interface AssetCoefficients {
  /** Mark value, in [0, 2^96). */
  readonly value: bigint;
  readonly maintenance: bigint;
  readonly initial: bigint;
  readonly debtMaintenance: bigint;
  readonly debtInitial: bigint;
}

/** Coefficients of an instrument. Column 0 and the scenario columns of its short row are derived. */
export interface InstrumentCoefficients {
  readonly value: bigint;
  readonly maintenance: bigint;
  readonly initial: bigint;
  /** Scenario P&L of one long unit, profit positive, by scenario; then what it has in the group's extra columns. */
  readonly scenarios: readonly bigint[];
  readonly shortMaintenance: bigint;
  readonly shortInitial: bigint;
}

/** A group's maximum (its scan risk) is charged with these, never positive. Both 0 in a group without a maximum. */
export interface MaxCoefficients {
  readonly maintenance: bigint;
  readonly initial: bigint;
  /** What one unit adds to the parent's column, never positive: in groups that feed by max, and only there. */
  readonly parent?: bigint;
}

/** One unit of collateral used as a hedge: what it refunds of the haircut, and its scenario P&L (then extra columns). */
export interface HedgeCoefficients {
  readonly maintenance: bigint;
  readonly initial: bigint;
  readonly scenarios: readonly bigint[];
}

/** One unit of an auxiliary of a model's own; `scenarios` goes on with the group's extra columns. */
export type ExtraCoefficients = HedgeCoefficients;

/** One unit of profit, or of loss, in a scenario of a group that feeds its parent: margins, 0 normally, and the parent's scenario. */
export interface FedCoefficients {
  readonly maintenance: bigint;
  readonly initial: bigint;
  readonly parent: bigint;
}

/**
 * How profit and loss of a scenario weigh in the parent: `pos.parent` <= -`neg.parent`, gains never more than losses.
 * Coefficients are whole, so a weight is a ratio of units: where the parent measures money in units D times finer than the group
 * does, a weight g of gains is floor(D g), a weight l of losses -ceil(D l).
 */
export interface FeedCoefficients {
  readonly pos: FedCoefficients;
  readonly neg: FedCoefficients;
}

export interface GroupCoefficients {
  readonly instruments: readonly InstrumentCoefficients[];
  readonly max: MaxCoefficients;
  /** By scenario, in groups that feed by scenarios, and only there. */
  readonly feed?: readonly FeedCoefficients[];
  readonly hedges: readonly HedgeCoefficients[];
  /** In groups with extras, and only there. */
  readonly extras?: readonly ExtraCoefficients[];
}

/**
 * How an asset counts by size: units up to the first width with the first weight, and so on, the rest with the last. One unit with
 * weight c counts c units of credit, and the credit is what enters the margins; the asset's own coefficients there are 0 normally.
 */
export interface TierCoefficients {
  /** In units of the asset, in [0, 2^64). */
  readonly widths: readonly bigint[];
  /** Units of credit by unit of the asset, in [0, 2^32), by portion; from one to the next they do not rise. */
  readonly weights: readonly bigint[];
  readonly lastWeight: bigint;
  /** Money units by unit of credit. */
  readonly credit: { readonly maintenance: bigint; readonly initial: bigint };
}

/** The data of a policy: what policyHash binds. Everything else of M follows from the shape. */
export interface PolicyCoefficients {
  readonly shape: Shape;
  readonly assets: readonly AssetCoefficients[];
  /** In the order of the shape's tiered assets, where it has some. */
  readonly tiers?: readonly TierCoefficients[];
  readonly groups: readonly GroupCoefficients[];
}

/** A tier's weight is below 2^32. */
export const TIER_WEIGHT_BITS = 32n;

/** One row of M: [column, coefficient] without zeros. */
export type MatrixRow = readonly (readonly [column: number, coefficient: bigint])[];

/**
 * Coefficients of the assets in row order: asset columns 0, 1, 2, then debt columns 1, 2, asset by asset; then, by tiered asset,
 * widths, weights, last weight, the credit's columns 1, 2.
 */
export function assetCoefficientList(policy: PolicyCoefficients): bigint[] {
  const assets = policy.assets.flatMap((a) => [
    a.value,
    a.maintenance,
    a.initial,
    a.debtMaintenance,
    a.debtInitial,
  ]);
  return [...assets, ...tierCoefficientList(policy)];
}

/** The part of `assetCoefficientList` after the assets. */
export function tierCoefficientList({ tiers = [] }: PolicyCoefficients): bigint[] {
  return tiers.flatMap(({ widths, weights, lastWeight, credit }) => [
    ...widths,
    ...weights,
    lastWeight,
    credit.maintenance,
    credit.initial,
  ]);
}

/** Coefficients of one group in row order, where "own" is its scenarios and then its extra columns: per instrument long
 * columns 0, 1, 2, own, then short columns 1, 2; the max's columns 1, 2 and, if it feeds the parent, that column; or per scenario
 * pos's columns 1, 2 and the parent's, then neg's; per hedge columns 1, 2, own; per extra columns 1, 2, own. */
export function groupCoefficientList(policy: PolicyCoefficients, group: number): bigint[] {
  const { instruments, max, feed = [], hedges, extras = [] } = policy.groups[group]!;
  const ending = [max.maintenance, max.initial, ...(max.parent === undefined ? [] : [max.parent])];
  return [
    ...instruments.flatMap((n) => [
      n.value,
      n.maintenance,
      n.initial,
      ...n.scenarios,
      n.shortMaintenance,
      n.shortInitial,
    ]),
    ...(hasMax(policy.shape.groups[group]!) ? ending : []),
    ...feed.flatMap(({ pos, neg }) => [pos, neg].flatMap((f) => [f.maintenance, f.initial, f.parent])),
    ...[...hedges, ...extras].flatMap((h) => [h.maintenance, h.initial, ...h.scenarios]),
  ];
}

/** sponge(TAG_POLICY, shape, H_assets, H_1 .. H_G); negative coefficients are hashed as FIELD - |c|. */
export function policyHash(policy: PolicyCoefficients, hash: Hash = poseidon): bigint {
  checkCoefficients(policy);
  const assets = sponge(TAG.POLICY_ASSETS, assetCoefficientList(policy).map(toField), hash);
  const groups = policy.groups.map((_, g) =>
    sponge(TAG.POLICY_GROUP, groupCoefficientList(policy, g).map(toField), hash),
  );
  return sponge(TAG.POLICY, [...shapeNumbers(policy.shape), assets, ...groups], hash);
}

/** Throws when the coefficients have another shape than they say, or one of them is too large for sums to stay exact. */
export function checkCoefficients(policy: PolicyCoefficients): void {
  const { shape, assets, groups, tiers = [] } = policy;
  const tiered = shape.tiers ?? [];
  const fits =
    assets.length === shape.assets &&
    tiers.length === tiered.length &&
    tiers.every(({ widths, weights }, i) =>
      [widths, weights].every(({ length }) => length === tiered[i]!.portions),
    ) &&
    groups.length === shape.groups.length &&
    groups.every((group, g) => {
      const of = shape.groups[g]!;
      const { instruments, max, feed = [], hedges, extras = [] } = group;
      return (
        instruments.length === of.instruments &&
        hedges.length === of.hedges.length &&
        extras.length === (of.extras ?? 0) &&
        feed.length === (hasMax(of) ? 0 : of.scenarios) &&
        (hasMax(of) || (max.maintenance === 0n && max.initial === 0n)) &&
        (max.parent !== undefined) === (of.feeds?.by === "max") &&
        [...instruments, ...hedges, ...extras].every((row) => row.scenarios.length === ownColumns(of))
      );
    });
  if (!fits) throw new RangeError("policy coefficients do not have the shape that they name");
  const limit = 1n << COEFFICIENT_BITS;
  const lists = [assetCoefficientList(policy), ...groups.map((_, g) => groupCoefficientList(policy, g))];
  for (const [part, list] of lists.entries()) {
    const at = list.findIndex((c) => c <= -limit || c >= limit);
    const where = part === 0 ? "assets" : `group ${part - 1}`;
    if (at >= 0) throw new RangeError(`${where}, coefficient ${at}: expected magnitude below 2^96`);
  }
  const negative = assets.findIndex((a) => a.value < 0n);
  if (negative >= 0) throw new RangeError(`asset ${negative}: a value is never negative`);
  for (const [i, { widths, weights, lastWeight }] of tiers.entries()) {
    // Products of a width and a weight, and of 2^64 - 1 and a weight, are coefficients of M: below 2^96 too.
    const isOutside = (bits: bigint) => (c: bigint) => c < 0n || c >= 1n << bits;
    const where = `tiers of asset ${tiered[i]!.asset}`;
    if (widths.some(isOutside(64n))) throw new RangeError(`${where}: expected widths in [0, 2^64)`);
    if ([...weights, lastWeight].some(isOutside(TIER_WEIGHT_BITS)))
      throw new RangeError(`${where}: expected weights in [0, 2^32)`);
  }
}

/**
 * M by row: holdings, then auxiliaries fine and, where they have that twin, coarse. FREE and BLIND are not rows of M. In column order within a row.
 * This is design section 3's list of roles, and the only place outside the epoch circuit that spells it out.
 */
export function policyMatrix(policy: PolicyCoefficients): Map<number, MatrixRow> {
  const layout = layoutOf(policy.shape);
  const matrix = new Map<number, MatrixRow>();
  for (const { row, role } of layout.roles) {
    const terms = rowTerms(policy, layout, role).filter(([, coefficient]) => coefficient !== 0n);
    matrix.set(row, terms);
    if (isTwinned(role)) {
      matrix.set(
        coarse(row),
        terms.map(([column, coefficient]) => [column, coefficient << COARSE_SHIFT] as const),
      );
    }
  }
  return matrix;
}

/** The tiers of a tiered asset. */
export function tiersOf(policy: PolicyCoefficients, layout: Layout, asset: number): TierCoefficients {
  return policy.tiers![layout.tieredAssets.indexOf(asset)]!;
}

function rowTerms(policy: PolicyCoefficients, layout: Layout, role: RowRole): [number, bigint][] {
  const { equity, maintenance, initial } = COLUMN;
  switch (role.kind) {
    case "asset": {
      const a = policy.assets[role.asset]!;
      const cap: [number, bigint][] = layout.cappedAssets.includes(role.asset)
        ? [[layout.capColumn(role.asset), 1n]]
        : [];
      const split: [number, bigint][] = layout.tieredAssets.includes(role.asset)
        ? [[layout.splitColumn(role.asset), MAX_QUANTITY]]
        : [];
      return [[equity, a.value], [maintenance, a.maintenance], [initial, a.initial], ...cap, ...split];
    }
    case "debt": {
      const a = policy.assets[role.asset]!;
      return [
        [equity, -a.value],
        [maintenance, a.debtMaintenance],
        [initial, a.debtInitial],
      ];
    }
    case "long": {
      const n = policy.groups[role.group]!.instruments[role.instrument]!;
      return [
        [equity, n.value],
        [maintenance, n.maintenance],
        [initial, n.initial],
        ...n.scenarios.map((pnl, s): [number, bigint] => [layout.scenarioColumn(role.group, s), pnl]),
      ];
    }
    case "short": {
      const n = policy.groups[role.group]!.instruments[role.instrument]!;
      return [
        [equity, -n.value],
        [maintenance, n.shortMaintenance],
        [initial, n.shortInitial],
        // One unit less than minus the long's: P&L was rounded down once, and must be rounded down for both sides.
        ...n.scenarios.map((pnl, s): [number, bigint] => [layout.scenarioColumn(role.group, s), -pnl - 1n]),
      ];
    }
    case "equityPlus":
      return [[equity, -1n]];
    case "equityMinus":
      return [[equity, 1n]];
    case "shortfall":
      return [[maintenance, 1n]];
    case "slackMaintenance":
      return [[maintenance, -1n]];
    case "slackInitial":
      return [[initial, -1n]];
    case "slackCap":
      return [[layout.capColumn(role.asset), -1n]];
    case "portion": {
      const { widths, weights } = tiersOf(policy, layout, role.asset);
      const width = widths[role.portion]!;
      return [
        [layout.splitColumn(role.asset), -width],
        [layout.creditColumn(role.asset), width * weights[role.portion]!],
      ];
    }
    case "rest": {
      const { lastWeight } = tiersOf(policy, layout, role.asset);
      return [
        [layout.splitColumn(role.asset), -MAX_QUANTITY],
        [layout.creditColumn(role.asset), MAX_QUANTITY * lastWeight],
      ];
    }
    case "slackSplit":
      return [[layout.splitColumn(role.asset), -1n]];
    case "slackCredit":
      return [[layout.creditColumn(role.asset), -1n]];
    case "credit": {
      const { credit } = tiersOf(policy, layout, role.asset);
      return [
        [maintenance, credit.maintenance],
        [initial, credit.initial],
        [layout.creditColumn(role.asset), -MAX_QUANTITY],
      ];
    }
    case "max": {
      const { max } = policy.groups[role.group]!;
      const { scenarios, feeds } = layout.shape.groups[role.group]!;
      const fed: [number, bigint][] =
        feeds?.by === "max" ? [[layout.scenarioColumn(feeds.parent, feeds.column), max.parent!]] : [];
      return [
        [maintenance, max.maintenance],
        [initial, max.initial],
        ...Array.from({ length: scenarios }, (_, s): [number, bigint] => [
          layout.scenarioColumn(role.group, s),
          1n,
        ]),
        ...fed,
      ];
    }
    case "slackScenario":
      return [[layout.scenarioColumn(role.group, role.scenario), -1n]];
    case "pos":
    case "neg": {
      const { parent } = layout.shape.groups[role.group]!.feeds!;
      const fed = policy.groups[role.group]!.feed![role.scenario]![role.kind];
      return [
        [maintenance, fed.maintenance],
        [initial, fed.initial],
        [layout.scenarioColumn(role.group, role.scenario), role.kind === "pos" ? -1n : 1n],
        [layout.scenarioColumn(parent, role.scenario), fed.parent],
      ];
    }
    case "extra": {
      const e = policy.groups[role.group]!.extras![role.extra]!;
      return [
        [maintenance, e.maintenance],
        [initial, e.initial],
        ...e.scenarios.map((c, s): [number, bigint] => [layout.scenarioColumn(role.group, s), c]),
      ];
    }
    case "hedge": {
      const h = policy.groups[role.group]!.hedges[role.hedge]!;
      return [
        [maintenance, h.maintenance],
        [initial, h.initial],
        ...h.scenarios.map((pnl, s): [number, bigint] => [layout.scenarioColumn(role.group, s), pnl]),
        [layout.capColumn(role.asset), -1n],
      ];
    }
  }
}

/** T_i = sum_j gamma^j M_ij for every row, with T_FREE = -10^6 gamma^2 and T_BLIND = 0. */
export function rowPolynomials(policy: PolicyCoefficients, gamma: bigint): Map<number, bigint> {
  const powers = [1n];
  const { columns } = layoutOf(policy.shape);
  while (powers.length < columns) powers.push((powers.at(-1)! * gamma) % FIELD);
  const result = new Map<number, bigint>();
  for (const [row, terms] of policyMatrix(policy)) {
    result.set(row, toField(terms.reduce((sum, [column, c]) => sum + c * powers[column]!, 0n)));
  }
  result.set(ROW_FREE, toField(-FREE_UNIT * powers[COLUMN.initial]!));
  result.set(ROW_BLIND, 0n);
  return result;
}
