import { secp256k1 } from "@noble/curves/secp256k1";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToBigInt, uint256 } from "../encodings/bytes.ts";

/**
 * The address whose key signed a digest, or undefined where the bytes are no signature by a key: 65 bytes r, s and 27 or 28.
 * Of the two s that are as good, only the lower one counts, as in contracts: so nobody makes a second signature of one.
 */
export function recoverSigner(digest: bigint, signature: string): bigint | undefined {
  const parts = /^0x([0-9a-f]{128})(1b|1c)$/.exec(signature);
  if (parts === null) return undefined;
  try {
    const found = secp256k1.Signature.fromCompact(parts[1]!);
    if (found.hasHighS()) return undefined;
    const point = found.addRecoveryBit(parts[2] === "1b" ? 0 : 1).recoverPublicKey(uint256(digest));
    return bytesToBigInt(keccak_256(point.toRawBytes(false).subarray(1)).subarray(12));
  } catch {
    // r or s out of range, or no point with this r.
    return undefined;
  }
}
