// Numbers as five limbs of 51 bits, each an integer in a double. Limbs are signed: a balanced limb is at most 2^50 from 0,
// so that sums and differences of two are still small enough to be multiplied without a carry.
export const LIMBS = 5;
export const LIMB_BITS = 51n;
/** Montgomery's radix: a field element x is stored as x R modulo the field's order. */
export const RADIX_BITS = LIMB_BITS * BigInt(LIMBS);
export const ELEMENT_BYTES = 8 * LIMBS;
/** Two elements side by side: limb k of both at 16 k. */
export const PAIR_BYTES = 16 * LIMBS;

const LIMB = 1n << LIMB_BITS;

/** The representative of a value modulo 2^bits in [-2^(bits - 1), 2^(bits - 1)). */
export function balanced(value: bigint, bits: bigint): bigint {
  const size = 1n << bits;
  const low = ((value % size) + size) % size;
  return low >= size / 2n ? low - size : low;
}

/** Balanced limbs of an integer, lowest first; the last takes all that is left. */
export function toLimbs(value: bigint): number[] {
  const limbs: number[] = [];
  let rest = value;
  for (let k = 1; k < LIMBS; k++) {
    const limb = balanced(rest, LIMB_BITS);
    limbs.push(Number(limb));
    rest = (rest - limb) / LIMB;
  }
  return [...limbs, Number(rest)];
}

export function fromLimbs(limbs: ArrayLike<number>): bigint {
  let value = 0n;
  for (let k = LIMBS - 1; k >= 0; k--) value = value * LIMB + BigInt(limbs[k]!);
  return value;
}

/** The inverse of an odd number modulo 2^bits, by Newton's iteration. */
export function inverseOfOdd(value: bigint, bits: bigint): bigint {
  let inverse = 1n;
  for (let known = 1n; known < bits; known *= 2n) inverse = (inverse * (2n - value * inverse)) % (1n << bits);
  return balanced(inverse, bits);
}
