import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProverFileError, parseProvingKey } from "../../../prover/src/groth16/key-file.ts";
import { fromLimbs, LIMBS, PAIR_BYTES } from "../../../prover/src/groth16/limbs.ts";
import { loadKey } from "../../../prover/src/groth16/load-key.ts";
import { proverModule } from "../../../prover/src/groth16/module.ts";
import { nodePool } from "../../../prover/src/groth16/node-pool.ts";
import type { ProverPool } from "../../../prover/src/groth16/pool.ts";
import { ResidentProver, randomScalar } from "../../../prover/src/groth16/prover.ts";
import { transform, writeScalar } from "../../../prover/src/groth16/roots.ts";
import { SelfTestError, selfTest } from "../../../prover/src/groth16/self-test.ts";
import { drawScalar, syntheticKey } from "../../../prover/src/groth16/synthetic-key.ts";
import { FIELD } from "../../../verifier/src/constants.ts";
import { inverse, power, toField } from "../../../verifier/src/field.ts";
import { seeded } from "../../support/random.ts";

const random = seeded("proofs");
const draw = (bound: number): number => random.int(bound);
const module = proverModule({ checked: true });
const compiled = new WebAssembly.Module(module.bytes);
let pool: ProverPool;

beforeAll(() => {
  pool = nodePool(2);
});
afterAll(() => pool.close());

describe("proofs under keys whose points are known multiples", () => {
  it.each([2, 4, 8, 16, 64, 128])("are the known ones, in a domain of %d points", async (domain) => {
    const { zkey, witness, expected } = syntheticKey(draw, domain);
    const prover = await ResidentProver.load(pool, module, compiled, zkey);
    const blinds = [drawScalar(draw), drawScalar(draw)] as const;
    expect((await prover.prove(witness, blinds)).proof).toEqual(expected(...blinds));
    expect((await prover.prove(witness, [0n, 0n])).proof).toEqual(expected(0n, 0n));
    await prover.close();
  });

  it("are made one after the other from one key, and a bad witness between does no harm", async () => {
    const { zkey, witness, expected } = syntheticKey(draw, 8);
    const prover = await ResidentProver.load(pool, module, compiled, zkey);
    const zeros = witness.slice().fill(0, 32);
    const blinds: [bigint, bigint][] = [
      [1n, 2n],
      [FIELD - 1n, 0n],
      [3n, 4n],
    ];
    const [first, bad, second, , third] = await Promise.allSettled([
      prover.prove(witness, blinds[0]!),
      prover.prove(witness.subarray(32), blinds[0]!),
      prover.prove(witness, blinds[1]),
      prover.prove(zeros, blinds[2]),
      prover.prove(witness, blinds[2]),
    ]);
    const proofs = [first, second, third].map((made) => made.status === "fulfilled" && made.value.proof);
    expect(proofs).toEqual(blinds.map((scalars) => expected(...scalars)));
    expect(bad).toMatchObject({ status: "rejected", reason: expect.any(ProverFileError) });
    await prover.close();
  });

  it("fail with the thread's words once the threads are gone", async () => {
    const own = nodePool(1);
    const { zkey, witness } = syntheticKey(draw, 8);
    const prover = await ResidentProver.load(own, module, compiled, zkey);
    const made = prover.prove(witness);
    await own.close();
    await expect(made).rejects.toThrow("the prover was closed");
    await expect(prover.prove(witness)).rejects.toThrow("the prover was closed");
  });
});

describe("the self-test", () => {
  it("passes with the module as it is generated", async () => {
    await expect(
      selfTest(pool, proverModule(), await WebAssembly.compile(proverModule().bytes)),
    ).resolves.toBeUndefined();
  });

  it("notices any constant that is another", async () => {
    const right = proverModule();
    const { constants } = right;
    const plain = await WebAssembly.compile(right.bytes);
    for (let at = 0; at < constants.length; at += 2 + 2 * random.int(12)) {
      const other = constants.slice();
      other.set([other[at]! ^ 0x10n, other[at + 1]! ^ 0x10n], at);
      // Which error depends on the constant: a wrong product, a wrong proof, or a thread that stopped.
      await expect(selfTest(pool, { ...right, constants: other }, plain), `constant ${at}`).rejects.toThrow();
    }
  });

  it("notices an instruction that computes something else", async () => {
    // What relaxed vector instructions compute is the engine's choice: here c - a b in place of a b + c.
    const right = proverModule();
    const nmadd = right.bytes.slice();
    for (let i = 0; i + 2 < nmadd.length; i++)
      if (nmadd[i] === 0xfd && nmadd[i + 1] === 0x87 && nmadd[i + 2] === 0x02) nmadd[i + 1] = 0x88;
    const other = await WebAssembly.compile(nmadd);
    await expect(selfTest(pool, { ...right, bytes: nmadd }, other)).rejects.toThrow(SelfTestError);
  });
});

it("transforms move values to the points between, for domains of all small sizes", () => {
  for (const domain of [2, 4, 8, 32]) {
    const key = loadKey(parseProvingKey(syntheticKey(draw, domain).zkey), module, compiled, 1);
    const doubles = new Float64Array(key.memory.buffer);
    const base = key.layout.polynomials[0];
    const staged = key.layout.threads[0]!.list;
    const values = Array.from({ length: domain }, (_, i) => (i === 1 ? FIELD - 1n : random.element()));
    const lane = (i: number): number =>
      (base + (i % (domain / 2)) * PAIR_BYTES) / 8 + (i < domain / 2 ? 0 : 1);
    for (const [i, value] of values.entries()) {
      writeScalar(doubles, staged, value);
      for (let k = 0; k < LIMBS; k++) doubles[lane(i) + 2 * k] = doubles[staged / 8 + k]!;
    }
    transform(key.functions, key.layout.roots, domain, base);
    const root = power(5n, (FIELD - 1n) / BigInt(domain));
    const between = power(5n, (FIELD - 1n) / BigInt(2 * domain));
    const sum = (terms: readonly bigint[]): bigint =>
      toField(terms.reduce((left, right) => left + right, 0n));
    const coefficients = values.map((_, i) =>
      toField(
        sum(values.map((value, j) => value * power(inverse(root), BigInt(i * j)))) * inverse(BigInt(domain)),
      ),
    );
    const scale = inverse(2n ** 255n);
    for (let j = 0; j < domain; j++) {
      const point = toField(between * power(root, BigInt(j)));
      const limbs = Array.from({ length: LIMBS }, (_, k) => doubles[lane(j) + 2 * k]!);
      expect(toField(fromLimbs(limbs) * scale)).toBe(
        sum(coefficients.map((coefficient, i) => coefficient * power(point, BigInt(i)))),
      );
    }
  }
});

it("blinding scalars are below the order and do not repeat", () => {
  const drawn = Array.from({ length: 200 }, randomScalar);
  expect(new Set(drawn).size).toBe(200);
  expect(drawn.every((scalar) => scalar >= 0n && scalar < FIELD)).toBe(true);
  // A quarter of them above three quarters of the order, but for bad luck once in 10^9.
  expect(drawn.filter((scalar) => scalar > (3n * FIELD) / 4n).length).toBeGreaterThan(15);
});
