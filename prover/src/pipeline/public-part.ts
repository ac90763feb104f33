import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fromJson, toJson } from "@plimsoll/verifier/formats/codecs.ts";
import { type EpochRecord, epochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { publicPartHash } from "@plimsoll/verifier/formats/public-hash.ts";
import type { EpochConfig } from "./config.ts";
import type { EpochFolder } from "./epoch-folder.ts";
import { writePublic } from "./files.ts";
import type { PipelineCircuit } from "./ports.ts";

/** The record in a folder. Throws ENOENT where nothing was published yet, and FormatError. */
export async function readRecord(folder: EpochFolder): Promise<EpochRecord> {
  return fromJson(epochRecord, await readFile(folder.record, "utf8"), folder.record);
}

/** Writes what anyone needs to check the epoch again; the record last, so that a folder with one is complete. */
export async function writePublicPart(
  folder: EpochFolder,
  policy: EpochConfig["policy"],
  circuits: readonly PipelineCircuit[],
  record: EpochRecord,
): Promise<void> {
  await writePublic(folder.riskParameters, policy.riskParameters);
  await writePublic(folder.marks, policy.marks);
  for (const { name, verificationKey } of circuits) await writePublic(folder.key(name), verificationKey);
  await writePublic(folder.record, toJson(epochRecord, record));
}

/** Hash of the public part of an epoch folder as it is on disk. Throws ENOENT when a file of it is missing. */
export function hashPublicPart(folder: EpochFolder, record: Pick<EpochRecord, "circuits">): Promise<bigint> {
  return publicPartHash(record, (path) => readFile(join(folder.root, path)));
}
