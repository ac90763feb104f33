import { existsSync } from "node:fs";
import { toBeHex } from "ethers";
import { type EpochOnChain, readEpoch } from "../chain/epoch-on-chain.ts";
import { epochFolder } from "../pipeline/epoch-folder.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { withEndpoint } from "./endpoint.ts";
import {
  type ConfiguredEpoch,
  type FolderState,
  readConfigured,
  readFolder,
  type Wanted,
  wantedOf,
} from "./epoch-state.ts";
import {
  durationWords,
  type Next,
  nextLine,
  nextStep,
  nextStepHere,
  sameHashes,
  timeWords,
} from "./next-step.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { openPublicFolder } from "./public-folder.ts";

export interface StatusOptions {
  readonly config?: string;
  readonly rpc?: string;
}

/** `epoch status`: what the folder has, what the chain has, and what to type next. */
export async function statusCommand(folder: string | undefined, options: StatusOptions): Promise<Outcome> {
  if (options.config !== undefined) return configuredOutcome(await readConfigured(options.config));
  if (folder === undefined) throw new ConfigError("expected an epoch folder or --config FILE, came neither");
  const paths = epochFolder(folder);
  const state = existsSync(paths.private) ? await readFolder(paths) : undefined;
  if (options.rpc === undefined) {
    if (state === undefined) throw new ConfigError(`${folder}: expected an epoch folder, came none`);
    return said(folderLines(state), state, undefined, undefined);
  }
  const { record } = await openPublicFolder(folder);
  const source = `--folder ${folder} --rpc ${new URL(options.rpc).origin} --key-file FILE`;
  const wanted = wantedOf(record, source);
  const onChain = await withEndpoint(options.rpc, record.chainId, "--rpc", (provider) =>
    readEpoch(provider, wanted.registry, wanted.epoch, wanted.snapshotTime),
  );
  const next = nextStep(onChain, wanted);
  const lines = [...(state === undefined ? [] : folderLines(state)), ...chainLines(onChain, wanted)];
  return said([...lines, nextLine(next, source)], state, onChain, next);
}

/** What a configuration's epoch needs next. */
export function configuredNext({ folder, path, onChain, wanted }: ConfiguredEpoch): Next {
  return onChain === undefined ? nextStepHere(folder, path) : nextStep(onChain, wanted, folder);
}

/** The status of a configuration's epoch. */
export function configuredOutcome(epoch: ConfiguredEpoch): Outcome {
  const { folder, path, onChain, wanted } = epoch;
  const next = configuredNext(epoch);
  const lines = [
    ...(folder === undefined ? [`folder      ${path} is not there yet`] : folderLines(folder)),
    ...(onChain === undefined
      ? ["chain       the configuration names no endpoint"]
      : chainLines(onChain, wanted)),
    nextLine(next, wanted.source),
  ];
  return said(lines, folder, onChain, next);
}

function folderLines(state: FolderState): string[] {
  const { plan, committed, record } = state;
  const of = plan === undefined ? "" : ` of ${plan.batches}`;
  return [
    plan === undefined
      ? "planned     no"
      : `planned     ${plan.accounts} accounts in ${plan.batches} batches, ` +
        `${(100 * plan.wastedShare).toFixed(1)} % of their constraints unused`,
    `committed   ${committed === undefined ? "no" : `${committed}${of} batches`}`,
    `proved      ${state.proved}${of} batches, epoch ${state.isEpochProved ? "yes" : "no"}`,
    record === undefined
      ? "published   no"
      : `published   epoch ${record.epoch}, accounts root ${toBeHex(record.accountsRoot, 32)}`,
    `signed      ${state.isSigned ? "yes" : "no"}`,
    `attested    ${state.isAttestedFromHere ? "yes" : "not from this folder"}`,
    `bundles     ${state.bundles}`,
  ];
}

function chainLines(onChain: EpochOnChain, { registry, epoch, record }: Wanted): string[] {
  const { now, lastOpened, snapshotTime, deadline, list, missing, policy, attestation, newestAttested } =
    onChain;
  const own = (root: bigint) =>
    record === undefined ? "" : root === record.accountsRoot ? ", this folder's" : ", NOT this folder's";
  const opening =
    snapshotTime === undefined
      ? `epoch ${epoch} is not the last one opened, which is ${lastOpened === 0n ? "none" : lastOpened}`
      : `snapshot at ${timeWords(snapshotTime)}, ` +
        (deadline === undefined
          ? "waits for nothing any more"
          : `to be attested by ${timeWords(deadline)}, ${durationWords(deadline - now)} from now`);
  const policyWords =
    policy === undefined
      ? "its registry can't be read"
      : policy === null
        ? "none published for the snapshot's time"
        : record === undefined || sameHashes(policy, record)
          ? `published for the snapshot's time${record === undefined ? "" : ", as proved"}`
          : "ANOTHER is published for the snapshot's time than the folder was proved under";
  const listWords =
    list === null
      ? "not committed"
      : `${list.proved} of ${list.batchCount} batches proved${own(list.accountsRoot)}` +
        (missing.length === 0 ? "" : `; missing ${rangeWords(missing)}`);
  const attested =
    attestation === null
      ? `no; the newest epoch is ${newestAttested === 0n ? "none" : newestAttested}`
      : `at ${timeWords(attestation.attestedAt)}${own(attestation.accountsRoot)}; ` +
        `${attestation.assetsOnChain} assets read on chain, ${attestation.assetsVouched} vouched for`;
  return [
    `registry    ${registry}, chain's time ${timeWords(now)}`,
    `  opening   ${opening}`,
    `  policy    ${policyWords}`,
    `  list      ${listWords}`,
    `  attested  ${attested}`,
  ];
}

const RANGES_SHOWN = 8;

function rangeWords(ranges: EpochOnChain["missing"]): string {
  const words = ranges.slice(0, RANGES_SHOWN).map(([a, b]) => (a === b ? `${a}` : `${a}-${b}`));
  return [
    ...words,
    ...(ranges.length > RANGES_SHOWN ? [`and ${ranges.length - RANGES_SHOWN} more ranges`] : []),
  ].join(", ");
}

function said(
  lines: readonly string[],
  folder: FolderState | undefined,
  onChain: EpochOnChain | undefined,
  next: Next | undefined,
): Outcome {
  // The record is a file of its own, and long.
  const { record, ...state } = folder ?? {};
  const data = {
    folder:
      folder === undefined
        ? null
        : { ...state, accountsRoot: record === undefined ? null : toBeHex(record.accountsRoot, 32) },
    chain: onChain ?? null,
    next: next ?? null,
  };
  return { text: `${lines.join("\n")}\n`, data, exitCode: EXIT.done };
}
