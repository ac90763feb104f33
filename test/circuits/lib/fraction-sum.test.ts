import { beforeAll, describe, expect, it } from "vitest";
import { fractionSum } from "../../../verifier/src/encodings/batch.ts";
import { succeedsOnlyWithout } from "../../support/attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const spec = {
  name: "fraction-sum-3",
  file: "lib/fraction-sum.circom",
  template: "FractionSum",
  parameters: [3],
} as const;
const random = seeded("fraction sum");
const inputs = {
  row: [0n, 32_767n, 131_071n],
  quantity: [random.bits(64), 0n, (1n << 64n) - 1n],
  beta: random.element(),
};

describe("FractionSum", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(spec);
  });

  it("rejects a fraction that is not quantity / (beta - row) (mutant: hint without its constraint)", async () => {
    const mutant = await loadCircuit({
      ...spec,
      name: "fraction-sum-3-any",
      mutate: replaceOnce("circuits/lib/fraction.circom", "out * (beta - row) === quantity;", ""),
    });
    const forge = async (target: Circuit): Promise<bigint[]> => {
      const honest = await target.solve(inputs);
      const wire = "main.fraction[1].out";
      return target.hasWire(wire)
        ? target.resolve(honest, { [wire]: 1n })
        : target.edit(honest, { "main.out": target.value(honest, "main.out") + 1n });
    };
    await succeedsOnlyWithout(circuit, mutant, forge);
  });

  it("leaves the fraction open only where beta is the row itself, which the verifier refuses below 2^19", async () => {
    const atPole = { ...inputs, beta: 32_767n };
    const honest = await circuit.solve(atPole);
    expect(circuit.accepts(honest)).toBe(true);
    const forged = circuit.resolve(honest, { "main.fraction[1].out": 1n });
    expect(circuit.accepts(forged)).toBe(true);
    expect(circuit.outputs(forged)).not.toEqual(circuit.outputs(honest));
  });

  it("equals the reference, one constraint an entry", async () => {
    const { out } = circuit.outputs(await circuit.witness(inputs));
    const sums = new Map(inputs.row.map((row, k) => [Number(row), inputs.quantity[k]!]));
    expect(out).toBe(fractionSum(sums, inputs.beta));
    expect(circuit.constraintCount).toBe(3);
  });
});
