import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToBigInt, concatBytes, uint256 } from "../encodings/bytes.ts";
import { keccakUtf8 } from "../encodings/challenges.ts";

/**
 * Hash of an epoch folder's public part, as the attestation's event has it: keccak256 over keccak256(path),
 * keccak256(content) of every file by ascending path. Paths are relative to the folder, with forward slashes.
 */
export function publicHash(files: ReadonlyMap<string, Uint8Array>): bigint {
  const paths = [...files.keys()].sort((a, b) => (a < b ? -1 : 1));
  const words = paths.flatMap((path) => [keccakUtf8(path), bytesToBigInt(keccak_256(files.get(path)!))]);
  return bytesToBigInt(keccak_256(concatBytes(words.map(uint256))));
}
