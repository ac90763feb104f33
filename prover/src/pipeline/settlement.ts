import { CHUNK_BATCHES } from "@plimsoll/verifier/constants.ts";
import { accountsRoot } from "@plimsoll/verifier/encodings/challenges.ts";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { type Provider, type Signer, toBeHex } from "ethers";
import {
  commitCall,
  finaliseCall,
  isProved,
  partsOf,
  proveCall,
  readCommitment,
  readProvedBatches,
} from "../chain/parts.ts";
import { attestCall, readAttestation } from "../chain/registry.ts";
import type { SignedStatement } from "../chain/reserves.ts";
import type { Step } from "../chain/steps.ts";
import type { Submission } from "../chain/submission.ts";
import { commitTypedData, signTypedData } from "../chain/typed-data.ts";

/** 2^6 batches: some 3.7 million gas, about a tenth of which is the transaction's own. */
export const PART_DEPTH = 6;

export interface SettlementSigners {
  /** Pays for the transactions. */
  readonly sender: Signer;
  /** Signs for the exchange; left out, the sender is the exchange, or nothing is asked that takes its signature. */
  readonly exchange?: Signer;
}

export interface SettlementOptions {
  /** Hash that the exchange signed or signs: in the event of the attestation. */
  readonly publicHash: bigint;
  readonly statements?: readonly SignedStatement[];
  /** 2^partDepth batches are proved by one transaction, at most 256; left out, 64. */
  readonly partDepth?: number;
}

/** The transactions that settle a proved epoch. Each is done at most once, whoever sends it. */
export interface Settlement {
  readonly submission: Submission;
  /** All in one transaction. */
  readonly attest: Step;
  readonly commit: Step;
  /** In the order of the list. */
  readonly prove: readonly Step[];
  readonly finalise: Step;
}

/** How a proved epoch gets into its registry. Nothing is sent or signed before a step is asked for. */
export function settlementOf(
  record: EpochRecord,
  { sender, exchange }: SettlementSigners,
  { publicHash, statements = [], partDepth = PART_DEPTH }: SettlementOptions,
): Settlement {
  const registry = toBeHex(record.registry, 20);
  const provider = providerOf(sender);
  const submission: Submission = { ...submissionOf(record, publicHash), statements };
  const { epoch, batches } = submission;
  const root = accountsRoot(batches);
  const isAttested = async () => (await readAttestation(provider, registry, epoch))?.accountsRoot === root;
  const signature = async () => {
    if (exchange === undefined) return "0x";
    const domain = { chainId: record.chainId, registry };
    return signTypedData(exchange, commitTypedData(domain, record.snapshotTime, submission));
  };
  const count = batches.length === 1 ? "1 batch" : `${batches.length} batches`;
  return {
    submission,
    attest: {
      what: `attest ${count} at once`,
      call: async () => attestCall(sender, registry, submission, await signature()),
      isDone: isAttested,
    },
    commit: {
      what: `commit to the list of ${count}`,
      call: async () => commitCall(sender, registry, submission, await signature()),
      isDone: async () =>
        (await readCommitment(provider, registry, epoch))?.accountsRoot === root || isAttested(),
    },
    prove: partsOf(batches, partDepth).map((part) => ({
      what: `prove batches ${part.first} to ${part.first + part.batches.length - 1}`,
      call: () => proveCall(sender, registry, epoch, part),
      isDone: async () => {
        const chunk = Math.floor(part.first / CHUNK_BATCHES);
        return isProved(part, await readProvedBatches(provider, registry, epoch, chunk)) || isAttested();
      },
    })),
    finalise: {
      what: "finalise",
      call: () => finaliseCall(sender, registry, submission),
      isDone: isAttested,
    },
  };
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

function providerOf({ provider }: Signer): Provider {
  if (provider === null) throw new Error("registry: expected a signer with an endpoint, came one without");
  return provider;
}
