import { describe, expect, it } from "vitest";
import { toField } from "../../../verifier/src/field.ts";
import { policyHash } from "../../../verifier/src/policy/matrix.ts";
import type { Shape } from "../../../verifier/src/policy/shape.ts";
import { type Circuit, loadCircuit, type Mutation, replaceOnce } from "../../support/circuit.ts";
import { sumHash, withSumHash } from "../../support/epoch.ts";
import { absurdPolicy } from "../../support/hand-made.ts";
import { seeded } from "../../support/random.ts";
import { coefficientInputs, SHAPES, shapeParameters } from "../../support/shapes.ts";

const hashOf = (name: string, shape: Shape, ...mutate: Mutation[]): Promise<Circuit> =>
  loadCircuit({
    name: `policy-hash-${name}`,
    file: "lib/policy-hash.circom",
    template: "PolicyHash",
    parameters: shapeParameters(shape),
    mutate,
  });

describe("PolicyHash", () => {
  it("agrees with the reference on random policies of several groups", async () => {
    const shape = SHAPES["two-groups"];
    const circuit = await hashOf("two-groups", shape);
    for (let i = 0; i < 3; i++) {
      const policy = absurdPolicy(seeded(`hash ${i}`), shape, 96);
      const witness = await circuit.witness(coefficientInputs(policy));
      expect(circuit.outputs(witness)).toEqual({ out: policyHash(policy) });
    }
  });

  it("puts the same lists into its sponges as the reference, in every shape", async () => {
    for (const [name, shape] of Object.entries(SHAPES)) {
      const circuit = await hashOf(`sum-${name}`, shape, withSumHash);
      const policy = absurdPolicy(seeded(`lists ${name}`), shape, 96);
      const witness = await circuit.witness(coefficientInputs(policy));
      expect(circuit.outputs(witness)).toEqual({ out: policyHash(policy, sumHash) });
    }
  });

  it("depends on every coefficient", async () => {
    const shape = SHAPES["two-groups"];
    const circuit = await hashOf("two-groups", shape);
    const inputs = coefficientInputs(absurdPolicy(seeded("every coefficient"), shape));
    const honest = circuit.outputs(await circuit.witness(inputs)).out;
    const assets = inputs.assetCoefficients as bigint[][];
    const group = inputs.groupCoefficients as bigint[];
    const changed = [
      ...assets.flatMap((row, k) =>
        row.map((c, i) => ({ ...inputs, assetCoefficients: assets.with(k, row.with(i, toField(c + 1n))) })),
      ),
      ...group.map((c, i) => ({ ...inputs, groupCoefficients: group.with(i, toField(c + 1n)) })),
    ];
    expect(changed).toHaveLength(3 * 5 + (2 * 8 + 2 + 5) + (7 + 2 + 2 * 4));
    const hashes = await Promise.all(
      changed.map(async (other) => circuit.outputs(await circuit.witness(other)).out),
    );
    expect(new Set([honest, ...hashes]).size).toBe(1 + changed.length);
  });

  it("tells shapes of equal size apart (mutant: hedged assets not absorbed)", async () => {
    const [first, second] = SHAPES["two-groups"].groups;
    const other = { assets: 3, groups: [{ ...first!, hedges: [1] }, second!] };
    const inputs = coefficientInputs(absurdPolicy(seeded("shapes"), other));
    const collide = async (name: string, ...mutate: Mutation[]) => {
      const [one, two] = await Promise.all([
        hashOf(`${name}-2`, SHAPES["two-groups"], withSumHash, ...mutate),
        hashOf(`${name}-1`, other, withSumHash, ...mutate),
      ]);
      const hashes = [await one.witness(inputs), await two.witness(inputs)];
      return one.outputs(hashes[0]!).out === two.outputs(hashes[1]!).out;
    };
    const file = "circuits/lib/policy-hash.circom";
    const unabsorbed = replaceOnce(file, "<== hedgedAssets[hedge];", "<== 0;");
    expect(await collide("hedged-by")).toBe(false);
    expect(await collide("hedged-by-any", unabsorbed)).toBe(true);
  });

  it("tells tiers apart by their asset, and from links (mutants: assets, or the mark before tiers, not absorbed)", async () => {
    const file = "circuits/lib/policy-hash.circom";
    const [group] = SHAPES["no-hedges"].groups;
    const shapeOf = (asset: number): Shape => ({
      assets: 2,
      groups: [group!],
      tiers: [{ asset, portions: 1 }],
    });
    const inputs = coefficientInputs(absurdPolicy(seeded("tiered shapes"), shapeOf(0)));
    const hashes = (...mutate: Mutation[]) =>
      Promise.all(
        [0, 1].map(async (asset) => {
          const circuit = await hashOf(`tiers-of-${asset}`, shapeOf(asset), withSumHash, ...mutate);
          return circuit.outputs(await circuit.witness(inputs)).out;
        }),
      );
    const [first, second] = await hashes();
    expect(first).not.toBe(second);
    const [one, other] = await hashes(replaceOnce(file, "<== tiers[i][0];", "<== 0;"));
    expect(one).toBe(other);
    const unmarked = replaceOnce(
      file,
      "policy.in[at] <== groups;\n        at++;",
      "policy.in[at] <== 0;\n        at++;",
    );
    expect((await hashes(unmarked))[0]).not.toBe(first);
  });
});
