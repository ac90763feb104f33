import { home, owner as ownerOf } from "@plimsoll/verifier/encodings/identity.ts";
import { address, fieldElement, fromJson, natural, toJson } from "@plimsoll/verifier/formats/codecs.ts";
import { OwnerError } from "@plimsoll/verifier/owner/error.ts";
import type { OwnerHome } from "@plimsoll/verifier/owner/typed-data.ts";
import { computeAddress, decryptKeystoreJson, encryptKeystoreJson, toBeHex } from "ethers";
import { z } from "zod";

/**
 * An owner's key at rest: what everyone may know of it, and the secret in a keystore under a passphrase (scrypt and AES,
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

/** Fewest characters of a new passphrase. */
export const SHORTEST_PASSPHRASE = 12;

const SPARE_BITS = 3n;

/** 253 random bits. */
export function randomSecret(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return bytes.reduce((number, byte) => (number << 8n) + BigInt(byte), 0n) >> SPARE_BITS;
}

export function identityOf(secret: bigint, at: OwnerHome, source: IdentityFile["source"]): Identity {
  const { chainId, registry } = at;
  return { chainId, registry, owner: ownerOf(secret, home(chainId, registry)), source, secret };
}

/** The text of an identity file, its secret under a passphrase. */
export async function sealIdentity(
  { secret, ...shown }: Identity,
  passphrase: string,
  { scryptCost }: KeystoreOptions = {},
): Promise<string> {
  const privateKey = toBeHex(secret, 32);
  const options = scryptCost === undefined ? {} : { scrypt: { N: scryptCost, r: 8, p: 1 } };
  const account = { address: computeAddress(privateKey), privateKey };
  const keystore = JSON.parse(await encryptKeystoreJson(account, passphrase, options));
  return toJson(identityFormat, { format: "plimsoll.identity.1", ...shown, keystore });
}

/** What an identity file shows without a passphrase: `owner` is what the file says. Throws FormatError that names `file`. */
export function identityFromJson(text: string, file: string): IdentityFile {
  return fromJson(identityFormat, text, file);
}

/** Opens the text of an identity file and checks that the owner in it is the secret's own. Throws FormatError, OwnerError. */
export async function unsealIdentity(text: string, passphrase: string, file: string): Promise<Identity> {
  const { keystore, owner, source, ...at } = identityFromJson(text, file);
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
