import { existsSync } from "node:fs";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { type JsonRpcProvider, Wallet } from "ethers";
import { waitForPending } from "../chain/sending.ts";
import type { Step, TransactionLog } from "../chain/steps.ts";
import { epochFolder } from "../pipeline/epoch-folder.ts";
import { ConfigError } from "../pipeline/errors.ts";
import { withFolderLock } from "../pipeline/folder-lock.ts";
import { hashPublicPart, readRecord } from "../pipeline/public-part.ts";
import { sentLog } from "../pipeline/sent-transactions.ts";
import { writeReceipt } from "../pipeline/settle-stage.ts";
import { type Settlement, settlementOf } from "../pipeline/settlement.ts";
import { fixTerms, readTerms } from "../pipeline/signed-terms.ts";
import { loadConfig, secretText } from "./config-file.ts";
import { withEndpoint } from "./endpoint.ts";
import { configuredReportWords } from "./epoch-report-command.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { openPublicFolder } from "./public-folder.ts";
import { readStatements } from "./statements-file.ts";
import { estimateSteps, takeSteps } from "./steps-report.ts";

/**
 * Where a proved epoch is and who settles it: a configuration, or, for whoever has no more than its public part, a folder
 * with an endpoint and a key that pays.
 */
export interface SettleOptions {
  readonly config?: string;
  /** Epoch folder or its public part. */
  readonly folder?: string;
  readonly rpc?: string;
  readonly keyFile?: string;
  /** Hex key that signs for the exchange; left out, the sender is the exchange or it isn't needed. */
  readonly exchangeKeyFile?: string;
  /** Attestors' statements. */
  readonly statements?: string;
  /** A power of two up to 256. */
  readonly batchesPerTransaction?: string;
  readonly dryRun?: boolean;
}

type Say = (line: string) => void;

/** `epoch commit`: seals the list of batches. */
export function commitCommand(options: SettleOptions, say: Say): Promise<Outcome> {
  return settle(options, say, ({ commit }) => [commit], "prove --on-chain");
}

/** `epoch prove --on-chain`: proves the parts of the sealed list that nobody has proved yet. */
export function proveOnChainCommand(options: SettleOptions, say: Say): Promise<Outcome> {
  return settle(options, say, ({ prove }) => prove, "finalise");
}

/** `epoch finalise`: attests an epoch whose batches are all proved. */
export async function finaliseCommand(options: SettleOptions, say: Say): Promise<Outcome> {
  const outcome = await settle(options, say, ({ finalise }) => [finalise], "status");
  if (options.config === undefined || options.dryRun === true) return outcome;
  // Proving ended with a report, before it was known what settling costs.
  return { ...outcome, text: (await configuredReportWords(options.config)) + outcome.text };
}

/** `epoch attest --dry-run`: what settling a proved epoch at once would cost. */
export function attestDryRunCommand(options: SettleOptions, say: Say): Promise<Outcome> {
  return settle({ ...options, dryRun: true }, say, ({ attest }) => [attest], "attest");
}

async function settle(
  options: SettleOptions,
  say: Say,
  choose: (settlement: Settlement) => readonly Step[],
  next: string,
): Promise<Outcome> {
  return withProved(options, async ({ settlement, provider, sender, log, done }) => {
    const steps = choose(settlement);
    const { epoch } = settlement.submission;
    if (options.dryRun === true) {
      const { lines } = await estimateSteps(steps, provider);
      return { text: `epoch ${epoch}, dry run\n${lines.join("\n")}\n`, exitCode: EXIT.done };
    }
    await waitForPending(sender);
    const { lines, sent } = await takeSteps(steps, say, log);
    const last = sent.at(-1);
    if (steps.includes(settlement.finalise) && last !== undefined) await done(last);
    const where = options.config === undefined ? folderWords(options) : `--config ${options.config}`;
    return {
      text: `epoch ${epoch}: ${lines.join("\n")}\nnext: plimsoll epoch ${next} ${where}\n`,
      exitCode: EXIT.done,
    };
  });
}

interface Proved {
  readonly settlement: Settlement;
  readonly provider: JsonRpcProvider;
  readonly sender: Wallet;
  /** Of the operator's folder; whoever has the public part alone keeps none. */
  readonly log?: TransactionLog;
  /** Keeps the receipt of the attestation. */
  done(last: { hash: string; blockNumber: number; gasUsed: bigint }): Promise<void>;
}

async function withProved(
  options: SettleOptions,
  run: (proved: Proved) => Promise<Outcome>,
): Promise<Outcome> {
  const { config: file, folder, rpc, keyFile } = options;
  if (file !== undefined && folder === undefined) return withConfigured(file, options, run);
  if (file !== undefined || folder === undefined || rpc === undefined || keyFile === undefined) {
    throw new ConfigError(
      "expected --config FILE, or for whoever has the public part alone --folder FOLDER, --rpc URL and --key-file FILE",
    );
  }
  const { record, hash } = await openPublicFolder(folder);
  const paths = epochFolder(folder);
  const terms = existsSync(paths.terms) ? await readTerms(paths, record) : undefined;
  return withEndpoint(rpc, record.chainId, "--rpc", async (provider) =>
    run({
      ...(await signed(
        options,
        provider,
        await secretText(keyFile),
        record,
        terms?.publicHash ?? (await hash()),
      )),
      done: async () => {},
    }),
  );
}

async function withConfigured(
  file: string,
  options: SettleOptions,
  run: (proved: Proved) => Promise<Outcome>,
): Promise<Outcome> {
  const { chain, epoch: config } = await loadConfig(file);
  if (chain === undefined)
    throw new ConfigError(`${file}: expected "chain" with rpc and senderKeyFile, came none`);
  const folder = epochFolder(config.folder);
  if (!existsSync(folder.record)) {
    throw new ConfigError(
      `${config.folder}: expected a proved epoch, came none: run \`plimsoll epoch prove --config ${file}\` first`,
    );
  }
  const record = await readRecord(folder);
  for (const field of ["chainId", "registry", "epoch", "snapshotTime"] as const) {
    if (record[field] !== config[field])
      throw new ConfigError(
        `${config.folder}: expected an epoch with ${field} ${config[field]} as ${file} says, came ${record[field]}`,
      );
  }
  return withFolderLock(folder.private, () =>
    withEndpoint(chain.rpc, config.chainId, file, async (provider) => {
      // A dry run signs nothing, so it fixes nothing.
      const publicHash =
        options.dryRun === true
          ? ((await readTerms(folder, record))?.publicHash ?? (await hashPublicPart(folder, record)))
          : (await fixTerms(folder, record)).publicHash;
      const statements = options.statements ?? chain.statements;
      const signers = await signed(
        { ...options, ...(statements === undefined ? {} : { statements }) },
        provider,
        chain.senderKey,
        record,
        publicHash,
        chain.exchangeKey,
      );
      return run({
        ...signers,
        log: sentLog(folder.transactions),
        done: ({ hash, blockNumber, gasUsed }) =>
          writeReceipt(folder, record.epoch, { transaction: hash, blockNumber, gasUsed }),
      });
    }),
  );
}

async function signed(
  options: SettleOptions,
  provider: JsonRpcProvider,
  senderKey: string,
  record: EpochRecord,
  publicHash: bigint,
  configured?: string,
): Promise<Omit<Proved, "done">> {
  const { exchangeKeyFile, statements, batchesPerTransaction } = options;
  const exchangeKey = exchangeKeyFile === undefined ? configured : await secretText(exchangeKeyFile);
  const sender = new Wallet(senderKey, provider);
  const settlement = settlementOf(
    record,
    { sender, ...(exchangeKey === undefined ? {} : { exchange: new Wallet(exchangeKey) }) },
    {
      publicHash,
      ...(statements === undefined ? {} : { statements: await readStatements(statements) }),
      ...(batchesPerTransaction === undefined ? {} : { partDepth: partDepthOf(batchesPerTransaction) }),
    },
  );
  return { settlement, provider, sender };
}

/** Base-two logarithm of an option. Throws ConfigError. */
export function partDepthOf(text: string): number {
  const depth = [1, 2, 4, 8, 16, 32, 64, 128, 256].indexOf(Number(text));
  if (depth < 0) {
    throw new ConfigError(`--batches-per-transaction: expected a power of two from 1 to 256, came "${text}"`);
  }
  return depth;
}

function folderWords({ folder, rpc, keyFile }: SettleOptions): string {
  return `--folder ${folder} --rpc ${new URL(rpc!).origin} --key-file ${keyFile}`;
}
