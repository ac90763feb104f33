// BN254's groups over BigInt: for the few points that are not worth, or not fit for, the fast code.
import { BASE_FIELD } from "@plimsoll/verifier/groth16/key.ts";

/** What points need of their coordinates. Elements are canonical. */
export interface CoordinateField<T> {
  readonly zero: T;
  readonly one: T;
  readonly add: (a: T, b: T) => T;
  readonly subtract: (a: T, b: T) => T;
  readonly multiply: (a: T, b: T) => T;
  /** Throws on 0. */
  readonly invert: (a: T) => T;
  readonly isZero: (a: T) => boolean;
}

/** An affine point; undefined is infinity. */
export type Point<T> = { readonly x: T; readonly y: T } | undefined;
/** x / z^2, y / z^3; z = 0 is infinity. */
interface Jacobian<T> {
  readonly x: T;
  readonly y: T;
  readonly z: T;
}

export type Extended = readonly [c0: bigint, c1: bigint];

const P = BASE_FIELD;
const mod = (value: bigint): bigint => {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
};

function invert(value: bigint): bigint {
  let [a, b, x, y] = [mod(value), P, 1n, 0n];
  if (a === 0n) throw new RangeError("0 has no inverse in the field");
  while (b !== 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return mod(x);
}

export const BASE: CoordinateField<bigint> = Object.freeze({
  zero: 0n,
  one: 1n,
  add: (a: bigint, b: bigint) => mod(a + b),
  subtract: (a: bigint, b: bigint) => mod(a - b),
  multiply: (a: bigint, b: bigint) => (a * b) % P,
  invert,
  isZero: (a: bigint) => a === 0n,
});

/** The base field with i, i^2 = -1. */
export const EXTENSION: CoordinateField<Extended> = Object.freeze({
  zero: [0n, 0n] as const,
  one: [1n, 0n] as const,
  add: ([a, b]: Extended, [c, d]: Extended): Extended => [mod(a + c), mod(b + d)],
  subtract: ([a, b]: Extended, [c, d]: Extended): Extended => [mod(a - c), mod(b - d)],
  multiply: ([a, b]: Extended, [c, d]: Extended): Extended => [mod(a * c - b * d), mod(a * d + b * c)],
  invert: ([a, b]: Extended): Extended => {
    const norm = invert(a * a + b * b);
    return [mod(a * norm), mod(-b * norm)];
  },
  isZero: ([a, b]: Extended) => a === 0n && b === 0n,
});

/** Point arithmetic of y^2 = x^3 + b, whatever b is. */
export class Curve<T> {
  readonly field: CoordinateField<T>;

  constructor(field: CoordinateField<T>) {
    this.field = field;
  }

  negate(point: Point<T>): Point<T> {
    return point && { x: point.x, y: this.field.subtract(this.field.zero, point.y) };
  }

  add(a: Point<T>, b: Point<T>): Point<T> {
    return this.#affine(this.#sum(this.#jacobian(a), this.#jacobian(b)));
  }

  /** The sum of scalars, not negative, times points: one chain of doublings for all. */
  combine(terms: readonly (readonly [scalar: bigint, point: Point<T>])[]): Point<T> {
    const points = terms.map(([, point]) => this.#jacobian(point));
    const bits = Math.max(0, ...terms.map(([scalar]) => scalar.toString(2).length));
    let result = this.#jacobian(undefined);
    for (let bit = BigInt(bits) - 1n; bit >= 0n; bit--) {
      result = this.#double(result);
      for (const [i, [scalar]] of terms.entries()) {
        if ((scalar >> bit) & 1n) result = this.#sum(result, points[i]!);
      }
    }
    return this.#affine(result);
  }

  /** The sum of 2^(step i) times points. */
  horner(points: readonly Point<T>[], step = 1): Point<T> {
    let result = this.#jacobian(undefined);
    for (let i = points.length - 1; i >= 0; i--) {
      for (let k = 0; k < step; k++) result = this.#double(result);
      result = this.#sum(result, this.#jacobian(points[i]!));
    }
    return this.#affine(result);
  }

  #jacobian(point: Point<T>): Jacobian<T> {
    const { zero, one } = this.field;
    return point === undefined ? { x: one, y: one, z: zero } : { ...point, z: one };
  }

  #affine({ x, y, z }: Jacobian<T>): Point<T> {
    const { multiply, invert, isZero } = this.field;
    if (isZero(z)) return undefined;
    const inverse = invert(z);
    const square = multiply(inverse, inverse);
    return { x: multiply(x, square), y: multiply(y, multiply(square, inverse)) };
  }

  /** https://hyperelliptic.org/EFD/g1p/auto-shortw-jacobian-0.html#doubling-dbl-2009-l */
  #double({ x, y, z }: Jacobian<T>): Jacobian<T> {
    const { add, subtract, multiply } = this.field;
    const twice = (value: T): T => add(value, value);
    const a = multiply(x, x);
    const b = multiply(y, y);
    const c = multiply(b, b);
    const xb = add(x, b);
    const d = twice(subtract(subtract(multiply(xb, xb), a), c));
    const e = add(twice(a), a);
    const x3 = subtract(multiply(e, e), twice(d));
    const y3 = subtract(multiply(e, subtract(d, x3)), twice(twice(twice(c))));
    return { x: x3, y: y3, z: twice(multiply(y, z)) };
  }

  /** https://hyperelliptic.org/EFD/g1p/auto-shortw-jacobian-0.html#addition-add-2007-bl */
  #sum(left: Jacobian<T>, right: Jacobian<T>): Jacobian<T> {
    const { add, subtract, multiply, isZero } = this.field;
    if (isZero(left.z)) return right;
    if (isZero(right.z)) return left;
    const z1z1 = multiply(left.z, left.z);
    const z2z2 = multiply(right.z, right.z);
    const u1 = multiply(left.x, z2z2);
    const s1 = multiply(left.y, multiply(right.z, z2z2));
    const h = subtract(multiply(right.x, z1z1), u1);
    const rise = subtract(multiply(right.y, multiply(left.z, z1z1)), s1);
    if (isZero(h)) return isZero(rise) ? this.#double(left) : this.#jacobian(undefined);
    const r = add(rise, rise);
    const h2 = add(h, h);
    const i = multiply(h2, h2);
    const j = multiply(h, i);
    const w = multiply(u1, i);
    const x = subtract(subtract(subtract(multiply(r, r), j), w), w);
    const s1j = multiply(s1, j);
    const y = subtract(multiply(r, subtract(w, x)), add(s1j, s1j));
    return { x, y, z: multiply(multiply(left.z, right.z), h2) };
  }
}

export const G1 = new Curve(BASE);
export const G2 = new Curve(EXTENSION);
