import { FIELD } from "./constants.ts";

/** Canonical representative in [0, FIELD) of any integer; a negative coefficient c becomes FIELD - |c|. */
export function toField(value: bigint): bigint {
  const reduced = value % FIELD;
  return reduced < 0n ? reduced + FIELD : reduced;
}

export function isCanonical(value: bigint): boolean {
  return value >= 0n && value < FIELD;
}

/** Modular power by squaring; `exponent` is not negative. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = toField(base);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % FIELD;
    square = (square * square) % FIELD;
  }
  return result;
}

/** Inverse by extended Euclid. Throws on 0, which has none. */
export function inverse(value: bigint): bigint {
  let [a, b] = [toField(value), FIELD];
  let [x, y] = [1n, 0n];
  if (a === 0n) throw new RangeError("0 has no inverse in the field");
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return toField(x);
}

/** Inverses of many values with one inversion (Montgomery's trick). Throws when one of them is 0. */
export function inverses(values: readonly bigint[]): bigint[] {
  const prefixes: bigint[] = [];
  let product = 1n;
  for (const value of values) {
    prefixes.push(product);
    product = (product * toField(value)) % FIELD;
  }
  let rest = inverse(product);
  const result = new Array<bigint>(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    result[i] = (rest * prefixes[i]!) % FIELD;
    rest = (rest * toField(values[i]!)) % FIELD;
  }
  return result;
}
