import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { type Preview, previewEpoch } from "../pipeline/preview.ts";
import type { Progress } from "../pipeline/progress.ts";
import { measuredRates } from "../proving/measured-rates.ts";
import { loadConfig } from "./config-file.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { timeWords } from "./progress-lines.ts";

/** `epoch plan`: what proving would take and what it would fail on. Writes nothing. Exits with 1 where it would fail. */
export async function planCommand(file: string, progress: Progress): Promise<Outcome> {
  const { epoch: config, snapshotReport } = await loadConfig(file);
  const rates = await measuredRates();
  const preview = await previewEpoch(config, rates, progress);
  const { accounts, batches, emptyBlocks, wastedShare } = preview.waste;
  const { seconds, diskBytes, memoryBytes, gas, transactions } = preview.estimates;
  const free = await freeBytes(config.folder);
  const dust = snapshotReport()?.dust.fields ?? 0;
  const total = seconds.commit + seconds.proveBatches + seconds.proveEpoch;
  const canBeProved = preview.problems.length === 0;
  const next = canBeProved
    ? `plimsoll epoch prove --config ${file}`
    : `correct what would fail, then plimsoll epoch plan --config ${file}`;
  const lines = [
    `epoch ${config.epoch} of ${config.exchangeId}, policy "${preview.policy}"`,
    `accounts    ${accounts}; ${marginWords(preview)}`,
    ...(dust > 0
      ? [`dust        ${dust} amounts have more digits than their row: rounded in the users' favour`]
      : []),
    `batches     ${batches} of ${config.circuits.batch}, ${emptyBlocks} blocks empty, ${(100 * wastedShare).toFixed(1)} % of their constraints unused`,
    `time        about ${timeWords(total)}: commit ${timeWords(seconds.commit)}, batches ${timeWords(seconds.proveBatches)}, epoch ${timeWords(seconds.proveEpoch)}; ` +
      (rates.measuredHere ? "at the rates of the last epoch here" : "at the rates recorded on two cores"),
    `memory      about ${megabytes(memoryBytes)} while proving`,
    `disk        about ${megabytes(diskBytes)} in ${config.folder}, where ${megabytes(free)} are free`,
    `gas         about ${gas} in ${transactions === 1 ? "one transaction" : `${transactions} transactions`}, reserves as in docs/contracts.md`,
    ...(diskBytes > free ? [`warning     the disk is too small`] : []),
    ...preview.problems.map(({ code, words }) => `would fail  ${code}: ${words}`),
    ...(canBeProved ? ["nothing would fail; nothing was written"] : []),
    `next: ${next}`,
  ];
  return {
    text: `${lines.join("\n")}\n`,
    data: {
      epoch: config.epoch,
      ...preview,
      dustAmounts: dust,
      ratesMeasuredHere: rates.measuredHere,
      freeDiskBytes: free,
      next,
    },
    exitCode: canBeProved ? EXIT.done : EXIT.refused,
  };
}

function marginWords({ margin }: Preview): string {
  const { underInitial, underMaintenance, negativeEquity } = margin;
  if (underInitial + underMaintenance + negativeEquity === 0) return "none under its margins";
  return `${underInitial} under initial margin, ${underMaintenance} under maintenance margin, ${negativeEquity} with negative equity`;
}

/** Free bytes where a folder is or will be. */
export async function freeBytes(folder: string): Promise<number> {
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  const { bavail, bsize } = await statfs(there);
  return bavail * bsize;
}

/** "12 MB", "3.4 GB" */
export function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
