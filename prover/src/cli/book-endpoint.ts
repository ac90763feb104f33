import { type JsonRpcProvider, toBeHex, Wallet } from "ethers";
import { type BookDomain, reserveBookOf } from "../chain/reserves.ts";
import { type Call, waitForPending } from "../chain/sending.ts";
import { secretText } from "./config-file.ts";
import { withEndpoint } from "./endpoint.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { addressOf } from "./policy-publish.ts";
import { estimateSteps, takeSteps } from "./steps-report.ts";

/** Where a registry and its reserve book are. */
export interface BookOptions {
  readonly rpc: string;
  readonly registry: string;
}

export interface BookSendingOptions extends BookOptions {
  /** Hex key that pays, readable by its owner only. */
  readonly keyFile: string;
  readonly dryRun?: boolean;
}

export interface Book extends BookDomain {
  readonly provider: JsonRpcProvider;
}

export async function withBook<Result>(
  { rpc, registry }: BookOptions,
  run: (book: Book) => Promise<Result>,
): Promise<Result> {
  const address = toBeHex(addressOf(registry, "--registry"), 20);
  return withEndpoint(rpc, undefined, "--rpc", async (provider, chainId) =>
    run({ provider, chainId, registry: address, book: await reserveBookOf(address, provider) }),
  );
}

/** Sends one call with the key of the options, or says what it would cost. */
export async function sendToBook(
  { provider }: Book,
  { keyFile, dryRun = false }: BookSendingOptions,
  what: string,
  call: (sender: Wallet) => Promise<Call>,
): Promise<Outcome> {
  const sender = new Wallet(await secretText(keyFile), provider);
  const steps = [{ what, call: () => call(sender), isDone: async () => false }];
  if (!dryRun) await waitForPending(sender);
  const { lines } = dryRun ? await estimateSteps(steps, provider) : await takeSteps(steps, () => {});
  return { text: `${lines.join("\n")}\n`, exitCode: EXIT.done };
}
