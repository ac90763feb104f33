import { CHUNK_BATCHES } from "@plimsoll/verifier/constants.ts";
import type { Provider } from "ethers";
import { type CommittedList, readCommitment, readProvedBatches } from "./parts.ts";
import { readPolicy } from "./policy-registry.ts";
import { type RecordedAttestation, readAttestation, readOpening, registryAt } from "./registry.ts";

/** What the chain has of one epoch. Times are seconds since 1970. */
export interface EpochOnChain {
  readonly now: bigint;
  /** The last epoch that was opened; 0 for none. */
  readonly lastOpened: bigint;
  /** When this epoch's snapshot is taken, while it is the last one opened. */
  readonly snapshotTime?: bigint;
  /** Until when it can be attested, while it can. */
  readonly deadline?: bigint;
  readonly list: CommittedList | null;
  /** Batches of the list that are not proved, as ranges: first and last. */
  readonly missing: readonly (readonly [number, number])[];
  /** Hashes of the policy published for the snapshot's time; null for none, left out when its registry can't be read. */
  readonly policy?: { readonly policyHash: bigint; readonly descriptorHash: bigint } | null;
  readonly attestation: RecordedAttestation | null;
  readonly newestAttested: bigint;
}

/** Reads all that a registry knows of an epoch. `snapshotTime` is where its policy is looked up before it is opened. */
export async function readEpoch(
  provider: Provider,
  registry: string,
  epoch: bigint,
  snapshotTime: bigint,
): Promise<EpochOnChain> {
  const contract = await registryAt(registry, provider);
  const [block, opening, attestation, newest, list, longest, policies] = await Promise.all([
    provider.getBlock("latest"),
    readOpening(provider, registry),
    readAttestation(provider, registry, epoch),
    readAttestation(provider, registry),
    readCommitment(provider, registry, epoch),
    contract.getFunction("MAX_PROVING_TIME").staticCall() as Promise<bigint>,
    contract.getFunction("policies").staticCall() as Promise<string>,
  ]);
  const isLast = opening.epoch === epoch;
  return {
    now: BigInt(block!.timestamp),
    lastOpened: opening.epoch,
    ...(isLast ? { snapshotTime: opening.snapshotTime } : {}),
    ...(isLast && opening.pending ? { deadline: opening.snapshotTime + longest } : {}),
    list,
    missing: list === null ? [] : await missingBatches(provider, registry, epoch, list),
    ...(await readPolicy(provider, policies, isLast ? opening.snapshotTime : snapshotTime).then(
      (policy) => ({ policy }),
      () => ({}),
    )),
    attestation,
    newestAttested: newest?.epoch ?? 0n,
  };
}

async function missingBatches(
  provider: Provider,
  registry: string,
  epoch: bigint,
  { batchCount, proved }: CommittedList,
): Promise<(readonly [number, number])[]> {
  const ranges: [number, number][] = [];
  if (proved === batchCount) return ranges;
  for (let first = 0; first < batchCount; first += CHUNK_BATCHES) {
    const bits = await readProvedBatches(provider, registry, epoch, first / CHUNK_BATCHES);
    for (let batch = first; batch < Math.min(first + CHUNK_BATCHES, batchCount); batch++) {
      if ((bits >> BigInt(batch - first)) & 1n) continue;
      const last = ranges.at(-1);
      if (last?.[1] === batch - 1) last[1] = batch;
      else ranges.push([batch, batch]);
    }
  }
  return ranges;
}
