import { proofFromSnarkjs } from "@plimsoll/verifier/groth16/proof.ts";
import { groth16 } from "snarkjs";
import type { ProvedStatement } from "./backend.ts";
import { wtnsFile } from "./wtns-file.ts";

/**
 * snarkjs's proof, not verified yet, for wires as `WitnessGenerator.limbs` has them. Its threads have scripts in data URLs, which
 * a page's policy may forbid: `singleThread` does without.
 */
export async function snarkjsProof(
  zkey: Uint8Array,
  limbs: Uint32Array,
  { singleThread = false } = {},
): Promise<ProvedStatement> {
  const { proof, publicSignals } = await groth16.prove(zkey, wtnsFile(limbs), undefined, { singleThread });
  return { proof: proofFromSnarkjs(proof), publicSignals: publicSignals.map(BigInt) };
}
