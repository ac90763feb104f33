import { describe, expect, it } from "vitest";
import { AUXILIARY_BASE, COARSE_SHIFT, FIELD } from "../../../verifier/src/constants.ts";
import { toField } from "../../../verifier/src/field.ts";
import { rowPolynomials } from "../../../verifier/src/policy/matrix.ts";
import { layoutOf, type Shape } from "../../../verifier/src/policy/shape.ts";
import { acceptsInputs, succeedsOnlyWithout } from "../../support/attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";
import { absurdPolicy } from "../../support/hand-made.ts";
import { seeded } from "../../support/random.ts";
import { coefficientInputs, SHAPES, shapeParameters } from "../../support/shapes.ts";

const rowsOf = (name: string, shape: Shape): Promise<Circuit> =>
  loadCircuit({
    name: `row-polynomials-${name}`,
    file: "lib/row-polynomials.circom",
    template: "RowPolynomials",
    parameters: shapeParameters(shape),
  });

describe("RowPolynomials", () => {
  it.each(Object.entries(SHAPES))(
    "agrees with the reference on random policies of shape %s",
    async (name, shape) => {
      const circuit = await rowsOf(name, shape);
      const { holdings, auxiliaries, roles } = layoutOf(shape);
      const portions = new Set(roles.filter(({ role }) => role.kind === "portion").map(({ row }) => row));
      for (let i = 0; i < 3; i++) {
        const random = seeded(`rows ${name} ${i}`);
        const policy = absurdPolicy(random, shape, 96);
        const gamma = random.element();
        const out = circuit.outputs(await circuit.witness({ ...coefficientInputs(policy), gamma }));
        const expected = rowPolynomials(policy, gamma);
        for (let row = 0; row < holdings; row++) expect(out[`holding[${row}]`]).toBe(expected.get(row));
        for (let n = 0; n < auxiliaries / 2; n++) {
          const fine = AUXILIARY_BASE + 2 * n;
          expect(out[`auxiliary[${n}]`]).toBe(expected.get(fine));
          const twin = toField(out[`auxiliary[${n}]`]! << COARSE_SHIFT);
          expect(expected.get(fine + 1)).toBe(portions.has(fine) ? undefined : twin);
        }
        expect(out.initial).toBe((gamma * gamma) % FIELD);
      }
    },
  );

  it.each(["tiny", "fed", "tiered"] as const)("rejects every wire moved by one in shape %s", async (name) => {
    const circuit = await rowsOf(name, SHAPES[name]);
    const random = seeded("rows");
    const inputs = { ...coefficientInputs(absurdPolicy(random, SHAPES[name])), gamma: random.element() };
    const witness = await circuit.witness(inputs);
    for (let wire = 1; wire < circuit.wireCount; wire++) {
      const forged = circuit.edit(witness, { [wire]: toField(witness[wire]! + 1n) });
      expect(circuit.accepts(forged), circuit.signal(wire)).toBe(false);
    }
  });
});

describe("AssetRows", () => {
  const withValue = (value: bigint) => ({
    coefficients: [toField(value), 1n, 2n, 3n, 4n],
    maintenance: 5n,
    initial: 25n,
  });

  it("rejects a value of 2^96 and of -1 (mutant: value without its range), and takes 0 and 2^96 - 1", async () => {
    const template = { file: "lib/asset-rows.circom", template: "AssetRows", parameters: [] };
    const circuit = await loadCircuit({ name: "asset-rows", ...template });
    const range = "_ <== Bits(COEFFICIENT_BITS())(coefficients[0]);";
    const mutate = replaceOnce(`circuits/${template.file}`, range, "");
    const mutant = await loadCircuit({ name: "asset-rows-any-value", ...template, mutate });
    for (const value of [1n << 96n, -1n]) {
      await succeedsOnlyWithout(circuit, mutant, (target) => target.solve(withValue(value)));
    }
    for (const value of [0n, (1n << 96n) - 1n]) {
      expect(await acceptsInputs(circuit, withValue(value))).toBe(true);
    }
  });
});
