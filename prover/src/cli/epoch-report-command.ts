import { stat } from "node:fs/promises";
import { parseMarks, parseRiskParameters } from "@plimsoll/verifier/policy/schemas.ts";
import { type Provider, toBeHex } from "ethers";
import { readAttestation } from "../chain/registry.ts";
import { readSettledReserves } from "../chain/reserve-readings.ts";
import { paidFor } from "../chain/sending.ts";
import { epochReport, type PolicyFiles } from "../epoch-report/epoch-report.ts";
import { epochHtml } from "../epoch-report/html.ts";
import { writePrivate } from "../pipeline/files.ts";
import { withFolderLock } from "../pipeline/folder-lock.ts";
import { readSent, sentLog } from "../pipeline/sent-transactions.ts";
import { readConfig } from "./config-file.ts";
import { withEndpoint } from "./endpoint.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { findPolicy } from "./policy-files.ts";
import { folderOf, type ProvedFolder, provedFolder } from "./proved-folder.ts";

export interface EpochReportOptions {
  readonly config?: string;
  /** Configuration or folder of the epoch before. */
  readonly previous?: string;
  /** Where the file goes, for its owner's eyes only; left out, into the private part. */
  readonly out?: string;
}

/** `epoch report`: the operator's report of a proved epoch as one HTML file. */
export async function epochReportCommand(
  folder: string | undefined,
  options: EpochReportOptions,
): Promise<Outcome> {
  const proved = await provedFolder(folder, options.config);
  const { rpc, record, paths } = proved;
  const previous = options.previous === undefined ? undefined : await previousPolicy(options.previous);
  const out = options.out ?? paths.report;
  const write = (provider?: Provider) =>
    withFolderLock(paths.private, () => writeReport(proved, out, previous, provider));
  const unread =
    rpc === undefined ? await write() : await withEndpoint(rpc, record.chainId, options.config!, write);
  const words = unread === null ? "" : `what is on chain was not read: ${unread}\n`;
  return {
    text: `${words}written to ${out}: open it in a browser; it loads nothing. It is private: totals show\n`,
    exitCode: EXIT.done,
  };
}

/** Writes the report where every epoch has it. Never throws: an epoch that is proved is proved. Words for the operator. */
export function reportWords(folder: string, provider?: Provider): Promise<string> {
  return notWritten(folder, async () => {
    const proved = await provedFolder(folder, undefined);
    const { paths } = proved;
    await withFolderLock(paths.private, () => writeReport(proved, paths.report, undefined, provider));
    return `report: ${paths.report}, private: totals show\n`;
  });
}

/** The same, for the folder and endpoint of a configuration. */
export function configuredReportWords(config: string): Promise<string> {
  return notWritten(`--config ${config}`, async () => {
    const { text } = await epochReportCommand(undefined, { config });
    return `report: ${text}`;
  });
}

async function notWritten(source: string, write: () => Promise<string>): Promise<string> {
  try {
    return await write();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `report: not written (${why}); try plimsoll epoch report ${source}\n`;
  }
}

/** Why nothing was read on chain though there is an endpoint; null where it was, or is none. */
async function writeReport(
  { paths, record, policy }: ProvedFolder,
  out: string,
  previous: PolicyFiles | undefined,
  provider: Provider | undefined,
): Promise<string | null> {
  let onChain: ReadonlyMap<number, bigint> | undefined;
  let unread: string | null = null;
  try {
    if (provider !== undefined) {
      await findReceipts(paths.transactions, provider);
      const registry = toBeHex(record.registry, 20);
      const attestation = await readAttestation(provider, registry, record.epoch);
      if (attestation?.accountsRoot === record.accountsRoot) {
        onChain = await readSettledReserves(
          provider,
          registry,
          attestation,
          policy.riskParameters.collateral,
        );
      } else unread = "the epoch is not attested";
    }
  } catch (error) {
    unread = error instanceof Error ? error.message : String(error);
  }
  const report = await epochReport(paths, {
    ...{ record, policy },
    ...(previous === undefined ? {} : { previous }),
    ...(onChain === undefined ? {} : { onChain }),
  });
  await writePrivate(out, epochHtml(report));
  return unread;
}

/** Looks for the receipts of transactions that a run sent and did not live to see in a block, failed ones included. */
async function findReceipts(file: string, provider: Provider): Promise<void> {
  const log = sentLog(file);
  for (const { what, hashes, mined } of readSent(file)) {
    if (mined !== null) continue;
    for (const hash of hashes) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt !== null) log.mined(what, paidFor(receipt));
    }
  }
}

/** The policy that a configuration's epoch was proved under, or that of a folder as `policy diff` takes it. */
async function previousPolicy(path: string): Promise<PolicyFiles> {
  const files = (await stat(path)).isDirectory()
    ? await findPolicy(path)
    : await findPolicy(folderOf(path, await readConfig(path)));
  const { riskParameters, marks } = files;
  return { riskParameters: parseRiskParameters(riskParameters), marks: parseMarks(marks) };
}
