/*! Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc. business.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved. */
// After e_pow.c of FreeBSD's msun: operation by operation, because one bit changes policyHash.
import { BIAS, highWord, lowWord, polynomial, scaled, withHighWord, withoutLowWord } from "./words.ts";

const ABSOLUTE = 0x7fffffff;
const SIGNIFICAND = 0x000fffff;
const SMALLEST_NORMAL = 0x00100000;
const ONE = 0x3ff00000;
const TWO_53 = 9007199254740992;
const LARGEST_EXPONENT = 2147483648;

/** Powers that have a formula of their own. */
const EXACT = new Map<number, (x: number) => number>([
  [0, () => 1],
  [1, (x) => x],
  [-1, (x) => 1 / x],
  [0.5, (x) => Math.sqrt(x)],
  [-0.5, (x) => 1 / Math.sqrt(x)],
  [2, (x) => x * x],
  [3, (x) => x * x * x],
  [4, (x) => x * x * (x * x)],
]);

/**
 * x^y for finite x > 0 and |y| at most 2^31, within one unit in the last place; 0 and Infinity where a double can't say more.
 * Throws a RangeError for any other numbers.
 */
export function pow(x: number, y: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY && Math.abs(y) <= LARGEST_EXPONENT))
    throw new RangeError("expected a power of a number above 0, and an exponent of at most 2^31");
  const exact = EXACT.get(y);
  if (exact !== undefined) return exact(x);
  if (x === 1) return 1;
  const [logHigh, logLow] = log2(x);
  const yHigh = withoutLowWord(y);
  const low = (y - yHigh) * logHigh + y * logLow;
  const high = yHigh * logHigh;
  const sum = low + high;
  const [top, bottom] = [highWord(sum), lowWord(sum)];
  if (top >= OVERFLOW) {
    if (((top - OVERFLOW) | bottom) !== 0 || low + OVERFLOW_TAIL > sum - high)
      return Number.POSITIVE_INFINITY;
  } else if ((top & ABSOLUTE) >= UNDERFLOW) {
    if (((top - NEGATIVE_1075) | bottom) !== 0 || low <= sum - high) return 0;
  }
  return powerOfTwo(top, high, low);
}

/** High words of 1024 and of -1075, beyond which there is no double; of 1075, from which on it may be so. */
const OVERFLOW = 0x40900000;
const UNDERFLOW = 0x4090cc00;
const NEGATIVE_1075 = 0xc090cc00;
/** -(1024 - log2(largest double)) to half a unit. */
const OVERFLOW_TAIL = 8.008566259537294e-17;

const L = [
  0.5999999999999946, 0.4285714285785502, 0.33333332981837743, 0.272728123808534, 0.23066074577556175,
  0.20697501780033842,
];
/** 2 / (3 ln 2), whole and in two parts. */
const CP = 0.9617966939259756;
const CP_HIGH = 0.9617967009544373;
const CP_LOW = -7.028461650952758e-9;
/** The logarithm of what an argument is divided by, 1 or 1.5, in two parts. */
const DP_HIGH = [0, 0.5849624872207642] as const;
const DP_LOW = [0, 1.350039202129749e-8] as const;

/** log2(x) as two numbers, the first with a cleared low word. */
function log2(x: number): [high: number, low: number] {
  let n = 0;
  let normal = x;
  if (highWord(x) < SMALLEST_NORMAL) {
    normal *= TWO_53;
    n -= 53;
  }
  n += (highWord(normal) >> 20) - BIAS;
  const significand = highWord(normal) & SIGNIFICAND;
  const near = significand > 0x3988e && significand < 0xbb67a ? 1 : 0;
  let word = significand | ONE;
  if (significand >= 0xbb67a) {
    n += 1;
    word -= SMALLEST_NORMAL;
  }
  normal = withHighWord(normal, word);
  // s = (x - c) / (x + c), in two parts.
  const c = near ? 1.5 : 1;
  const u = normal - c;
  const v = 1 / (normal + c);
  const s = u * v;
  const sHigh = withoutLowWord(s);
  const sumHigh = withHighWord(0, ((word >> 1) | 0x20000000) + 0x00080000 + (near << 18));
  const sumLow = normal - (sumHigh - c);
  const sLow = v * (u - sHigh * sumHigh - sHigh * sumLow);
  // ln(x) = 2 s + 2/3 s^3 + ...
  const s2 = s * s;
  const rest = s2 * s2 * polynomial(s2, L) + sLow * (sHigh + s);
  const sHigh2 = sHigh * sHigh;
  const seriesHigh = withoutLowWord(3 + sHigh2 + rest);
  const seriesLow = rest - (seriesHigh - 3 - sHigh2);
  const productHigh = sHigh * seriesHigh;
  const productLow = sLow * seriesHigh + seriesLow * s;
  const pHigh = withoutLowWord(productHigh + productLow);
  const pLow = productLow - (pHigh - productHigh);
  const zHigh = CP_HIGH * pHigh;
  const zLow = CP_LOW * pHigh + pLow * CP + DP_LOW[near];
  const high = withoutLowWord(zHigh + zLow + DP_HIGH[near] + n);
  return [high, zLow - (high - n - DP_HIGH[near] - zHigh)];
}

const P = [
  0.16666666666666602, -0.0027777777777015593, 0.00006613756321437934, -0.0000016533902205465252,
  4.1381367970572385e-8,
];
const LN2_HIGH = 0.6931471824645996;
const LN2_LOW = -1.904654299957768e-9;
const HALF = 0x3fe00000;

/** 2^(high + low), where `top` is the high word of the sum. */
function powerOfTwo(top: number, high: number, low: number): number {
  let n = 0;
  let rest = high;
  if ((top & ABSOLUTE) > HALF) {
    // n is the nearest integer.
    const exponent = ((top & ABSOLUTE) >> 20) - BIAS;
    const rounded = top + (SMALLEST_NORMAL >> (exponent + 1));
    const shift = ((rounded & ABSOLUTE) >> 20) - BIAS;
    rest -= withHighWord(0, rounded & ~(SIGNIFICAND >> shift));
    n = ((rounded & SIGNIFICAND) | SMALLEST_NORMAL) >> (20 - shift);
    if (top < 0) n = -n;
  }
  const t = withoutLowWord(low + rest);
  const u = t * LN2_HIGH;
  const v = (low - (t - rest)) * Math.LN2 + t * LN2_LOW;
  const z = u + v;
  const w = v - (z - u);
  const t2 = z * z;
  const t1 = z - t2 * polynomial(t2, P);
  const r = (z * t1) / (t1 - 2) - (w + z * w);
  return scaled(1 - (r - z), n);
}
