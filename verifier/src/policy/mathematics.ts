// The only place in policy code with transcendental functions. Those of the engine (`Math.exp` and its kin) may differ in
// the last bit between JavaScript engines, and one bit changes policyHash. These are plain JavaScript over + - * /, which
// IEEE 754 fixes everywhere, as it does `Math.sqrt`; a test holds them to a library's, bit by bit.

export { erfc } from "./elementary/erfc.ts";
export { exp } from "./elementary/exp.ts";
/** Natural logarithm of a positive number. */
export { ln } from "./elementary/ln.ts";
export { pow } from "./elementary/pow.ts";
export const sqrt: (x: number) => number = Math.sqrt;
