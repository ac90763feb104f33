import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { type Signer, toBeHex } from "ethers";
import { attestEpoch, readAttestation, readOpening } from "../chain/registry.ts";
import type { Submission } from "../chain/submission.ts";
import { commitTypedData, signTypedData } from "../chain/typed-data.ts";
import type { EpochChain } from "./ports.ts";

export interface RegistryChainConfig {
  /** Pays for the transaction. */
  readonly sender: Signer;
  /** Signs for the exchange; left out, the sender is the exchange. */
  readonly exchange?: Signer;
}

/** The registry behind an endpoint, as the pipeline settles in it. `registry` is an address as 256-bit integer. */
export function registryChain(registry: bigint, { sender, exchange }: RegistryChainConfig): EpochChain {
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
      const submission = submissionOf(record, publicHash);
      let signature = "0x";
      if (exchange !== undefined) {
        const domain = { chainId: record.chainId, registry: address };
        signature = await signTypedData(exchange, commitTypedData(domain, record.snapshotTime, submission));
      }
      const { hash, gasUsed, blockNumber } = await attestEpoch(sender, address, submission, signature);
      return { transaction: hash, gasUsed, blockNumber };
    },
  };
}

/** What is sent of an epoch record. Throws when its batches are under more than one circuit. */
export function submissionOf(record: EpochRecord, publicHash: bigint): Submission {
  const [batchCircuitId, ...others] = new Set(record.batches.map((batch) => batch.circuitId));
  if (batchCircuitId === undefined || others.length > 0) {
    throw new RangeError("submission: expected batches under one circuit, came several");
  }
  return {
    epoch: record.epoch,
    batchCircuitId,
    epochCircuitId: record.circuits.epoch.circuitId,
    policyHash: record.policyHash,
    descriptorHash: record.descriptorHash,
    totalsCommitment: record.totalsCommitment,
    weightsCommitment: record.weightsCommitment,
    publicHash,
    claims: record.claims,
    batches: record.batches,
    epochProof: record.epochProof,
  };
}
