import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fromJson } from "@plimsoll/verifier/formats/codecs.ts";
import { EPOCH_FILES, type EpochRecord, epochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { publicPartHash } from "@plimsoll/verifier/formats/public-hash.ts";

/** The public part of an epoch, wherever it was copied. */
export interface PublicFolder {
  readonly record: EpochRecord;
  /** Bytes of a file by its path in the epoch folder ("public/epoch.json"). */
  read(path: string): Promise<Buffer>;
  /** As it is in the event of the attestation. Throws ENOENT when a file is missing. */
  hash(): Promise<bigint>;
}

const PREFIX = "public/";

/** Opens an epoch folder or its public part. Throws ENOENT and FormatError when there is no record in it. */
export async function openPublicFolder(folder: string): Promise<PublicFolder> {
  const root = (await readdir(folder)).includes("public") ? join(folder, "public") : folder;
  const read = (path: string) => readFile(join(root, path.slice(PREFIX.length)));
  const record = fromJson(epochRecord, await readText(read), join(root, "epoch.json"));
  return { record, read, hash: () => publicPartHash(record, read) };
}

async function readText(read: PublicFolder["read"]): Promise<string> {
  return (await read(EPOCH_FILES.record)).toString("utf8");
}
