import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToBigInt, concatBytes, uint256 } from "../encodings/bytes.ts";
import { keccakUtf8 } from "../encodings/challenges.ts";
import { toJson } from "./codecs.ts";
import { EPOCH_FILES, type EpochRecord, epochFromJson, epochRecord } from "./epoch.ts";

/** The files that make up the public part of a record's epoch folder. Whatever else lies there does not count. */
export function publicPaths({ circuits }: Pick<EpochRecord, "circuits">): string[] {
  const names = new Set([...circuits.batches, circuits.epoch].map(({ name }) => name));
  const { record, riskParameters, marks, key } = EPOCH_FILES;
  return [record, riskParameters, marks, ...[...names].map(key)].sort();
}

/**
 * Hash of a public part, file by file as `read` has them, but for proofs: the record counts as the text that `toJson` gives with
 * 0 in place of their words. A proof that is made again after a crash is another one, and must not change what was signed; it
 * verifies or does not, whatever a hash says. Throws what `read` throws for a file that is missing, and FormatError.
 */
export async function publicPartHash(
  record: Pick<EpochRecord, "circuits">,
  read: (path: string) => Promise<Uint8Array>,
): Promise<bigint> {
  const files = new Map<string, Uint8Array>();
  for (const path of publicPaths(record)) files.set(path, await read(path));
  files.set(EPOCH_FILES.record, withoutProofs(files.get(EPOCH_FILES.record)!));
  return publicHash(files);
}

function withoutProofs(text: Uint8Array): Uint8Array {
  const record = epochFromJson(new TextDecoder().decode(text), EPOCH_FILES.record);
  const proof = new Array<bigint>(8).fill(0n);
  const batches = record.batches.map((batch) => ({ ...batch, proof }));
  return new TextEncoder().encode(toJson(epochRecord, { ...record, batches, epochProof: proof }));
}

/**
 * Hash of files, as the attestation's event has that of the public part: keccak256 over keccak256(path),
 * keccak256(content) of every file by ascending path. Paths are relative to the folder, with forward slashes.
 */
export function publicHash(files: ReadonlyMap<string, Uint8Array>): bigint {
  const paths = [...files.keys()].sort((a, b) => (a < b ? -1 : 1));
  const words = paths.flatMap((path) => [keccakUtf8(path), bytesToBigInt(keccak_256(files.get(path)!))]);
  return bytesToBigInt(keccak_256(concatBytes(words.map(uint256))));
}
