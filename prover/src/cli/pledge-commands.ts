import { type JsonRpcProvider, ZeroAddress } from "ethers";
import { ledgerOfRegistry, type PledgeRecord, readPledge } from "../chain/pledges.ts";
import { eventOf, releaseCall, vaultCall } from "../chain/vault.ts";
import { vaultAt } from "../chain/vault-contract.ts";
import { readNeeded, readVault } from "../chain/vault-reads.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { keyOfBundle, type LedgerPlace } from "../withdrawal/spending-proof.ts";
import { withEndpoint } from "./endpoint.ts";
import type { Outcome } from "./outcome.ts";
import { type AccountOptions, proveToFile, readBundle } from "./spending-files.ts";
import {
  addressOption,
  amountOption,
  amountWords,
  done,
  naturalOption,
  payer,
  type SendOptions,
  sendOrEstimate,
  timeWords,
  tokenOption,
} from "./vault-session.ts";

export interface LedgerOptions {
  readonly rpc: string;
  readonly registry: string;
}

export interface PledgeMakeOptions extends LedgerOptions, AccountOptions {
  readonly gate: string;
  readonly token: string;
  readonly amount: string;
  readonly until: string;
  readonly payload?: string;
  readonly vault?: string;
  readonly recipient?: string;
}

/** `pledge make`: proves, for one gate, that an amount is free. */
export async function pledgeMakeCommand(options: PledgeMakeOptions): Promise<Outcome> {
  return withLedger(options, async ({ provider, ledger, at }) => {
    const token = tokenOption(options.token);
    const gate = addressOption(options.gate, "--gate");
    const extra = await amountOption(provider, token, options.amount, "--amount");
    const bundle = await readBundle(options.bundle);
    const [key, epoch] = [keyOfBundle(bundle), bundle.epoch];
    await proveToFile(bundle, options, {
      at,
      use: {
        for: "pledge",
        gate: BigInt(gate),
        payload: payloadOption(options.payload),
        vault: BigInt(options.vault === undefined ? ZeroAddress : addressOption(options.vault, "--vault")),
        until: naturalOption(options.until, "--until"),
      },
      recipient: BigInt(
        options.recipient === undefined ? gate : addressOption(options.recipient, "--recipient"),
      ),
      token: BigInt(token),
      needed: await readNeeded(provider, ledger, { key, epoch, token, extra }),
    });
    return done(
      `proved for epoch ${epoch}: ${await amountWords(provider, token, extra)} for the gate ${gate}`,
      `next: give ${options.out} to the gate, which alone can take the pledge; plimsoll vault send --proof ${options.out} where the gate is a key of yours`,
    );
  });
}

export interface PledgeOptions extends LedgerOptions {
  readonly pledge: string;
}

/** `pledge renew`: proves in a newer epoch that all payments and pledges are covered. */
export async function pledgeRenewCommand(options: PledgeOptions & AccountOptions): Promise<Outcome> {
  return withLedger(options, async ({ provider, ledger, at }) => {
    const pledge = await readPledge(provider, ledger, naturalOption(options.pledge, "--pledge"));
    const { id, key, token } = pledge;
    const bundle = await readBundle(options.bundle);
    if (keyOfBundle(bundle) !== key) {
      throw new ConfigError(`${options.bundle}: expected the account of pledge ${id}, came another one`);
    }
    if (bundle.epoch <= pledge.epoch) {
      throw new ConfigError(
        `${options.bundle}: pledge ${id} is covered as of epoch ${pledge.epoch}: expected a bundle of a newer one, came one of epoch ${bundle.epoch}`,
      );
    }
    await proveToFile(bundle, options, {
      at,
      use: { for: "renew", gate: BigInt(pledge.gate), pledge: id },
      recipient: BigInt(pledge.recipient),
      token: BigInt(token),
      needed: await readNeeded(provider, ledger, { key, epoch: bundle.epoch, token, extra: 0n }),
    });
    return done(
      `proved that pledge ${id} is covered in epoch ${bundle.epoch}`,
      `next: plimsoll vault send --proof ${options.out}, which anybody may`,
    );
  });
}

/** `pledge release`: gives a pledge back to its account. */
export async function pledgeReleaseCommand(options: PledgeOptions & SendOptions): Promise<Outcome> {
  return withLedger(options, async ({ provider, ledger }) => {
    const id = naturalOption(options.pledge, "--pledge");
    const call = await releaseCall(await payer(options.keyFile, provider), ledger, id);
    return done(...(await sendOrEstimate(`release pledge ${id}`, [call], options.dryRun)).lines);
  });
}

/** `pledge exit`: asks the vault to pay a pledge out, as its gate; of a frozen vault, registers the claim. */
export async function pledgeExitCommand(options: PledgeOptions & SendOptions): Promise<Outcome> {
  return withLedger(options, async ({ provider, ledger }) => {
    const { id, gate, vault } = await readPledge(provider, ledger, naturalOption(options.pledge, "--pledge"));
    if (vault === ZeroAddress) {
      throw new ConfigError(`pledge ${id}: expected one that a vault pays out, came one without`);
    }
    const sender = await payer(options.keyFile, provider);
    if (sender.address !== gate) {
      throw new ConfigError(
        `--key-file: expected the key of the gate ${gate}, which alone may; came another one`,
      );
    }
    const { escape: frozen } = await readVault(provider, vault);
    const method = frozen === undefined ? "requestPledgeExit" : "registerPledge";
    const call = await vaultCall(sender, vault, method, id);
    const { lines, last } = await sendOrEstimate(`exit of pledge ${id}`, [call], options.dryRun);
    if (last === undefined) return done(...lines);
    const name = frozen === undefined ? "ExitRequested" : "ClaimRegistered";
    const event = await eventOf(provider, await vaultAt(vault, provider), last.hash, name);
    const what = frozen === undefined ? "exit" : "claim";
    return done(...lines, `next: plimsoll vault status --vault ${vault} --${what} ${event?.id}`);
  });
}

/** `pledge status`: what is pledged to whom, until when, and as of which epoch it is covered. */
export async function pledgeStatusCommand(options: PledgeOptions): Promise<Outcome> {
  return withLedger(options, async ({ provider, ledger }) =>
    done(
      ...(await pledgeLines(
        provider,
        await readPledge(provider, ledger, naturalOption(options.pledge, "--pledge")),
      )),
    ),
  );
}

async function pledgeLines(
  provider: JsonRpcProvider,
  { id, gate, epoch, vault, until, recipient, token, amount }: PledgeRecord,
): Promise<string[]> {
  if (amount === 0n) return [`pledge ${id} has ended`];
  const by =
    vault === ZeroAddress ? "no vault pays it out" : `paid out by the vault ${vault} to ${recipient}`;
  return [
    `pledge ${id}: ${await amountWords(provider, token, amount)} at the gate ${gate}; ${by}`,
    `covered as of epoch ${epoch}; from ${timeWords(until)} on anybody may release it`,
    `next: in each newer epoch, plimsoll pledge renew --pledge ${id}`,
  ];
}

interface LedgerSession {
  readonly provider: JsonRpcProvider;
  readonly ledger: string;
  readonly at: LedgerPlace;
}

function withLedger(
  { rpc, registry }: LedgerOptions,
  run: (session: LedgerSession) => Promise<Outcome>,
): Promise<Outcome> {
  const address = addressOption(registry, "--registry");
  return withEndpoint(rpc, undefined, "--rpc", async (provider, chainId) => {
    if ((await provider.getCode(address)) === "0x") {
      throw new ConfigError(`--registry: expected a contract at ${address} on the chain of --rpc, came none`);
    }
    const ledger = await ledgerOfRegistry(provider, address);
    return run({ provider, ledger, at: { chainId, registry: BigInt(address), ledger: BigInt(ledger) } });
  });
}

function payloadOption(text = `0x${"0".repeat(64)}`): bigint {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) {
    throw new ConfigError("--payload: expected 0x and 64 hex digits, as the gate says; came another text");
  }
  return BigInt(text);
}
