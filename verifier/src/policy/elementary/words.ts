// The parts of a double that the elementary functions take apart. IEEE 754 is the same everywhere, and so are these.

const view = new DataView(new ArrayBuffer(8));

/** Sign, exponent and the upper 20 bits of the significand, as a signed 32-bit integer. */
export function highWord(x: number): number {
  view.setFloat64(0, x);
  return view.getInt32(0);
}

/** The lower 32 bits of the significand, as a signed 32-bit integer. */
export function lowWord(x: number): number {
  view.setFloat64(0, x);
  return view.getInt32(4);
}

/** `x` with another high word. */
export function withHighWord(x: number, word: number): number {
  view.setFloat64(0, x);
  view.setInt32(0, word);
  return view.getFloat64(0);
}

/** `x` with the lower half of its significand cleared: products of such numbers are exact. */
export function withoutLowWord(x: number): number {
  view.setFloat64(0, x);
  view.setInt32(4, 0);
  return view.getFloat64(0);
}

/** `x` times 2^k for a normal `x` of any sign, rounded once where it leaves the normal numbers, 0 where it leaves all of them. */
export function scaled(x: number, k: number): number {
  if (k === 0) return x;
  const exponent = ((highWord(x) >> 20) & 0x7ff) - BIAS + k;
  if (exponent < SMALLEST_EXPONENT) return 0 * x;
  if (exponent > BIAS) return x * Number.POSITIVE_INFINITY;
  const normal = (to: number) => withHighWord(x, (highWord(x) & ~EXPONENT) | ((to + BIAS) << 20));
  return exponent <= -BIAS ? normal(exponent + 52) * Number.EPSILON : normal(exponent);
}

/** c0 + x (c1 + x (c2 + ...)), from the inside out. */
export function polynomial(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = coefficients[i]! + x * sum;
  return sum;
}

export const BIAS = 1023;
const SMALLEST_EXPONENT = -1074;
const EXPONENT = 0x7ff00000;
