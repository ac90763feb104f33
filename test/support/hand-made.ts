// Exchanges made by hand, without the pipeline: absurd policies, accounts completed by direct arithmetic on M, batches of
// them. Nothing is checked, so that false ones can be made as well.
import { AUXILIARY_BASE, COARSE_SHIFT, FREE_UNIT, MAX_QUANTITY } from "../../verifier/src/constants.ts";
import type { BatchOpening, BlockOpening, WordOpening } from "../../verifier/src/encodings/batch.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import { holdingBlocks, signedFree } from "../../verifier/src/encodings/leaf.ts";
import type { GroupCoefficients, MatrixRow, PolicyCoefficients } from "../../verifier/src/policy/matrix.ts";
import {
  COLUMN,
  coarse,
  hasMax,
  type Layout,
  ownColumns,
  type Shape,
} from "../../verifier/src/policy/shape.ts";
import type { Random } from "./random.ts";

/** The shape of instance `epoch-tiny`. */
export const TINY: Shape = { assets: 2, groups: [{ instruments: 2, scenarios: 3, hedges: [0] }] };

/** Groups that feed by scenarios and by max, in two generations, the last without instruments; extras and extra columns. */
export const FED: Shape = {
  assets: 2,
  groups: [
    { instruments: 1, scenarios: 2, hedges: [1], feeds: { by: "scenarios", parent: 2 } },
    { instruments: 1, scenarios: 1, hedges: [], feeds: { by: "max", parent: 3, column: 2 } },
    {
      instruments: 1,
      scenarios: 2,
      hedges: [0],
      feeds: { by: "scenarios", parent: 3 },
      extras: 1,
      extraColumns: 1,
    },
    { instruments: 0, scenarios: 2, hedges: [], extras: 2, extraColumns: 2 },
  ],
};

/** Two tiered assets beside one that hedges. */
export const TIERED: Shape = {
  assets: 3,
  groups: [{ instruments: 1, scenarios: 1, hedges: [1] }],
  tiers: [
    { asset: 0, portions: 2 },
    { asset: 2, portions: 1 },
  ],
};

export type Matrix = ReadonlyMap<number, MatrixRow>;

/** An account with everything that decides its equations; `surplus` is the signed free collateral, 10^-6 quote. */
export interface HandMadeAccount {
  readonly holdings: readonly Entry[];
  readonly auxiliaries: readonly Entry[];
  readonly surplus: bigint;
}

/** Coefficients of any sign (values of assets are not negative) and of no sense, with magnitudes below 2^bits. */
export function absurdPolicy(random: Random, shape: Shape = TINY, bits = 24): PolicyCoefficients {
  const any = (size = bits): bigint => (random.flag() ? random.bits(size) : -random.bits(size));
  const many = (count: number): bigint[] => Array.from({ length: count }, () => any());
  // Small, since maxima, profits handed on and extras are sums of everything else.
  const small = (): bigint => any(Math.min(bits, 3));
  const fed = () => ({ maintenance: small(), initial: small(), parent: small() });
  const group = (of: Shape["groups"][number]): GroupCoefficients => ({
    instruments: Array.from({ length: of.instruments }, () => ({
      value: any(),
      maintenance: any(),
      initial: any(),
      scenarios: many(ownColumns(of)),
      shortMaintenance: any(),
      shortInitial: any(),
    })),
    max: {
      maintenance: hasMax(of) ? small() : 0n,
      initial: hasMax(of) ? small() : 0n,
      ...(of.feeds?.by === "max" ? { parent: small() } : {}),
    },
    ...(hasMax(of) ? {} : { feed: Array.from({ length: of.scenarios }, () => ({ pos: fed(), neg: fed() })) }),
    hedges: of.hedges.map(() => ({ maintenance: any(), initial: any(), scenarios: many(ownColumns(of)) })),
    ...(of.extras === undefined
      ? {}
      : {
          extras: Array.from({ length: of.extras }, () => ({
            maintenance: small(),
            initial: small(),
            // Positive in the extra columns, which nothing else is sure to offset.
            scenarios: Array.from({ length: ownColumns(of) }, (_, s) =>
              s < of.scenarios ? small() : 1n + random.bits(Math.min(bits, 3)),
            ),
          })),
        }),
  });
  const assets = Array.from({ length: shape.assets }, () => ({
    value: random.bits(bits),
    maintenance: any(),
    initial: any(),
    debtMaintenance: any(),
    debtInitial: any(),
  }));
  // Widths and weights of every size that the circuit has to bear, the credits of any sign.
  const tiers = shape.tiers?.map(({ portions }) => ({
    widths: Array.from({ length: portions }, () => random.bits(Math.min(bits, 64))),
    weights: Array.from({ length: portions }, () => random.bits(Math.min(bits, 64) >> 1)),
    lastWeight: random.bits(Math.min(bits, 64) >> 1),
    credit: { maintenance: any(), initial: any() },
  }));
  return { shape, assets, groups: shape.groups.map(group), ...(tiers === undefined ? {} : { tiers }) };
}

/** Column sums of M over entries. */
export function columnSums(matrix: Matrix, columns: number, entries: readonly Entry[]): bigint[] {
  const sums = new Array<bigint>(columns).fill(0n);
  for (const { row, quantity } of entries) {
    for (const [column, coefficient] of matrix.get(row)!) {
      sums[column] = sums[column]! + coefficient * quantity;
    }
  }
  return sums;
}

/** Columns of M z that are not 0, free included: empty for an account that keeps the policy. */
export function brokenColumns(layout: Layout, matrix: Matrix, account: HandMadeAccount): number[] {
  const sums = columnSums(matrix, layout.columns, [...account.holdings, ...account.auxiliaries]);
  sums[COLUMN.initial] = sums[COLUMN.initial]! - FREE_UNIT * account.surplus;
  return [...sums.keys()].filter((column) => sums[column] !== 0n);
}

export interface CompletionChoice {
  /** How much of `available` a hedge uses; nothing by default. */
  readonly hedge?: (available: bigint) => bigint;
  /** How much of a portion is used, of the `most` that it can hold of what is left; all by default. */
  readonly fill?: (most: bigint) => bigint;
  /** What is added to the smallest value that an auxiliary may have; nothing by default. */
  readonly excess?: () => bigint;
}

/**
 * Completes M z = 0: equity, hedges, tiers, extras, maxima or what feeds the parent, slacks, free. Of a group's extras the first
 * makes up for what its extra columns lack, the others only have an excess. Rows are used as the matrix has them, so that an account can
 * also be completed for a matrix that is wrong. Throws when a number needs more than its two rows.
 */
export function completeByHand(
  layout: Layout,
  matrix: Matrix,
  holdings: readonly Entry[],
  { hedge = () => 0n, fill = (most) => most, excess = () => 0n }: CompletionChoice = {},
): HandMadeAccount {
  const sums = columnSums(matrix, layout.columns, holdings);
  const auxiliaries: Entry[] = [];
  const add = (row: number, quantity: bigint): void => {
    if (quantity === 0n) return;
    if (quantity < 0n || quantity > MAX_QUANTITY) throw new RangeError(`row ${row} can't hold ${quantity}`);
    auxiliaries.push({ row, quantity });
    for (const [column, coefficient] of matrix.get(row)!) {
      sums[column] = sums[column]! + coefficient * quantity;
    }
  };
  const money = (row: number, amount: bigint): void => {
    const parts = amount <= MAX_QUANTITY ? [amount, 0n] : [modulo(amount, UNIT), amount / UNIT];
    add(row, parts[0]!);
    add(coarse(row), parts[1]!);
  };
  const split = (column: number, positive: number, negative: number): void => {
    const sum = sums[column]!;
    const more = excess();
    money(positive, (sum > 0n ? sum : 0n) + more);
    money(negative, (sum < 0n ? -sum : 0n) + more);
  };

  for (const asset of layout.cappedAssets) {
    let available = sums[layout.capColumn(asset)]!;
    for (const [g, { hedges }] of layout.shape.groups.entries()) {
      const h = hedges.indexOf(asset);
      if (h < 0) continue;
      const used = hedge(available);
      money(layout.hedge(g, h), used);
      available -= used;
    }
    money(layout.slackCap(asset), available);
  }
  for (const { asset, portions } of layout.shape.tiers ?? []) {
    const [split, credit] = [layout.splitColumn(asset), layout.creditColumn(asset)];
    // How many units of an auxiliary a column has room for.
    const room = (row: number, column: number): bigint => {
      const takes = -(new Map(matrix.get(row)!).get(column) ?? 0n);
      return takes > 0n ? sums[column]! / takes : 0n;
    };
    for (let t = 0; t < portions; t++) {
      const row = layout.portion(asset, t);
      let most = room(row, split);
      if (most > MAX_QUANTITY) most = MAX_QUANTITY;
      add(row, fill(most));
    }
    money(layout.rest(asset), room(layout.rest(asset), split));
    money(layout.slackSplit(asset), sums[split]!);
    money(layout.credit(asset), room(layout.credit(asset), credit));
    money(layout.slackCredit(asset), sums[credit]!);
  }
  for (const [g, group] of layout.shape.groups.entries()) {
    const columns = Array.from({ length: ownColumns(group) }, (_, s) => layout.scenarioColumn(g, s));
    const scenarios = columns.slice(0, group.scenarios);
    for (let e = 0; e < (group.extras ?? 0); e++) {
      const offset = new Map(matrix.get(layout.extra(g, e))!);
      let needed = 0n;
      for (const column of columns.slice(group.scenarios)) {
        const times = offset.get(column) ?? 0n;
        const lacking = times > 0n ? (times - 1n - sums[column]!) / times : 0n;
        if (lacking > needed) needed = lacking;
      }
      money(layout.extra(g, e), needed + excess());
    }
    if (hasMax(group)) {
      let worst = 0n;
      for (const column of scenarios) if (-sums[column]! > worst) worst = -sums[column]!;
      money(layout.max(g), worst + excess());
    } else {
      for (const [s, column] of scenarios.entries()) split(column, layout.pos(g, s), layout.neg(g, s));
    }
    for (const [s, column] of columns.entries()) {
      if (hasMax(group) || s >= group.scenarios) money(layout.slackScenario(g, s), sums[column]!);
    }
  }
  split(COLUMN.maintenance, layout.slackMaintenance, layout.shortfall);
  const initial = sums[COLUMN.initial]!;
  const surplus = (initial - modulo(initial, FREE_UNIT)) / FREE_UNIT;
  add(layout.slackInitial, modulo(initial, FREE_UNIT));
  split(COLUMN.equity, layout.equityPlus, layout.equityMinus);
  auxiliaries.sort((a, b) => a.row - b.row);
  return { holdings, auxiliaries, surplus };
}

/** Quantity of an auxiliary and its coarse twin in an account, in the fine row's unit. */
export function amountOf(account: HandMadeAccount, row: number): bigint {
  return totalOf(account.auxiliaries, row) + UNIT * totalOf(account.auxiliaries, coarse(row));
}

/** A copy with `by` added to one auxiliary row, which may be new to the account. */
export function shiftAuxiliary(account: HandMadeAccount, row: number, by: bigint): HandMadeAccount {
  const quantity = totalOf(account.auxiliaries, row) + by;
  const others = account.auxiliaries.filter((entry) => entry.row !== row);
  return { ...account, auxiliaries: [...others, { row, quantity }].sort((a, b) => a.row - b.row) };
}

/** Random holdings without sense, each row present or not, quantities below 2^limit. */
export function absurdHoldings(random: Random, layout: Layout, limit = 44): Entry[] {
  return Array.from({ length: layout.holdings }, (_, row) => ({
    row,
    quantity: random.flag() ? random.bits(1 + random.int(limit)) : 0n,
  })).filter(({ quantity }) => quantity > 0n);
}

/** What closes everybody's instruments: each net long is held short. */
export function houseHoldings(layout: Layout, accounts: readonly (readonly Entry[])[]): Entry[] {
  const held = accounts.flat();
  return layout.shape.groups
    .flatMap(({ instruments }, g) =>
      Array.from({ length: instruments }, (_, n): Entry => {
        const open = totalOf(held, layout.long(g, n)) - totalOf(held, layout.short(g, n));
        return open > 0n
          ? { row: layout.short(g, n), quantity: open }
          : { row: layout.long(g, n), quantity: -open };
      }),
    )
    .filter(({ quantity }) => quantity > 0n);
}

/** A batch of accounts, one after the other, with random identities and blinds. */
export function batchOf(random: Random, accounts: readonly HandMadeAccount[]): BatchOpening {
  const blocks = accounts.flatMap(({ holdings, surplus }): BlockOpening[] => {
    const cut = holdingBlocks(holdings);
    return cut.map((entries, i) => ({
      entries,
      first: i === 0 ? 1 : 0,
      identity: random.element(),
      ...signedFree(i === cut.length - 1 ? surplus : 0n),
    }));
  });
  const words = accounts.flatMap(({ auxiliaries }, u): WordOpening[] => {
    const padded = [...auxiliaries];
    while (padded.length === 0 || padded.length % 3 !== 0) {
      padded.push({ row: (padded.at(-1)?.row ?? AUXILIARY_BASE - 1) + 1, quantity: 0n });
    }
    return Array.from({ length: padded.length / 3 }, (_, i) => ({
      entries: padded.slice(3 * i, 3 * i + 3),
      step: u > 0 && i === 0 ? 1 : 0,
    }));
  });
  return { blocks, words, blinds: [random.element(), random.element(), random.element()] };
}

/** Insurance and claims that just cover what accounts lack and are owed, plus `extra` of everything. */
export function sufficientClaims(layout: Layout, accounts: readonly HandMadeAccount[], extra = 0n): bigint[] {
  const held = accounts.flatMap(({ holdings }) => holdings);
  const lacking = accounts.reduce(
    (sum, account) => sum + amountOf(account, layout.shortfall) + amountOf(account, layout.equityMinus),
    0n,
  );
  const assets = Array.from({ length: layout.shape.assets }, (_, k) => {
    const owed = totalOf(held, layout.asset(k)) - totalOf(held, layout.debt(k));
    return owed > 0n ? owed : 0n;
  });
  return [lacking, ...assets].map((claim) => claim + extra);
}

const UNIT = 1n << COARSE_SHIFT;

function totalOf(entries: readonly Entry[], row: number): bigint {
  return entries.reduce((sum, entry) => (entry.row === row ? sum + entry.quantity : sum), 0n);
}

function modulo(value: bigint, by: bigint): bigint {
  return ((value % by) + by) % by;
}
