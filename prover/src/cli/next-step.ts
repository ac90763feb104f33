import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import type { EpochOnChain } from "../chain/epoch-on-chain.ts";
import { BATCHES_AT_ONCE } from "../pipeline/registry-chain.ts";
import type { FolderState, Wanted } from "./epoch-state.ts";

/** A command of `plimsoll epoch` that brings an epoch on. */
export type EpochStep = "open" | "prove" | "attest" | "commit" | "prove --on-chain" | "finalise";

/** What an epoch needs next: a command, or else, in words, what to wait for, to do elsewhere, or that nothing is left. */
export type Next = { readonly step: EpochStep } | { readonly words: string };

/** The next step of an epoch that is settled nowhere. */
export function nextStepHere(folder: FolderState | undefined, path: string): Next {
  if (folder?.record === undefined || lacksBundles(folder)) return { step: "prove" };
  return {
    words: `nothing without a chain; plimsoll verify epoch ${path} checks it, plimsoll serve and plimsoll bundles export hand out its bundles`,
  };
}

/** The command that brings the epoch on, or what to wait for. */
export function nextStep(onChain: EpochOnChain, wanted: Wanted, folder?: FolderState): Next {
  const { now, lastOpened, deadline, list, policy, attestation } = onChain;
  const { epoch, snapshotTime, record, registry } = wanted;
  if (attestation !== null) {
    if (record !== undefined && attestation.accountsRoot !== record.accountsRoot)
      return { words: "stop; the chain attests another accounts root for this epoch than this folder's" };
    // A run that was stopped while it wrote them: attest sends nothing twice and writes what is missing.
    if (folder !== undefined && lacksBundles(folder)) return { step: "attest" };
    return {
      words: `nothing; anybody checks it with plimsoll verify epoch FOLDER --rpc URL --registry ${registry}`,
    };
  }
  if (lastOpened < epoch)
    return snapshotTime < now
      ? {
          words: `choose a snapshot time and epoch anew: ${timeWords(snapshotTime)} is past, and the epoch was not opened before it`,
        }
      : { step: "open" };
  if (lastOpened > epoch)
    return { words: `choose another epoch: ${lastOpened} was opened since, so this one is void` };
  if (deadline === undefined) return { words: "open another epoch: the time to attest this one is up" };
  if (onChain.snapshotTime !== snapshotTime)
    return {
      words: `prove for the snapshot at ${onChain.snapshotTime}, as the epoch was opened: ${snapshotTime} is configured`,
    };
  if (now < snapshotTime)
    return {
      words: `take the snapshot at ${timeWords(snapshotTime)}, in ${durationWords(snapshotTime - now)}`,
    };
  if (record === undefined) return { step: "prove" };
  if (policy === null)
    return { words: "have the publishers sign and send the policy: plimsoll policy sign, policy publish" };
  if (policy !== undefined && !sameHashes(policy, record))
    return { words: "prove another epoch under the policy that is published; this folder can't be attested" };
  if (list === null) return { step: record.batches.length <= BATCHES_AT_ONCE ? "attest" : "commit" };
  if (list.accountsRoot !== record.accountsRoot)
    return { words: "stop; the exchange committed to another list for this epoch than this folder's" };
  return { step: list.proved < list.batchCount ? "prove --on-chain" : "finalise" };
}

/** The line under a status. */
export function nextLine(next: Next, source: string): string {
  return `next: ${"step" in next ? `plimsoll epoch ${next.step} ${source}` : next.words}`;
}

function lacksBundles({ plan, bundles }: FolderState): boolean {
  return plan !== undefined && bundles < plan.accounts;
}

export function sameHashes(policy: NonNullable<EpochOnChain["policy"]>, record: EpochRecord): boolean {
  return policy.policyHash === record.policyHash && policy.descriptorHash === record.descriptorHash;
}

/** "1795161600 (2026-11-20 08:00:00 UTC)" */
export function timeWords(seconds: bigint): string {
  return `${seconds} (${new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC)`;
}

export function durationWords(seconds: bigint): string {
  const [hours, minutes] = [seconds / 3600n, (seconds % 3600n) / 60n];
  return hours >= 48n ? `${hours / 24n} days` : hours > 0n ? `${hours} h ${minutes} min` : `${minutes} min`;
}
