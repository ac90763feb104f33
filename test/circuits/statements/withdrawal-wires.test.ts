import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../../verifier/src/constants.ts";
import { toField } from "../../../verifier/src/field.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import { accountInBatch, inputsOf, randomRequest } from "../../support/withdrawal.ts";

const random = seeded("withdrawal wires");
const account = accountInBatch(random, {
  holdings: [1, 4, 4, 5, 9, 30_000].map((row) => ({ row, quantity: 1n + random.bits(60) })),
  free: 12_345n,
});
const request = randomRequest(random, { asset: 2, amount: 2n, charge: 12_000_000n });

/** What a wire is changed to. */
const EDITS: readonly ((value: bigint) => bigint)[] = [
  (value) => value + 1n,
  (value) => value - 1n,
  () => 0n,
  () => FIELD - 1n,
  () => random.element(),
];

describe("row 16: every wire of withdrawal-1", () => {
  let circuit: Circuit;
  let honest: bigint[];
  beforeAll(async () => {
    circuit = await loadCircuit("withdrawal-1");
    honest = await circuit.witness(inputsOf(account, request, 1));
  });

  it("is bound by a constraint: changed alone, it is rejected", () => {
    const unbound = new Set<string>();
    for (let wire = 1; wire < circuit.wireCount; wire++) {
      for (const edit of EDITS) {
        const value = toField(edit(honest[wire]!));
        if (value === honest[wire]) continue;
        const forged = honest.with(wire, value);
        const broken = circuit.system.violations(forged, { limit: 1, touching: [wire] });
        if (broken.length === 0) unbound.add(circuit.signal(wire));
      }
    }
    expect([...unbound]).toEqual([]);
  });
});
