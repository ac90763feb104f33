import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { toBeHex } from "ethers";
import { type EpochOnChain, readEpoch } from "../chain/epoch-on-chain.ts";
import { batchRecords } from "../commit/batch-files.ts";
import { countRecords } from "../commit/record-file.ts";
import { type EpochFolder, epochFolder } from "../pipeline/epoch-folder.ts";
import { type Plan, readPlan } from "../pipeline/plan-stage.ts";
import { readRecord } from "../pipeline/public-part.ts";
import { loadConfig } from "./config-file.ts";
import { withEndpoint } from "./endpoint.ts";

/** How far a folder is, from its files alone. */
export interface FolderState {
  readonly plan: Plan["waste"] | undefined;
  /** Batches whose commitment, and whose proof, is there. */
  readonly committed: number | undefined;
  readonly proved: number;
  readonly isEpochProved: boolean;
  readonly record: EpochRecord | undefined;
  readonly isSigned: boolean;
  readonly isAttestedFromHere: boolean;
  readonly bundles: number;
}

/** What is looked for on chain. */
export interface Wanted {
  readonly registry: string;
  readonly epoch: bigint;
  readonly snapshotTime: bigint;
  readonly record: EpochRecord | undefined;
  /** How the commands are told what to work on. */
  readonly source: string;
}

/** An epoch as its configuration finds it. */
export interface ConfiguredEpoch {
  readonly path: string;
  /** Undefined where nothing was begun. */
  readonly folder: FolderState | undefined;
  readonly wanted: Wanted;
  /** Undefined where the configuration names no endpoint. */
  readonly onChain: EpochOnChain | undefined;
}

/** Reads what a configuration's folder and chain have of its epoch. */
export async function readConfigured(file: string): Promise<ConfiguredEpoch> {
  const { epoch: config, chain } = await loadConfig(file);
  const paths = epochFolder(config.folder);
  const folder = existsSync(paths.private) ? await readFolder(paths) : undefined;
  const { epoch, snapshotTime } = config;
  const registry = toBeHex(config.registry, 20);
  // A record without a private part was copied from elsewhere: it is this epoch's public part all the same.
  const record = folder?.record ?? (existsSync(paths.record) ? await readRecord(paths) : undefined);
  const wanted = { registry, epoch, snapshotTime, record, source: `--config ${file}` };
  const onChain =
    chain === undefined
      ? undefined
      : await withEndpoint(chain.rpc, config.chainId, file, (provider) =>
          readEpoch(provider, registry, epoch, snapshotTime),
        );
  return { path: config.folder, folder, wanted, onChain };
}

export function wantedOf(record: EpochRecord, source: string): Wanted {
  const { epoch, snapshotTime } = record;
  return { registry: toBeHex(record.registry, 20), epoch, snapshotTime, record, source };
}

export async function readFolder(paths: EpochFolder): Promise<FolderState> {
  const names = existsSync(paths.batches) ? await readdir(paths.batches) : [];
  return {
    plan: (await readPlan(paths))?.waste,
    committed: existsSync(paths.commit) ? countRecords(batchRecords(paths.batches).commits) : undefined,
    proved: names.filter((name) => name.endsWith(".proof.json")).length,
    isEpochProved: existsSync(paths.epochProof),
    record: existsSync(paths.record) ? await readRecord(paths) : undefined,
    isSigned: existsSync(paths.terms),
    isAttestedFromHere: existsSync(paths.receipt),
    bundles: existsSync(paths.bundles)
      ? (await readdir(paths.bundles)).filter((name) => name.endsWith(".json")).length
      : 0,
  };
}
