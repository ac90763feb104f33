import { toBeHex } from "ethers";
import type { SignedStatement } from "./reserves.ts";

/** The time of a snapshot, fixed before it is taken: seconds since 1970. */
export interface Opening {
  readonly epoch: bigint;
  readonly snapshotTime: bigint;
}

/** What a batch shows on chain: four field elements and eight proof words in the order of the precompiles. */
export interface SubmittedBatch {
  /** Under which its proof is made. */
  readonly circuitId: bigint;
  readonly root: bigint;
  readonly transcript: bigint;
  readonly t: bigint;
  readonly w: bigint;
  readonly proof: readonly bigint[];
}

/** What an epoch is to show, fixed before anything is proved; ids, hashes and commitments are 256-bit words. See ISolvencyRegistry.Terms. */
export interface Terms {
  readonly epoch: bigint;
  readonly epochCircuitId: bigint;
  readonly policyHash: bigint;
  readonly descriptorHash: bigint;
  readonly totalsCommitment: bigint;
  readonly weightsCommitment: bigint;
  /** Hash of the epoch folder's public part: kept in the event. */
  readonly publicHash: bigint;
  /** Insurance (10^-12 quote), then each asset of the shape (units of its row). */
  readonly claims: readonly bigint[];
}

/** All that attesting takes, in one transaction or in many. */
export interface Submission extends Terms {
  readonly batches: readonly SubmittedBatch[];
  readonly epochProof: readonly bigint[];
  /** Of attestors, for claims on what no contract reads; left out, there are none. */
  readonly statements?: readonly SignedStatement[];
}

/** A submission as ISolvencyRegistry.Submission. Throws on a proof that is not eight words. */
export function submissionToAbi(submission: Submission): Record<string, unknown> {
  const { batches, epochProof } = submission;
  return {
    terms: termsToAbi(submission),
    runs: runsToAbi(batches),
    batches: batches.map(batchToAbi),
    epochProof: proofWords(epochProof),
    statements: statementsToAbi(submission),
  };
}

/** Ascending by attestor, as the contract wants them. */
export function statementsToAbi({ statements = [] }: Pick<Submission, "statements">): unknown[] {
  return [...statements].sort((a, b) => (BigInt(a.attestor) < BigInt(b.attestor) ? -1 : 1));
}

export function termsToAbi(terms: Terms): Record<string, unknown> {
  const { epoch, policyHash, totalsCommitment, weightsCommitment, claims } = terms;
  return {
    epoch,
    epochCircuitId: toBeHex(terms.epochCircuitId, 32),
    policyHash,
    descriptorHash: toBeHex(terms.descriptorHash, 32),
    totalsCommitment,
    weightsCommitment,
    publicHash: toBeHex(terms.publicHash, 32),
    claims: [...claims],
  };
}

/** Neighbouring batches of one circuit as one run each. */
export function runsToAbi(batches: readonly SubmittedBatch[]): { circuitId: string; count: number }[] {
  const runs: { circuitId: string; count: number }[] = [];
  for (const batch of batches) {
    const circuitId = toBeHex(batch.circuitId, 32);
    const last = runs.at(-1);
    if (last?.circuitId === circuitId) last.count++;
    else runs.push({ circuitId, count: 1 });
  }
  return runs;
}

export function batchToAbi({ root, transcript, t, w, proof }: SubmittedBatch): Record<string, unknown> {
  return { root, transcript, t, w, proof: proofWords(proof) };
}

/** Throws on a proof that is not eight words. */
export function proofWords(proof: readonly bigint[]): bigint[] {
  if (proof.length !== 8) throw new RangeError(`expected a proof of 8 words, came ${proof.length}`);
  return [...proof];
}
