import { FIELD } from "@plimsoll/verifier/constants.ts";

/** Field elements in WebAssembly: nine limbs of 29 bits, so that columns of several 261-bit products add up in 64 bits. */
export const LIMBS = 9;
export const LIMB_BITS = 29;
export const MASK = (1n << BigInt(LIMB_BITS)) - 1n;
const RADIX = 1n << BigInt(LIMB_BITS * LIMBS);

/** A constant times R = 2^261, in limbs. */
export function montgomeryLimbs(value: bigint): Uint32Array {
  return limbsOf((value * RADIX) % FIELD);
}

export function limbsOf(value: bigint): Uint32Array {
  return Uint32Array.from({ length: LIMBS }, (_, i) => Number((value >> BigInt(LIMB_BITS * i)) & MASK));
}

/** R^2 mod q in limbs: multiplying with it brings a number into Montgomery form. */
export const RADIX_SQUARED = limbsOf((RADIX * RADIX) % FIELD);
export const FIELD_LIMBS = limbsOf(FIELD);

/** -1 / q mod 2^29. */
export const NEGATED_INVERSE = (() => {
  let inverseOfField = 1n;
  // Newton's iteration doubles the bits that are right.
  for (let bits = 1; bits < 32; bits *= 2)
    inverseOfField = (inverseOfField * (2n - FIELD * inverseOfField)) & MASK;
  return (1n << BigInt(LIMB_BITS)) - (inverseOfField & MASK);
})();

/** Elements lie in pairs, limb by limb: the first of the one, the first of the other, and so on. Bytes of a pair. */
export const PAIR_BYTES = 8 * LIMBS;
/** From the first of a pair to the second, and from there to the first of the next. */
export const LANE_BYTES = 4;

/** Where element `index` of an array of pairs is. */
export function elementAt(array: number, index: number): number {
  return array + PAIR_BYTES * (index >> 1) + LANE_BYTES * (index & 1);
}
