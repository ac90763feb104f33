import { erfc, exp } from "./mathematics.ts";

/** Standard normal distribution function; keeps its relative precision in the lower tail. */
export function normal(x: number): number {
  return 0.5 * erfc(-x / Math.SQRT2);
}

/** 1 / sqrt(2 pi). */
const DENSITY_AT_ZERO = 0.3989422804014327;

/** Standard normal density. */
export function normalDensity(x: number): number {
  return DENSITY_AT_ZERO * exp(-0.5 * x * x);
}
