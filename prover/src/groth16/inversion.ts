import { BASE_FIELD } from "@plimsoll/verifier/groth16/key.ts";
import { PAIR_BYTES } from "./limbs.ts";
import type { ProverFunctions } from "./module.ts";

const WINDOW = 4;
/** Digits of p - 2, highest first. */
const DIGITS = [...(BASE_FIELD - 2n).toString(16)].map((digit) => Number.parseInt(digit, 16));

/** Bytes of work that an inversion needs: powers 1 to 15 of the pair. */
export const INVERSION_BYTES = 15 * PAIR_BYTES;

/** Inverts both lanes of a pair in place (0 stays 0): its power p - 2. */
export function invertPair({ fpMultiply }: ProverFunctions, pair: number, work: number, one: number): void {
  const power = (n: number): number => work + (n - 1) * PAIR_BYTES;
  fpMultiply(power(1), pair, one, 1);
  for (let n = 2; n < 1 << WINDOW; n++) fpMultiply(power(n), power(n - 1), power(1), 1);
  fpMultiply(pair, power(DIGITS[0]!), one, 1);
  for (const digit of DIGITS.slice(1)) {
    for (let k = 0; k < WINDOW; k++) fpMultiply(pair, pair, pair, 1);
    if (digit > 0) fpMultiply(pair, pair, power(digit), 1);
  }
}

/** Inverts both lanes of a pair of elements of the extension, in place: the conjugate over the norm. */
export function invertExtendedPair(
  functions: ProverFunctions,
  memory: Float64Array,
  pair: number,
  work: number,
  one: number,
): void {
  const { fpMultiply, fp2Multiply } = functions;
  const conjugate = work + INVERSION_BYTES;
  const norm = conjugate + 2 * PAIR_BYTES;
  memory.copyWithin(conjugate / 8, pair / 8, (pair + 2 * PAIR_BYTES) / 8);
  for (let at = (conjugate + PAIR_BYTES) / 8; at < norm / 8; at++) memory[at] = -memory[at]!;
  fp2Multiply(norm, pair, conjugate);
  invertPair(functions, norm, work, one);
  fpMultiply(pair, conjugate, norm, 1);
  fpMultiply(pair + PAIR_BYTES, conjugate + PAIR_BYTES, norm, 1);
}

export const EXTENDED_INVERSION_BYTES = INVERSION_BYTES + 4 * PAIR_BYTES;
