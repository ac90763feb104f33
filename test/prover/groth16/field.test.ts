import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LIMBS, PAIR_BYTES, toLimbs } from "../../../prover/src/groth16/limbs.ts";
import { proverModule } from "../../../prover/src/groth16/module.ts";
import { FIELD } from "../../../verifier/src/constants.ts";
import { BASE_FIELD } from "../../../verifier/src/groth16/key.ts";
import { type Random, seeded } from "../../support/random.ts";
import { laneLimbs, putLane, takeLane, wasmBench } from "../../support/wasm-prover.ts";

const RADIX = 1n << 255n;
const modulo = (value: bigint, order: bigint): bigint => ((value % order) + order) % order;
const bench = wasmBench(8);
const [left, right, result, spare] = [0, 1, 2, 3].map((n) => bench.free + 1024 * n) as [
  number,
  number,
  number,
  number,
];

/** 0, 1, the order's neighbours and halves, and numbers whose limbs are next to the largest. */
function edges(order: bigint): bigint[] {
  const limbs = [0n, 51n, 102n, 153n, 204n].flatMap((bits) => [
    ...[(1n << bits) - 1n, 1n << bits],
    ...[(1n << (bits + 50n)) - 1n, 1n << (bits + 50n), (1n << (bits + 50n)) + 1n],
  ]);
  const positive = [0n, order - 1n, order, order + 1n, order / 2n, order / 2n + 1n, ...limbs];
  return positive.filter((value) => value < 2n * order).flatMap((value) => [value, -value]);
}

/** Limbs of a sum or a difference of two reduced elements, as they come: not carried. */
function loose(random: Random, order: bigint): number[] {
  const one = toLimbs(random.below(order) - order / 2n);
  const other = toLimbs(random.below(order) - order / 2n);
  const sign = random.flag() === 1 ? 1 : -1;
  return one.map((limb, k) => limb + sign * other[k]!);
}

describe.each([
  ["base", BASE_FIELD, bench.functions.fpMultiply],
  ["scalar", FIELD, bench.functions.frMultiply],
] as const)("the %s field", (_, order, multiply) => {
  const product = (a: readonly number[], b: readonly number[]): void => {
    for (const lane of [0, 1] as const) {
      putLane(bench, left, lane, lane === 0 ? a : b);
      putLane(bench, right, lane, lane === 0 ? b : a);
    }
    multiply(result, left, right, 1);
  };
  const check = (a: readonly number[], b: readonly number[]): void => {
    product(a, b);
    const value = (limbs: readonly number[]) =>
      limbs.reduceRight((sum, limb) => sum * 2n ** 51n + BigInt(limb), 0n);
    for (const lane of [0, 1] as const) {
      const came = takeLane(bench, result, lane);
      expect(modulo(came * RADIX, order)).toBe(modulo(value(a) * value(b), order));
      expect(came < 0n ? -came : came).toBeLessThan((51n * order) / 100n);
      for (const limb of laneLimbs(bench, result, lane))
        expect(Math.abs(limb)).toBeLessThan(2 ** 50 + 2 ** 4);
    }
  };

  it("multiplies edge operands by each other", () => {
    const operands = edges(order).map(toLimbs);
    for (const a of operands) for (const b of operands) check(a, b);
  });

  it("multiplies random elements, and uncarried sums and differences by elements", () => {
    const random = seeded(`field ${order}`);
    for (let i = 0; i < 500; i++) {
      const element = toLimbs(random.below(order) - order / 2n);
      check(loose(random, order), element);
      check(toLimbs(random.below(order)), element);
    }
  });

  it("has one form of zero: every multiple of the order becomes five zeros", () => {
    for (const value of [0n, order, -order, 2n * order, -2n * order]) {
      product(toLimbs(value), toLimbs(1n));
      expect(laneLimbs(bench, result, 0).map(Math.abs)).toEqual([0, 0, 0, 0, 0]);
    }
  });

  it("traps in the checked build where a bound is broken, in either lane", () => {
    const fits = toLimbs(order / 2n);
    const wide = [2 ** 53, 0, 0, 0, 0];
    const large = toLimbs(5n * order);
    for (const bad of [wide, large]) {
      expect(() => product(bad, bad)).toThrow(WebAssembly.RuntimeError);
      putLane(bench, left, 0, fits);
      putLane(bench, right, 0, fits);
      putLane(bench, left, 1, bad);
      putLane(bench, right, 1, bad);
      expect(() => multiply(result, left, right, 1)).toThrow(WebAssembly.RuntimeError);
    }
  });
});

it("multiplies in the extension of the base field, i^2 = -1, results over operands", () => {
  const random = seeded("extension");
  const signed = () => random.below(BASE_FIELD) - BASE_FIELD / 2n;
  for (let i = 0; i < 300; i++) {
    const numbers = Array.from({ length: 8 }, (_, n) =>
      random.int(8) === 0 ? [0n, 1n, -1n, BASE_FIELD / 2n][n % 4]! : signed(),
    );
    for (const [n, value] of numbers.entries())
      putLane(bench, (n < 4 ? left : right) + (n % 2) * PAIR_BYTES, n % 4 < 2 ? 0 : 1, toLimbs(value));
    bench.functions.fp2Multiply(left, left, right);
    for (const lane of [0, 1] as const) {
      const [a, b, c, d] = [0, 1, 4, 5].map((n) => numbers[n + 2 * lane]!) as [
        bigint,
        bigint,
        bigint,
        bigint,
      ];
      const came = [0, 1].map((part) =>
        modulo(takeLane(bench, left + part * PAIR_BYTES, lane) * RADIX, BASE_FIELD),
      );
      expect(came).toEqual([modulo(a * c - b * d, BASE_FIELD), modulo(a * d + b * c, BASE_FIELD)]);
    }
  }
});

it("reads 32 bytes as limbs and writes scalars as 32 bytes", () => {
  const random = seeded("bytes");
  const { functions, doubles, words } = bench;
  const values = [
    ...edges(FIELD).filter((value) => value >= 0n && value < FIELD),
    ...Array.from({ length: 51 }, () => random.element()),
  ];
  const even = values.length % 2 === 0 ? values : [...values, 5n];
  const [bytes, limbs, pairs] = [spare, spare + 32 * even.length, spare + 128 * even.length] as const;
  for (const [i, value] of even.entries())
    for (let k = 0; k < 8; k++)
      words[bytes / 4 + 8 * i + k] = Number((value >> BigInt(32 * k)) & 0xffffffffn);
  functions.unpack(bytes, limbs, even.length / 2);
  for (const [i, value] of even.entries()) {
    const at = limbs / 8 + LIMBS * i;
    const came = [...doubles.subarray(at, at + LIMBS)].reduceRight(
      (sum, limb) => sum * 2n ** 51n + BigInt(limb),
      0n,
    );
    expect(came).toBe(value);
    putLane(bench, pairs + PAIR_BYTES * (i >> 1), (i & 1) as 0 | 1, toLimbs(value));
  }
  // a b - c with b = 1 in Montgomery's form and c = 0 is a; then the radix is taken off.
  const [one, none, first] = [
    pairs + PAIR_BYTES * even.length,
    pairs + 2 * PAIR_BYTES * even.length,
    pairs + 3 * PAIR_BYTES * even.length,
  ] as const;
  for (let pair = 0; pair < even.length / 2; pair++)
    for (const lane of [0, 1] as const) {
      putLane(bench, one + PAIR_BYTES * pair, lane, toLimbs(RADIX % FIELD));
      putLane(bench, none + PAIR_BYTES * pair, lane, toLimbs(0n));
    }
  const second = first + 32 * even.length;
  functions.quotient(pairs, one, none, first, second, even.length / 2);
  for (const [i, value] of even.entries()) {
    const at = ((i & 1) === 0 ? first : second) / 4 + 8 * (i >> 1);
    const came = [...words.subarray(at, at + 8)].reduceRight(
      (sum, word) => sum * 2n ** 32n + BigInt(word),
      0n,
    );
    expect(modulo(came * RADIX, FIELD)).toBe(value);
    expect(came).toBeLessThan(2n * FIELD);
  }
});

it("is generated alike every time, in any process", () => {
  const file = JSON.stringify(join(import.meta.dirname, "../../../prover/src/groth16/module.ts"));
  const script = `
    import { proverModule } from ${file};
    import { createHash } from "node:crypto";
    const { bytes, constants } = proverModule();
    process.stdout.write(createHash("sha256").update(bytes).update(constants).digest("hex"));
  `;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module-typescript", "--eval", script]);
  const { bytes, constants } = proverModule();
  expect(`${stdout}`).toBe(createHash("sha256").update(bytes).update(constants).digest("hex"));
});
