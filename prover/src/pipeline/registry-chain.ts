import { toBeHex } from "ethers";
import { readAttestation, readOpening } from "../chain/registry.ts";
import type { SignedStatement } from "../chain/reserves.ts";
import { type SentTransaction, waitForPending } from "../chain/sending.ts";
import { type Step, type TransactionLog, take } from "../chain/steps.ts";
import type { AttestationReceipt, EpochChain } from "./ports.ts";
import { type Settlement, type SettlementSigners, settlementOf } from "./settlement.ts";

/** More batches than these are proved part by part: one transaction has to fit a block, and all of it is lost if it fails. */
export const BATCHES_AT_ONCE = 32;

export interface RegistryChainConfig extends SettlementSigners {
  /** Attestors' statements for claims on what no contract reads. */
  readonly statements?: (epoch: bigint, snapshotTime: bigint) => Promise<readonly SignedStatement[]>;
  /** Most batches that one transaction attests; left out, 32. */
  readonly batchesAtOnce?: number;
  /** 2^partDepth batches are proved by one transaction when there are more, at most 256; left out, 64. */
  readonly partDepth?: number;
  /** Keeps what is sent, and what it cost. */
  readonly log?: TransactionLog;
  /** Told of every transaction that is in a block. */
  readonly sent?: (what: string, transaction: SentTransaction) => void;
}

/** The registry behind an endpoint, as the pipeline settles in it. `registry` is an address as 256-bit integer. */
export function registryChain(registry: bigint, config: RegistryChainConfig): EpochChain {
  const { sender, batchesAtOnce = BATCHES_AT_ONCE, partDepth, sent = () => {} } = config;
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
      const settlement = settlementOf(record, config, {
        ...{ publicHash, statements },
        ...(partDepth === undefined ? {} : { partDepth }),
      });
      await waitForPending(sender);
      return settle(settlement, record.batches.length <= batchesAtOnce, sent, config.log);
    },
  };
}

/**
 * Attests at once, or commits, proves part by part and finalises. What the chain has already, from a run that was
 * interrupted or from anybody else, is not sent again. The receipt is of the last transaction, its gas of all that were
 * sent; null when none was.
 */
async function settle(
  settlement: Settlement,
  atOnce: boolean,
  told: NonNullable<RegistryChainConfig["sent"]>,
  log: TransactionLog | undefined,
): Promise<AttestationReceipt | null> {
  const sent: SentTransaction[] = [];
  const taken = async (step: Step) => {
    const transaction = await take(step, log);
    if (transaction === null) return;
    sent.push(transaction);
    told(step.what, transaction);
  };
  if (atOnce) {
    await taken(settlement.attest);
  } else {
    await taken(settlement.commit);
    for (const step of settlement.prove) await taken(step);
    await taken(settlement.finalise);
  }
  const last = sent.at(-1);
  if (last === undefined) return null;
  const gasUsed = sent.reduce((sum, transaction) => sum + transaction.gasUsed, 0n);
  return { transaction: last.hash, gasUsed, blockNumber: last.blockNumber };
}
