import { existsSync } from "node:fs";
import { toJson } from "@plimsoll/verifier/formats/codecs.ts";
import { getAddress, toBeHex, Wallet } from "ethers";
import writeFileAtomic from "write-file-atomic";
import { readOpening } from "../chain/registry.ts";
import { readReserveSet, registerTypedData } from "../chain/reserve-set.ts";
import { readLowest, readRevocations, reserveBookAt, signCustody, sortedSet } from "../chain/reserves.ts";
import { signTypedData } from "../chain/typed-data.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { type BookOptions, type BookSendingOptions, sendToBook, withBook } from "./book-endpoint.ts";
import { secretText } from "./config-file.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { addressOf, naturalOf } from "./policy-publish.ts";
import {
  type ConsentsFile,
  consentsFormat,
  mergedConsents,
  readConsents,
  readTokens,
} from "./reserve-files.ts";

export interface ConsentOptions extends BookOptions {
  readonly keyFile: string;
  readonly role: "custody" | "insurance";
  readonly fromEpoch: string;
  readonly toEpoch: string;
  /** Contract wallet that the key signs for. */
  readonly account?: string;
  readonly out: string;
}

/** `reserves consent`: signs that an account is read, into a file with others' consents. Sends nothing. */
export async function consentCommand(options: ConsentOptions): Promise<Outcome> {
  return withBook(options, async (book) => {
    const signer = new Wallet(await secretText(options.keyFile));
    const account = addressOf(options.account ?? signer.address, "--account");
    const { chainId } = book;
    const registry = BigInt(book.registry);
    const revocations = await readRevocations(book.provider, book.book, toBeHex(account, 20));
    const epochs = {
      fromEpoch: naturalOf(options.fromEpoch, "--from-epoch"),
      toEpoch: naturalOf(options.toEpoch, "--to-epoch"),
    };
    if (epochs.fromEpoch > epochs.toEpoch)
      throw new ConfigError(`--to-epoch: expected ${epochs.fromEpoch} or later, came ${epochs.toEpoch}`);
    const isInsurance = options.role === "insurance";
    const custody = { account: toBeHex(account, 20), isInsurance, ...epochs, revocations };
    const { signature } = await signCustody(signer, book, custody);
    const before: ConsentsFile = existsSync(options.out)
      ? await readConsents(options.out)
      : { format: "plimsoll.consents.1", chainId, registry, consents: [] };
    if (before.chainId !== chainId || before.registry !== registry)
      throw new ConfigError(
        `${options.out}: expected consents for this registry, came another's: sign into a new file`,
      );
    const others = before.consents.filter((one) => one.account !== account);
    const consents = [...others, { account, role: options.role, ...epochs, revocations, signature }];
    await writeFileAtomic(options.out, toJson(consentsFormat, { ...before, consents }));
    const text =
      `${getAddress(toBeHex(account, 20))} consents to be read as ${options.role}, epochs ${epochs.fromEpoch} to ${epochs.toEpoch}\n` +
      `${options.out}: ${consents.length} accounts\nnext: plimsoll reserves register --consents ${options.out} --tokens FILE ...\n`;
    return { text, exitCode: EXIT.done };
  });
}

export interface RegisterOptions extends BookSendingOptions {
  readonly exchangeKeyFile?: string;
  readonly tokens: string;
  readonly consents: readonly string[];
}

/** `reserves register`: replaces what is read from the next opening on. */
export async function registerCommand(options: RegisterOptions): Promise<Outcome> {
  const tokens = await readTokens(options.tokens);
  return withBook(options, async (book) => {
    const accounts = await mergedConsents(options.consents, book.chainId, BigInt(book.registry));
    const what = `register ${tokens.length} tokens in ${accounts.length} accounts`;
    return sendToBook(book, options, what, async (sender) => {
      let signature = "0x";
      if (options.exchangeKeyFile !== undefined) {
        const order = await registerTypedData(book.provider, book, tokens, accounts);
        signature = await signTypedData(new Wallet(await secretText(options.exchangeKeyFile)), order);
      }
      const contract = await reserveBookAt(book.book, sender);
      return { contract, method: "register", args: [...sortedSet(tokens, accounts), signature] };
    });
  });
}

/** `reserves revoke`: an account takes back every consent that it signed. */
export async function revokeCommand(options: BookSendingOptions): Promise<Outcome> {
  return withBook(options, (book) =>
    sendToBook(book, options, "revoke all consents of this key's account", async (sender) => ({
      contract: await reserveBookAt(book.book, sender),
      method: "revoke",
      args: [sender.address, "0x"],
    })),
  );
}

/** `reserves sample`: has all balances read now; the lowest of an epoch count. */
export async function sampleCommand(options: BookSendingOptions): Promise<Outcome> {
  return withBook(options, (book) =>
    sendToBook(book, options, "sample", async (sender) => ({
      contract: await reserveBookAt(book.book, sender),
      method: "sample",
      args: [],
    })),
  );
}

/** `reserves status`: what is registered, and the lowest that was read since the last opening. */
export async function reserveStatusCommand(options: BookOptions): Promise<Outcome> {
  return withBook(options, async ({ provider, registry, book }) => {
    const [set, lowest, opening] = await Promise.all([
      readReserveSet(provider, book),
      readLowest(provider, book),
      readOpening(provider, registry),
    ]);
    const state = opening.pending ? "is open: `plimsoll reserves sample` reads again" : "is open no more";
    const lines = [
      `reserve book ${book} of registry ${registry}`,
      `read from the next opening on: ${set.tokens.length} tokens in ${set.accounts.length} accounts`,
      ...set.tokens.map(
        ({ token, asset, insures, decimals }) =>
          `  asset ${asset}: ${getAddress(token)}, ${decimals} decimals${insures ? ", insures" : ""}`,
      ),
      ...set.accounts.map(
        ({ account, isInsurance, fromEpoch, toEpoch }) =>
          `  ${getAddress(account)}: ${isInsurance ? "insurance" : "custody"}, epochs ${fromEpoch} to ${toEpoch}`,
      ),
      opening.epoch === 0n
        ? "no epoch was opened yet"
        : `lowest read since epoch ${opening.epoch} was opened, which ${state}`,
      ...lowest.map(
        ({ token, reserves, insurance }) =>
          `  ${token}: ${reserves} in custody, ${insurance} in insurance accounts, in the token's units`,
      ),
    ];
    return { text: `${lines.join("\n")}\n`, exitCode: EXIT.done };
  });
}
