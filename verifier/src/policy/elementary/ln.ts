/*! Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc. business.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved. */
// After e_log.c of FreeBSD's msun: operation by operation, because one bit changes policyHash.
import { BIAS, highWord, polynomial, withHighWord } from "./words.ts";

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const TWO_54 = 18014398509481984;
const ONE_THIRD = 0.3333333333333333;
const SIGNIFICAND = 0x000fffff;
const SMALLEST_NORMAL = 0x00100000;
const LARGEST_EXPONENT = 0x7ff00000;
const ONE = 0x3ff00000;
const P = [0.3999999999940942, 0.22222198432149784, 0.15313837699209373];
const Q = [0.6666666666666735, 0.2857142874366239, 0.1818357216161805, 0.14798198605116586];

/** Natural logarithm, within one unit in the last place; NaN below zero. */
export function ln(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  let k = 0;
  let normal = x;
  if (highWord(normal) < SMALLEST_NORMAL) {
    k = -54;
    normal *= TWO_54;
  }
  if (highWord(normal) >= LARGEST_EXPONENT) return x;
  const high = highWord(normal) & SIGNIFICAND;
  // x = 2^k (1 + f) with sqrt(2)/2 < 1 + f < sqrt(2).
  const above = (high + 0x95f64) & SMALLEST_NORMAL;
  k += (highWord(normal) >> 20) - BIAS + (above >> 20);
  const f = withHighWord(normal, high | (above ^ ONE)) - 1;
  if ((SIGNIFICAND & (2 + high)) < 3) return nearPowerOfTwo(f, k);
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const r = z * polynomial(w, Q) + w * polynomial(w, P);
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const half = 0.5 * f * f;
    if (k === 0) return f - (half - s * (half + r));
    return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
  }
  if (k === 0) return f - s * (f - r);
  return k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

/** ln(2^k (1 + f)) for |f| < 2^-20. */
function nearPowerOfTwo(f: number, k: number): number {
  if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
  const r = f * f * (0.5 - ONE_THIRD * f);
  return k === 0 ? f - r : k * LN2_HIGH - (r - k * LN2_LOW - f);
}
