import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../../verifier/src/constants.ts";
import { poseidon } from "../../../verifier/src/poseidon.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const ARITIES = [3, 4, 5, 15, 16] as const;
// Constraints of circomlib's own template after --O2.
const COSTS = { 3: 261, 4: 297, 5: 321, 15: 573, 16: 609 } as const;

const ours = (arity: number): Promise<Circuit> =>
  loadCircuit({
    name: `poseidon-${arity}`,
    file: "lib/poseidon.circom",
    template: "Poseidon",
    parameters: [arity],
  });

const circomlibs = (arity: number): Promise<Circuit> =>
  loadCircuit({
    name: `circomlib-poseidon-${arity}`,
    source: `pragma circom 2.2.0;
include "circomlib/circuits/poseidon.circom";
component main = Poseidon(${arity});
`,
  });

describe.each(ARITIES)("Poseidon(%i)", (arity) => {
  const random = seeded(`poseidon ${arity}`);
  const inputs = {
    zeros: Array.from({ length: arity }, () => 0n),
    ones: Array.from({ length: arity }, () => 1n),
    largest: Array.from({ length: arity }, () => FIELD - 1n),
    random: Array.from({ length: arity }, () => random.element()),
    "random again": Array.from({ length: arity }, () => random.element()),
  };
  let circuit: Circuit;
  let library: Circuit;
  beforeAll(async () => {
    circuit = await ours(arity);
    library = await circomlibs(arity);
  });

  it("rejects another output, and an S-box output of another value", async () => {
    const honest = await circuit.witness({ inputs: inputs.random });
    for (const wire of ["main.out", "main.full5[3][1]", "main.partial2[7]"]) {
      if (!circuit.hasWire(wire)) continue;
      const forged = circuit.resolve(honest, { [wire]: circuit.value(honest, wire) + 1n });
      expect(circuit.accepts(forged), wire).toBe(false);
    }
  });

  it.each(Object.entries(inputs))("equals the reference and circomlib's circuit on %s", async (_, values) => {
    const { out } = circuit.outputs(await circuit.witness({ inputs: values }));
    expect(out).toBe(library.outputs(await library.witness({ inputs: values })).out);
    expect(out).toBe(poseidon(values));
  });

  it("costs what circomlib's costs", () => {
    expect(circuit.constraintCount).toBe(COSTS[arity]);
    expect(circuit.constraintCount).toBe(library.constraintCount);
  });
});
