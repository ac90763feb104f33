import { expect, it } from "vitest";
import { listInstances } from "../../../prover/src/build/instances.ts";
import { batchInputs, batchSignals, randomBatch } from "../../support/batch.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const batch = (blocks: number, words: number): Promise<Circuit> =>
  loadCircuit({
    name: `batch-${blocks}-${words}`,
    file: "statements/batch.circom",
    template: "Batch",
    parameters: [blocks, words],
    public: ["gamma", "beta"],
  });

it("costs at most 930 constraints a block, 305 a word and 1,900 besides", async () => {
  // 16 blocks more are one full tree node more, 14 words more one full chunk of the sponge more.
  const base = (await batch(16, 11)).constraintCount;
  const perBlock = ((await batch(32, 11)).constraintCount - base) / 16;
  const perWord = ((await batch(16, 25)).constraintCount - base) / 14;
  expect(perBlock).toBeLessThanOrEqual(930);
  expect(perWord).toBeLessThanOrEqual(305);
  expect(base - 16 * perBlock - 11 * perWord).toBeLessThanOrEqual(1900);
});

it("the demo's batch fits a domain of 2^15 and shows what the reference says", async () => {
  const instance = listInstances().find(
    ({ file, sets }) => file.endsWith("batch.circom") && sets.includes("demo"),
  )!;
  const circuit = await loadCircuit(instance.name);
  const signals = circuit.system.r1cs.outputs + circuit.system.r1cs.publicInputs;
  expect(circuit.constraintCount).toBeLessThanOrEqual(32_700);
  expect(circuit.constraintCount + signals + 1).toBeLessThanOrEqual(2 ** 15);
  const [blocks, words] = instance.parameters as [number, number];
  const opening = randomBatch(seeded("demo batch"), blocks, words);
  expect(circuit.outputs(await circuit.witness(batchInputs(opening)))).toEqual(batchSignals(opening));
});
