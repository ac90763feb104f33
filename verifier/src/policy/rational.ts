/** An exact fraction; the denominator is positive. Not reduced: policies multiply a few short decimals. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

export const ZERO: Rational = Object.freeze({ n: 0n, d: 1n });
export const ONE: Rational = Object.freeze({ n: 1n, d: 1n });

export const integer = (n: bigint): Rational => ({ n, d: 1n });
export const add = (a: Rational, b: Rational): Rational => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
export const negate = (a: Rational): Rational => ({ n: -a.n, d: a.d });
export const subtract = (a: Rational, b: Rational): Rational => add(a, negate(b));
export const isLess = (a: Rational, b: Rational): boolean => a.n * b.d < b.n * a.d;
export const minimum = (a: Rational, b: Rational): Rational => (isLess(b, a) ? b : a);
export const maximum = (a: Rational, b: Rational): Rational => (isLess(a, b) ? b : a);
export const multiply = (...factors: Rational[]): Rational =>
  factors.reduce((a, b) => ({ n: a.n * b.n, d: a.d * b.d }), ONE);

/** Throws when `b` is 0. */
export function divide(a: Rational, b: Rational): Rational {
  if (b.n === 0n) throw new RangeError("division by zero");
  return b.n < 0n ? { n: -a.n * b.d, d: a.d * -b.n } : { n: a.n * b.d, d: a.d * b.n };
}

/** Largest integer that is not above. */
export function floor({ n, d }: Rational): bigint {
  const quotient = n / d;
  return n < 0n && quotient * d !== n ? quotient - 1n : quotient;
}

/** Smallest integer that is not below. */
export const ceil = (a: Rational): bigint => -floor(negate(a));

/** Exact value of a plain decimal such as "-0.16", as the schemas admit it. */
export function fromDecimal(text: string): Rational {
  const [whole = "", part = ""] = text.split(".");
  return { n: BigInt(whole + part), d: 10n ** BigInt(part.length) };
}

/** 10^exponent, for exponents of either sign. */
export function powerOfTen(exponent: number): Rational {
  return exponent >= 0 ? integer(10n ** BigInt(exponent)) : { n: 1n, d: 10n ** BigInt(-exponent) };
}

/** Exact value of a finite double: every double is an integer over a power of two. Throws on NaN and infinities. */
export function fromDouble(value: number): Rational {
  if (!Number.isFinite(value)) throw new RangeError(`expected a finite number, came ${value}`);
  let n = value;
  let d = 1n;
  // Halving and doubling are exact; a double has at most 1,074 binary places.
  while (!Number.isInteger(n)) {
    n *= 2;
    d *= 2n;
  }
  return { n: BigInt(n), d };
}

/** Nearest double, up to two roundings; the same in every engine. */
export function toDouble({ n, d }: Rational): number {
  return Number(n) / Number(d);
}

/** Divides numerator and denominator by their greatest common divisor. */
export function lowestTerms({ n, d }: Rational): Rational {
  let [a, b] = [n < 0n ? -n : n, d];
  while (b !== 0n) [a, b] = [b, a % b];
  return { n: n / a, d: d / a };
}
