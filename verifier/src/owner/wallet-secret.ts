import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToBigInt, concatBytes, uint256 } from "../encodings/bytes.ts";
import { OwnerError } from "./error.ts";
import { type OwnerHome, ownerSecretMessage, type SignMessage } from "./typed-data.ts";

const DOMAIN = "plimsoll.owner-secret.1";
/** Order of secp256k1: of s and ORDER - s, the lower one counts, since both sign the same message. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** 256 bits less these leave 253, below the order of the proof's field. */
const SPARE_BITS = 3n;

/**
 * The owner secret of a wallet for a home: the hash of its signature, 253 bits. The wallet signs twice: one that draws
 * randomness would give another secret each time, and with the first one the collateral would be gone. Throws OwnerError.
 */
export async function walletSecret(sign: SignMessage, home: OwnerHome, number = 0): Promise<bigint> {
  const message = ownerSecretMessage(home, number);
  const [first, second] = [secretOfSignature(await sign(message)), secretOfSignature(await sign(message))];
  if (first !== second) {
    throw new OwnerError(
      "wallet-not-deterministic",
      "expected the same signature of the same message twice, came two: this wallet could not restore the secret; " +
        "take a random one and keep its backup file",
    );
  }
  return first;
}

/**
 * keccak256(domain, r, s) >> 3. Of a signature only r and the lower s count: wallets write the last byte in different ways,
 * and one key has to give one secret in all of them.
 */
export function secretOfSignature(signature: string): bigint {
  if (!/^0x[0-9a-fA-F]{130}$/.test(signature)) {
    throw new OwnerError(
      "signature-malformed",
      `expected a signature of 65 bytes by a key, came ${Math.floor(signature.length / 2)} bytes: ` +
        "a contract wallet's signature can change; take a random secret and keep its backup file",
    );
  }
  const [r, s] = [BigInt(signature.slice(0, 66)), BigInt(`0x${signature.slice(66, 130)}`)];
  if (r === 0n || r >= ORDER || s === 0n || s >= ORDER) {
    throw new OwnerError(
      "signature-malformed",
      "expected a signature by a key, came two numbers out of range",
    );
  }
  const lower = s > ORDER / 2n ? ORDER - s : s;
  const bytes = concatBytes([new TextEncoder().encode(DOMAIN), uint256(r), uint256(lower)]);
  return bytesToBigInt(keccak_256(bytes)) >> SPARE_BITS;
}
