import { FIELD } from "@plimsoll/verifier/constants.ts";
import { inverse, power } from "@plimsoll/verifier/field.ts";
import type { RootTables } from "./layout.ts";
import { ELEMENT_BYTES, LIMBS, PAIR_BYTES, RADIX_BITS, toLimbs } from "./limbs.ts";
import type { ProverFunctions } from "./module.ts";

/** 5 generates the 2-part of the multiplicative group, as in snarkjs and circom: 2^28 divides r - 1. */
const ROOT_2_28 = power(5n, (FIELD - 1n) >> 28n);
const RADIX = (1n << RADIX_BITS) % FIELD;

/** Writes a scalar as it is: `import` and `scale` divide by Montgomery's radix. */
export function writeLimbs(memory: Float64Array, address: number, value: bigint): void {
  const least = ((value % FIELD) + FIELD) % FIELD;
  memory.set(toLimbs(least > FIELD / 2n ? least - FIELD : least), address / 8);
}

/** Writes a scalar in Montgomery's form. */
export function writeScalar(memory: Float64Array, address: number, value: bigint): void {
  writeLimbs(memory, address, value * RADIX);
}

/** Fills the tables of transforms of `domain` points. `scratch` has room for as many elements. */
export function fillRoots(
  functions: ProverFunctions,
  memory: Float64Array,
  roots: RootTables,
  domain: number,
  factor: number,
  scratch: number,
): void {
  const pairs = domain / 2;
  const powers = (address: number, count: number, base: bigint, first = 1n): void => {
    writeScalar(memory, address, first);
    if (count > 1) writeScalar(memory, address + ELEMENT_BYTES, first * base);
    for (let known = 2; known < count; known *= 2) {
      writeScalar(memory, factor, power(base, BigInt(known)));
      functions.frScale(address, address + known * ELEMENT_BYTES, known / 2, factor);
    }
  };
  const root = (size: number): bigint => power(ROOT_2_28, 2n ** 28n / BigInt(size));
  for (let half = 1; half < pairs; half *= 2) {
    powers(roots.up + half * ELEMENT_BYTES, half, root(2 * half));
    powers(roots.down + half * ELEMENT_BYTES, half, inverse(root(2 * half)));
  }
  powers(roots.acrossUp, pairs, root(domain));
  powers(roots.acrossDown, pairs, inverse(root(domain)));
  powers(scratch, domain, root(2 * domain), inverse(BigInt(domain)));
  const bits = Math.log2(pairs);
  for (let pair = 0; pair < pairs; pair++) {
    const from = scratch / 8 + 2 * LIMBS * reversed(pair, bits);
    const to = (roots.shift + pair * PAIR_BYTES) / 8;
    for (let k = 0; k < LIMBS; k++) {
      memory[to + 2 * k] = memory[from + k]!;
      memory[to + 2 * k + 1] = memory[from + LIMBS + k]!;
    }
  }
}

/** A number's lowest bits in the opposite order. */
function reversed(value: number, bits: number): number {
  let [result, rest] = [0, value];
  for (let bit = 0; bit < bits; bit++, rest >>= 1) result = 2 * result + (rest & 1);
  return result;
}

/** Pairs whose layers stay in the cache. */
const BLOCK = 2048;

/**
 * From values at the domain's points to values at the points between, in place: to coefficients (with the domain's inverse
 * roots), times powers of a root of twice the domain, and back.
 */
export function transform(functions: ProverFunctions, roots: RootTables, domain: number, base: number): void {
  const pairs = domain / 2;
  const block = Math.min(BLOCK, pairs);
  const down = (at: number, size: number, half: number) =>
    functions.down(base + at * PAIR_BYTES, half, size / (2 * half), roots.down + half * ELEMENT_BYTES);
  const up = (at: number, size: number, half: number) =>
    functions.up(base + at * PAIR_BYTES, half, size / (2 * half), roots.up + half * ELEMENT_BYTES);
  functions.acrossDown(base, pairs, roots.acrossDown);
  for (let half = pairs / 2; half >= block; half /= 2) down(0, pairs, half);
  for (let at = 0; at < pairs; at += block) {
    for (let half = block / 2; half >= 1; half /= 2) down(at, block, half);
    const here = base + at * PAIR_BYTES;
    functions.frMultiply(here, here, roots.shift + at * PAIR_BYTES, block);
    for (let half = 1; half < block; half *= 2) up(at, block, half);
  }
  for (let half = block; half < pairs; half *= 2) up(0, pairs, half);
  functions.acrossUp(base, pairs, roots.acrossUp);
}
