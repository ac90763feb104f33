import { curves } from "snarkjs";
import { describe, expect, it } from "vitest";
import { type Extended, G1, G2, type Point } from "../../../prover/src/groth16/curve.ts";
import { PAGE } from "../../../prover/src/groth16/module.ts";
import { G1_LAYOUT, G2_LAYOUT, type GroupLayout, writePoint } from "../../../prover/src/groth16/points.ts";
import {
  bestWindow,
  mostWindows,
  WindowSummer,
  windowCount,
  windowSumBytes,
} from "../../../prover/src/groth16/window-sum.ts";
import { FIELD } from "../../../verifier/src/constants.ts";
import { seeded } from "../../support/random.ts";
import { wasmBench } from "../../support/wasm-prover.ts";

const MOST = 600;
const align = (address: number): number => Math.ceil(address / 64) * 64;

/** Sums scalars times points as a proof does: zeros left out, full scalars first, windows in several tasks. */
function summer<T>(layout: GroupLayout<T>) {
  const need = windowSumBytes(layout, MOST) + MOST * (layout.bytes + 64) + (1 << 16);
  const bench = wasmBench(Math.ceil(need / PAGE) + 1);
  const { functions, buffer, doubles, words } = bench;
  const points = bench.free;
  const entries = align(points + MOST * layout.bytes);
  const scalars = align(entries + 4 * MOST);
  const region = align(scalars + 32 * MOST);
  const sums = new WindowSummer(functions, buffer, layout, region, windowSumBytes(layout, MOST));
  return (terms: readonly (readonly [bigint, Point<T>])[], window?: number): Point<T> => {
    for (const [i, [scalar, point]] of terms.entries()) {
      writePoint(layout, doubles, points + i * layout.bytes, point);
      for (let k = 0; k < 8; k++)
        words[scalars / 4 + 8 * i + k] = Number((scalar >> BigInt(32 * k)) & 0xffffffffn);
    }
    const indices = terms.flatMap(([scalar, point], i) => (scalar === 0n || point === undefined ? [] : [i]));
    const full = indices.filter((i) => terms[i]![0] >= 1n << 64n);
    words.set([...full, ...indices.filter((i) => terms[i]![0] < 1n << 64n)], entries / 4);
    const used = window ?? bestWindow(full.length);
    const step = Math.min(mostWindows(used), 7);
    const parts: Point<T>[] = [];
    for (let from = 0; from < windowCount(used); from += step) {
      const to = Math.min(windowCount(used), from + step);
      const counts = { full: full.length, all: indices.length };
      parts.push(sums.sum({ points, entries, ...counts, scalars, scalarOf: 0, window: used, from, to }));
    }
    return layout.curve.horner(parts, step * used);
  };
}

const sumG1 = summer(G1_LAYOUT);
const sumG2 = summer(G2_LAYOUT);
const random = seeded("sums");

describe.each([
  ["G1", sumG1, G1_LAYOUT],
  ["G2", sumG2, G2_LAYOUT],
] as const)("sums in %s", (_, sum, layout) => {
  const of = sum as (
    terms: readonly (readonly [bigint, Point<unknown>])[],
    window?: number,
  ) => Point<unknown>;
  const curve = layout.curve as unknown as typeof G1;
  const generator = layout.generator as unknown as { x: bigint; y: bigint };
  const base = Array.from({ length: 40 }, (_, i) => curve.combine([[BigInt(i) ** 7n + 3n, generator]]));
  const check = (terms: readonly (readonly [bigint, Point<bigint>])[], window?: number): void =>
    expect(of(terms, window)).toEqual(curve.combine(terms));

  it("nothing, one point, and points at infinity", () => {
    check([]);
    check([[1n, base[0]]]);
    check([[FIELD - 1n, base[0]]]);
    check([
      [5n, undefined],
      [7n, base[1]],
      [FIELD - 2n, undefined],
    ]);
  });

  it("scalars 0, 1, r - 1, around 2^64, and small ones", () => {
    const scalars = [
      0n,
      1n,
      FIELD - 1n,
      2n ** 64n - 1n,
      2n ** 64n,
      2n ** 63n,
      2n ** 65n,
      2n,
      3n,
      4096n,
      FIELD / 2n,
    ];
    for (const window of [3, 5, 8, 13])
      check(
        scalars.map((scalar, i) => [scalar, base[i]!]),
        window,
      );
    for (const scalar of scalars)
      check(
        [
          [scalar, base[3]],
          [scalar, base[4]],
        ],
        6,
      );
  });

  it("the same point again and again, and in the same bucket with its opposite", () => {
    check(
      Array.from({ length: 33 }, () => [12345n, base[2]]),
      4,
    );
    const opposite = curve.negate(base[2]);
    check(
      [
        [9n, base[2]],
        [9n, opposite],
      ],
      4,
    );
    check(
      [
        [9n, base[2]],
        [9n, opposite],
        [9n, base[5]],
      ],
      4,
    );
    check(
      Array.from({ length: 40 }, (_, i) => [9n, i % 3 === 0 ? opposite : base[2]]),
      4,
    );
    check(
      Array.from({ length: 40 }, (_, i) => [BigInt(i + 1), i % 2 === 0 ? opposite : base[2]]),
      5,
    );
  });

  it("one bucket that is full, with the others empty", () => {
    check(
      Array.from({ length: 250 }, (_, i) => [1n, base[i % 40]]),
      7,
    );
    check(
      Array.from({ length: 150 }, (_, i) => [FIELD - 1n, base[i % 40]]),
      7,
    );
  });

  it("few distinct points with random scalars of all kinds", () => {
    for (const size of [3, 50, 200]) {
      const terms = Array.from({ length: size }, () => {
        const point = base[random.int(6)]!;
        const scalar = [
          random.element(),
          BigInt(random.int(9)),
          FIELD - 1n - BigInt(random.int(9)),
          random.bits(64),
        ];
        return [scalar[random.int(4)]!, random.flag() ? curve.negate(point) : point] as const;
      });
      check(terms);
    }
  });
});

it("agree with ffjavascript on random points and scalars", async () => {
  const curve = await curves.getCurveFromName("bn128", { singleThread: true });
  const terms = Array.from(
    { length: 500 },
    (_, i) => [i % 3 === 0 ? BigInt(i % 5) : random.element(), BigInt(i * i + 1)] as const,
  );
  const bytes = Uint8Array.from(
    terms.flatMap(([scalar]) =>
      Array.from({ length: 32 }, (_, k) => Number((scalar >> BigInt(8 * k)) & 0xffn)),
    ),
  );
  const concat = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
  const inG1 = terms.map(([, k]) => curve.G1.toAffine(curve.G1.timesScalar(curve.G1.g, k)));
  const inG2 = terms.map(([, k]) => curve.G2.toAffine(curve.G2.timesScalar(curve.G2.g, k)));
  // Its declarations here leave this out.
  type Summing = { multiExpAffine: (points: Uint8Array, scalars: Uint8Array) => Promise<Uint8Array> };
  const all = (group: unknown, points: readonly Uint8Array[]) =>
    (group as Summing).multiExpAffine(concat(points), bytes);
  const g1 = curve.G1.toObject(curve.G1.toAffine(await all(curve.G1, inG1)));
  const g2 = curve.G2.toObject(curve.G2.toAffine(await all(curve.G2, inG2)));
  const [x1, y1] = g1 as unknown as [bigint, bigint];
  expect(
    sumG1(
      terms.map(([scalar], i) => {
        const [x, y] = curve.G1.toObject(inG1[i]!) as unknown as [bigint, bigint];
        return [scalar, { x, y }];
      }),
    ),
  ).toEqual({ x: x1, y: y1 });
  const [x2, y2] = g2 as unknown as [Extended, Extended];
  expect(
    sumG2(
      terms.map(([scalar], i) => {
        const [x, y] = curve.G2.toObject(inG2[i]!) as unknown as [Extended, Extended];
        return [scalar, { x, y }];
      }),
    ),
  ).toEqual({ x: x2, y: y2 });
});

it("the curves over BigInt know infinity, doubles and opposites", () => {
  for (const curve of [G1, G2] as unknown as (typeof G1)[]) {
    const generator = (curve === (G1 as unknown) ? G1_LAYOUT : G2_LAYOUT).generator as unknown as {
      x: bigint;
      y: bigint;
    };
    const twice = curve.add(generator, generator);
    expect(curve.add(generator, undefined)).toEqual(generator);
    expect(curve.add(generator, curve.negate(generator))).toBeUndefined();
    expect(curve.combine([[2n, generator]])).toEqual(twice);
    expect(curve.combine([[FIELD, generator]])).toBeUndefined();
    expect(curve.horner([generator, generator], 1)).toEqual(curve.combine([[3n, generator]]));
  }
});
