import type { VerificationKey } from "@plimsoll/verifier/groth16/key.ts";
import type { ProofWords } from "@plimsoll/verifier/groth16/proof.ts";
import { proofFault } from "@plimsoll/verifier/groth16/verify.ts";
import type { CircuitInputs } from "./witness.ts";

/** What a back end needs of an instance: files of the witness generator and of the proving key, and the key to check with. */
export interface ProvingArtifacts {
  readonly name: string;
  readonly wasm: string;
  readonly zkey: string;
  readonly vkey: VerificationKey;
}

/** A proof, and the public signals that it was made for: outputs, then public inputs. */
export interface ProvedStatement {
  readonly proof: ProofWords;
  readonly publicSignals: readonly bigint[];
}

/** Makes proofs. Every proof is verified before it is returned. */
export interface ProvingBackend {
  /** Throws WitnessError when the inputs have no witness. */
  prove(artifacts: ProvingArtifacts, inputs: CircuitInputs): Promise<ProvedStatement>;
  /** Ends threads and frees keys, so that the process can exit; the back end can be used again. */
  close(): Promise<void>;
}

/** A back end returned something that does not verify: its files belong to different versions, or its machine errs. */
export class UnverifiedProofError extends Error {
  readonly code = "PROOF_DOES_NOT_VERIFY";
  readonly retryable = true;
  readonly instance: string;
  constructor(instance: string, fault: string) {
    super(`${instance}: the proof just made does not verify: ${fault}`);
    this.instance = instance;
  }
}

/** The statement, if its proof verifies under the instance's key. Throws UnverifiedProofError. */
export async function verified(
  { name, vkey }: Pick<ProvingArtifacts, "name" | "vkey">,
  statement: ProvedStatement,
): Promise<ProvedStatement> {
  const fault = await proofFault(vkey, statement.publicSignals, statement.proof);
  if (fault !== undefined) throw new UnverifiedProofError(name, fault);
  return statement;
}
