import { OwnerError } from "@plimsoll/verifier/owner/error.ts";
import type { OwnerHome, SignMessage } from "@plimsoll/verifier/owner/typed-data.ts";
import { walletSecret } from "@plimsoll/verifier/owner/wallet-secret.ts";
import { getAddress, toBeHex, Wallet } from "ethers";
import {
  type Identity,
  type IdentityFile,
  identityOf,
  type KeystoreOptions,
  randomSecret,
} from "../owner/identity.ts";
import { openIdentity, readIdentity, writeIdentity } from "../owner/identity-file.ts";
import { type Ask, passphraseFrom } from "../owner/passphrase.ts";
import { writeNewPrivate } from "../owner/private-file.ts";
import { registrationToJson, signerOf, signRegistration } from "../owner/registration.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { secretText } from "./config-file.ts";
import { EXIT, type Outcome } from "./outcome.ts";

/** What tests bring in place of a terminal, a clock and minutes of scrypt. */
export interface IdentityDependencies extends KeystoreOptions {
  readonly ask?: Ask;
  /** Seconds since 1970. */
  readonly now?: () => bigint;
  /** A wallet's signature, in place of --wallet-key-file. */
  readonly sign?: SignMessage;
}

interface WalletOptions {
  readonly walletKeyFile?: string;
  readonly chainId?: string;
  readonly registry?: string;
  readonly number?: string;
}

export interface IdentityNewOptions extends WalletOptions {
  readonly out: string;
  readonly passphraseFile?: string;
}

/** `identity new`: a random secret, or one from a wallet's signature. */
export async function identityNewCommand(
  options: IdentityNewOptions,
  dependencies: IdentityDependencies = {},
): Promise<Outcome> {
  const home = homeOf(options);
  const identity =
    (await walletIdentity(options, home, dependencies)) ?? identityOf(randomSecret(), home, "random");
  return written(
    options.out,
    identity,
    await freshPassphrase(options.passphraseFile, dependencies),
    dependencies,
  );
}

/** `identity show FILE`: opens it when there is a passphrase. */
export async function identityShowCommand(
  file: string,
  { passphraseFile }: { readonly passphraseFile?: string },
): Promise<Outcome> {
  if (passphraseFile === undefined) {
    const note = "the secret was not looked at: give --passphrase-file to see whether it is there\n";
    return { text: `${lines(await readIdentity(file))}${note}`, exitCode: EXIT.done };
  }
  const identity = await openIdentity(file, await passphraseFrom(passphraseFile));
  return {
    text: `${lines(identity)}the secret is in the file, and the owner follows from it\n`,
    exitCode: EXIT.done,
  };
}

export interface IdentityRegisterOptions {
  readonly exchangeId: string;
  readonly user: string;
  readonly walletKeyFile: string;
  readonly out: string;
  readonly passphraseFile?: string;
}

/** `identity register FILE`: opens the file first, or whoever changed the owner in it would be registered. */
export async function identityRegisterCommand(
  file: string,
  options: IdentityRegisterOptions,
  { ask, now = clock }: IdentityDependencies = {},
): Promise<Outcome> {
  const passphrase = await passphraseFrom(options.passphraseFile, ask === undefined ? {} : { ask });
  const { chainId, registry, owner } = await openIdentity(file, passphrase);
  const wallet = new Wallet(await secretText(options.walletKeyFile));
  const about = {
    chainId,
    registry,
    exchangeId: options.exchangeId,
    userId: options.user,
    owner,
    issuedAt: now(),
  };
  const registration = await signRegistration(wallet, about);
  await writeNewPrivate(options.out, registrationToJson(registration));
  const text = [
    `user "${about.userId}" of ${about.exchangeId}: owner registered as of ${about.issuedAt}, signed as ${wallet.address}`,
    `next: send ${options.out} to the exchange; from its next epoch on, check the owner in your bundle with`,
    `      plimsoll verify bundle BUNDLE --identity ${file}`,
  ].join("\n");
  return { text: `${text}\n`, exitCode: EXIT.done };
}

export interface IdentityRestoreOptions extends WalletOptions {
  readonly out: string;
  readonly backup?: string;
  readonly owner?: string;
  readonly passphraseFile?: string;
  readonly newPassphraseFile?: string;
}

/** `identity restore`: from a backup file, or by the wallet's signature again. */
export async function identityRestoreCommand(
  options: IdentityRestoreOptions,
  dependencies: IdentityDependencies = {},
): Promise<Outcome> {
  const { backup, newPassphraseFile, passphraseFile } = options;
  const wallet = options.walletKeyFile !== undefined || dependencies.sign !== undefined;
  if ((backup === undefined) !== wallet) {
    throw new ConfigError("expected either --backup or --wallet-key-file, came both or neither");
  }
  const { ask } = dependencies;
  let identity: Identity | undefined;
  let kept: string | undefined;
  if (backup === undefined) identity = await walletIdentity(options, homeOf(options), dependencies);
  else {
    kept = await passphraseFrom(passphraseFile, ask === undefined ? {} : { ask });
    identity = await openIdentity(backup, kept);
  }
  if (identity === undefined) throw new ConfigError("expected --wallet-key-file, came none");
  if (options.owner !== undefined && identity.owner !== ownerOption(options.owner)) {
    throw new OwnerError(
      "not-the-owner",
      "expected the owner of --owner, came another: another wallet, --number, chain or registry than it was made with",
    );
  }
  const own = backup === undefined ? passphraseFile : undefined;
  const passphrase =
    kept !== undefined && newPassphraseFile === undefined
      ? kept
      : await freshPassphrase(newPassphraseFile ?? own, dependencies);
  return written(options.out, identity, passphrase, dependencies);
}

async function written(
  file: string,
  identity: Identity,
  passphrase: string,
  dependencies: IdentityDependencies,
): Promise<Outcome> {
  await writeIdentity(file, identity, passphrase, dependencies);
  const kept =
    identity.source === "wallet"
      ? `${file} holds the secret under your passphrase; the wallet can make it again`
      : `${file} holds the secret under your passphrase and is the only copy: keep a second one elsewhere`;
  return { text: `${lines(identity)}${kept}\n`, exitCode: EXIT.done };
}

function lines({ owner, chainId, registry, source }: Identity | IdentityFile): string {
  const from = source === "wallet" ? "a wallet's signature" : "chance";
  return [
    `owner     ${toBeHex(owner, 32)}`,
    `home      chain ${chainId}, registry ${getAddress(toBeHex(registry, 20))}`,
    `made from ${from}\n`,
  ].join("\n");
}

async function walletIdentity(
  { walletKeyFile, number = "0" }: WalletOptions,
  home: OwnerHome,
  { sign }: IdentityDependencies,
): Promise<Identity | undefined> {
  const signer =
    sign ?? (walletKeyFile === undefined ? undefined : signerOf(new Wallet(await secretText(walletKeyFile))));
  if (signer === undefined) return undefined;
  if (!/^(0|[1-9]\d{0,9})$/.test(number) || Number(number) >= 2 ** 32) {
    throw new ConfigError("--number: expected a number below 2^32, came another text");
  }
  return identityOf(await walletSecret(signer, home, Number(number)), home, "wallet");
}

function homeOf({ chainId, registry }: WalletOptions): OwnerHome {
  if (chainId === undefined || !/^[1-9]\d{0,76}$/.test(chainId)) {
    throw new ConfigError("--chain-id: expected a number, came another text or none");
  }
  if (registry === undefined || !/^0x[0-9a-fA-F]{40}$/.test(registry)) {
    throw new ConfigError("--registry: expected 0x and 40 hex digits, came another text or none");
  }
  return { chainId: BigInt(chainId), registry: BigInt(registry) };
}

function ownerOption(text: string): bigint {
  if (!/^(0x[0-9a-fA-F]{1,64}|\d{1,78})$/.test(text)) {
    throw new ConfigError("--owner: expected a number, decimal or hexadecimal with 0x, came another text");
  }
  return BigInt(text);
}

function freshPassphrase(file: string | undefined, { ask }: IdentityDependencies): Promise<string> {
  return passphraseFrom(file, { fresh: true, ...(ask === undefined ? {} : { ask }) });
}

function clock(): bigint {
  return BigInt(Math.floor(Date.now() / 1000));
}
