import { ENTRIES_PER_BLOCK, ENTRIES_PER_WORD, FIRST_BIT, MAX_QUANTITY, UNDER_BIT } from "../constants.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { EMPTY_ENTRY, type Entry, packWord } from "./entry.ts";

/** Surplus over initial margin in 10^-6 quote as magnitude and sign bit, as a leaf holds it. */
export interface FreeCollateral {
  readonly free: bigint;
  readonly under: 0 | 1;
}

/** Magnitude and sign bit of a signed surplus in units of 10^-6 quote. Throws when the magnitude exceeds 64 bits. */
export function signedFree(surplus: bigint): FreeCollateral {
  const under = surplus < 0n ? 1 : 0;
  const free = under ? -surplus : surplus;
  if (free > MAX_QUANTITY) throw new RangeError("free collateral does not fit 64 bits");
  return { free, under };
}

/** Holdings cut into blocks of exactly six entries, unused ones zero at the end. An account without holdings has one block. */
export function holdingBlocks(holdings: readonly Entry[]): Entry[][] {
  const blocks: Entry[][] = [];
  for (let start = 0; start === 0 || start < holdings.length; start += ENTRIES_PER_BLOCK) {
    const block = holdings.slice(start, start + ENTRIES_PER_BLOCK);
    while (block.length < ENTRIES_PER_BLOCK) block.push(EMPTY_ENTRY);
    blocks.push(block);
  }
  return blocks;
}

/** meta = free + 2^64 under + 2^65 first. */
export function leafMeta({ free, under }: FreeCollateral, first: number): bigint {
  return free + (BigInt(under) << UNDER_BIT) + (BigInt(first) << FIRST_BIT);
}

/** One link of the leaf chain, h = H4(prev, word0, word1, meta); `block` has six entries. */
export function blockHash(
  prev: bigint,
  block: readonly Entry[],
  meta: bigint,
  hash: Hash = poseidon,
): bigint {
  const words = [block.slice(0, ENTRIES_PER_WORD), block.slice(ENTRIES_PER_WORD)].map(packWord);
  return hash([prev, words[0]!, words[1]!, meta]);
}

/**
 * The leaf of an account: its blocks chained from its identity. `first` is set in the first block and hashed, or an
 * account's last block could be passed off as a whole account; free and under stand in the last block only.
 */
export function accountLeaf(
  identityOfAccount: bigint,
  holdings: readonly Entry[],
  free: FreeCollateral,
  hash: Hash = poseidon,
): bigint {
  const blocks = holdingBlocks(holdings);
  return blocks.reduce((prev, block, i) => {
    const last = i === blocks.length - 1;
    return blockHash(prev, block, leafMeta(last ? free : NO_FREE, i === 0 ? 1 : 0), hash);
  }, identityOfAccount);
}

export const NO_FREE: FreeCollateral = Object.freeze({ free: 0n, under: 0 });
