import { poseidon3 } from "poseidon-lite/poseidon3";
import { poseidon4 } from "poseidon-lite/poseidon4";
import { poseidon5 } from "poseidon-lite/poseidon5";
import { poseidon15 } from "poseidon-lite/poseidon15";
import { poseidon16 } from "poseidon-lite/poseidon16";

/** Poseidon of circomlib over a list of field elements. Encodings take one, so that a prover can bring a faster one. */
export type Hash = (inputs: bigint[]) => bigint;

const BY_ARITY: Readonly<Record<number, Hash>> = {
  3: poseidon3,
  4: poseidon4,
  5: poseidon5,
  15: poseidon15,
  16: poseidon16,
};

/** The verifier's Poseidon: small and plain. Throws for an arity that no encoding of Plimsoll uses. */
export const poseidon: Hash = (inputs) => {
  const hash = BY_ARITY[inputs.length];
  if (hash === undefined) throw new RangeError(`no encoding hashes ${inputs.length} inputs`);
  return hash(inputs);
};
