import { COLUMN, type GroupShape, hasMax, isHolding } from "@plimsoll/verifier/policy/shape.ts";
import { type Claim, type Combination, certifies, dot, refutedBy, type Unknown } from "./claim.ts";
import { decideExactly } from "./exact-simplex.ts";
import { positiveMaximum } from "./integers.ts";
import { coefficient, rowOf, type System } from "./system.ts";
import { departures } from "./tiers.ts";

/** How an account makes up for one unit of an asset that left: auxiliaries change by quantity / denominator. */
export interface UnitBound {
  readonly asset: number;
  /**
   * The auxiliary that gives way: of a cap, the slack of what is not hedging or a hedge, one for one; of tiers, a portion, the
   * rest or what is not counted, and the credit with it.
   */
  readonly tight: number | undefined;
  /** Fall of the column's surplus: numerator / denominator, in money units. */
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly change: Combination;
}

/** The column whose surplus a unit's departure lowers: initial for free, maintenance for the slack over maintenance margin. */
export type SurplusColumn = typeof COLUMN.initial | typeof COLUMN.maintenance;

/**
 * Upper bound on how much an account's best surplus in `column` falls when one unit of the asset leaves it.
 *
 * The best surplus of holdings h is f(h) = max {column . z : the other equations hold} = min over *vertices* y of the polyhedron
 * D = {y : y_column = 1, y . M_a <= 0 for every auxiliary a} of y . M_h (linear duality; D has vertices since each column has a slack).
 * So f(h) - f(h less one unit) <= y . M_asset at the vertex y that is best for what remains, and the largest of those over all vertices
 * bounds any number of departures, together and one after the other, of any mix of assets. Over all of D it would be
 * infinite (a cap's multiplier can grow); at a vertex some inequality of the asset's cap is an equality, or y_cap could still move.
 * Hence one linear program for each auxiliary in that cap, with that inequality made an equality. A tiered asset needs none: see `departures`.
 *
 * Each bound comes with the change u of auxiliaries that achieves it: M_asset = u . M_auxiliaries + bound in every column but those of
 * equity and the other surplus, u >= 0 except for the tight one. For y on that face y . M_asset = bound + sum u_a (y . M_a) <= bound.
 * Returns undefined when a face has no bound.
 */
export function unitBound(system: System, asset: number, column: SurplusColumn): UnitBound | undefined {
  const { layout } = system;
  const own = coefficient(system, layout.asset(asset), column);
  if (layout.tieredAssets.includes(asset)) {
    const proved = departures(system, asset).map(({ tight, change, denominator }) =>
      boundProvedBy(faceOf(system, asset, column, tight, change.keys()), change, denominator),
    );
    return proved.reduce(larger);
  }
  if (!layout.cappedAssets.includes(asset)) {
    return { asset, tight: undefined, numerator: own, denominator: 1n, change: new Map() };
  }
  const cap = layout.capColumn(asset);
  const inCap = layout.roles
    .filter(({ row, role }) => role.kind !== "asset" && coefficient(system, row, cap) !== 0n)
    .map(({ row }) => row);
  let worst: UnitBound | undefined;
  for (const tight of inCap) {
    const face = faceOf(system, asset, column, tight);
    const bound = closedForm(face, system) ?? minimum(face);
    if (bound === "empty") continue;
    if (bound === "unbounded") return undefined;
    worst = worst === undefined ? bound : larger(worst, bound);
  }
  return worst;
}

/** The larger of two bounds; undefined where one is missing. */
function larger(a: UnitBound | undefined, b: UnitBound | undefined): UnitBound | undefined {
  if (a === undefined || b === undefined) return undefined;
  return b.numerator * a.denominator > a.numerator * b.denominator ? b : a;
}

/** The bound as a whole number of money units, rounded up and never negative. */
export function roundedUp({ numerator, denominator }: UnitBound): bigint {
  return numerator <= 0n ? 0n : (numerator + denominator - 1n) / denominator;
}

/** The auxiliaries that enter `column`'s surplus, and M_asset; columns of equity and of the other surplus stand open. */
export interface Face {
  readonly asset: number;
  readonly assetRow: number;
  readonly tight: number;
  /** Whose inequalities are equalities as well: of a tiered asset, its credit. */
  readonly alsoTight: ReadonlySet<number>;
  readonly column: SurplusColumn;
  readonly columns: number;
  readonly auxiliaries: readonly Unknown[];
  readonly assetTerms: Unknown["terms"];
}

/** `rows`: the auxiliaries that a change to be checked touches; all by default. */
export function faceOf(
  system: System,
  asset: number,
  column: SurplusColumn,
  tight: number,
  rows: Iterable<number> = enteringRows(system, column),
): Face {
  const { layout } = system;
  const open: ReadonlySet<number> = new Set(
    [COLUMN.equity, COLUMN.maintenance, COLUMN.initial].filter((c) => c !== column),
  );
  const visible = (row: number): Unknown["terms"] => rowOf(system, row).filter(([c]) => !open.has(c));
  return {
    asset,
    assetRow: layout.asset(asset),
    tight,
    alsoTight: new Set(layout.tieredAssets.includes(asset) ? [layout.credit(asset)] : []),
    column,
    columns: layout.columns,
    assetTerms: visible(layout.asset(asset)),
    auxiliaries: [...rows].map((row) => ({
      row,
      terms: visible(row),
      gain: 0n,
      ...(row === tight ? { signed: true } : {}),
    })),
  };
}

/** Auxiliaries that enter a surplus: all but those of equity and of the other surplus, and shortfall. */
function enteringRows({ layout }: System, column: SurplusColumn): number[] {
  const surplus = column === COLUMN.initial ? layout.slackInitial : layout.slackMaintenance;
  const accounts: readonly number[] = [
    layout.equityPlus,
    layout.equityMinus,
    layout.shortfall,
    layout.slackMaintenance,
    layout.slackInitial,
  ];
  return layout.roles
    .filter(({ row, role }) => !isHolding(role) && (row === surplus || !accounts.includes(row)))
    .map(({ row }) => row);
}

/** Checks the change exactly and returns the bound that it proves, or undefined when it proves none. */
export function boundProvedBy(face: Face, change: Combination, denominator: bigint): UnitBound | undefined {
  const rest = new Map(face.assetTerms.map(([c, coefficient]) => [c, coefficient * denominator]));
  const known = new Map(face.auxiliaries.map((a) => [a.row, a]));
  for (const [row, quantity] of change) {
    const auxiliary = known.get(row);
    if (auxiliary === undefined || (quantity < 0n && row !== face.tight && !face.alsoTight.has(row)))
      return undefined;
    for (const [c, coefficient] of auxiliary.terms) rest.set(c, (rest.get(c) ?? 0n) - quantity * coefficient);
  }
  const numerator = rest.get(face.column) ?? 0n;
  const closed = [...rest].every(([c, sum]) => c === face.column || sum === 0n);
  return closed && denominator > 0n
    ? { asset: face.asset, tight: face.tight, numerator, denominator, change }
    : undefined;
}

/** Whether the maximum is all that offsets a loss, so that the bound has a closed form. */
const isPlain = (group: GroupShape): boolean => hasMax(group) && (group.extras ?? 0) === 0;

/** When a unit of a hedge leaves, the group's maximum makes up for its best scenario and slacks for the others. */
function closedForm(face: Face, system: System): UnitBound | undefined {
  const { layout } = system;
  const role = layout.roles.find(({ row }) => row === face.tight)?.role;
  const change = new Map([[face.tight, -1n]]);
  if (role?.kind === "hedge" && !isPlain(layout.shape.groups[role.group]!)) return undefined;
  if (role?.kind === "hedge") {
    const { scenarios } = layout.shape.groups[role.group]!;
    const profits = Array.from({ length: scenarios }, (_, s) =>
      coefficient(system, face.tight, layout.scenarioColumn(role.group, s)),
    );
    const best = positiveMaximum(profits);
    change.set(layout.max(role.group), best);
    for (const [s, p] of profits.entries()) change.set(layout.slackScenario(role.group, s), best - p);
  }
  return boundProvedBy(face, change, 1n);
}

/**
 * The least bound of a face, exactly: Newton's method on the cone of (change, times one unit). A ray of the cone with the unit in it is
 * a change; it is improved until the exact method certifies that none is better.
 * "empty": no multipliers on this face, so no vertex either. "unbounded": no change makes up for the unit.
 */
export function minimum(face: Face): UnitBound | "empty" | "unbounded" {
  const surplusOf = (terms: Unknown["terms"]): bigint => dot(terms, new Map([[face.column, 1n]]));
  const equations = (terms: Unknown["terms"]): Unknown["terms"] => terms.filter(([c]) => c !== face.column);
  const negated = (terms: Unknown["terms"]): Unknown["terms"] => terms.map(([c, x]) => [c, -x] as const);
  const cone = (unitGain: bigint, weight: bigint): Claim => ({
    columns: face.columns,
    unknowns: [
      // Lowering the bound is the gain: bound = surplus of the unit less surplus of the change.
      ...face.auxiliaries.map((a) => ({
        ...a,
        terms: negated(equations(a.terms)),
        gain: weight * surplusOf(a.terms),
      })),
      {
        row: face.assetRow,
        terms: equations(face.assetTerms),
        gain: unitGain - weight * surplusOf(face.assetTerms),
      },
    ],
  });
  let claim = cone(1n, 0n);
  let decision = decideExactly(claim);
  if (decision.holds) return "unbounded";
  for (;;) {
    if (refutedBy(claim, decision.combination) === undefined)
      throw new Error("exact simplex: ray does not check");
    const unit = decision.combination.get(face.assetRow) ?? 0n;
    if (unit === 0n) return "empty";
    const change = new Map([...decision.combination].filter(([row]) => row !== face.assetRow));
    const bound = boundProvedBy(face, change, unit);
    if (bound === undefined) throw new Error("exact simplex: change does not check");
    claim = cone(bound.numerator, bound.denominator);
    const next = decideExactly(claim);
    if (next.holds) {
      if (!certifies(claim, next.multipliers)) throw new Error("exact simplex: multipliers do not check");
      return bound;
    }
    decision = next;
  }
}
