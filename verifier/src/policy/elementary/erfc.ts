/*! Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc. business.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved. */
// After s_erf.c of FreeBSD's msun: operation by operation, because one bit changes policyHash.
import { exp } from "./exp.ts";
import { polynomial, withoutLowWord } from "./words.ts";

const TINY = 1e-300;
const SMALL = 1.3877787807814457e-17;
const ERF_1 = 0.8450629115104675;

/** Numerators and denominators of the rational functions, by interval of |x|. */
const BELOW_084 = [
  [
    0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442,
    -0.000023763016656650163,
  ],
  [
    1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164,
    -0.000003960228278775368,
  ],
] as const;
const BELOW_125 = [
  [
    -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175,
    -0.11089469428239668, 0.035478304325618236, -0.002166375594868791,
  ],
  [
    1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905,
    0.011984499846799107,
  ],
] as const;
const BELOW_286 = [
  [
    -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
    -184.60509290671104, -81.2874355063066, -9.814329344169145,
  ],
  [
    1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
    108.63500554177944, 6.570249770319282, -0.0604244152148581,
  ],
] as const;
const BELOW_28 = [
  [
    -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
    -1025.0951316110772, -483.5191916086514,
  ],
  [
    1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
    474.52854120695537, -22.44095244658582,
  ],
] as const;

/** Complementary error function, within one unit in the last place. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size < 0.84375) return nearZero(x, size);
  if (size < 1.25) {
    const ratio = rational(size - 1, BELOW_125);
    return x < 0 ? 1 + ERF_1 + ratio : 1 - ERF_1 - ratio;
  }
  if (size >= 28) return x < 0 ? 2 - TINY : TINY * TINY;
  if (x < -6) return 2 - TINY;
  const exponent = rational(1 / (size * size), size < 2.857142857142857 ? BELOW_286 : BELOW_28);
  // -x^2 in two parts, the first of which is exact.
  const z = withoutLowWord(size);
  const tail = (exp(-(z * z) - 0.5625) * exp((z - size) * (z + size) + exponent)) / size;
  return x < 0 ? 2 - tail : tail;
}

function nearZero(x: number, size: number): number {
  if (size < SMALL) return 1 - x;
  const y = rational(x * x, BELOW_084);
  return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x * y + (x - 0.5));
}

function rational(x: number, [above, below]: readonly [readonly number[], readonly number[]]): number {
  return polynomial(x, above) / polynomial(x, below);
}
