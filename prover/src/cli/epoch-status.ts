import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { toBeHex } from "ethers";
import { type EpochOnChain, readEpoch } from "../chain/epoch-on-chain.ts";
import { batchRecords } from "../commit/batch-files.ts";
import { countRecords } from "../commit/record-file.ts";
import { type EpochFolder, epochFolder } from "../pipeline/epoch-folder.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { readPlan } from "../pipeline/plan-stage.ts";
import { readRecord } from "../pipeline/public-part.ts";
import { BATCHES_AT_ONCE } from "../pipeline/registry-chain.ts";
import { loadConfig } from "./config-file.ts";
import { withEndpoint } from "./endpoint.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { openPublicFolder } from "./public-folder.ts";

export interface StatusOptions {
  readonly config?: string;
  readonly rpc?: string;
}

/** What is looked for on chain. */
interface Wanted {
  readonly registry: string;
  readonly epoch: bigint;
  readonly snapshotTime: bigint;
  readonly record: EpochRecord | undefined;
  /** How the commands are told what to work on. */
  readonly source: string;
}

/** `epoch status`: what the folder has, what the chain has, and what to type next. */
export async function statusCommand(folder: string | undefined, options: StatusOptions): Promise<Outcome> {
  if (options.config !== undefined) return configuredStatus(options.config);
  if (folder === undefined) throw new ConfigError("expected an epoch folder or --config FILE, came neither");
  const paths = epochFolder(folder);
  const isWhole = existsSync(paths.private);
  const lines = isWhole ? await folderLines(paths) : [];
  if (options.rpc === undefined) {
    if (!isWhole) throw new ConfigError(`${folder}: expected an epoch folder, came none`);
    return said(lines);
  }
  const { record } = await openPublicFolder(folder);
  const source = `--folder ${folder} --rpc ${new URL(options.rpc).origin} --key-file FILE`;
  const wanted = wantedOf(record, source);
  const onChain = await withEndpoint(options.rpc, record.chainId, "--rpc", (provider) =>
    readEpoch(provider, wanted.registry, wanted.epoch, wanted.snapshotTime),
  );
  return said([...lines, ...chainLines(onChain, wanted), nextLine(onChain, wanted)]);
}

async function configuredStatus(file: string): Promise<Outcome> {
  const { epoch: config, chain } = await loadConfig(file);
  const paths = epochFolder(config.folder);
  const lines = existsSync(paths.private)
    ? await folderLines(paths)
    : [`folder      ${config.folder} is not there yet`];
  if (chain === undefined) return said([...lines, `chain       ${file} names no endpoint`]);
  const record = existsSync(paths.record) ? await readRecord(paths) : undefined;
  const { epoch, snapshotTime } = config;
  const wanted = {
    registry: toBeHex(config.registry, 20),
    epoch,
    snapshotTime,
    record,
    source: `--config ${file}`,
  };
  const onChain = await withEndpoint(chain.rpc, config.chainId, file, (provider) =>
    readEpoch(provider, wanted.registry, epoch, snapshotTime),
  );
  return said([...lines, ...chainLines(onChain, wanted), nextLine(onChain, wanted)]);
}

function wantedOf(record: EpochRecord, source: string): Wanted {
  const { epoch, snapshotTime } = record;
  return { registry: toBeHex(record.registry, 20), epoch, snapshotTime, record, source };
}

/** How far a folder is, from its files alone. */
async function folderLines(paths: EpochFolder): Promise<string[]> {
  const plan = await readPlan(paths);
  const names = existsSync(paths.batches) ? await readdir(paths.batches) : [];
  const count = (suffix: string) => names.filter((name) => name.endsWith(suffix)).length;
  const of = plan === undefined ? "" : ` of ${plan.waste.batches}`;
  const record = existsSync(paths.record) ? await readRecord(paths) : undefined;
  return [
    plan === undefined
      ? "planned     no"
      : `planned     ${plan.waste.accounts} accounts in ${plan.waste.batches} batches, ` +
        `${(100 * plan.waste.wastedShare).toFixed(1)} % of their constraints unused`,
    `committed   ${existsSync(paths.commit) ? `${countRecords(batchRecords(paths.batches).commits)}${of} batches` : "no"}`,
    `proved      ${count(".proof.json")}${of} batches, epoch ${existsSync(paths.epochProof) ? "yes" : "no"}`,
    record === undefined
      ? "published   no"
      : `published   epoch ${record.epoch}, accounts root ${toBeHex(record.accountsRoot, 32)}`,
    `signed      ${existsSync(paths.terms) ? "yes" : "no"}`,
    `attested    ${existsSync(paths.receipt) ? "yes" : "not from this folder"}`,
    `bundles     ${existsSync(paths.bundles) ? (await readdir(paths.bundles)).length : 0}`,
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

/** The command that brings the epoch on, or what to wait for. */
function nextLine(onChain: EpochOnChain, wanted: Wanted): string {
  const { now, lastOpened, deadline, list, policy, attestation } = onChain;
  const { epoch, snapshotTime, record, source, registry } = wanted;
  const type = (command: string) => `next: plimsoll epoch ${command} ${source}`;
  if (attestation !== null) {
    return record === undefined || attestation.accountsRoot === record.accountsRoot
      ? `next: nothing; anybody checks it with plimsoll verify epoch FOLDER --rpc URL --registry ${registry}`
      : "next: stop; the chain attests another accounts root for this epoch than this folder's";
  }
  if (lastOpened < epoch)
    return snapshotTime < now
      ? `next: choose a snapshot time and epoch anew: ${timeWords(snapshotTime)} is past, and the epoch was not opened before it`
      : type("open");
  if (lastOpened > epoch)
    return `next: choose another epoch: ${lastOpened} was opened since, so this one is void`;
  if (deadline === undefined) return "next: open another epoch: the time to attest this one is up";
  if (onChain.snapshotTime !== snapshotTime)
    return `next: prove for the snapshot at ${onChain.snapshotTime}, as the epoch was opened: ${snapshotTime} is configured`;
  if (now < snapshotTime)
    return `next: take the snapshot at ${timeWords(snapshotTime)}, in ${durationWords(snapshotTime - now)}`;
  if (record === undefined) return type("prove");
  if (policy === null)
    return "next: have the publishers sign and send the policy: plimsoll policy sign, policy publish";
  if (policy !== undefined && !sameHashes(policy, record))
    return "next: prove another epoch under the policy that is published; this folder can't be attested";
  if (list === null) return type(record.batches.length <= BATCHES_AT_ONCE ? "attest" : "commit");
  if (list.accountsRoot !== record.accountsRoot)
    return "next: stop; the exchange committed to another list for this epoch than this folder's";
  return type(list.proved < list.batchCount ? "prove --on-chain" : "finalise");
}

function sameHashes(policy: NonNullable<EpochOnChain["policy"]>, record: EpochRecord): boolean {
  return policy.policyHash === record.policyHash && policy.descriptorHash === record.descriptorHash;
}

const RANGES_SHOWN = 8;

function rangeWords(ranges: EpochOnChain["missing"]): string {
  const words = ranges.slice(0, RANGES_SHOWN).map(([a, b]) => (a === b ? `${a}` : `${a}-${b}`));
  return [
    ...words,
    ...(ranges.length > RANGES_SHOWN ? [`and ${ranges.length - RANGES_SHOWN} more ranges`] : []),
  ].join(", ");
}

/** "1795161600 (2026-11-20 08:00:00 UTC)" */
function timeWords(seconds: bigint): string {
  return `${seconds} (${new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC)`;
}

function durationWords(seconds: bigint): string {
  const [hours, minutes] = [seconds / 3600n, (seconds % 3600n) / 60n];
  return hours >= 48n ? `${hours / 24n} days` : hours > 0n ? `${hours} h ${minutes} min` : `${minutes} min`;
}

const said = (lines: readonly string[]): Outcome => ({ text: `${lines.join("\n")}\n`, exitCode: EXIT.done });
