import { expect, it } from "vitest";
import { loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import { unseenWires } from "../../support/unseen-wires.ts";
import { accountInBatch, inputsOf, randomRequest } from "../../support/withdrawal.ts";

it("row 16: every wire of withdrawal-1 changed and all that follows from it solved again is rejected or shows something else", async () => {
  const random = seeded("withdrawal wires, solved again");
  const circuit = await loadCircuit("withdrawal-1");
  const account = accountInBatch(random, {
    holdings: [1, 4, 5, 9, 30_000, 31_000].map((row) => ({ row, quantity: 1n + random.bits(60) })),
    free: 12_345n,
  });
  const request = randomRequest(random, { asset: 2, amount: 1n, charge: 12_000_000n });
  const honest = await circuit.witness(inputsOf(account, request, 1));
  expect(unseenWires(circuit, honest, random)).toEqual([]);
});
