import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToBigInt, concatBytes, uint256 } from "../encodings/bytes.ts";
import { keccakUtf8 } from "../encodings/challenges.ts";
import { EPOCH_FILES, type EpochRecord } from "./epoch.ts";

/** The files that make up the public part of a record's epoch folder. Whatever else lies there does not count. */
export function publicPaths({ circuits }: Pick<EpochRecord, "circuits">): string[] {
  const names = new Set([...circuits.batches, circuits.epoch].map(({ name }) => name));
  const { record, riskParameters, marks, key } = EPOCH_FILES;
  return [record, riskParameters, marks, ...[...names].map(key)].sort();
}

/** Hash of a public part, file by file as `read` has them. Throws what `read` throws for a file that is missing. */
export async function publicPartHash(
  record: Pick<EpochRecord, "circuits">,
  read: (path: string) => Promise<Uint8Array>,
): Promise<bigint> {
  const files = new Map<string, Uint8Array>();
  for (const path of publicPaths(record)) files.set(path, await read(path));
  return publicHash(files);
}

/**
 * Hash of an epoch folder's public part, as the attestation's event has it: keccak256 over keccak256(path),
 * keccak256(content) of every file by ascending path. Paths are relative to the folder, with forward slashes.
 */
export function publicHash(files: ReadonlyMap<string, Uint8Array>): bigint {
  const paths = [...files.keys()].sort((a, b) => (a < b ? -1 : 1));
  const words = paths.flatMap((path) => [keccakUtf8(path), bytesToBigInt(keccak_256(files.get(path)!))]);
  return bytesToBigInt(keccak_256(concatBytes(words.map(uint256))));
}
