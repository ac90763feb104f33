import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { toJson } from "@plimsoll/verifier/formats/codecs.ts";
import { type EpochRecord, epochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { publicHash } from "@plimsoll/verifier/formats/public-hash.ts";
import type { EpochConfig } from "./config.ts";
import type { EpochFolder } from "./epoch-folder.ts";
import { writePublic } from "./files.ts";
import type { PipelineCircuit } from "./ports.ts";

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

/** Hash of the public part of an epoch folder as it is on disk. */
export async function hashPublicPart(folder: EpochFolder): Promise<bigint> {
  const root = join(folder.root, "public");
  const files = new Map<string, Uint8Array>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(relative(folder.root, file).split(sep).join("/"), await readFile(file));
  }
  return publicHash(files);
}
