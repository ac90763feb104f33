import type { CompiledPolicy } from "./compile.ts";
import { UnknownRowError } from "./complete.ts";
import { hedgeInDoubles } from "./hedge-in-doubles.ts";
import { linkedKernel } from "./kernel-linked.ts";
import { type KernelTables, kernelTables, UNNAMED } from "./kernel-tables.ts";
import { isLinked } from "./linked-tables.ts";

/** Accounts as flat arrays. Account i holds the entries offsets[i] up to but not including offsets[i + 1]. */
export interface AccountColumns {
  /** One more than there are accounts, ascending from 0. */
  readonly offsets: Uint32Array;
  /** Holding rows of the policy, in any order; a row may repeat. */
  readonly rows: Uint16Array;
  /** In the unit of the row, from 0; what is owed is a quantity of a debt or short row. */
  readonly quantities: Float64Array;
}

/** By account, in money units (10^-12 quote). */
export interface AccountFigures {
  /** Mark value of all that is owned less all that is owed. */
  readonly equity: Float64Array;
  /** The largest surplus over maintenance margin that any use of the hedging collateral gives. */
  readonly maintenanceSurplus: Float64Array;
  /** The largest over initial margin. */
  readonly initialSurplus: Float64Array;
  /**
   * By account, then group: the scenario that loses most under the hedge that is best for initial margin; -1 where none
   * loses or the account holds no instrument of the group.
   */
  readonly worstScenario: Int16Array;
}

/** Values many accounts against one policy. Not re-entrant: it sums in scratch of its own. */
export interface RiskKernel {
  readonly groups: number;
  /**
   * Mark-to-market and margin in doubles, for monitoring; writes into `figures` where given, which must be of as many
   * accounts. Throws UnknownRowError, or a RangeError for a quantity that is none or arrays that do not fit.
   */
  monitor(accounts: AccountColumns, figures?: AccountFigures): AccountFigures;
  /** By account, how far its three amounts may be from those of `completeAccount`, in money units: see `errorBound`. */
  errorBounds(accounts: AccountColumns): Float64Array;
}

/** Empty figures for so many accounts. */
export function accountFigures(accounts: number, groups: number): AccountFigures {
  return {
    equity: new Float64Array(accounts),
    maintenanceSurplus: new Float64Array(accounts),
    initialSurplus: new Float64Array(accounts),
    worstScenario: new Int16Array(accounts * groups),
  };
}

/**
 * The kernel of a policy. One whose groups feed each other or have extras or several hedges, or whose assets have tiers, is
 * monitored by slower code (kernel-linked.ts). Throws a RangeError for a policy without a closed form.
 */
export function riskKernel(policy: CompiledPolicy): RiskKernel {
  const tables = kernelTables(policy);
  const groups = tables.scenarioFrom.length - 1;
  const linked = isLinked(policy) ? linkedKernel(policy, tables) : null;
  return Object.freeze({
    groups,
    monitor: (accounts: AccountColumns, given?: AccountFigures) => {
      checkColumns(accounts);
      const count = accounts.offsets.length - 1;
      const figures = given ?? accountFigures(count, groups);
      if (figures.equity.length !== count || figures.worstScenario.length !== count * groups)
        throw new RangeError(`expected figures for ${count} accounts, came ${figures.equity.length}`);
      if (linked === null) monitor(tables, accounts, figures);
      else linked.monitor(accounts, figures);
      return figures;
    },
    errorBounds: (accounts: AccountColumns) => {
      checkColumns(accounts);
      return Float64Array.from({ length: accounts.offsets.length - 1 }, (_, i) =>
        linked === null ? errorBound(tables, accounts, i) : linked.errorBound(accounts, i),
      );
    },
  });
}

function checkColumns({ offsets, rows, quantities }: AccountColumns): void {
  const entries = offsets.at(-1);
  if (entries !== rows.length || entries !== quantities.length)
    throw new RangeError(
      `expected as many rows and quantities as the last offset says, came ${rows.length} and ${quantities.length}`,
    );
}

function monitor(
  tables: KernelTables,
  { offsets, rows, quantities }: AccountColumns,
  figures: AccountFigures,
): void {
  const { amounts, groupOf, capOf, unitsFrom, held, touched, scenarioNumber } = tables;
  const groups = touched.length;
  const accounts = offsets.length - 1;
  for (let i = 0; i < accounts; i++) {
    let equity = 0;
    let maintenance = 0;
    let initial = 0;
    for (let cap = 0; cap < held.length; cap++) held[cap] = 0;
    for (let group = 0; group < groups; group++) touched[group] = 0;
    const to = offsets[i + 1]!;
    for (let e = offsets[i]!; e < to; e++) {
      const row = rows[e]!;
      const quantity = quantities[e]!;
      const group = row < groupOf.length ? groupOf[row]! : UNNAMED;
      if (group === UNNAMED) throw new UnknownRowError(row);
      if (!(quantity >= 0 && quantity < Number.POSITIVE_INFINITY))
        throw new RangeError(`account ${i}, row ${row}: expected a quantity from 0, came another number`);
      equity += amounts[3 * row]! * quantity;
      maintenance += amounts[3 * row + 1]! * quantity;
      initial += amounts[3 * row + 2]! * quantity;
      if (group >= 0) {
        if (quantity > 0) addInstrument(tables, group, unitsFrom[row]!, quantity);
      } else if (capOf[row]! >= 0) held[capOf[row]!]! += quantity;
    }
    for (let group = 0; group < groups; group++) {
      let worst = -1;
      if (touched[group] === 1) {
        takeLowest(tables, group);
        const forInitial = bestHedge(tables, group, 1, heldToHedge(tables, group));
        const line = worstLine(tables, group, forInitial);
        if (line >= 0) worst = scenarioNumber[lowestOf(tables, line)]!;
        initial += surplusIn(tables, group, 1, forInitial, line);
        // A smaller refund for the charge makes less hedging best, never more.
        const most =
          tables.refundOfCharge[2 * group]! <= tables.refundOfCharge[2 * group + 1]!
            ? forInitial
            : heldToHedge(tables, group);
        const forMaintenance = bestHedge(tables, group, 0, most);
        const its = forMaintenance === forInitial ? line : worstLine(tables, group, forMaintenance);
        maintenance += surplusIn(tables, group, 0, forMaintenance, its);
      }
      figures.worstScenario[i * groups + group] = worst;
    }
    figures.equity[i] = equity;
    figures.maintenanceSurplus[i] = maintenance;
    figures.initialSurplus[i] = initial;
  }
}

function addInstrument(tables: KernelTables, group: number, unit: number, quantity: number): void {
  const { sums, units, touched, scenarioFrom } = tables;
  const from = scenarioFrom[group]!;
  const to = scenarioFrom[group + 1]!;
  const shift = unit - from;
  if (touched[group] === 0) {
    touched[group] = 1;
    for (let s = from; s < to; s++) sums[s] = units[s + shift]! * quantity;
  } else {
    for (let s = from; s < to; s++) sums[s]! += units[s + shift]! * quantity;
  }
}

/** Finds the lowest P&L of each of the group's lines. */
function takeLowest({ sums, lineFrom, lineScenarios, lowest }: KernelTables, group: number): void {
  const end = lineFrom[group + 1]!;
  let s = lineScenarios[lineFrom[group]!]!;
  for (let line = lineFrom[group]!; line < end; line++) {
    const to = lineScenarios[line + 1]!;
    let least = sums[s]!;
    for (s++; s < to; s++) least = Math.min(least, sums[s]!);
    lowest[line] = least;
  }
}

/** Where in the sums a line has its lowest P&L. */
function lowestOf({ sums, lineScenarios, lowest }: KernelTables, line: number): number {
  let s = lineScenarios[line]!;
  while (sums[s] !== lowest[line]) s++;
  return s;
}

/** 0 for maintenance, 1 for initial: as refunds and charges have them. */
type LevelIndex = 0 | 1;

function heldToHedge({ hedgeCap, held }: KernelTables, group: number): number {
  const cap = hedgeCap[group]!;
  return cap < 0 ? 0 : held[cap]!;
}

function bestHedge(tables: KernelTables, group: number, level: LevelIndex, limit: number): number {
  if (limit === 0) return 0;
  const from = tables.lineFrom[group]!;
  const count = tables.lineFrom[group + 1]! - from;
  const refund = tables.refundOfCharge[2 * group + level]!;
  return hedgeInDoubles(tables.lowest, tables.slopes, from, count, refund, limit);
}

/** The line that is lowest with so many hedging units, or -1 where none is below 0. */
function worstLine({ lowest, slopes, lineFrom }: KernelTables, group: number, units: number): number {
  const to = lineFrom[group + 1]!;
  let least = 0;
  let worst = -1;
  for (let line = lineFrom[group]!; line < to; line++) {
    const pnl = lowest[line]! + slopes[line]! * units;
    if (pnl >= least) continue;
    least = pnl;
    worst = line;
  }
  return worst;
}

/** What a group adds to the surplus of a level: its refund less its charge. */
function surplusIn(
  tables: KernelTables,
  group: number,
  level: LevelIndex,
  units: number,
  line: number,
): number {
  const pnl = line < 0 ? 0 : tables.lowest[line]! + tables.slopes[line]! * units;
  return tables.refunds[2 * group + level]! * units + tables.charges[2 * group + level]! * pnl;
}

/** Half the distance from 1 to the next double. */
const ROUNDING = Number.EPSILON / 2;
/** Roundings beside those of additions over entries and groups; counted below. */
const ROUNDINGS = 32;

/**
 * How far `monitor` may be from exact margin at the same level's best hedge, in money units. Derived, not measured:
 * - A product of a coefficient and a quantity is rounded three times, and once more by every addition after it. The
 *   height of a group's line at a hedge adds two products and two sums, the level's charge two more, each group two
 *   additions. An error of k roundings is at most k 2^-53 of the sum of magnitudes (and a term in 2^-106, for which
 *   there is room).
 * - Where the search stops, no line is lower than the two that meet, computed: a height has at most two roundings, the
 *   crossing three, the sign of a slope four, each at most one rounding of the group's magnitude.
 * - Exact margin hedges with whole units, these with any number: a neighbour of the real optimum is less than one unit
 *   away, along a slope of at most refund plus charge times the hedge's largest scenario.
 * With e entries and g groups: (e + 2g + 32) 2^-53 times all magnitudes, and that slope for every group with a hedge.
 */
function errorBound(
  tables: KernelTables,
  { offsets, rows, quantities }: AccountColumns,
  account: number,
): number {
  const {
    amounts,
    groupOf,
    capOf,
    unitsFrom,
    units,
    scenarioFrom,
    lineFrom,
    slopes,
    hedgeCap,
    refunds,
    charges,
  } = tables;
  const groups = hedgeCap.length;
  const entries = offsets[account + 1]! - offsets[account]!;
  const held = new Float64Array(tables.held.length);
  const reach = new Float64Array(groups);
  let magnitude = 0;
  for (let e = offsets[account]!; e < offsets[account + 1]!; e++) {
    const row = rows[e]!;
    const group = groupOf[row] ?? UNNAMED;
    if (group === UNNAMED) throw new UnknownRowError(row);
    const quantity = quantities[e]!;
    magnitude += quantity * largest(amounts, 3 * row, 3);
    if (capOf[row]! >= 0) held[capOf[row]!]! += quantity;
    if (group < 0) continue;
    const count = scenarioFrom[group + 1]! - scenarioFrom[group]!;
    reach[group]! += quantity * largest(units, unitsFrom[row]!, count);
  }
  let wholeUnits = 0;
  for (let g = 0; g < groups; g++) {
    if (reach[g] === 0) continue;
    const limit = hedgeCap[g]! < 0 ? 0 : held[hedgeCap[g]!]!;
    const slope = largest(slopes, lineFrom[g]!, lineFrom[g + 1]! - lineFrom[g]!);
    const refund = largest(refunds, 2 * g, 2);
    const charge = largest(charges, 2 * g, 2);
    magnitude += charge * (reach[g]! + slope * limit) + refund * limit;
    if (limit > 0) wholeUnits += refund + charge * slope;
  }
  return (entries + 2 * groups + ROUNDINGS) * ROUNDING * magnitude + wholeUnits;
}

/** Largest magnitude of `count` numbers from an index. */
function largest(numbers: Float64Array, from: number, count: number): number {
  let most = 0;
  for (let i = from; i < from + count; i++) most = Math.max(most, Math.abs(numbers[i]!));
  return most;
}
