import { COARSE_SHIFT, FREE_UNIT, MAX_QUANTITY } from "../constants.ts";
import type { Entry } from "../encodings/entry.ts";
import type { CompiledPolicy } from "./compile.ts";
import { bestHedge, type Line } from "./hedge.ts";
import { type GroupCoefficients, type MatrixRow, policyMatrix } from "./matrix.ts";
import { COLUMN, coarse, type Layout } from "./shape.ts";

/** A group's part of an account, in money units of the level that is named. */
export interface GroupReport {
  readonly group: number;
  /** Measured worst loss (the auxiliary max), and what it is charged with at each level. */
  readonly scanRisk: bigint;
  readonly maintenanceCharge: bigint;
  readonly initialCharge: bigint;
  /** The scenario that loses most; null when none loses. */
  readonly worstScenario: number | null;
  /** Measured P&L by scenario of instruments and hedge together. */
  readonly scenarioPnl: readonly bigint[];
  /** Units of hedging collateral used. */
  readonly hedge: bigint;
}

/** An account's margin, in money units (10^-12 quote). */
export interface MarginReport {
  /** Mark value of all that is owned less all that is owed. */
  readonly equity: bigint;
  /** Surplus over maintenance margin; negative when under-margined. */
  readonly maintenanceSurplus: bigint;
  readonly initialSurplus: bigint;
  readonly shortfall: bigint;
  /** Groups in which the account holds instruments. */
  readonly groups: readonly GroupReport[];
}

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
 * surplus over initial margin, or, when that leaves a shortfall, for the largest over maintenance margin.
 * Holdings may repeat a row. Throws UnknownRowError, or a RangeError when an amount does not fit its entries.
 */
export function completeAccount(policy: CompiledPolicy, holdings: readonly Entry[]): Completion {
  const prepared = preparedOf(policy);
  const sums = sumHoldings(prepared, holdings);
  let hedges = sums.groups.map((group) => hedgeFor(prepared, group, "initial"));
  let surplus = surplusOf(prepared, sums, hedges);
  if (surplus.maintenance < 0n) {
    hedges = sums.groups.map((group) => hedgeFor(prepared, group, "maintenance"));
    surplus = surplusOf(prepared, sums, hedges);
  }
  return write(prepared, sums, hedges, surplus);
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
  if (amount < 0n) throw new RangeError(`row ${fineRow}: an auxiliary is never negative`);
  if (amount === 0n) return [];
  if (amount <= MAX_QUANTITY) return [{ row: fineRow, quantity: amount }];
  const high = amount >> COARSE_SHIFT;
  if (high > MAX_QUANTITY) throw new RangeError(`row ${fineRow}: the amount exceeds 2^104 units`);
  const low = amount - (high << COARSE_SHIFT);
  const entries = [{ row: coarse(fineRow), quantity: high }];
  return low === 0n ? entries : [{ row: fineRow, quantity: low }, ...entries];
}

type Level = "maintenance" | "initial";

interface PreparedRow {
  readonly value: bigint;
  readonly maintenance: bigint;
  readonly initial: bigint;
  /** Group of an instrument, -1 for assets and debts. */
  readonly group: number;
  /** Measured P&L by scenario of an instrument. */
  readonly scenarios: readonly bigint[];
  /** Position among the capped assets, -1 for all other rows. */
  readonly cap: number;
}

interface Prepared {
  readonly layout: Layout;
  readonly rows: readonly (PreparedRow | undefined)[];
  readonly groups: readonly GroupCoefficients[];
}

const NO_SCENARIOS: readonly bigint[] = Object.freeze([]);
const cache = new WeakMap<CompiledPolicy, Prepared>();

function preparedOf(policy: CompiledPolicy): Prepared {
  const known = cache.get(policy);
  if (known) return known;
  const { layout, coefficients } = policy;
  const matrix = policyMatrix(coefficients);
  const rows: (PreparedRow | undefined)[] = new Array(layout.holdings).fill(undefined);
  for (const named of policy.rowTable) {
    const terms = new Map(matrix.get(named.row)!);
    const group = "group" in named ? named.group : -1;
    const scenarios =
      group < 0
        ? NO_SCENARIOS
        : Array.from(
            { length: layout.shape.groups[group]!.scenarios },
            (_, s) => terms.get(layout.scenarioColumn(group, s)) ?? 0n,
          );
    rows[named.row] = {
      value: terms.get(COLUMN.equity) ?? 0n,
      maintenance: terms.get(COLUMN.maintenance) ?? 0n,
      initial: terms.get(COLUMN.initial) ?? 0n,
      group,
      scenarios,
      cap: named.kind === "asset" ? layout.cappedAssets.indexOf(named.asset) : -1,
    };
  }
  const prepared = { layout, rows, groups: coefficients.groups };
  cache.set(policy, prepared);
  return prepared;
}

interface GroupSums {
  readonly group: number;
  readonly pnl: bigint[];
  /** The group's hedge row with its asset's cap and what is held of it, if the shape has one that does anything. */
  hedge: { readonly index: number; readonly cap: number; readonly held: bigint } | null;
}

interface Sums {
  equity: bigint;
  maintenance: bigint;
  initial: bigint;
  /** Held units of each capped asset. */
  readonly held: bigint[];
  readonly groups: readonly GroupSums[];
}

function sumHoldings({ rows, layout, groups }: Prepared, holdings: readonly Entry[]): Sums {
  const held = layout.cappedAssets.map(() => 0n);
  const touched: (GroupSums | undefined)[] = [];
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
    if (prepared.group < 0 || quantity === 0n) continue;
    touched[prepared.group] ??= { group: prepared.group, pnl: prepared.scenarios.map(() => 0n), hedge: null };
    const { pnl } = touched[prepared.group]!;
    for (let s = 0; s < pnl.length; s++) pnl[s]! += prepared.scenarios[s]! * quantity;
  }
  const ordered = touched.filter((group) => group !== undefined).sort((a, b) => a.group - b.group);
  for (const group of ordered) {
    const assets = layout.shape.groups[group.group]!.hedges;
    // Padding hedges are zero rows; model "grid" has at most one other in a group, and an asset in one group only.
    const index = groups[group.group]!.hedges.findIndex((h) =>
      [h.maintenance, h.initial, ...h.scenarios].some((c) => c !== 0n),
    );
    if (index < 0) continue;
    const cap = layout.cappedAssets.indexOf(assets[index]!);
    group.hedge = { index, cap, held: held[cap]! };
  }
  return { equity, maintenance, initial, held, groups: ordered };
}

/** Surplus that a hedge adds as a minimum of lines: its refund less the group's charge, scenario by scenario. */
function hedgeFor({ groups }: Prepared, { group, pnl, hedge }: GroupSums, level: Level): bigint {
  if (hedge === null || hedge.held === 0n) return 0n;
  const { max, hedges } = groups[group]!;
  const { [level]: refund, scenarios } = hedges[hedge.index]!;
  const charge = -max[level];
  const lines: Line[] = [{ constant: 0n, slope: refund }];
  for (const [s, amount] of pnl.entries())
    lines.push({ constant: charge * amount, slope: refund + charge * scenarios[s]! });
  return bestHedge(lines, hedge.held);
}

interface Surplus {
  readonly maintenance: bigint;
  readonly initial: bigint;
  readonly groups: readonly GroupReport[];
}

function surplusOf({ groups }: Prepared, sums: Sums, hedges: readonly bigint[]): Surplus {
  let { maintenance, initial } = sums;
  const reports = sums.groups.map(({ group, pnl, hedge }, i): GroupReport => {
    const { max, hedges: rows } = groups[group]!;
    const used = hedges[i]!;
    const row = hedge === null ? undefined : rows[hedge.index]!;
    const scenarioPnl = row ? pnl.map((amount, s) => amount + used * row.scenarios[s]!) : pnl;
    let worstScenario: number | null = null;
    let scanRisk = 0n;
    for (const [s, amount] of scenarioPnl.entries()) {
      if (-amount <= scanRisk) continue;
      scanRisk = -amount;
      worstScenario = s;
    }
    maintenance += max.maintenance * scanRisk + (row ? row.maintenance * used : 0n);
    initial += max.initial * scanRisk + (row ? row.initial * used : 0n);
    return {
      group,
      scanRisk,
      maintenanceCharge: -max.maintenance * scanRisk,
      initialCharge: -max.initial * scanRisk,
      worstScenario,
      scenarioPnl,
      hedge: used,
    };
  });
  return { maintenance, initial, groups: reports };
}

function write({ layout }: Prepared, sums: Sums, hedges: readonly bigint[], surplus: Surplus): Completion {
  const { equity, held } = sums;
  const shortfall = surplus.maintenance < 0n ? -surplus.maintenance : 0n;
  const remainder = surplus.initial % FREE_UNIT;
  const slackInitial = remainder < 0n ? remainder + FREE_UNIT : remainder;
  const free = (surplus.initial - slackInitial) / FREE_UNIT;
  const unhedged = [...held];
  for (const [i, { hedge }] of sums.groups.entries()) if (hedge) unhedged[hedge.cap]! -= hedges[i]!;

  // In the order of the shape's rows, so the entries ascend.
  const auxiliaries = [
    ...auxiliaryEntries(layout.equityPlus, equity > 0n ? equity : 0n),
    ...auxiliaryEntries(layout.equityMinus, equity < 0n ? -equity : 0n),
    ...auxiliaryEntries(layout.shortfall, shortfall),
    ...auxiliaryEntries(layout.slackMaintenance, surplus.maintenance + shortfall),
    ...auxiliaryEntries(layout.slackInitial, slackInitial),
  ];
  for (const [cap, asset] of layout.cappedAssets.entries())
    if (unhedged[cap] !== 0n) auxiliaries.push(...auxiliaryEntries(layout.slackCap(asset), unhedged[cap]!));
  for (const [i, { group, scanRisk, scenarioPnl }] of surplus.groups.entries()) {
    auxiliaries.push(...auxiliaryEntries(layout.max(group), scanRisk));
    for (const [s, amount] of scenarioPnl.entries())
      auxiliaries.push(...auxiliaryEntries(layout.slackScenario(group, s), amount + scanRisk));
    const { hedge } = sums.groups[i]!;
    if (hedge) auxiliaries.push(...auxiliaryEntries(layout.hedge(group, hedge.index), hedges[i]!));
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
