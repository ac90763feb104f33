// Keys whose points are small known multiples of the generators, so that a proof has a known answer. Such a key belongs to no
// circuit and its proofs show nothing; but a prover only forms sums, and these are all the sums that it forms.
import { FIELD } from "@plimsoll/verifier/constants.ts";
import { inverse, power, toField } from "@plimsoll/verifier/field.ts";
import { BASE_FIELD } from "@plimsoll/verifier/groth16/key.ts";
import { type ProofWords, proofToWords } from "@plimsoll/verifier/groth16/proof.ts";
import { type Extended, G1, G2, type Point } from "./curve.ts";
import { G1_LAYOUT, G2_LAYOUT } from "./points.ts";

const LARGEST_MULTIPLE = 24;
const ROOT_2_28 = power(5n, (FIELD - 1n) >> 28n);

/** A number below a bound. */
export type Draw = (bound: number) => number;

export interface SyntheticKey {
  readonly zkey: Uint8Array;
  /** Wires of 32 bytes: zeros, ones, small ones, r - 1 and others. */
  readonly witness: Uint8Array;
  /** The proof for this witness with these blinding scalars. */
  readonly expected: (r: bigint, s: bigint) => ProofWords;
}

/** A key for a domain of so many points, which is a power of two. */
export function syntheticKey(draw: Draw, domain: number): SyntheticKey {
  const publics = 1 + draw(3);
  const wires = publics + 2 + draw(2 * domain);
  const multiples = (count: number): number[] => Array.from({ length: count }, () => draw(LARGEST_MULTIPLE));
  const [alpha, beta, delta] = [1, 2, 3].map((least) => least + draw(8)) as [number, number, number];
  const [a, b1, b2] = [multiples(wires), multiples(wires), multiples(wires)];
  const [c, h] = [multiples(wires - publics - 1), multiples(domain)];
  const coefficients = Array.from({ length: 4 * domain }, () => ({
    ...{ matrix: draw(2), row: draw(domain), wire: draw(wires) },
    value: draw(3) === 0 ? BigInt(draw(5)) : drawScalar(draw),
  }));
  const witness = Array.from({ length: wires }, (_, wire) => (wire === 0 ? 1n : drawValue(draw)));
  const dot = (points: readonly number[], scalars: readonly bigint[]): bigint =>
    points.reduce((sum, multiple, i) => sum + BigInt(multiple) * scalars[i]!, 0n);
  const expected = (r: bigint, s: bigint): ProofWords => {
    const A = BigInt(alpha) + dot(a, witness) + r * BigInt(delta);
    const [B1, B2] = [b1, b2].map((points) => BigInt(beta) + dot(points, witness) + s * BigInt(delta)) as [
      bigint,
      bigint,
    ];
    const quotient = quotientScalars(coefficients, witness, domain);
    const C = dot(c, witness.slice(publics + 1)) + dot(h, quotient) + s * A + r * B1 - r * s * BigInt(delta);
    const [pointA, pointC] = [A, C].map((scalar) => G1.combine([[toField(scalar), G1_LAYOUT.generator]]));
    const pointB = G2.combine([[toField(B2), G2_LAYOUT.generator]]);
    if (!pointA || !pointB || !pointC) throw new RangeError("a point of the known answer is at infinity");
    return proofToWords({
      a: [pointA.x, pointA.y],
      b: [pointB.x, pointB.y],
      c: [pointC.x, pointC.y],
    });
  };

  const g1 = multiplesOf((left, right) => G1.add(left, right), G1_LAYOUT.generator, bytesOfG1);
  const g2 = multiplesOf((left, right) => G2.add(left, right), G2_LAYOUT.generator, bytesOfG2);
  const all = (table: readonly number[][], points: readonly number[]): number[] =>
    points.flatMap((k) => table[k]!);
  const header = [
    ...[...word(32), ...bytes32(BASE_FIELD), ...word(32), ...bytes32(FIELD)],
    ...[...word(wires), ...word(publics), ...word(domain)],
    ...[...g1[alpha]!, ...g1[beta]!, ...g2[beta]!, ...g2[1]!, ...g1[delta]!, ...g2[delta]!],
  ];
  const entries = coefficients.flatMap(({ matrix, row, wire, value }) => [
    ...[...word(matrix), ...word(row), ...word(wire)],
    ...bytes32(toField(value * 2n ** 512n)),
  ]);
  const sections: readonly (readonly [number, readonly number[]])[] = [
    [1, word(1)],
    [2, header],
    [4, [...word(coefficients.length), ...entries]],
    ...([
      [5, all(g1, a)],
      [6, all(g1, b1)],
      [7, all(g2, b2)],
      [8, all(g1, c)],
      [9, all(g1, h)],
    ] as const),
  ];
  const zkey = Uint8Array.from([
    ...[...new TextEncoder().encode("zkey"), ...word(1), ...word(sections.length)],
    ...sections.flatMap(([id, content]) => [...word(id), ...word(content.length), ...word(0), ...content]),
  ]);
  return { zkey, witness: Uint8Array.from(witness.flatMap(bytes32)), expected };
}

/** A scalar below the field's order. */
export function drawScalar(draw: Draw): bigint {
  let value = 0n;
  for (let k = 0; k < 16; k++) value = (value << 16n) | BigInt(draw(65_536));
  return value % FIELD;
}

function drawValue(draw: Draw): bigint {
  const values = [0n, 0n, 1n, BigInt(draw(1 << 20)), 2n ** 64n - 1n - BigInt(draw(2)), 2n ** 64n, FIELD - 1n];
  return values[draw(10)] ?? drawScalar(draw);
}

/** a b - c at the points between the domain's, where c is a b on the domain. */
function quotientScalars(
  coefficients: readonly { matrix: number; row: number; wire: number; value: bigint }[],
  witness: readonly bigint[],
  domain: number,
): bigint[] {
  const rows = [0, 1].map((matrix) => {
    const sums = new Array<bigint>(domain).fill(0n);
    for (const entry of coefficients)
      if (entry.matrix === matrix) sums[entry.row]! += entry.value * witness[entry.wire]!;
    return sums.map(toField);
  }) as [bigint[], bigint[]];
  const root = power(ROOT_2_28, 2n ** 28n / BigInt(domain));
  const shift = power(ROOT_2_28, 2n ** 27n / BigInt(domain));
  const sizeInverse = inverse(BigInt(domain));
  const between = (values: readonly bigint[]): bigint[] => {
    const polynomial = evaluate(values, inverse(root)).map((value, i) =>
      toField(value * sizeInverse * power(shift, BigInt(i))),
    );
    return evaluate(polynomial, root);
  };
  const products = rows[0].map((value, i) => toField(value * rows[1][i]!));
  const [a, b, c] = [rows[0], rows[1], products].map(between) as [bigint[], bigint[], bigint[]];
  return a.map((value, i) => toField(value * b[i]! - c[i]!));
}

/** A polynomial's values at the powers of a root, by Horner's rule. */
function evaluate(polynomial: readonly bigint[], root: bigint): bigint[] {
  let at = 1n;
  return polynomial.map(() => {
    const value = polynomial.reduceRight((sum, coefficient) => (sum * at + coefficient) % FIELD, 0n);
    at = (at * root) % FIELD;
    return value;
  });
}

function multiplesOf<T>(
  add: (left: Point<T>, right: Point<T>) => Point<T>,
  generator: Point<T>,
  bytes: (point: Point<T>) => number[],
): number[][] {
  const table: number[][] = [];
  let point: Point<T>;
  for (let k = 0; k < LARGEST_MULTIPLE; k++) {
    table.push(bytes(point));
    point = add(point, generator);
  }
  return table;
}

const montgomery = (value: bigint): number[] => bytes32((value * 2n ** 256n) % BASE_FIELD);
const bytesOfG1 = (point: Point<bigint>): number[] =>
  point ? [...montgomery(point.x), ...montgomery(point.y)] : new Array<number>(64).fill(0);
const bytesOfG2 = (point: Point<Extended>): number[] =>
  point ? [...point.x, ...point.y].flatMap(montgomery) : new Array<number>(128).fill(0);

function bytes32(value: bigint): number[] {
  return Array.from({ length: 32 }, (_, k) => Number((value >> BigInt(8 * k)) & 0xffn));
}

function word(value: number): number[] {
  return [0, 8, 16, 24].map((bits) => (value >>> bits) & 0xff);
}
