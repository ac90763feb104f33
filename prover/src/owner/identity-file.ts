import { randomBytes } from "node:crypto";
import { home, owner as ownerOf } from "@plimsoll/verifier/encodings/identity.ts";
import { address, fieldElement, fromJson, natural, toJson } from "@plimsoll/verifier/formats/codecs.ts";
import { OwnerError } from "@plimsoll/verifier/owner/error.ts";
import type { OwnerHome } from "@plimsoll/verifier/owner/typed-data.ts";
import { computeAddress, decryptKeystoreJson, encryptKeystoreJson, toBeHex } from "ethers";
import { z } from "zod";
import { readPrivate, writeNewPrivate } from "./private-file.ts";

/**
 * An owner's key on disk: what everyone may know of it, and the secret in a keystore under a passphrase (scrypt and AES,
 * as Ethereum wallets keep keys; its address belongs to nobody and is there because the format has one).
 */
const identityFormat = z.strictObject({
  format: z.literal("plimsoll.identity.1"),
  chainId: natural,
  registry: address,
  /** H3(TAG_OWNER, secret, home): what the exchange is told. */
  owner: fieldElement,
  /** Where the secret is from: chance, or the signature of a wallet that can give it again. */
  source: z.enum(["random", "wallet"]),
  keystore: z.record(z.string(), z.unknown()),
});

export type IdentityFile = z.output<typeof identityFormat>;

/** An owner's key with its secret. Never in a log or a message. */
export interface Identity extends OwnerHome {
  readonly owner: bigint;
  readonly source: IdentityFile["source"];
  readonly secret: bigint;
}

export interface KeystoreOptions {
  /** Cost of guessing a passphrase; ethers' own when left out. A power of two. */
  readonly scryptCost?: number;
}

const SPARE_BITS = 3n;

/** 253 random bits. */
export function randomSecret(): bigint {
  return BigInt(`0x${randomBytes(32).toString("hex")}`) >> SPARE_BITS;
}

export function identityOf(secret: bigint, at: OwnerHome, source: IdentityFile["source"]): Identity {
  const { chainId, registry } = at;
  return { chainId, registry, owner: ownerOf(secret, home(chainId, registry)), source, secret };
}

/** Writes the file for its owner's eyes only. Throws ConfigError when there is one: no key is ever overwritten. */
export async function writeIdentity(
  file: string,
  { secret, ...shown }: Identity,
  passphrase: string,
  { scryptCost }: KeystoreOptions = {},
): Promise<void> {
  const privateKey = toBeHex(secret, 32);
  const options = scryptCost === undefined ? {} : { scrypt: { N: scryptCost, r: 8, p: 1 } };
  const account = { address: computeAddress(privateKey), privateKey };
  const keystore = JSON.parse(await encryptKeystoreJson(account, passphrase, options));
  await writeNewPrivate(file, toJson(identityFormat, { format: "plimsoll.identity.1", ...shown, keystore }));
}

/** What the file shows without a passphrase: `owner` is what the file says. Throws ConfigError, FormatError. */
export async function readIdentity(file: string): Promise<IdentityFile> {
  return fromJson(identityFormat, await readPrivate(file), file);
}

/** Opens the file and checks that the owner in it is the secret's own. Throws OwnerError. */
export async function openIdentity(file: string, passphrase: string): Promise<Identity> {
  const { keystore, owner, source, ...at } = await readIdentity(file);
  let secret: bigint;
  try {
    const { privateKey } = await decryptKeystoreJson(JSON.stringify(keystore), passphrase);
    secret = BigInt(privateKey);
  } catch {
    // No cause: a library's error may repeat what it was given.
    throw new OwnerError(
      "wrong-passphrase",
      `${file}: expected its passphrase, came another one or a damaged file`,
    );
  }
  const identity = identityOf(secret, at, source);
  if (identity.owner !== owner) {
    throw new OwnerError(
      "not-the-owner",
      `${file}: expected the owner that follows from the secret, came another: the file was changed`,
    );
  }
  return identity;
}
