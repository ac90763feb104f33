import { expect, it } from "vitest";
import { loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
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
  const shown = circuit.publicSignals(honest);
  const unseen = new Set<string>();
  for (let wire = 1; wire < circuit.wireCount; wire++) {
    // The first flips what is a bit.
    for (const value of [honest[wire] === 0n ? 1n : honest[wire]! - 1n, random.element()]) {
      const forged = circuit.resolve(honest, { [wire]: value });
      const same = circuit.publicSignals(forged).every((signal, i) => signal === shown[i]);
      if (same && circuit.accepts(forged)) unseen.add(circuit.signal(wire));
    }
  }
  expect([...unseen]).toEqual([]);
});
