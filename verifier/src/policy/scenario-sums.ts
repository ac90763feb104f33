import { touchesExtraColumns } from "./extras.ts";
import { bestHedge, type Line } from "./hedge.ts";
import { hedgeInDoubles } from "./hedge-in-doubles.ts";
import type { GroupCoefficients } from "./matrix.ts";
import { type Layout, ownColumns } from "./shape.ts";

export type Level = "maintenance" | "initial";

/** The hedge row of a group: what it is of, and its coefficients. */
export interface GroupHedge {
  /** Position among the group's hedges. */
  readonly index: number;
  /** Position of its asset among the capped assets. */
  readonly cap: number;
  readonly maintenance: bigint;
  readonly initial: bigint;
  readonly scenarios: readonly bigint[];
}

/** What an account holds of one instrument row: its measured P&L by scenario for one unit, and units. */
export interface ScenarioHolding {
  readonly scenarios: ScenarioRow;
  readonly quantity: bigint;
}

/** Measured P&L by scenario of one unit, with the same numbers as machine words where the group has them. */
export interface ScenarioRow {
  readonly exact: readonly bigint[];
  /** Where the row starts in the group's words. */
  readonly from: number;
  /** Largest magnitude of any scenario, rounded to a double. */
  readonly reach: number;
}

/** An account's P&L by scenario in one group, exact. Valid until the group sums another account. */
export interface ScenarioSums {
  /** The smallest number of hedging units, at most `held`, that gives the largest surplus over this level. */
  bestHedge(level: Level): bigint;
  /** P&L by scenario, then sums of the extra columns, with so many hedging units. */
  hedgedBy(units: bigint): bigint[];
}

/** What words may hold, with room for the difference of two of them. */
const WORD_LIMIT = Number(1n << 62n);

/**
 * Sums the scenarios of one group, account by account. Nearly all accounts fit 64-bit words, whose sums allocate
 * nothing; one that might not is summed in integers of any size. Both are exact, so which one it was makes no difference.
 */
export class GroupSummer {
  /** The hedge whose best amount is looked for. */
  readonly hedge: GroupHedge | null;
  /** Hedges that are best used in full. */
  readonly fullHedges: readonly GroupHedge[];
  readonly #group: GroupCoefficients;
  /** Scenarios, and with extra columns. */
  readonly #scenarios: number;
  readonly #own: number;
  readonly #rows: ScenarioRow[] = [];
  #words: WordSums | null = null;

  constructor(layout: Layout, group: GroupCoefficients, number: number) {
    this.#group = group;
    this.#scenarios = layout.shape.groups[number]!.scenarios;
    this.#own = ownColumns(layout.shape.groups[number]!);
    this.hedge = hedgeOf(layout, group, number);
    this.fullHedges = fullHedgesOf(layout, group, number);
  }

  /** Names an instrument row of the group: its P&L by scenario for one unit. All rows come before any sums. */
  row(scenarios: readonly bigint[]): ScenarioRow {
    const reach = reachOf(scenarios);
    const row = { exact: scenarios, from: this.#rows.length * this.#own, reach };
    this.#rows.push(row);
    return row;
  }

  /** Sums these holdings, no quantity of which is 0, beside `held` units of the hedging asset. */
  sum(holdings: readonly ScenarioHolding[], held: bigint): ScenarioSums {
    this.#words ??= new WordSums(this.#group, this.hedge, this.#rows, this.#scenarios, this.#own);
    if (this.#words.sum(holdings, held)) return this.#words;
    const sums = new Array<bigint>(this.#own).fill(0n);
    for (const { scenarios, quantity } of holdings) {
      for (let s = 0; s < sums.length; s++) sums[s]! += scenarios.exact[s]! * quantity;
    }
    return wideSums(this.#group, this.hedge, sums, held, this.#scenarios);
  }

  /** The same with other sums: `own` and what other groups, extras and full hedges add, by own column. */
  of(sums: bigint[], held: bigint): ScenarioSums {
    return wideSums(this.#group, this.hedge, sums, held, this.#scenarios);
  }
}

/** Hedge rows that do anything. Padding hedges are zero rows. */
function activeHedges(layout: Layout, { hedges }: GroupCoefficients, group: number): GroupHedge[] {
  const { hedges: hedged } = layout.shape.groups[group]!;
  return hedges.flatMap((h, index) => {
    if ([h.maintenance, h.initial, ...h.scenarios].every((c) => c === 0n)) return [];
    return [{ index, cap: layout.cappedAssets.indexOf(hedged[index]!), ...h }];
  });
}

/**
 * The group's only hedge that does anything: how much of it is best is a search. Where the maximum is not all that it
 * changes, none is used: in groups that feed others, and where it is in an extra column.
 */
export function hedgeOf(layout: Layout, group: GroupCoefficients, number: number): GroupHedge | null {
  const shape = layout.shape.groups[number]!;
  const [hedge, ...others] = activeHedges(layout, group, number);
  if (hedge === undefined || others.length > 0 || shape.feeds !== undefined) return null;
  return touchesExtraColumns(shape, hedge.scenarios) ? null : hedge;
}

/**
 * Several hedges of one group, used in full beside instruments: best when a unit of each is refunded at least what its own
 * worst scenario costs, since worst losses are sub-additive; and when that scenario is the same for all, since then they
 * don't hedge each other where no instrument is held. Throws a RangeError for hedges without such a closed form.
 */
export function fullHedgesOf(layout: Layout, group: GroupCoefficients, number: number): GroupHedge[] {
  const hedges = activeHedges(layout, group, number);
  if (hedges.length < 2) return [];
  const shape = layout.shape.groups[number]!;
  const shared = hedges[0]!.scenarios.findIndex((_, s) =>
    hedges.every(({ scenarios }) => scenarios.every((pnl) => pnl >= scenarios[s]!)),
  );
  for (const { index, scenarios, ...refund } of hedges) {
    const repaid = (["maintenance", "initial"] as const).every((level) =>
      scenarios.every((pnl) => refund[level] >= group.max[level] * pnl),
    );
    if (!repaid || shared < 0 || shape.feeds !== undefined || touchesExtraColumns(shape, scenarios)) {
      throw new RangeError(
        `group ${number}, hedge ${index}: several hedges have a closed form only where each is refunded its own worst scenario, the same for all`,
      );
    }
  }
  return hedges;
}

function reachOf(scenarios: readonly bigint[]): number {
  return scenarios.reduce((most, pnl) => Math.max(most, Math.abs(Number(pnl))), 0);
}

/** In integers of any size. */
function wideSums(
  { max }: GroupCoefficients,
  hedge: GroupHedge | null,
  sums: bigint[],
  held: bigint,
  scenarioCount: number,
): ScenarioSums {
  return {
    bestHedge: (level) => {
      if (hedge === null || held === 0n) return 0n;
      // Surplus that a hedge adds as a minimum of lines: its refund less the group's charge, scenario by scenario.
      const { [level]: refund, scenarios } = hedge;
      const charge = -max[level];
      const lines: Line[] = [{ constant: 0n, slope: refund }];
      for (let s = 0; s < scenarioCount; s++)
        lines.push({ constant: charge * sums[s]!, slope: refund + charge * scenarios[s]! });
      return bestHedge(lines, held);
    },
    hedgedBy: (units) =>
      units === 0n ? sums : sums.map((amount, s) => amount + units * hedge!.scenarios[s]!),
  };
}

/** In 64-bit words, which `asIntN` tells the engine to compute in registers. */
class WordSums implements ScenarioSums {
  readonly #max: GroupCoefficients["max"];
  readonly #scenarios: number;
  readonly #hedge: GroupHedge | null;
  readonly #hedgeReach: number;
  /** P&L by scenario of one unit, row after row. */
  readonly #table: BigInt64Array;
  readonly #slopes: BigInt64Array;
  readonly #sums: BigInt64Array;
  readonly #slopesInDoubles: Float64Array;
  readonly #sumsInDoubles: Float64Array;
  #held = 0n;

  constructor(
    { max }: GroupCoefficients,
    hedge: GroupHedge | null,
    rows: readonly ScenarioRow[],
    scenarios: number,
    own: number,
  ) {
    this.#max = max;
    this.#scenarios = scenarios;
    this.#hedge = hedge;
    this.#hedgeReach = reachOf(hedge?.scenarios ?? []);
    // A row that does not fit is never read: its reach sends whoever holds a unit of it to wide integers.
    this.#table = BigInt64Array.from(rows.flatMap(({ exact }) => exact));
    this.#slopes = BigInt64Array.from(hedge?.scenarios ?? new Array<bigint>(own).fill(0n));
    this.#sums = new BigInt64Array(own);
    this.#slopesInDoubles = Float64Array.from(this.#slopes, Number);
    this.#sumsInDoubles = new Float64Array(scenarios);
  }

  /** False where a sum, or one with any part of the hedge, might not fit; the doubles of this bound err by far less than its margin of two. */
  sum(holdings: readonly ScenarioHolding[], held: bigint): boolean {
    const units = Number(held);
    let reach = units + this.#hedgeReach * units;
    for (const { scenarios, quantity } of holdings) reach += scenarios.reach * Number(quantity);
    if (!(reach < WORD_LIMIT)) return false;
    this.#held = held;
    this.#sums.fill(0n);
    for (const { scenarios, quantity } of holdings) this.#add(scenarios.from, quantity);
    return true;
  }

  #add(from: number, quantity: bigint): void {
    const sums = this.#sums;
    const table = this.#table;
    const units = BigInt.asIntN(64, quantity);
    for (let s = 0; s < sums.length; s++) {
      sums[s] = BigInt.asIntN(64, sums[s]! + BigInt.asIntN(64, table[from + s]! * units));
    }
  }

  /** Doubles propose, integers decide: the height is concave, so its first step that does not rise can be searched from anywhere. */
  bestHedge(level: Level): bigint {
    if (this.#hedge === null || this.#held === 0n) return 0n;
    const refund = this.#hedge[level];
    const charge = -this.#max[level];
    const doubles = this.#sumsInDoubles;
    for (let s = 0; s < doubles.length; s++) doubles[s] = Number(this.#sums[s]!);
    const slopes = this.#slopesInDoubles;
    const limit = Number(this.#held);
    const near = hedgeInDoubles(doubles, slopes, 0, this.#scenarios, Number(refund) / Number(charge), limit);
    return firstFalse(
      BigInt(Math.floor(near)),
      this.#held,
      (units) => refund + charge * this.#step(units) > 0n,
    );
  }

  /** By how much one unit more than `units` lifts the worst scenario, or 0 where none loses. */
  #step(units: bigint): bigint {
    const sums = this.#sums;
    const slopes = this.#slopes;
    const h = BigInt.asIntN(64, units);
    let before = 0n;
    let after = 0n;
    for (let s = 0; s < this.#scenarios; s++) {
      const slope = slopes[s]!;
      const pnl = BigInt.asIntN(64, sums[s]! + BigInt.asIntN(64, slope * h));
      const next = BigInt.asIntN(64, pnl + slope);
      if (pnl < before) before = pnl;
      if (next < after) after = next;
    }
    return after - before;
  }

  hedgedBy(units: bigint): bigint[] {
    const sums = this.#sums;
    const slopes = this.#slopes;
    const h = BigInt.asIntN(64, units);
    const pnl = new Array<bigint>(sums.length);
    for (let s = 0; s < pnl.length; s++)
      pnl[s] = BigInt.asIntN(64, sums[s]! + BigInt.asIntN(64, slopes[s]! * h));
    return pnl;
  }
}

/** The first integer from 0 at which `holds`, once false always false, is false; `limit` if it holds below. Starts looking at `near`. */
function firstFalse(near: bigint, limit: bigint, holds: (at: bigint) => boolean): bigint {
  let low = 0n;
  let high = limit;
  let stride = 0n;
  let at = near;
  let [seenTrue, seenFalse] = [false, false];
  while (low < high) {
    if (at < low) at = low;
    if (at >= high) at = high - 1n;
    if (holds(at)) {
      low = at + 1n;
      seenTrue = true;
    } else {
      high = at;
      seenFalse = true;
    }
    if (seenTrue && seenFalse) at = (low + high) / 2n;
    else at = seenTrue ? low + stride : high - 1n - stride;
    stride = stride === 0n ? 1n : 2n * stride;
  }
  return low;
}
