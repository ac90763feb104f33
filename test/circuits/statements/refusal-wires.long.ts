import { expect, it } from "vitest";
import { loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import { leafInBatch, refusalInputsOf } from "../../support/refusal-circuit.ts";

it("row 16: wires of refusal-1, all in and out and others by lot, changed and all that follows solved again, are rejected or show something else", async () => {
  const random = seeded("refusal wires");
  const circuit = await loadCircuit("refusal-1");
  const leaf = leafInBatch(random, {
    holdings: [1, 4, 4, 5, 9, 30_000].map((row) => ({ row, quantity: 1n + random.bits(60) })),
    free: 12_345n,
  });
  const demand = { asset: 2, amount: 1n << 65n, charge: 12_346_000_000n };
  const honest = await circuit.witness(refusalInputsOf(leaf, demand, 1));
  const shown = circuit.publicSignals(honest);
  const unseen = new Set<string>();
  const { outputs, publicInputs, privateInputs } = circuit.system.r1cs;
  const ends = outputs + publicInputs + privateInputs;
  const drawn = Array.from({ length: 600 }, () => 1 + ends + random.int(circuit.wireCount - ends - 1));
  for (const wire of new Set([...Array.from({ length: ends }, (_, i) => 1 + i), ...drawn])) {
    // The first flips what is a bit.
    for (const value of [honest[wire] === 0n ? 1n : honest[wire]! - 1n, random.element()]) {
      const forged = circuit.resolve(honest, { [wire]: value });
      const same = circuit.publicSignals(forged).every((signal, i) => signal === shown[i]);
      if (same && circuit.accepts(forged)) unseen.add(circuit.signal(wire));
    }
  }
  expect([...unseen]).toEqual([]);
});
