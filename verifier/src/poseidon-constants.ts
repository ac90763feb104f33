import { FIELD } from "./constants.ts";
import { inverses } from "./field.ts";

/** Round constants, one per element and round in order, and the matrix that mixes the state. */
export interface PoseidonConstants {
  readonly rounds: readonly bigint[];
  readonly matrix: readonly (readonly bigint[])[];
}

export const FULL_ROUNDS = 8;
const FIELD_BITS = 254;
/** Bits of the generator's state whose sum is the next one. */
const TAPS = [62, 51, 38, 23, 13, 0];
/** The state is made of words, and moves on by one at a time: no tap reaches into its last word. */
const WORD = 16;
const WORDS = 5;
const WARM_UP = 10;
/** Bits that a double holds exactly. */
const PART = 52;

/**
 * The constants of a state of `width` elements by the rule that fixed them: the Grain LFSR of the reference implementation
 * (generate_parameters_grain.sage), started from nothing but the field, the width and the numbers of rounds. Computed, in some
 * 20 ms, because as a table they would be the largest part of the verifier, and one that nobody can read.
 */
export function poseidonConstants(width: number, partialRounds: number): PoseidonConstants {
  const sample = grain([
    // A prime field, the S-box x^5, and the sizes.
    ...[bits(1, 2), bits(0, 4), bits(FIELD_BITS, 12), bits(width, 12)],
    ...[bits(FULL_ROUNDS, 10), bits(partialRounds, 10), bits(2 ** 30 - 1, 30)],
  ]);
  const rounds: bigint[] = [];
  while (rounds.length < width * (FULL_ROUNDS + partialRounds)) {
    const value = sample();
    if (value < FIELD) rounds.push(value);
  }
  // A Cauchy matrix: 1 / (x_i + y_j). These samples are reduced instead of refused.
  const [x, y] = [0, 1].map(() => Array.from({ length: width }, sample));
  const matrix = x!.map((xi) => inverses(y!.map((yj) => xi + yj)));
  return { rounds, matrix };
}

/** Numbers of 254 bits out of an LFSR, of which every second bit says whether the one after it counts. */
function grain(start: readonly string[]): () => bigint {
  const digits = start.join("");
  const state = Array.from({ length: WORDS }, (_, i) =>
    Number(`0b${digits.slice(WORD * i, WORD * (i + 1))}`),
  );
  const nextWord = (): number => {
    let word = 0;
    for (const tap of TAPS) {
      const at = tap >> 4;
      word ^= ((state[at]! << WORD) | state[at + 1]!) >>> (WORD - (tap & 15));
    }
    word &= 0xffff;
    state.shift();
    state.push(word);
    return word;
  };
  for (let i = 0; i < WARM_UP; i++) nextWord();
  let [word, left] = [0, 0];
  const nextBit = (): number => {
    for (;;) {
      if (left === 0) [word, left] = [nextWord(), WORD];
      left -= 2;
      const pair = (word >> left) & 3;
      if (pair & 2) return pair & 1;
    }
  };
  return () => {
    let value = 0n;
    for (let rest = FIELD_BITS; rest > 0; rest -= PART) {
      let part = 0;
      const length = Math.min(rest, PART);
      for (let i = 0; i < length; i++) part = 2 * part + nextBit();
      value = (value << BigInt(length)) | BigInt(part);
    }
    return value;
  };
}

function bits(value: number, length: number): string {
  return value.toString(2).padStart(length, "0");
}
