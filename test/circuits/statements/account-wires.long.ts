import { beforeAll, describe, expect, it } from "vitest";
import { FIELD, PUBLIC_SIGNALS } from "../../../verifier/src/constants.ts";
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
      const others = wire % 20 === 0 ? [honest[wire]! - 1n, 0n, FIELD - 1n, random.element()] : [];
      for (const value of [honest[wire]! + 1n, ...others].map(toField)) {
        if (value === honest[wire]) continue;
        const broken = circuit.system.violations(honest.with(wire, value), { limit: 1, touching: [wire] });
        if (broken.length === 0) unbound.add(circuit.signal(wire));
      }
    }
    expect([...unbound]).toEqual([]);
  });

  it("are rejected or show something else when all that follows from one is solved again: two of each signal in and out, others by lot", () => {
    const shown = circuit.publicSignals(honest);
    const { outputs, publicInputs, privateInputs } = circuit.system.r1cs;
    const ends = outputs + publicInputs + privateInputs;
    const byName = Map.groupBy(
      Array.from({ length: ends }, (_, i) => 1 + i),
      (wire) => circuit.signal(wire).replace(/\[.*/, ""),
    );
    const some = [...byName.values()].flatMap((wires) => [0, 1].map(() => wires[random.int(wires.length)]!));
    const drawn = Array.from({ length: 20 }, () => 1 + ends + random.int(circuit.wireCount - ends - 1));
    const unseen = new Set<string>();
    for (const wire of new Set([...some, ...drawn])) {
      // The first flips what is a bit.
      for (const value of [honest[wire] === 0n ? 1n : honest[wire]! - 1n, random.element()]) {
        const forged = circuit.resolve(honest, { [wire]: value });
        const same = circuit.publicSignals(forged).every((signal, i) => signal === shown[i]);
        if (same && circuit.accepts(forged)) unseen.add(circuit.signal(wire));
      }
    }
    expect(byName.size).toBeGreaterThan(PUBLIC_SIGNALS.account.length);
    expect([...unseen]).toEqual([]);
  });
});
