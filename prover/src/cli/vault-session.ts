import { formatUnits, type JsonRpcProvider, Wallet } from "ethers";
import { parseAddress } from "../chain/address.ts";
import { parseAmount } from "../chain/amount.ts";
import { NATIVE_TOKEN } from "../chain/reserves.ts";
import { type Call, estimateCall, type SentTransaction, sendCall } from "../chain/sending.ts";
import { readToken, readVault, type VaultState } from "../chain/vault-reads.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { secretText } from "./config-file.ts";
import { withEndpoint } from "./endpoint.ts";
import { EXIT, type Outcome } from "./outcome.ts";

export interface VaultOptions {
  readonly rpc: string;
  readonly vault: string;
}

/** What sends, or says what sending would cost. */
export interface SendOptions {
  readonly keyFile: string;
  readonly dryRun?: boolean;
}

/** A vault at an endpoint. */
export interface VaultSession {
  readonly provider: JsonRpcProvider;
  readonly vault: string;
  readonly state: VaultState;
}

/** Runs with a vault. Throws ConfigError where the endpoint or the vault doesn't answer. */
export async function withVault(
  { rpc, vault }: VaultOptions,
  run: (session: VaultSession) => Promise<Outcome>,
): Promise<Outcome> {
  const at = addressOption(vault, "--vault");
  return withEndpoint(rpc, undefined, "--rpc", async (provider) => {
    if ((await provider.getCode(at)) === "0x") {
      throw new ConfigError(`--vault: expected a contract at ${at} on the chain of --rpc, came none`);
    }
    return run({ provider, vault: at, state: await readVault(provider, at) });
  });
}

/** The key that pays for transactions. */
export async function payer(file: string, provider: JsonRpcProvider): Promise<Wallet> {
  return new Wallet(await secretText(file), provider);
}

/** Sends calls one after the other; on a dry run says what the first would cost, and sends nothing. */
export async function sendOrEstimate(
  what: string,
  calls: readonly Call[],
  dryRun = false,
): Promise<{ readonly lines: string[]; readonly last: SentTransaction | undefined }> {
  if (dryRun) {
    const gas = await estimateCall(calls[0]!);
    const more = calls.length > 1 ? `, after which ${calls[1]!.method} can be estimated` : "";
    return { lines: [`${what}: ${calls[0]!.method} ${gas} gas${more}; nothing was sent`], last: undefined };
  }
  let last: SentTransaction | undefined;
  for (const call of calls) last = await sendCall(call);
  return {
    lines: [`${what}: transaction ${last!.hash}, block ${last!.blockNumber}, ${last!.gasUsed} gas`],
    last,
  };
}

/** An address in its usual spelling. */
export function addressOption(text: string, option: string): string {
  const address = parseAddress(text);
  if (address !== undefined) return address;
  throw new ConfigError(
    `${option}: expected an address of 0x and 40 hex digits, capitals as its checksum has them or none; came another text: check every digit`,
  );
}

/** A token's address, or the word coin for the chain's own. */
export function tokenOption(text: string): string {
  return text === "coin" ? NATIVE_TOKEN : addressOption(text, "--token");
}

export function naturalOption(text: string, option: string): bigint {
  if (!/^(0|[1-9]\d{0,76})$/.test(text)) {
    throw new ConfigError(`${option}: expected a number, came another text`);
  }
  return BigInt(text);
}

/** An amount as people write it, in the token's units. Refuses more digits than the token has. */
export async function amountOption(
  provider: JsonRpcProvider,
  token: string,
  text: string,
  option: string,
): Promise<bigint> {
  const { decimals, symbol } = await readToken(provider, token);
  const amount = parseAmount(text, decimals);
  if (amount === undefined) {
    throw new ConfigError(
      `${option}: expected an amount of ${symbol} with at most ${decimals} decimals, such as 1.5; came another text`,
    );
  }
  return amount;
}

/** "1.5 USDT" */
export async function amountWords(provider: JsonRpcProvider, token: string, amount: bigint): Promise<string> {
  const { decimals, symbol } = await readToken(provider, token);
  return `${formatUnits(amount, decimals)} ${symbol}`;
}

export function done(...lines: readonly string[]): Outcome {
  return { text: `${lines.join("\n")}\n`, exitCode: EXIT.done };
}

/** "2026-11-23 10:00:00 UTC" */
export function timeWords(seconds: bigint): string {
  return `${new Date(Number(seconds) * 1000).toISOString().replace("T", " ").slice(0, 19)} UTC`;
}
