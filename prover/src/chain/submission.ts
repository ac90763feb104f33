import { toBeHex } from "ethers";

/** The time of a snapshot, fixed before it is taken: seconds since 1970. */
export interface Opening {
  readonly epoch: bigint;
  readonly snapshotTime: bigint;
}

/** What a batch shows on chain: four field elements and eight proof words in the order of the precompiles. */
export interface SubmittedBatch {
  readonly root: bigint;
  readonly transcript: bigint;
  readonly t: bigint;
  readonly w: bigint;
  readonly proof: readonly bigint[];
}

/** All that one attestation takes; ids, hashes and commitments are 256-bit words. See ISolvencyRegistry.Submission. */
export interface Submission {
  readonly epoch: bigint;
  /** One circuit for all batches of the epoch. */
  readonly batchCircuitId: bigint;
  readonly epochCircuitId: bigint;
  readonly policyHash: bigint;
  readonly descriptorHash: bigint;
  readonly totalsCommitment: bigint;
  readonly weightsCommitment: bigint;
  /** Hash of the epoch folder's public part: kept in the event. */
  readonly publicHash: bigint;
  /** Insurance (10^-12 quote), then each asset of the shape (units of its row). */
  readonly claims: readonly bigint[];
  readonly batches: readonly SubmittedBatch[];
  readonly epochProof: readonly bigint[];
}

/** The same with hashes as the ABI's bytes32. Throws on a proof that is not eight words. */
export function submissionToAbi(submission: Submission): Record<string, unknown> {
  for (const proof of [submission.epochProof, ...submission.batches.map((batch) => batch.proof)]) {
    if (proof.length !== 8) throw new RangeError(`expected a proof of 8 words, came ${proof.length}`);
  }
  return {
    ...submission,
    batchCircuitId: toBeHex(submission.batchCircuitId, 32),
    epochCircuitId: toBeHex(submission.epochCircuitId, 32),
    descriptorHash: toBeHex(submission.descriptorHash, 32),
    publicHash: toBeHex(submission.publicHash, 32),
  };
}
