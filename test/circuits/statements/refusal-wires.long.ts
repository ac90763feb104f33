import { expect, it } from "vitest";
import { loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import { leafInBatch, refusalInputsOf } from "../../support/refusal-circuit.ts";
import { unseenWires } from "../../support/unseen-wires.ts";

it("row 16: every wire of refusal-1 changed and all that follows from it solved again is rejected or shows something else", async () => {
  const random = seeded("refusal wires");
  const circuit = await loadCircuit("refusal-1");
  const leaf = leafInBatch(random, {
    holdings: [1, 4, 4, 5, 9, 30_000].map((row) => ({ row, quantity: 1n + random.bits(60) })),
    free: 12_345n,
  });
  const demand = { asset: 2, amount: 1n << 65n, charge: 12_346_000_000n };
  const honest = await circuit.witness(refusalInputsOf(leaf, demand, 1));
  expect(unseenWires(circuit, honest, random)).toEqual([]);
});
