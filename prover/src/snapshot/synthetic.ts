import type { Account } from "./account.ts";

/** What synthetic accounts hold: how many assets there are to choose from, and the seed. */
export interface SyntheticOptions {
  readonly assets: number;
  readonly seed?: number;
}

/**
 * `count` spot accounts with heavy-tailed holdings, the same on every machine: like the sample exchange, half of them
 * hold at most 4 assets, nine in ten at most 17, one in ten nothing. Popular assets come first. Every 200th owes something.
 */
export function* syntheticAccounts(
  count: number,
  { assets, seed = 1 }: SyntheticOptions,
): Generator<Account> {
  const random = mulberry32(seed);
  for (let i = 0; i < count; i++) {
    const rows = new Set<number>();
    const held = Math.min(numberHeld(random()), assets);
    while (rows.size < held) {
      // Squaring leans towards the first assets, as people do.
      const asset = Math.floor(random() ** 2 * assets);
      rows.add(2 * asset);
    }
    if (i % 200 === 199) rows.add(2 * Math.floor(random() * assets) + 1);
    const holdings = [...rows]
      .sort((a, b) => a - b)
      .map((row) => ({ row, quantity: 1n + BigInt(Math.floor(10 ** (3 + 7 * random()))) }));
    yield { userId: `synthetic-${seed}-${i}`, owner: 0n, holdings };
  }
}

/** Inverse of the distribution of holdings: 0 below a tenth, 4 at the median, 17 at nine tenths, 100 at the end. */
function numberHeld(quantile: number): number {
  const knots: readonly (readonly [at: number, held: number])[] = [
    [0, 0],
    [0.1, 0.5],
    [0.5, 4],
    [0.9, 17],
    [0.99, 60],
    [1, 100],
  ];
  const next = knots.findIndex(([at]) => at > quantile);
  const [[a, low], [b, high]] = [knots[next - 1]!, knots[next]!];
  return Math.round(low + ((high - low) * (quantile - a)) / (b - a));
}

/** A small generator of equal numbers everywhere: 32 bits of state, uniform in [0, 1). Not for secrets. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
