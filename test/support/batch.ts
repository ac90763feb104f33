import type { CircuitInputs } from "../../prover/src/proving/witness.ts";
import { AUXILIARY_BASE } from "../../verifier/src/constants.ts";
import type { BatchOpening, BlockOpening, WordOpening } from "../../verifier/src/encodings/batch.ts";
import { batchFractions, batchSums, commitBatch } from "../../verifier/src/encodings/batch.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import type { Hash } from "../../verifier/src/poseidon.ts";
import type { Random } from "./random.ts";

export const GAMMA = 0x1234567890abcdef1234567890abcdef1234567890abcdefn;
export const BETA = 0xfedcba0987654321fedcba0987654321fedcba0987654321n;

/** Entries as rows and quantities, filled up with empty ones. */
export function holdings(...entries: readonly [row: number, quantity: bigint][]): Entry[] {
  const block: Entry[] = entries.map(([row, quantity]) => ({ row, quantity }));
  while (block.length < 6) block.push({ row: 0, quantity: 0n });
  return block;
}

/** Three auxiliaries by their stored rows (less 2^15). */
export function auxiliaries(...entries: readonly [stored: number, quantity: bigint][]): Entry[] {
  return entries.map(([stored, quantity]) => ({ row: AUXILIARY_BASE + stored, quantity }));
}

export function block(part: Partial<BlockOpening> = {}): BlockOpening {
  return { entries: holdings(), first: 1, identity: 0n, free: 0n, under: 0, ...part };
}

/** Inputs of the batch circuit. Rows of auxiliaries are stored less 2^15, and nothing is checked. */
export function batchInputs(opening: BatchOpening, gamma = GAMMA, beta = BETA): Record<string, InputTree> {
  const { blocks, words, blinds } = opening;
  return {
    row: blocks.map(({ entries }) => entries.map(({ row }) => row)),
    quantity: blocks.map(({ entries }) => entries.map(({ quantity }) => quantity)),
    first: blocks.map(({ first }) => first),
    identity: blocks.map(({ identity }) => identity),
    free: blocks.map(({ free }) => free),
    under: blocks.map(({ under }) => under),
    auxiliaryRow: words.map(({ entries }) => entries.map(({ row }) => row - AUXILIARY_BASE)),
    auxiliaryQuantity: words.map(({ entries }) => entries.map(({ quantity }) => quantity)),
    step: words.map(({ step }) => step),
    blind: [...blinds],
    gamma,
    beta,
  };
}

export type InputTree = CircuitInputs[string];

/** What the reference says that a batch shows. */
export function batchSignals(
  opening: BatchOpening,
  gamma = GAMMA,
  beta = BETA,
  hash?: Hash,
): Record<string, bigint> {
  const { root, transcript } = commitBatch(opening, hash);
  const { t, w } = batchFractions(batchSums(opening, gamma), beta);
  return { root, transcript, t, w };
}

/** A random batch of accounts of one block and more, one word and more, with padding words where blocks run out. */
export function randomBatch(random: Random, blocks: number, words: number): BatchOpening {
  const randomBlocks: BlockOpening[] = [];
  for (let i = 0; i < blocks; i++) {
    const first = i === 0 ? 1 : random.flag();
    randomBlocks.push(block({ first, identity: random.element(), entries: randomHoldings(random) }));
  }
  for (const [i, opened] of randomBlocks.entries()) {
    const last = randomBlocks[i + 1]?.first ?? 1;
    if (last) randomBlocks[i] = { ...opened, free: random.bits(64), under: random.flag() };
  }
  const randomWords: WordOpening[] = [];
  let stored = 0;
  for (let i = 0; i < words; i++) {
    const step = i === 0 ? 0 : random.flag();
    if (step) stored = 0;
    const rows = [0, 1, 2].map(() => {
      stored += 1 + random.int(9);
      return stored;
    });
    const entries = auxiliaries(...rows.map((row): [number, bigint] => [row, random.bits(64)]));
    randomWords.push({ entries, step });
  }
  const blinds = [random.element(), random.element(), random.element()] as const;
  return { blocks: randomBlocks, words: randomWords, blinds };
}

function randomHoldings(random: Random): Entry[] {
  return Array.from({ length: 6 }, () => ({ row: random.int(1 << 15), quantity: random.bits(64) }));
}
