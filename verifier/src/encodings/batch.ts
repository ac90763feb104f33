import { AUXILIARY_BASE, COLUMN_BITS, FIELD, ROW_BLIND, ROW_FREE, TAG } from "../constants.ts";
import { inverses, power, toField } from "../field.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { type Entry, packAuxiliaryWord } from "./entry.ts";
import { blockHash, leafMeta } from "./leaf.ts";
import { sponge } from "./sponge.ts";
import { batchTree } from "./tree.ts";

/** One slot of a batch: six holding entries. `identity` counts in an account's first block, free and under in its last. */
export interface BlockOpening {
  readonly entries: readonly Entry[];
  readonly first: 0 | 1;
  readonly identity: bigint;
  readonly free: bigint;
  readonly under: 0 | 1;
}

/** Three auxiliary entries with full row indices (from 2^15), strictly increasing within an account. */
export interface WordOpening {
  readonly entries: readonly Entry[];
  readonly step: 0 | 1;
}

/** Everything a batch hides. Never written to a log, queue or chain. */
export interface BatchOpening {
  readonly blocks: readonly BlockOpening[];
  readonly words: readonly WordOpening[];
  /** blind0 goes into t, blind1 into w, blind2 only into the transcript. */
  readonly blinds: readonly [bigint, bigint, bigint];
}

export interface CommittedBatch {
  readonly root: bigint;
  readonly transcript: bigint;
  /** Levels of the batch tree, slots first. */
  readonly levels: readonly bigint[][];
}

/** Padding: an account of identity 0 without entries; its leaf is H4(0, 0, 0, 2^65). */
export function paddingBlock(): BlockOpening {
  const entries = Array.from({ length: 6 }, () => ({ row: 0, quantity: 0n }));
  return { entries, first: 1, identity: 0n, free: 0n, under: 0 };
}

/** An unused word at the end of a batch: step 1, rows 0, 1, 2, quantity 0. */
export function paddingWord(): WordOpening {
  const entries = [0, 1, 2].map((row) => ({ row: AUXILIARY_BASE + row, quantity: 0n }));
  return { entries, step: 1 };
}

/** Root, tree and transcript of a batch: what is fixed before gamma. */
export function commitBatch(opening: BatchOpening, hash: Hash = poseidon): CommittedBatch {
  const slots: bigint[] = [];
  let prev = 0n;
  for (const [i, block] of opening.blocks.entries()) {
    const meta = leafMeta(block, block.first);
    prev = blockHash(block.first ? block.identity : prev, block.entries, meta, hash);
    const last = opening.blocks[i + 1]?.first ?? 1;
    slots.push(last ? prev : 0n);
  }
  const levels = batchTree(slots, hash);
  const words = opening.words.map((word) => packAuxiliaryWord(word.entries, word.step));
  const transcript = sponge(TAG.TRANSCRIPT, [...words, ...opening.blinds], hash);
  return { root: levels.at(-1)![0]!, transcript, levels };
}

/** alpha = gamma^(2^14): the weight of account u of batch b is alpha^(u + 2^14 b). */
export function alphaOf(gamma: bigint): bigint {
  return power(gamma, 1n << BigInt(COLUMN_BITS));
}

/** Weight that is applied to batch b's w outside the batch circuit: alpha^(2^14 b). */
export function batchWeight(gamma: bigint, batch: number): bigint {
  return power(alphaOf(gamma), BigInt(batch) << BigInt(COLUMN_BITS));
}

/** Sums over one batch by row: plain (`totals`) and weighted by alpha^u (`weights`, in the field, without alpha^(2^14 b)). */
export interface BatchSums {
  readonly totals: ReadonlyMap<number, bigint>;
  readonly weights: ReadonlyMap<number, bigint>;
}

/** Totals include BLIND (blind0); weights include FREE and BLIND (blind1). */
export function batchSums(opening: BatchOpening, gamma: bigint): BatchSums {
  const alpha = alphaOf(gamma);
  const totals = new Map<number, bigint>();
  const weights = new Map<number, bigint>();
  const add = (sums: Map<number, bigint>, row: number, term: bigint) =>
    sums.set(row, (sums.get(row) ?? 0n) + term);
  const count = (entries: readonly Entry[], weight: bigint) => {
    for (const { row, quantity } of entries) {
      if (quantity === 0n) continue;
      add(totals, row, quantity);
      add(weights, row, weight * quantity);
    }
  };
  let weight = 1n;
  for (const [i, block] of opening.blocks.entries()) {
    if (i > 0 && block.first) weight = (weight * alpha) % FIELD;
    count(block.entries, weight);
    add(weights, ROW_FREE, weight * (block.under ? -block.free : block.free));
  }
  weight = 1n;
  for (const word of opening.words) {
    if (word.step) weight = (weight * alpha) % FIELD;
    count(word.entries, weight);
  }
  add(totals, ROW_BLIND, opening.blinds[0]);
  add(weights, ROW_BLIND, opening.blinds[1]);
  for (const [row, sum] of weights) weights.set(row, toField(sum));
  return { totals, weights };
}

/** sum over rows of value / (beta - row), in the field. */
export function fractionSum(values: ReadonlyMap<number, bigint>, beta: bigint): bigint {
  const rows = [...values.keys()];
  const poles = inverses(rows.map((row) => beta - BigInt(row)));
  return rows.reduce((sum, row, i) => (sum + toField(values.get(row)!) * poles[i]!) % FIELD, 0n);
}

/** The two sums of fractions that a batch proof shows: t and w (w without the weight of the batch). */
export function batchFractions(sums: BatchSums, beta: bigint): { t: bigint; w: bigint } {
  return { t: fractionSum(sums.totals, beta), w: fractionSum(sums.weights, beta) };
}
