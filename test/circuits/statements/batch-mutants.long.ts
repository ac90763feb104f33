import { beforeAll, describe, expect, it } from "vitest";
import type { BatchOpening } from "../../../verifier/src/encodings/batch.ts";
import { BETA, batchInputs, batchSignals, GAMMA, randomBatch } from "../../support/batch.ts";
import { type Circuit, loadCircuit, type Mutation, replaceOnce } from "../../support/circuit.ts";
import { sumHash, withSumHash } from "../../support/epoch.ts";
import { seeded } from "../../support/random.ts";

const BATCH = "circuits/statements/batch.circom";
const BLOCK = "circuits/lib/holding-block.circom";
const WORD = "circuits/lib/auxiliary-word.circom";

// Row 17: slips of the pen that break no constraint and leave no witness out; what they show is wrong.
const SLIPS: readonly [string, string, string, string, readonly string[]][] = [
  [
    "alpha of 13 squarings",
    BATCH,
    "RepeatedSquare(COLUMN_BITS())",
    "RepeatedSquare(COLUMN_BITS() - 1)",
    ["w"],
  ],
  [
    "words weighed by gamma",
    BATCH,
    "AccountWeights(X)(alpha, step)",
    "AccountWeights(X)(gamma, step)",
    ["w"],
  ],
  ["surplus not weighed", BATCH, "blockWeight[i] * block[i].surplus", "block[i].surplus", ["w"]],
  ["holdings not weighed", BATCH, "blockWeight[i] * blockSum[i]", "blockSum[i]", ["w"]],
  ["auxiliaries not in t", BATCH, "plain += wordSum[i];", "", ["t"]],
  ["auxiliaries not in w", BATCH, "weighted += weightedWord[i];", "", ["w"]],
  [
    "surplus at the blinds' pole",
    BATCH,
    "(surplus, ROW_FREE(), beta)",
    "(surplus, ROW_BLIND(), beta)",
    ["w"],
  ],
  ["t blinded at FREE", BATCH, "(blind[0], ROW_BLIND(), beta)", "(blind[0], ROW_FREE(), beta)", ["t"]],
  ["one blind for t and w", BATCH, "(blind[1], ROW_BLIND(), beta)", "(blind[0], ROW_BLIND(), beta)", ["w"]],
  ["transcript without blind2", BATCH, "<== blind[k];", "<== blind[k % 2];", ["transcript"]],
  ["no account has an end", BATCH, "tree.slot[i] <== block[i].slot", "tree.slot[i] <== block[i].h", ["root"]],
  ["under not signed", BLOCK, "(1 - 2 * under) * free", "(1 - under) * free", ["w"]],
  ["words of a block swapped", BLOCK, "[prev, word0, word1, meta]", "[prev, word1, word0, meta]", ["root"]],
  ["first beside its bit", BLOCK, "first * 2 ** FIRST_BIT()", "first * 2 ** UNDER_BIT()", ["root"]],
  ["auxiliaries at stored rows", WORD, "row[k] + AUXILIARY_BASE()", "row[k]", ["transcript", "t", "w"]],
  ["step beside its bit", WORD, "step * 2 ** STEP_BIT()", "step * 2 ** (STEP_BIT() - 1)", ["transcript"]],
];

/** Two accounts, the first of two blocks, both with something in each place. */
function batch(): BatchOpening {
  const opening = randomBatch(seeded("slips"), 3, 2);
  const flags = [1, 0, 1] as const;
  const blocks = opening.blocks.map((block, i) => {
    const last = (flags[i + 1] ?? 1) === 1;
    return {
      ...block,
      first: flags[i]!,
      free: last ? 1000n + BigInt(i) : 0n,
      under: (i === 1 ? 1 : 0) as 0 | 1,
    };
  });
  return { ...opening, blocks, words: opening.words.map((word, i) => ({ ...word, step: i as 0 | 1 })) };
}

describe("row 17: a slip in the batch's sources shows something else than the reference", () => {
  const opening = batch();
  // Slips are in what is put into hashes: one that adds up with weights shows them as well, and compiles ten times as fast.
  const shown = batchSignals(opening, GAMMA, BETA, sumHash);
  const load = (name: string, mutate: Mutation[]): Promise<Circuit> =>
    loadCircuit({
      name,
      file: "statements/batch.circom",
      template: "Batch",
      parameters: [3, 2],
      public: ["gamma", "beta"],
      mutate: [withSumHash, ...mutate],
    });
  const differing = async (circuit: Circuit): Promise<string[]> => {
    const outputs = circuit.outputs(await circuit.witness(batchInputs(opening)));
    return Object.keys(shown).filter((name) => outputs[name] !== shown[name]);
  };
  beforeAll(async () => {
    expect(await differing(await load("batch-3-2-sum", []))).toEqual([]);
  });

  it.each(SLIPS)("%s", async (name, path, from, to, changed) => {
    const stem = `batch-3-2-sum-${name.toLowerCase().replaceAll(/\W+/g, "-")}`;
    expect(await differing(await load(stem, [replaceOnce(path, from, to)]))).toEqual(changed);
  });
});
