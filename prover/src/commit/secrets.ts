import { createHmac, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { FIELD } from "@plimsoll/verifier/constants.ts";

/** The operator's long-term secret for salts, at least 32 bytes. Never in a log, message or file of the project. */
export type OperatorSecret = Uint8Array & { readonly __operatorSecret?: never };

const SALT_DOMAIN = "plimsoll.salt.1";
const CHECK_DOMAIN = "plimsoll.operator-check.1";
const SECRET_BYTES = 32;

/** Throws without echoing anything when the secret is too short to resist guessing. */
export function checkedSecret(secret: Uint8Array): OperatorSecret {
  if (secret.length < SECRET_BYTES) {
    throw new RangeError(`operator secret: expected at least ${SECRET_BYTES} bytes, came ${secret.length}`);
  }
  return secret;
}

/** Which epoch it is: of what exchange, settled where. `registry` is an address as 256-bit integer. */
export interface EpochIdentity {
  readonly chainId: bigint;
  readonly registry: bigint;
  readonly exchangeId: string;
  readonly epoch: bigint;
}

/**
 * Salt of an account in an epoch, 248 bits: HMAC-SHA256 of the operator's secret over the epoch and the user id. The
 * epoch's registry and exchange are in it, or equal accounts would have equal leaves in two of them.
 */
export function accountSalt(secret: OperatorSecret, epoch: EpochIdentity, userId: string): bigint {
  const { chainId, registry, exchangeId } = epoch;
  const parts = [chainId.toString(), registry.toString(), exchangeId, epoch.epoch.toString(), userId];
  return hmac(secret, [SALT_DOMAIN, ...parts]) >> 8n;
}

/** Tells whether two runs used the same secret without being able to recover it. */
export function secretCheck(secret: OperatorSecret): string {
  return hmac(secret, [CHECK_DOMAIN]).toString(16);
}

/** A uniform field element by rejection: a reduced one would be biased, and blinds must hide perfectly. */
export function randomFieldElement(): bigint {
  for (;;) {
    const bytes = randomBytes(32);
    bytes[0]! &= 0x3f;
    const value = BigInt(`0x${bytes.toString("hex")}`);
    if (value < FIELD) return value;
  }
}

function hmac(secret: OperatorSecret, parts: readonly string[]): bigint {
  const mac = createHmac("sha256", keyOf(secret));
  // JSON keeps the parts apart: no two lists share a text.
  mac.update(JSON.stringify(parts));
  return BigInt(`0x${mac.digest("hex")}`);
}

// Making a key object costs more than the HMAC itself, and there is one per account.
const keys = new WeakMap<OperatorSecret, KeyObject>();

function keyOf(secret: OperatorSecret): KeyObject {
  const key = keys.get(secret) ?? createSecretKey(secret);
  keys.set(secret, key);
  return key;
}
