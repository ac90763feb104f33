import { beforeAll, describe, expect, it } from "vitest";
import type { Parameter } from "../../../prover/src/build/instances.ts";
import type { InputValue } from "../../../prover/src/proving/witness.ts";
import { PUBLIC_SIGNALS } from "../../../verifier/src/constants.ts";
import { toField } from "../../../verifier/src/field.ts";
import {
  assetCoefficientList,
  groupCoefficientList,
  type PolicyCoefficients,
  policyMatrix,
} from "../../../verifier/src/policy/matrix.ts";
import { layoutOf, shapeNumbers } from "../../../verifier/src/policy/shape.ts";
import { acceptsInputs } from "../../support/attack.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { type EpochStatement, stateEpoch, sumHash, withSumHash } from "../../support/epoch.ts";
import {
  absurdHoldings,
  absurdPolicy,
  batchOf,
  brokenColumns,
  completeByHand,
  FED,
  type HandMadeAccount,
  houseHoldings,
  sufficientClaims,
  TIERED,
  TINY,
} from "../../support/hand-made.ts";
import { type Random, seeded } from "../../support/random.ts";
import { shapeParameters } from "../../support/shapes.ts";
import { unboundWires } from "../../support/unbound-wires.ts";

/** A random exchange that keeps a random policy: `count` accounts and the house, dealt to `batches` batches. */
function randomEpoch(random: Random, policy: PolicyCoefficients, count: number, batches: number) {
  const layout = layoutOf(policy.shape);
  const matrix = policyMatrix(policy);
  const customers = Array.from({ length: count }, () => absurdHoldings(random, layout));
  const accounts = [...customers, houseHoldings(layout, customers)].map((holdings) =>
    completeByHand(layout, matrix, holdings, {
      hedge: (available) => random.below(available + 1n),
      fill: (most) => (random.flag() ? most : random.below(most + 1n)),
      excess: () => random.bits(random.int(30)),
    }),
  );
  const dealt: HandMadeAccount[][] = Array.from({ length: batches }, () => []);
  for (const [u, account] of accounts.entries()) dealt[u % batches]!.push(account);
  const claims = sufficientClaims(layout, accounts, random.bits(random.int(60)));
  return {
    layout,
    matrix,
    accounts,
    parts: { policy, batches: dealt.map((b) => batchOf(random, b)), claims },
  };
}

/** A policy in which everything is worthless and free of charge. */
const WORTHLESS: PolicyCoefficients = absurdPolicy(seeded("nothing"), TINY, 0);

/** Link numbers of a group that feeds nothing and has no extras. */
const PLAIN = [0, 0, 0, 0, 0];
const UNTIERED: Parameter[] = [0, [[0, 0]]];
const SMALL: Parameter[] = [2, 1, [1], [1], [1], [0], [PLAIN]];

/** Names and values of the scalars of an input. */
function paths(name: string, value: InputValue): [string, bigint][] {
  return Array.isArray(value)
    ? value.flatMap((element, i) => paths(`${name}[${i}]`, element))
    : [[name, value as bigint]];
}

/** Copies of a value with one scalar in it moved by one. */
function moved(value: InputValue): InputValue[] {
  if (!Array.isArray(value)) return [toField((value as bigint) + 1n)];
  return value.flatMap((element, i) =>
    moved(element).map((changed) => value.map((other, j) => (j === i ? changed : other))),
  );
}

describe("Epoch", () => {
  let circuit: Circuit;
  let honest: EpochStatement;
  let witness: bigint[];
  beforeAll(async () => {
    circuit = await loadCircuit("epoch-tiny");
    const random = seeded("epoch edits");
    honest = stateEpoch(randomEpoch(random, absurdPolicy(random), 4, 2).parts);
    witness = await circuit.witness(honest.inputs);
  });

  it("rejects inputs moved by one with all that follows from them computed again", async () => {
    const names = Object.entries(honest.inputs).flatMap(([name, value]) => paths(name, value));
    expect(names).toHaveLength(8 + 101);
    for (const [name, value] of Object.entries(honest.inputs)) {
      // Every public signal, and every fifth number of the long private lists.
      const changes = moved(value).filter((_, i) => i % 5 === 0);
      for (const changed of changes) {
        expect(await acceptsInputs(circuit, { ...honest.inputs, [name]: changed }), name).toBe(false);
      }
    }
  });

  it("rejects every wire moved by one", () => {
    expect(unboundWires(circuit, witness, (value) => [value + 1n])).toEqual([]);
  });

  it("rejects a policy, claims and challenges that are not those of the commitments", async () => {
    const random = seeded("another epoch");
    const other = stateEpoch(randomEpoch(random, absurdPolicy(random), 4, 2).parts);
    for (const name of Object.keys(honest.inputs)) {
      // Salts are the same in both, and this shape has no tiers.
      if (name.endsWith("Salt") || name === "tierCoefficients") continue;
      const mixed = { ...honest.inputs, [name]: other.inputs[name]! };
      expect(await acceptsInputs(circuit, mixed), name).toBe(false);
    }
  });

  it("accepts random exchanges under random policies, with the public signals of the reference", async () => {
    for (const [i, [count, batches]] of [
      [0, 1],
      [1, 1],
      [3, 2],
      [7, 4],
      [12, 3],
    ].entries()) {
      const random = seeded(`epoch ${i}`);
      const { layout, matrix, accounts, parts } = randomEpoch(random, absurdPolicy(random), count!, batches!);
      for (const account of accounts) expect(brokenColumns(layout, matrix, account)).toEqual([]);
      const statement = stateEpoch(parts);
      const accepted = await circuit.witness(statement.inputs);
      expect(circuit.publicSignals(accepted)).toEqual(Object.values(statement.signals));
    }
    expect(Object.keys(honest.signals)).toEqual(PUBLIC_SIGNALS.epoch);
  });

  it.each([
    ["whose groups feed each other and have extras", "fed", FED],
    ["whose assets have tiers", "tiered", TIERED],
  ])("accepts random exchanges %s", async (_, name, shape) => {
    const fed = await loadCircuit({
      name: `epoch-${name}-sum-hash`,
      file: "statements/epoch.circom",
      template: "Epoch",
      parameters: shapeParameters(shape),
      public: PUBLIC_SIGNALS.epoch,
      mutate: withSumHash,
    });
    for (const [i, [count, batches]] of [
      [1, 1],
      [6, 3],
    ].entries()) {
      const random = seeded(`${name} epoch ${i}`);
      const { layout, matrix, accounts, parts } = randomEpoch(
        random,
        absurdPolicy(random, shape, 20),
        count!,
        batches!,
      );
      for (const account of accounts) expect(brokenColumns(layout, matrix, account)).toEqual([]);
      const statement = stateEpoch({ ...parts, hash: sumHash });
      const accepted = await fed.witness(statement.inputs);
      expect(fed.publicSignals(accepted)).toEqual(Object.values(statement.signals));
    }
  });

  it("adds up the largest totals that an epoch can have without wrapping", async () => {
    // 2^28 batches of 2^16 entries of 2^64 - 1: no such batches here, but the tables that they would open.
    const most = ((1n << 64n) - 1n) << 44n;
    const policy = WORTHLESS;
    const layout = layoutOf(TINY);
    const totals = new Map([layout.asset(0), layout.asset(1), layout.debt(1)].map((row) => [row, most]));
    const batches = [batchOf(seeded("largest"), [{ holdings: [], auxiliaries: [], surplus: 0n }])];
    const inputs = (claims: readonly bigint[]) =>
      stateEpoch({ policy, batches, claims, sums: [{ totals, weights: new Map() }] }).inputs;
    expect(await acceptsInputs(circuit, inputs([0n, most, 0n]))).toBe(true);
    expect(await acceptsInputs(circuit, inputs([0n, most - 1n, 0n]))).toBe(false);
  });

  it.each<[string, Parameter[]]>([
    ["2^14 + 1 columns", [1, 1, [1], [(1 << 14) - 2], [0], [0], [PLAIN], ...UNTIERED]],
    ["2^15 + 2 holding rows", [1 << 14, 1, [1], [1], [0], [0], [PLAIN], ...UNTIERED]],
    ["2^15 + 6 auxiliary rows", [2, 2, [1, 1], [8190, 8190], [0, 0], [0], [PLAIN, PLAIN], ...UNTIERED]],
    ["a hedge by no asset", [2, 1, [1], [1], [1], [2], [PLAIN], ...UNTIERED]],
    ["hedges in another order", [2, 1, [1], [1], [2], [1, 0], [PLAIN], ...UNTIERED]],
    ["a group that feeds itself", [1, 2, [1, 1], [1, 1], [0, 0], [0], [[1, 0, 0, 0, 0], PLAIN], ...UNTIERED]],
    ["a group that feeds none of the shape", [1, 1, [1], [1], [0], [0], [[2, 1, 0, 0, 0]], ...UNTIERED]],
    [
      "a group that feeds other scenarios",
      [1, 2, [1, 1], [1, 2], [0, 0], [0], [[1, 1, 0, 0, 0], PLAIN], ...UNTIERED],
    ],
    [
      "a maximum that feeds no column",
      [1, 2, [1, 1], [1, 1], [0, 0], [0], [[2, 1, 1, 0, 0], PLAIN], ...UNTIERED],
    ],
    ["another way to feed", [1, 2, [1, 1], [1, 1], [0, 0], [0], [[3, 1, 0, 0, 0], PLAIN], ...UNTIERED]],
    ["tiers of no asset", [...SMALL, 1, [[2, 1]]]],
    [
      "tiers in another order",
      [
        3,
        1,
        [1],
        [1],
        [0],
        [0],
        [PLAIN],
        2,
        [
          [1, 1],
          [0, 1],
        ],
      ],
    ],
    [
      "tiers of one asset twice",
      [
        3,
        1,
        [1],
        [1],
        [0],
        [0],
        [PLAIN],
        2,
        [
          [1, 1],
          [1, 1],
        ],
      ],
    ],
    ["tiers of an asset that hedges", [...SMALL, 1, [[0, 1]]]],
    ["tiers without a portion", [...SMALL, 1, [[1, 0]]]],
    ["2^14 + 1 columns with those of tiers", [2, 1, [1], [(1 << 14) - 4], [0], [0], [PLAIN], 1, [[1, 1]]]],
  ])("is refused at compile time with %s", async (what, parameters) => {
    const name = `epoch-${what.replace(/[^a-z0-9]+/g, "-")}`;
    const spec = { name, file: "statements/epoch.circom", template: "Epoch", parameters };
    await expect(loadCircuit({ ...spec, mutate: withSumHash })).rejects.toThrow(/assert/i);
  });

  it("costs at most 42 constraints per coefficient, 85 per row, and its ranges", () => {
    const { assets } = TINY;
    const { holdings, auxiliaries, columns } = layoutOf(TINY);
    const rows = holdings + auxiliaries;
    const parts = [assetCoefficientList(WORTHLESS).length, groupCoefficientList(WORTHLESS, 0).length];
    const sponges = [...parts, shapeNumbers(TINY).length + 2, 1 + rows + 1 + assets + 1, 1 + rows + 2];
    // In each sponge whole chunks of 14 at 573. Then a product per coefficient, two fractions and a product with T per
    // row, the powers of gamma, rho, and ranges.
    const chunks = sponges.reduce((sum, length) => sum + Math.ceil(length / 14), 0);
    const ranges = assets * (96 + 160) + 160;
    const bound = 573 * chunks + parts[0]! + parts[1]! + 3 * rows + columns + assets + ranges;
    expect(circuit.constraintCount).toBeLessThanOrEqual(bound);
    expect(573 / 14 + 1).toBeLessThan(45);
    expect((2 * 573) / 14 + 3).toBeLessThan(95);
  });
});
