// The only place in policy code with transcendental functions. Those of the engine (`Math.exp` and its kin) may differ in
// the last bit between JavaScript engines, and one bit changes policyHash. These are plain JavaScript over + - * / and are
// pinned to exact versions. `Math.sqrt` is correctly rounded everywhere, by IEEE 754.
import erfcOf from "@stdlib/math-base-special-erfc";
import expOf from "@stdlib/math-base-special-exp";
import lnOf from "@stdlib/math-base-special-ln";
import powOf from "@stdlib/math-base-special-pow";

/** Complementary error function. */
export const erfc: (x: number) => number = erfcOf;
export const exp: (x: number) => number = expOf;
/** Natural logarithm of a positive number. */
export const ln: (x: number) => number = lnOf;
export const pow: (base: number, exponent: number) => number = powOf;
export const sqrt: (x: number) => number = Math.sqrt;
