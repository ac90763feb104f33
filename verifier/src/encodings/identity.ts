import { keccak_256 } from "@noble/hashes/sha3.js";
import { FIELD, TAG } from "../constants.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { bytesToBigInt, concatBytes, uint256 } from "./bytes.ts";

/** What hides in an account's leaf: who it is, at this exchange, in this epoch. `salt` has at least 128 random bits. */
export interface IdentityOpening {
  readonly accountRef: bigint;
  /** H3(TAG_OWNER, secret, home), or 0 for users who never registered a secret. */
  readonly owner: bigint;
  readonly salt: bigint;
  readonly epoch: bigint;
}

/** keccak256 of the length-prefixed (4 bytes, big endian) UTF-8 exchange id and user id, >> 8: 248 bits. */
export function accountRef(exchangeId: string, userId: string): bigint {
  const parts = [exchangeId, userId].flatMap((text) => {
    const bytes = new TextEncoder().encode(text);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length);
    return [length, bytes];
  });
  return bytesToBigInt(keccak_256(concatBytes(parts))) >> 8n;
}

/** keccak256(abi.encode(chainId, registry)) >> 8: where an owner's key is at home. `registry` is a 20-byte address. */
export function home(chainId: bigint, registry: bigint): bigint {
  return bytesToBigInt(keccak_256(concatBytes([uint256(chainId), uint256(registry)]))) >> 8n;
}

/** `secret` is 253 random bits that only the user knows. */
export function owner(secret: bigint, homeOfOwner: bigint, hash: Hash = poseidon): bigint {
  if (secret <= 0n || secret >= FIELD) throw new RangeError("an owner secret is a non-zero field element");
  return hash([TAG.OWNER, secret, homeOfOwner]);
}

/** The ledger key of an account, the same in every epoch. */
export function ledgerKey(ref: bigint, ownerOfAccount: bigint, hash: Hash = poseidon): bigint {
  return hash([TAG.KEY, ref, ownerOfAccount]);
}

/** H5(TAG_IDENTITY, accountRef, owner, salt, epoch): where an account's leaf chain starts. */
export function identity(opening: IdentityOpening, hash: Hash = poseidon): bigint {
  return hash([TAG.IDENTITY, opening.accountRef, opening.owner, opening.salt, opening.epoch]);
}
