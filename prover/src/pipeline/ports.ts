import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import type { Shape } from "@plimsoll/verifier/policy/shape.ts";
import type { CircuitInputs } from "../proving/witness.ts";

/** A compiled circuit with its key, as far as the pipeline needs to know it. */
export interface PipelineCircuit {
  readonly name: string;
  /** keccak256 of the packed verification key. */
  readonly circuitId: bigint;
  /** A key whose secret is public: good for local chains only. */
  readonly development: boolean;
  /** The verification key as JSON text, for `public/keys`. */
  readonly verificationKey: string;
}

export interface BatchPipelineCircuit extends PipelineCircuit {
  readonly blocks: number;
  readonly words: number;
}

export interface EpochPipelineCircuit extends PipelineCircuit {
  readonly shape: Shape;
}

/** A proof in the order of the EVM's precompiles, and the public signals that it was made for. */
export interface MadeProof {
  readonly proof: readonly bigint[];
  readonly signals: readonly bigint[];
}

/** Where proofs are made and checked. Takes openings, so it never leaves the machine without thought. */
export interface EpochProver {
  batchCircuit(name: string): Promise<BatchPipelineCircuit>;
  epochCircuit(name: string): Promise<EpochPipelineCircuit>;
  /** Throws when the inputs have no witness. */
  prove(circuit: string, inputs: CircuitInputs): Promise<MadeProof>;
  verify(circuit: string, signals: readonly bigint[], proof: readonly bigint[]): Promise<boolean>;
  close?(): Promise<void>;
}

/** What the chain says of an attested epoch; what the operator keeps of it. */
export interface AttestationReceipt {
  readonly transaction: string;
  readonly blockNumber: number;
  readonly gasUsed: bigint;
}

/** Where an epoch is settled. */
export interface EpochChain {
  /** The snapshot time that the epoch was opened with, while it waits for its attestation. */
  openedAt(epoch: bigint): Promise<bigint | undefined>;
  /** The accounts root that is attested for this epoch, or undefined. */
  attestedRoot(epoch: bigint): Promise<bigint | undefined>;
  /**
   * Sends what the chain lacks of the epoch and waits until it is attested; null when nothing was lacking. `publicHash` goes
   * into the event. Throws the registry's own error.
   */
  attest(record: EpochRecord, publicHash: bigint): Promise<AttestationReceipt | null>;
}
