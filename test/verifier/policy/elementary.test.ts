import erfcOf from "@stdlib/math-base-special-erfc";
import expOf from "@stdlib/math-base-special-exp";
import lnOf from "@stdlib/math-base-special-ln";
import powOf from "@stdlib/math-base-special-pow";
import { describe, expect, it } from "vitest";
import { erfc, exp, ln, pow } from "../../../verifier/src/policy/mathematics.ts";
import { type Random, seeded } from "../../support/random.ts";

const ROUNDS = 4_000;
const EDGES = [
  ...[0, -0, 1, -1, 0.5, -0.5, 2, 3, 4, 1.5, 1e-9, 1e-17, 1e300, 2 ** -20, 1 + 2 ** -21],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MAX_VALUE],
  // Where the exponential overflows, leaves the normal numbers, and vanishes.
  ...[709.782712893384, 709.79, -708.4, -740.1, -745.1332191019411, -745.14],
  ...[Number.MIN_VALUE, 2 ** -1022, 2 ** -1023],
  // Where the error function takes another formula.
  ...[0.25, 0.84375, 1.25, 2.857142857142857, 6, -6, -6.1, 27.9, 28, -28],
];
const fraction = (random: Random): number => random.int(2 ** 52) / 2 ** 52;
/** Any positive double, from its bits. */
const positive = (random: Random): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, random.below(0x7fefffffffffffffn) + 1n);
  return view.getFloat64(0);
};

type Case = readonly [own: number, library: number, ...of: number[]];
const differing = (cases: Iterable<Case>) => [...cases].filter(([own, library]) => !Object.is(own, library));

describe("elementary functions", () => {
  it.each([
    [0, 2],
    [-1, 2],
    [Number.NaN, 2],
    [Number.POSITIVE_INFINITY, 2],
    [2, Number.NaN],
    [2, 2 ** 31 + 1],
    [2, Number.NEGATIVE_INFINITY],
  ])("know no power of %s by %s", (x, y) => {
    expect(() => pow(x, y)).toThrow(RangeError);
  });

  it("have the library's bits at every edge", () => {
    const powers = EDGES.filter((x) => x > 0 && x < Number.POSITIVE_INFINITY).flatMap((x) =>
      EDGES.filter((y) => Math.abs(y) <= 2 ** 31).map((y): Case => [pow(x, y), powOf(x, y), x, y]),
    );
    expect(powers.length).toBeGreaterThan(500);
    expect(differing(powers)).toEqual([]);
    for (const [own, library] of [
      [exp, expOf],
      [ln, lnOf],
      [erfc, erfcOf],
    ] as const)
      expect(differing(EDGES.map((x) => [own(x), library(x), x]))).toEqual([]);
  });

  it.each([
    ["exp", exp, expOf, (u: number) => [1500 * u - 750, 2 * u - 1]],
    ["ln", ln, lnOf, (u: number, x: number) => [x, 3 * u]],
    ["erfc", erfc, erfcOf, (u: number) => [60 * u - 30, 6 * u - 3]],
  ] as const)("%s has the library's bits at random", (name, own, library, arguments_) => {
    const random = seeded(`elementary ${name}`);
    function* cases(): Iterable<Case> {
      for (let i = 0; i < ROUNDS; i++)
        for (const x of arguments_(fraction(random), positive(random))) yield [own(x), library(x), x];
    }
    expect(differing(cases())).toEqual([]);
  });

  it("pow has the library's bits at random: small powers, large ones, those near 1, those out of range", () => {
    const random = seeded("elementary pow");
    function* cases(): Iterable<Case> {
      for (let i = 0; i < ROUNDS; i++) {
        const [u, w] = [fraction(random), fraction(random) - 0.5];
        for (const [x, y] of [
          [30 * u + 1e-3, 4 * w],
          [positive(random), 4 * w],
          [40 * u + 1e-3, 500 * w],
          [1 + (u - 0.5) / 1e4, 2e7 * w],
        ] as const)
          yield [pow(x, y), powOf(x, y), x, y];
      }
    }
    expect(differing(cases())).toEqual([]);
  });
});
