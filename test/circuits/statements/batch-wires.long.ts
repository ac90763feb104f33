import { expect, it } from "vitest";
import { batchInputs, randomBatch } from "../../support/batch.ts";
import { loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import { unseenWires } from "../../support/unseen-wires.ts";

it("row 16: every wire changed and all that follows from it solved again is rejected or shows something else", async () => {
  const random = seeded("wires, solved again");
  const circuit = await loadCircuit({
    name: "batch-2-2",
    file: "statements/batch.circom",
    template: "Batch",
    parameters: [2, 2],
    public: ["gamma", "beta"],
  });
  const opening = randomBatch(random, 2, 2);
  const [first, second] = opening.blocks;
  const inputs = batchInputs({
    ...opening,
    blocks: [
      { ...first!, first: 1 },
      { ...second!, first: 1 },
    ],
  });
  const honest = await circuit.witness(inputs);
  // Both blocks begin an account here, so nothing is on the list.
  expect(unseenWires(circuit, honest, random)).toEqual([]);
});
