import { FIELD } from "./constants.ts";
import { FULL_ROUNDS, type PoseidonConstants, poseidonConstants } from "./poseidon-constants.ts";

/** Poseidon of circomlib over a list of field elements. Encodings take one, so that a prover can bring a faster one. */
export type Hash = (inputs: bigint[]) => bigint;

/** Partial rounds by number of inputs, for those that an encoding of Plimsoll uses; from table 2 of the paper (eprint 2019/458). */
const PARTIAL_ROUNDS: Readonly<Record<number, number>> = { 3: 56, 4: 60, 5: 60, 15: 64, 16: 68 };

const made = new Map<number, PoseidonConstants>();

/** The verifier's Poseidon: small and plain. Throws for an arity that no encoding of Plimsoll uses. */
export const poseidon: Hash = (inputs) => {
  const width = inputs.length + 1;
  const partialRounds = PARTIAL_ROUNDS[inputs.length];
  if (partialRounds === undefined) throw new RangeError(`no encoding hashes ${inputs.length} inputs`);
  let constants = made.get(width);
  if (constants === undefined) {
    constants = poseidonConstants(width, partialRounds);
    made.set(width, constants);
  }
  return permuted([0n, ...inputs], partialRounds, constants)[0]!;
};

/** Half of the full rounds, the partial ones, the other half. Each adds constants, raises to the fifth power, mixes. */
function permuted(start: readonly bigint[], partialRounds: number, constants: PoseidonConstants): bigint[] {
  const width = start.length;
  let state = [...start];
  for (let round = 0; round < FULL_ROUNDS + partialRounds; round++) {
    const partial = round >= FULL_ROUNDS / 2 && round < FULL_ROUNDS / 2 + partialRounds;
    for (let i = 0; i < width; i++) {
      const value = state[i]! + constants.rounds[round * width + i]!;
      state[i] = partial && i > 0 ? value : fifthPower(value);
    }
    state = constants.matrix.map(
      (row) => row.reduce((sum, weight, i) => sum + weight * state[i]!, 0n) % FIELD,
    );
  }
  return state;
}

function fifthPower(value: bigint): bigint {
  const square = (value * value) % FIELD;
  return (value * square * square) % FIELD;
}
