import { CHUNK_BATCHES } from "@plimsoll/verifier/constants.ts";
import { accountsRoot } from "@plimsoll/verifier/encodings/challenges.ts";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { type Signer, toBeHex } from "ethers";
import {
  commitEpoch,
  finaliseEpoch,
  isProved,
  partsOf,
  provePart,
  readCommitment,
  readProvedBatches,
} from "../chain/parts.ts";
import { attestEpoch, readAttestation, readOpening } from "../chain/registry.ts";
import type { SignedStatement } from "../chain/reserves.ts";
import type { SentTransaction } from "../chain/sending.ts";
import type { Submission } from "../chain/submission.ts";
import { commitTypedData, signTypedData } from "../chain/typed-data.ts";
import type { AttestationReceipt, EpochChain } from "./ports.ts";

/** More batches than these are proved part by part: one transaction has to fit a block, and all of it is lost if it fails. */
const BATCHES_AT_ONCE = 32;
/** 2^6 batches: some 3.7 million gas, about a tenth of which is the transaction's own. */
const PART_DEPTH = 6;

export interface RegistryChainConfig {
  /** Pays for the transaction. */
  readonly sender: Signer;
  /** Signs for the exchange; left out, the sender is the exchange. */
  readonly exchange?: Signer;
  /** Attestors' statements for claims on what no contract reads. */
  readonly statements?: (epoch: bigint, snapshotTime: bigint) => Promise<readonly SignedStatement[]>;
  /** Most batches that one transaction attests; left out, 32. */
  readonly batchesAtOnce?: number;
  /** 2^partDepth batches are proved by one transaction when there are more, at most 256; left out, 64. */
  readonly partDepth?: number;
}

/** The registry behind an endpoint, as the pipeline settles in it. `registry` is an address as 256-bit integer. */
export function registryChain(registry: bigint, config: RegistryChainConfig): EpochChain {
  const { sender, exchange, batchesAtOnce = BATCHES_AT_ONCE, partDepth = PART_DEPTH } = config;
  const address = toBeHex(registry, 20);
  const { provider } = sender;
  if (provider === null) throw new Error("registry: expected a signer with an endpoint, came one without");
  return {
    async openedAt(epoch) {
      const opening = await readOpening(provider, address);
      return opening.pending && opening.epoch === epoch ? opening.snapshotTime : undefined;
    },
    async attestedRoot(epoch) {
      return (await readAttestation(provider, address, epoch))?.accountsRoot;
    },
    async attest(record, publicHash) {
      const statements = (await config.statements?.(record.epoch, record.snapshotTime)) ?? [];
      const submission = { ...submissionOf(record, publicHash), statements };
      let signature = "0x";
      if (exchange !== undefined) {
        const domain = { chainId: record.chainId, registry: address };
        signature = await signTypedData(exchange, commitTypedData(domain, record.snapshotTime, submission));
      }
      return record.batches.length <= batchesAtOnce
        ? receiptOf([await attestEpoch(sender, address, submission, signature)])
        : attestInParts(sender, address, submission, signature, partDepth);
    },
  };
}

/**
 * Commits, proves part by part and finalises. What the chain has already, from a run that was interrupted or from anybody
 * else, is not sent again. The receipt is of the last transaction, its gas of all that were sent.
 */
async function attestInParts(
  sender: Signer,
  registry: string,
  submission: Submission,
  signature: string,
  depth: number,
): Promise<AttestationReceipt> {
  const { epoch, batches } = submission;
  const provider = sender.provider!;
  const sent: SentTransaction[] = [];
  const committed = await readCommitment(provider, registry, epoch);
  // Under another root the contract refuses, and says so.
  if (committed?.accountsRoot !== accountsRoot(batches)) {
    sent.push(await commitEpoch(sender, registry, submission, signature));
  }
  for (const part of partsOf(batches, depth)) {
    const chunk = await readProvedBatches(provider, registry, epoch, Math.floor(part.first / CHUNK_BATCHES));
    if (!isProved(part, chunk)) sent.push(await provePart(sender, registry, epoch, part));
  }
  sent.push(await finaliseEpoch(sender, registry, submission));
  return receiptOf(sent);
}

function receiptOf(sent: readonly SentTransaction[]): AttestationReceipt {
  const { hash, blockNumber } = sent.at(-1)!;
  const gasUsed = sent.reduce((sum, transaction) => sum + transaction.gasUsed, 0n);
  return { transaction: hash, gasUsed, blockNumber };
}

/** What is sent of an epoch record. */
export function submissionOf(record: EpochRecord, publicHash: bigint): Submission {
  const { epoch, policyHash, descriptorHash, totalsCommitment, weightsCommitment, claims } = record;
  return {
    epoch,
    epochCircuitId: record.circuits.epoch.circuitId,
    policyHash,
    descriptorHash,
    totalsCommitment,
    weightsCommitment,
    publicHash,
    claims,
    batches: record.batches,
    epochProof: record.epochProof,
  };
}
