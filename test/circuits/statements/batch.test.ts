import { beforeAll, describe, expect, it } from "vitest";
import { MAX_QUANTITY, PUBLIC_SIGNALS } from "../../../verifier/src/constants.ts";
import type { BatchOpening } from "../../../verifier/src/encodings/batch.ts";
import { paddingBlock, paddingWord } from "../../../verifier/src/encodings/batch.ts";
import { auxiliaries, batchInputs, batchSignals, block, holdings, randomBatch } from "../../support/batch.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const random = seeded("batch");

/** Largest quantity everywhere, all blocks one account, rows as high as they go. */
function fullBatch(): BatchOpening {
  const top = Array.from({ length: 6 }, (): [number, bigint] => [(1 << 15) - 1, MAX_QUANTITY]);
  const words = Array.from({ length: 8 }, (_, i) =>
    [0, 1, 2].map((k): [number, bigint] => [32_740 + 3 * i + k, MAX_QUANTITY]),
  );
  return {
    blocks: [1, 0, 0, 0].map((first, i) =>
      block({
        first: first as 0 | 1,
        entries: holdings(...top),
        ...(i === 3 ? { free: MAX_QUANTITY, under: 1 } : {}),
      }),
    ),
    words: words.map((entries) => ({ entries: auxiliaries(...entries), step: 0 })),
    blinds: [0n, 0n, 0n],
  };
}

const paddingOnly: BatchOpening = {
  blocks: Array.from({ length: 4 }, paddingBlock),
  words: [{ ...paddingWord(), step: 0 }, ...Array.from({ length: 7 }, paddingWord)],
  blinds: [random.element(), random.element(), random.element()],
};

describe("Batch(4, 8)", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit("batch-4-8");
  });

  it.each([
    ["more slots than the tree has", [4097, 1]],
    ["2^14 + 1 words", [1, (1 << 14) + 1]],
    ["no word", [1, 0]],
  ])("row 42: does not compile with %s", async (_, parameters) => {
    const spec = { file: "statements/batch.circom", template: "Batch", public: ["gamma", "beta"] };
    const name = `batch-${parameters.join("-")}`;
    await expect(loadCircuit({ ...spec, name, parameters })).rejects.toThrow(/assert/i);
  });

  it("has its public signals in the order of the table", async () => {
    const names = PUBLIC_SIGNALS.batch.map((_, i) => circuit.signal(1 + i).replace("main.", ""));
    expect(names).toEqual(PUBLIC_SIGNALS.batch);
    const { outputs, publicInputs } = circuit.system.r1cs;
    expect(outputs + publicInputs).toBe(PUBLIC_SIGNALS.batch.length);
  });

  it.each([
    ["random accounts", randomBatch(random, 4, 8)],
    ["other random accounts", randomBatch(random, 4, 8)],
    ["the largest numbers", fullBatch()],
    ["padding only", paddingOnly],
  ])("shows what the reference says of %s", async (_, opening) => {
    const [gamma, beta] = [random.element(), random.element()];
    const witness = await circuit.witness(batchInputs(opening, gamma, beta));
    expect(circuit.outputs(witness)).toEqual(batchSignals(opening, gamma, beta));
    expect(circuit.publicSignals(witness).slice(4)).toEqual([gamma, beta]);
  });

  it("hides nothing but by its blinds: each changes its own signals only", async () => {
    const opening = randomBatch(random, 4, 8);
    const [b0, b1, b2] = opening.blinds;
    const shown = circuit.outputs(await circuit.witness(batchInputs(opening)));
    for (const [blinds, changed] of [
      [
        [b0 + 1n, b1, b2],
        ["transcript", "t"],
      ],
      [
        [b0, b1 + 1n, b2],
        ["transcript", "w"],
      ],
      [[b0, b1, b2 + 1n], ["transcript"]],
    ] as const) {
      const other = circuit.outputs(await circuit.witness(batchInputs({ ...opening, blinds })));
      expect(Object.keys(shown).filter((name) => other[name] !== shown[name])).toEqual(changed);
    }
  });
});
