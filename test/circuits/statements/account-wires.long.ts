import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../../verifier/src/constants.ts";
import { toField } from "../../../verifier/src/field.ts";
import { accountInputsOf, FULL, holdingsOf, judgedAccount } from "../../support/account-circuit.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const random = seeded("account wires");
const { opening, request } = judgedAccount(random, holdingsOf(FULL));

describe("row 16: wires of account-1", () => {
  let circuit: Circuit;
  let honest: bigint[];
  beforeAll(async () => {
    circuit = await loadCircuit("account-1");
    honest = await circuit.witness(accountInputsOf(opening, request));
  });

  it("are each bound by a constraint: changed alone, every one is rejected", () => {
    const unbound = new Set<string>();
    for (let wire = 1; wire < circuit.wireCount; wire++) {
      for (const value of [honest[wire]! + 1n, honest[wire]! - 1n, 0n, FIELD - 1n, random.element()].map(
        toField,
      )) {
        if (value === honest[wire]) continue;
        const broken = circuit.system.violations(honest.with(wire, value), { limit: 1, touching: [wire] });
        if (broken.length === 0) unbound.add(circuit.signal(wire));
      }
    }
    expect([...unbound]).toEqual([]);
  });

  it("are rejected or show something else when all that follows from one is solved again: inputs, and others by lot", () => {
    const shown = circuit.publicSignals(honest);
    const inputs =
      circuit.system.r1cs.outputs + circuit.system.r1cs.publicInputs + circuit.system.r1cs.privateInputs;
    const drawn = Array.from({ length: 400 }, () => 1 + inputs + random.int(circuit.wireCount - inputs - 1));
    const unseen = new Set<string>();
    for (const wire of [...Array.from({ length: inputs }, (_, i) => 1 + i), ...drawn]) {
      // The first flips what is a bit.
      for (const value of [honest[wire] === 0n ? 1n : honest[wire]! - 1n, random.element()]) {
        const forged = circuit.resolve(honest, { [wire]: value });
        const same = circuit.publicSignals(forged).every((signal, i) => signal === shown[i]);
        if (same && circuit.accepts(forged)) unseen.add(circuit.signal(wire));
      }
    }
    expect([...unseen]).toEqual([]);
  });
});
