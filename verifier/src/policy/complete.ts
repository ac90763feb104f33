import { COARSE_SHIFT, FREE_UNIT, MAX_QUANTITY } from "../constants.ts";
import type { Entry } from "../encodings/entry.ts";
import type { CompiledPolicy } from "./compile.ts";
import { type ExtraPlan, extraPlan, settleExtras } from "./extras.ts";
import { type GroupCoefficients, type MatrixRow, policyMatrix, type TierCoefficients } from "./matrix.ts";
import {
  GroupSummer,
  type Level,
  type ScenarioHolding,
  type ScenarioRow,
  type ScenarioSums,
} from "./scenario-sums.ts";
import { COLUMN, coarse, type GroupShape, hasMax, type Layout, ownColumns } from "./shape.ts";
import { fillTiers, type TierFill } from "./tiers.ts";

/** A group's part of an account, in money units of the level that is named. */
export interface GroupReport {
  readonly group: number;
  /** Measured worst loss (the auxiliary max, 0 in a group that hands its scenarios on), and what the group is charged at each level. */
  readonly scanRisk: bigint;
  readonly maintenanceCharge: bigint;
  readonly initialCharge: bigint;
  /** The scenario that loses most; null when none loses, or when the group hands its scenarios on. */
  readonly worstScenario: number | null;
  /** Measured P&L by scenario of instruments, hedges, extras and groups that feed this one together. */
  readonly scenarioPnl: readonly bigint[];
  /** Hedging collateral that is used. */
  readonly hedges: readonly HedgeUse[];
  /** Amounts of the model's own auxiliaries, by extra; empty in a group without. */
  readonly extras: readonly bigint[];
  /** What those are charged themselves, at each level. */
  readonly addOns: { readonly maintenance: bigint; readonly initial: bigint };
}

/** Units of one hedge of a group. */
export interface HedgeUse {
  /** Position among the group's hedges. */
  readonly hedge: number;
  /** Position of its asset among the capped assets. */
  readonly cap: number;
  readonly units: bigint;
}

/** An account's margin, in money units (10^-12 quote). */
export interface MarginReport {
  /** Mark value of all that is owned less all that is owed. */
  readonly equity: bigint;
  /** Surplus over maintenance margin; negative when under-margined. */
  readonly maintenanceSurplus: bigint;
  readonly initialSurplus: bigint;
  readonly shortfall: bigint;
  /** Groups in which the account holds instruments, and groups that those feed. */
  readonly groups: readonly GroupReport[];
}

/** What a policy makes of an account's holdings. */
export interface Completion {
  /** Auxiliary entries by ascending row, each row once, no zeros. */
  readonly auxiliaries: Entry[];
  /** Surplus over initial margin in 10^-6 quote, rounded towards minus infinity. */
  readonly free: bigint;
  readonly report: MarginReport;
}

/** A holding in a row that has no name in the policy. */
export class UnknownRowError extends RangeError {
  readonly code = "UNKNOWN_ROW";
  readonly retryable = false;
  readonly row: number;
  constructor(row: number) {
    super(`row ${row} has no name in the policy's row table`);
    this.name = "UnknownRowError";
    this.row = row;
  }
}

/**
 * The auxiliaries that make M z = 0 for these holdings, in closed form and exact: hedges are chosen for the largest
 * surplus over initial margin, or, when that leaves a shortfall, for the largest over maintenance margin. Tiers are filled
 * in order, which is best for both.
 * Groups are settled in order: what a group feeds is in its parent's columns before the parent is settled. Extras are
 * the least that their columns ask for (extras.ts), before hedges. Holdings may repeat a row. Throws UnknownRowError, or
 * a RangeError when an amount does not fit its entries or the policy has no closed form.
 */
export function completeAccount(policy: CompiledPolicy, holdings: readonly Entry[]): Completion {
  const prepared = preparedOf(policy);
  const sums = sumHoldings(prepared, holdings);
  let surplus = surplusOf(prepared, sums, "initial");
  if (surplus.maintenance < 0n) surplus = surplusOf(prepared, sums, "maintenance");
  return write(prepared, sums, surplus);
}

/** Columns of M z that are not 0, in money units: empty when the account's equations hold. `free` is signed, 10^-6 quote. */
export function residuals(
  matrix: ReadonlyMap<number, MatrixRow>,
  holdings: readonly Entry[],
  auxiliaries: readonly Entry[],
  free: bigint,
): Map<number, bigint> {
  const columns = new Map<number, bigint>([[COLUMN.initial, -FREE_UNIT * free]]);
  for (const { row, quantity } of [...holdings, ...auxiliaries]) {
    const terms = matrix.get(row);
    if (terms === undefined && quantity !== 0n) throw new UnknownRowError(row);
    for (const [column, coefficient] of terms ?? []) {
      columns.set(column, (columns.get(column) ?? 0n) + coefficient * quantity);
    }
  }
  for (const [column, value] of columns) if (value === 0n) columns.delete(column);
  return columns;
}

/** Auxiliary amount as entries: below 2^64 the fine row only, else whole multiples of 2^40 go to the coarse row. */
export function auxiliaryEntries(fineRow: number, amount: bigint): Entry[] {
  const entries: Entry[] = [];
  appendAuxiliary(entries, fineRow, amount);
  return entries;
}

function appendAuxiliary(entries: Entry[], fineRow: number, amount: bigint): void {
  if (amount < 0n) throw new RangeError(`row ${fineRow}: an auxiliary is never negative`);
  if (amount === 0n) return;
  if (amount <= MAX_QUANTITY) {
    entries.push({ row: fineRow, quantity: amount });
    return;
  }
  const high = amount >> COARSE_SHIFT;
  if (high > MAX_QUANTITY) throw new RangeError(`row ${fineRow}: the amount exceeds 2^104 units`);
  const low = amount - (high << COARSE_SHIFT);
  if (low !== 0n) entries.push({ row: fineRow, quantity: low });
  entries.push({ row: coarse(fineRow), quantity: high });
}

interface PreparedRow {
  readonly value: bigint;
  readonly maintenance: bigint;
  readonly initial: bigint;
  /** Group of an instrument, -1 for assets and debts. */
  readonly group: number;
  /** Measured P&L by own column of an instrument. */
  readonly scenarios: ScenarioRow | null;
  /** Position among the capped assets, -1 for all other rows. */
  readonly cap: number;
  /** Position among the tiered assets, -1 for all other rows. */
  readonly tier: number;
}

interface Prepared {
  readonly layout: Layout;
  readonly rows: readonly (PreparedRow | undefined)[];
  readonly groups: readonly GroupCoefficients[];
  readonly summers: readonly GroupSummer[];
  /** By group; null in a group without extras. */
  readonly extras: readonly (ExtraPlan | null)[];
  /** By tiered asset. */
  readonly tiers: readonly TierCoefficients[];
}

const cache = new WeakMap<CompiledPolicy, Prepared>();

function preparedOf(policy: CompiledPolicy): Prepared {
  const known = cache.get(policy);
  if (known) return known;
  const { layout, coefficients } = policy;
  const matrix = policyMatrix(coefficients);
  const summers = coefficients.groups.map((group, g) => new GroupSummer(layout, group, g));
  const rows: (PreparedRow | undefined)[] = new Array(layout.holdings).fill(undefined);
  for (const named of policy.rowTable) {
    const terms = new Map(matrix.get(named.row)!);
    const group = "group" in named ? named.group : -1;
    const scenarios = Array.from(
      { length: group < 0 ? 0 : ownColumns(layout.shape.groups[group]!) },
      (_, s) => terms.get(layout.scenarioColumn(group, s)) ?? 0n,
    );
    rows[named.row] = {
      value: terms.get(COLUMN.equity) ?? 0n,
      maintenance: terms.get(COLUMN.maintenance) ?? 0n,
      initial: terms.get(COLUMN.initial) ?? 0n,
      group,
      scenarios: summers[group]?.row(scenarios) ?? null,
      cap: named.kind === "asset" ? layout.cappedAssets.indexOf(named.asset) : -1,
      tier: named.kind === "asset" ? layout.tieredAssets.indexOf(named.asset) : -1,
    };
  }
  const extras = coefficients.groups.map((group, g) => extraPlan(layout.shape.groups[g]!, group, g));
  const prepared = {
    layout,
    rows,
    groups: coefficients.groups,
    summers,
    extras,
    tiers: coefficients.tiers ?? [],
  };
  cache.set(policy, prepared);
  return prepared;
}

interface Sums {
  readonly equity: bigint;
  readonly maintenance: bigint;
  readonly initial: bigint;
  /** Held units of each capped asset. */
  readonly held: readonly bigint[];
  /** By tiered asset; undefined where nothing is held of it. */
  readonly fills: readonly (TierFill | undefined)[];
  /** The groups that are held in and those that they feed, ascending. */
  readonly groups: readonly { readonly group: number; readonly scenarios: ScenarioSums }[];
}

function sumHoldings({ rows, layout, summers, tiers }: Prepared, holdings: readonly Entry[]): Sums {
  const held = layout.cappedAssets.map(() => 0n);
  const heldBySize = tiers.map(() => 0n);
  const byGroup: (ScenarioHolding[] | undefined)[] = [];
  let [equity, maintenance, initial] = [0n, 0n, 0n];
  for (const { row, quantity } of holdings) {
    const prepared = rows[row];
    if (prepared === undefined) throw new UnknownRowError(row);
    if (quantity < 0n || quantity > MAX_QUANTITY)
      throw new RangeError(`row ${row}: quantity is outside [0, 2^64)`);
    equity += prepared.value * quantity;
    maintenance += prepared.maintenance * quantity;
    initial += prepared.initial * quantity;
    if (prepared.cap >= 0) held[prepared.cap]! += quantity;
    if (prepared.tier >= 0) heldBySize[prepared.tier]! += quantity;
    const { group, scenarios } = prepared;
    if (scenarios === null || quantity === 0n) continue;
    byGroup[group] ??= [];
    byGroup[group].push({ scenarios, quantity });
  }
  const fills = tiers.map((tier, i) => (heldBySize[i]! > 0n ? fillTiers(tier, heldBySize[i]!) : undefined));
  for (const [i, fill] of fills.entries()) {
    if (fill === undefined) continue;
    maintenance += tiers[i]!.credit.maintenance * fill.credit;
    initial += tiers[i]!.credit.initial * fill.credit;
  }
  const groups: { group: number; scenarios: ScenarioSums }[] = [];
  for (let group = 0; group < byGroup.length; group++) {
    const holds = byGroup[group];
    if (holds === undefined) continue;
    // Parents come later in the shape, so this loop comes to them.
    const parent = layout.shape.groups[group]!.feeds?.parent;
    if (parent !== undefined) byGroup[parent] ??= [];
    const summer = summers[group]!;
    groups.push({
      group,
      scenarios: summer.sum(holds, summer.hedge === null ? 0n : held[summer.hedge.cap]!),
    });
  }
  return { equity, maintenance, initial, held, fills, groups };
}

interface Surplus {
  readonly maintenance: bigint;
  readonly initial: bigint;
  readonly groups: readonly GroupReport[];
  /** By group, what is left in its extra columns. */
  readonly extraColumns: ReadonlyMap<number, readonly bigint[]>;
}

/** With the hedges that are best at one level. */
function surplusOf(prepared: Prepared, sums: Sums, level: Level): Surplus {
  const { layout, groups } = prepared;
  let { maintenance, initial } = sums;
  const fed = new Map<number, bigint[]>();
  const extraColumns = new Map<number, bigint[]>();
  const reports = sums.groups.map((held): GroupReport => {
    const { group } = held;
    const shape = layout.shape.groups[group]!;
    const settled = settleColumns(prepared, held, fed.get(group), sums.held, level);
    const { columns, hedges, extras, addOns } = settled;
    maintenance += settled.refund.maintenance - addOns.maintenance;
    initial += settled.refund.initial - addOns.initial;
    const isLonger = columns.length > shape.scenarios;
    const scenarioPnl = isLonger ? columns.slice(0, shape.scenarios) : columns;
    if (isLonger) extraColumns.set(group, columns.slice(shape.scenarios));
    const risk = hasMax(shape)
      ? chargeWorst(groups[group]!, scenarioPnl)
      : {
          scanRisk: 0n,
          worstScenario: null,
          ...handOn(groups[group]!, scenarioPnl, fedTo(fed, layout, shape)),
        };
    if (shape.feeds?.by === "max")
      fedTo(fed, layout, shape)[shape.feeds.column]! += groups[group]!.max.parent! * risk.scanRisk;
    maintenance -= risk.maintenanceCharge;
    initial -= risk.initialCharge;
    return { group, ...risk, scenarioPnl, hedges, extras, addOns };
  });
  return { maintenance, initial, groups: reports, extraColumns };
}

interface Settled {
  /** Own columns with everything in. */
  readonly columns: readonly bigint[];
  readonly hedges: readonly HedgeUse[];
  readonly extras: readonly bigint[];
  readonly refund: { maintenance: bigint; initial: bigint };
  readonly addOns: { maintenance: bigint; initial: bigint };
}

/** A group's own columns: what it holds, what came from other groups, hedges that are used in full, extras, the best hedge. */
function settleColumns(
  { groups, summers, extras: plans }: Prepared,
  { group, scenarios: own }: Sums["groups"][number],
  came: readonly bigint[] | undefined,
  held: readonly bigint[],
  level: Level,
): Settled {
  const { hedge, fullHedges } = summers[group]!;
  const plan = plans[group]!;
  const hedges: HedgeUse[] = [];
  const refund = { maintenance: 0n, initial: 0n };
  const addOns = { maintenance: 0n, initial: 0n };
  let sums = own;
  let extras: bigint[] = [];
  if (came !== undefined || plan !== null || fullHedges.length > 0) {
    const columns = [...own.hedgedBy(0n)];
    for (let c = 0; c < columns.length; c++) columns[c]! += came?.[c] ?? 0n;
    for (const { index, cap, scenarios, ...refunds } of fullHedges) {
      const units = held[cap]!;
      for (let c = 0; c < columns.length; c++) columns[c]! += scenarios[c]! * units;
      refund.maintenance += refunds.maintenance * units;
      refund.initial += refunds.initial * units;
      hedges.push({ hedge: index, cap, units });
    }
    if (plan !== null) {
      extras = settleExtras(plan, columns);
      for (const [e, amount] of extras.entries()) {
        addOns.maintenance -= groups[group]!.extras![e]!.maintenance * amount;
        addOns.initial -= groups[group]!.extras![e]!.initial * amount;
      }
    }
    sums = summers[group]!.of(columns, hedge === null ? 0n : held[hedge.cap]!);
  }
  const units = sums.bestHedge(level);
  if (hedge !== null) {
    hedges.push({ hedge: hedge.index, cap: hedge.cap, units });
    refund.maintenance += hedge.maintenance * units;
    refund.initial += hedge.initial * units;
  }
  return { columns: sums.hedgedBy(units), hedges, extras, refund, addOns };
}

/** The worst scenario of a group that ends in its maximum, and what that is charged. */
function chargeWorst({ max }: GroupCoefficients, scenarioPnl: readonly bigint[]) {
  let worstScenario: number | null = null;
  let lowest = 0n;
  for (let s = 0; s < scenarioPnl.length; s++) {
    if (scenarioPnl[s]! >= lowest) continue;
    lowest = scenarioPnl[s]!;
    worstScenario = s;
  }
  const scanRisk = -lowest;
  return {
    scanRisk,
    worstScenario,
    maintenanceCharge: -max.maintenance * scanRisk,
    initialCharge: -max.initial * scanRisk,
  };
}

/** What has been handed to a group's parent so far, by own column of the parent. */
function fedTo(fed: Map<number, bigint[]>, layout: Layout, { feeds }: GroupShape): bigint[] {
  const parent = feeds!.parent;
  const known = fed.get(parent) ?? new Array<bigint>(ownColumns(layout.shape.groups[parent]!)).fill(0n);
  fed.set(parent, known);
  return known;
}

/** Adds the profit and loss of each scenario to the parent's, with their weights, and says what they are charged themselves. */
function handOn({ feed }: GroupCoefficients, scenarioPnl: readonly bigint[], parent: bigint[]) {
  let [maintenanceCharge, initialCharge] = [0n, 0n];
  for (const [s, pnl] of scenarioPnl.entries()) {
    const [weights, amount] = pnl > 0n ? [feed![s]!.pos, pnl] : [feed![s]!.neg, -pnl];
    parent[s]! += weights.parent * amount;
    maintenanceCharge -= weights.maintenance * amount;
    initialCharge -= weights.initial * amount;
  }
  return { maintenanceCharge, initialCharge };
}

function write({ layout }: Prepared, { equity, held, fills }: Sums, surplus: Surplus): Completion {
  const shortfall = surplus.maintenance < 0n ? -surplus.maintenance : 0n;
  const remainder = surplus.initial % FREE_UNIT;
  const slackInitial = remainder < 0n ? remainder + FREE_UNIT : remainder;
  const free = (surplus.initial - slackInitial) / FREE_UNIT;
  const unhedged = [...held];
  for (const { hedges } of surplus.groups) for (const { cap, units } of hedges) unhedged[cap]! -= units;

  // In the order of the shape's rows, so the entries ascend.
  const auxiliaries: Entry[] = [];
  appendAuxiliary(auxiliaries, layout.equityPlus, equity > 0n ? equity : 0n);
  appendAuxiliary(auxiliaries, layout.equityMinus, equity < 0n ? -equity : 0n);
  appendAuxiliary(auxiliaries, layout.shortfall, shortfall);
  appendAuxiliary(auxiliaries, layout.slackMaintenance, surplus.maintenance + shortfall);
  appendAuxiliary(auxiliaries, layout.slackInitial, slackInitial);
  for (const [cap, asset] of layout.cappedAssets.entries())
    appendAuxiliary(auxiliaries, layout.slackCap(asset), unhedged[cap]!);
  for (const [i, asset] of layout.tieredAssets.entries()) {
    const fill = fills[i];
    if (fill === undefined) continue;
    for (const [t, portion] of fill.portions.entries())
      appendAuxiliary(auxiliaries, layout.portion(asset, t), portion);
    appendAuxiliary(auxiliaries, layout.rest(asset), fill.rest);
    appendAuxiliary(auxiliaries, layout.slackSplit(asset), fill.slackSplit);
    appendAuxiliary(auxiliaries, layout.slackCredit(asset), fill.slackCredit);
    appendAuxiliary(auxiliaries, layout.credit(asset), fill.credit);
  }
  for (const { group, scanRisk, scenarioPnl, hedges, extras } of surplus.groups) {
    const ends = hasMax(layout.shape.groups[group]!);
    if (ends) {
      appendAuxiliary(auxiliaries, layout.max(group), scanRisk);
      for (let s = 0; s < scenarioPnl.length; s++)
        appendAuxiliary(auxiliaries, layout.slackScenario(group, s), scenarioPnl[s]! + scanRisk);
    }
    for (const [e, left] of surplus.extraColumns.get(group)?.entries() ?? []) {
      if (left < 0n)
        throw new RangeError(`group ${group}: no extra makes up for what its extra column ${e} lacks`);
      appendAuxiliary(auxiliaries, layout.slackScenario(group, scenarioPnl.length + e), left);
    }
    if (!ends) {
      for (const [s, pnl] of scenarioPnl.entries())
        if (pnl > 0n) appendAuxiliary(auxiliaries, layout.pos(group, s), pnl);
        else appendAuxiliary(auxiliaries, layout.neg(group, s), -pnl);
    }
    for (const { hedge, units } of hedges) appendAuxiliary(auxiliaries, layout.hedge(group, hedge), units);
    for (const [e, amount] of extras.entries()) appendAuxiliary(auxiliaries, layout.extra(group, e), amount);
  }
  return {
    auxiliaries,
    free,
    report: {
      equity,
      maintenanceSurplus: surplus.maintenance,
      initialSurplus: surplus.initial,
      shortfall,
      groups: surplus.groups,
    },
  };
}
