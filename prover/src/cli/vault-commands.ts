import { toBeHex } from "ethers";
import { ledgerAt } from "../chain/ledger.ts";
import { collect, depositCalls, eventOf, SPENDING_EVENT, spendingCall, vaultCall } from "../chain/vault.ts";
import { vaultAt } from "../chain/vault-contract.ts";
import { readPurse } from "../chain/vault-reads.ts";
import { addressOf } from "../chain/vault-typed-data.ts";
import { openIdentity, readIdentity } from "../owner/identity-file.ts";
import { passphraseFrom } from "../owner/passphrase.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { withEndpoint } from "./endpoint.ts";
import type { Outcome } from "./outcome.ts";
import { readProof } from "./spending-files.ts";
import {
  addressOption,
  amountOption,
  amountWords,
  done,
  naturalOption,
  payer,
  type SendOptions,
  sendOrEstimate,
  tokenOption,
  type VaultOptions,
  withVault,
} from "./vault-session.ts";

export interface DepositOptions extends VaultOptions, SendOptions {
  readonly token: string;
  readonly amount: string;
  readonly identity: string;
  readonly passphraseFile?: string;
}

/** `vault deposit`: for the owner of an identity file; with its passphrase, the owner is checked to be the secret's own. */
export async function depositCommand(options: DepositOptions): Promise<Outcome> {
  return withVault(options, async ({ provider, vault, state }) => {
    const { owner, chainId, registry } = await (options.passphraseFile === undefined
      ? readIdentity(options.identity)
      : openIdentity(options.identity, await passphraseFrom(options.passphraseFile)));
    if (chainId !== state.chainId || registry !== BigInt(state.registry)) {
      throw new ConfigError(
        `${options.identity}: expected an owner at home at chain ${state.chainId} and the vault's registry ${state.registry}, came one of chain ${chainId} and ${toBeHex(registry, 20)}`,
      );
    }
    const token = tokenOption(options.token);
    const amount = await amountOption(provider, token, options.amount, "--amount");
    const sender = await payer(options.keyFile, provider);
    const calls = await depositCalls(sender, vault, { token, amount, owner });
    const what = `deposit ${await amountWords(provider, token, amount)} for owner ${toBeHex(owner, 32)}`;
    const { lines } = await sendOrEstimate(what, calls, options.dryRun);
    return done(...lines, "check in your next bundle that it was credited: plimsoll verify bundle");
  });
}

export interface SendProofOptions extends SendOptions {
  readonly rpc: string;
  readonly proof: string;
}

/** `vault send`: sends a proof to where it is good, for whoever made it. A relayer's command as well as a user's. */
export async function sendProofCommand(options: SendProofOptions): Promise<Outcome> {
  const proof = await readProof(options.proof);
  const { use, chainId, ledger } = proof;
  return withEndpoint(options.rpc, chainId, options.proof, async (provider) => {
    const sender = await payer(options.keyFile, provider);
    if (use.for === "pledge" && BigInt(sender.address) !== use.gate) {
      throw new ConfigError(
        `${options.proof}: expected the key of the gate ${addressOf(use.gate)}, which takes pledges itself: hand it the file where it is a contract`,
      );
    }
    if (use.for === "withdraw" && proof.order === undefined) {
      const contract = await vaultAt(addressOf(use.vault), provider);
      if ((await contract.getFunction("operator").staticCall()) !== sender.address) {
        throw new ConfigError(
          `${options.proof}: expected the operator's signature, came none: plimsoll vault sign-order, or prove an exit, which needs nobody`,
        );
      }
    }
    const call = await spendingCall(sender, proof);
    const { lines, last } = await sendOrEstimate(
      `${use.for} of ledger key ${toBeHex(proof.withdrawal.key, 32)}`,
      [call],
      options.dryRun,
    );
    if (last === undefined) return done(...lines);
    const isPledge = use.for === "pledge" || use.for === "renew";
    const contract = isPledge
      ? await ledgerAt(addressOf(ledger), provider)
      : await vaultAt(addressOf(use.vault), provider);
    const event = await eventOf(provider, contract, last.hash, SPENDING_EVENT[use.for]);
    const token = addressOf(proof.token);
    return done(...lines, await NEXT[use.for](event ?? {}, (amount) => amountWords(provider, token, amount)));
  });
}

type Event = Record<string, unknown>;
type Words = (event: Event, amount: (units: bigint) => Promise<string>) => Promise<string>;

const NEXT: Readonly<Record<keyof typeof SPENDING_EVENT, Words>> = {
  withdraw: async ({ amount, recipient }, words) => `paid ${await words(amount as bigint)} to ${recipient}`,
  exit: async ({ id, owed }, words) =>
    `exit ${id} asks for ${await words(owed as bigint)}; next: plimsoll vault status --exit ${id}`,
  answer: async ({ id }) =>
    `exit ${id} can't be refused any more: the operator pays it, or the vault freezes`,
  claim: async ({ id }) =>
    `claim ${id} is registered; when claims are closed: plimsoll vault pay --claim ${id}`,
  pledge: async ({ id }) =>
    `pledge ${id} is in force; renew it in each epoch: plimsoll pledge renew --pledge ${id}`,
  renew: async ({ id, epoch }) => `pledge ${id} is covered as of epoch ${epoch}`,
};

export interface ActOptions extends VaultOptions, SendOptions {
  readonly exit?: string;
  readonly claim?: string;
}

/** `vault freeze`: for an exit that was neither paid nor refused in time. */
export async function freezeCommand({ exit = "", ...options }: ActOptions): Promise<Outcome> {
  return withVault(options, async ({ provider, vault }) => {
    const id = naturalOption(exit, "--exit");
    const call = await vaultCall(await payer(options.keyFile, provider), vault, "freeze", id);
    const { lines } = await sendOrEstimate(`freeze the vault for exit ${id}`, [call], options.dryRun);
    return done(...lines, "next: plimsoll vault claim, everybody who has a leaf");
  });
}

/** `vault pay`: pays a claim of a frozen vault into its recipient's purse, once claims are closed. */
export async function payClaimCommand({ claim = "", ...options }: ActOptions): Promise<Outcome> {
  return withVault(options, async ({ provider, vault }) => {
    const id = naturalOption(claim, "--claim");
    const call = await vaultCall(await payer(options.keyFile, provider), vault, "payClaim", id);
    const { lines } = await sendOrEstimate(`pay claim ${id}`, [call], options.dryRun);
    return done(...lines, "next: plimsoll vault collect");
  });
}

export interface CollectOptions extends VaultOptions, SendOptions {
  readonly token: string;
  readonly recipient?: string;
  readonly to?: string;
}

/** `vault collect`: what exits and escapes paid, out of the purse; anybody sends it to the recipient, she herself to wherever she likes. */
export async function collectCommand(options: CollectOptions): Promise<Outcome> {
  return withVault(options, async ({ provider, vault }) => {
    const sender = await payer(options.keyFile, provider);
    const token = tokenOption(options.token);
    const recipient =
      options.recipient === undefined ? sender.address : addressOption(options.recipient, "--recipient");
    const { purse, balance } = await readPurse(provider, vault, recipient, token);
    if (balance === 0n) {
      throw new ConfigError(`the purse of ${recipient} at ${purse} is empty: expected something to collect`);
    }
    const words = `${await amountWords(provider, token, balance)} from the purse ${purse}`;
    if (options.dryRun === true) return done(`collect ${words}; nothing was sent`);
    const to = options.to === undefined ? {} : { to: addressOption(options.to, "--to") };
    const { hash, blockNumber, gasUsed } = await collect(sender, vault, { token, recipient, ...to });
    return done(
      `collected ${words} to ${to.to ?? recipient}: transaction ${hash}, block ${blockNumber}, ${gasUsed} gas`,
    );
  });
}
