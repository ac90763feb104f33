import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type AccountFiles,
  type AccountReport,
  checkAccountFiles,
} from "@plimsoll/verifier/check/account.ts";
import type { OwnKnowledge } from "@plimsoll/verifier/check/bundle.ts";
import { checkEpoch } from "@plimsoll/verifier/check/epoch.ts";
import type { Report, Step } from "@plimsoll/verifier/check/report.ts";
import { formatQuantity } from "@plimsoll/verifier/encodings/quantity.ts";
import {
  type AccountStatement,
  accountStatementFromJson,
  SIDES,
} from "@plimsoll/verifier/formats/account-statement.ts";
import { type Bundle, bundleFromJson } from "@plimsoll/verifier/formats/bundle.ts";
import { EPOCH_FILES, type EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { evidenceFromJson } from "@plimsoll/verifier/formats/evidence.ts";
import { printable } from "@plimsoll/verifier/formats/printable.ts";
import { parseVerificationKey, type VerificationKey } from "@plimsoll/verifier/groth16/key.ts";
import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import { compilePolicyTexts } from "@plimsoll/verifier/policy/compile-texts.ts";
import { type PublishedTexts, publishedCoverage } from "@plimsoll/verifier/report/coverage.ts";
import { coverageTable } from "@plimsoll/verifier/report/coverage-tables.ts";
import { tableText } from "@plimsoll/verifier/report/render-text.ts";
import { lintPolicy } from "../linter/lint-policy.ts";
import { openIdentity } from "../owner/identity-file.ts";
import { passphraseFrom } from "../owner/passphrase.ts";
import { readPrivate } from "../owner/private-file.ts";
import { counted, type Progress } from "../pipeline/progress.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { type RpcSource, rpcSource } from "./attestation-source.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { openPublicFolder } from "./public-folder.ts";

/** Free collateral is in 10^-6 of the quote currency. */
const FREE_DECIMALS = 6;

export interface ReportOptions {
  /** Treat a step that was not run as a failure. */
  readonly strict?: boolean;
}

export interface ChainOptions extends ReportOptions {
  readonly rpc?: readonly string[];
  /** 0x and 40 hex digits. */
  readonly registry?: string;
}

/** What the one who checks knows of the account herself. */
export interface AccountOptions extends ChainOptions {
  /** Epoch folder, or a copy of its public part, for the policy files. */
  readonly epoch?: string;
  readonly user?: string;
  /** The exchange's address, 0x and 40 hex digits, as it announces it. */
  readonly exchange?: string;
}

export interface BundleOptions extends AccountOptions {
  /** The exchange's signed statement of the account. */
  readonly statement?: string;
  /** File with the user's owner secret as a number, 0600. */
  readonly secretFile?: string;
  /** The user's identity file, and a file with its passphrase; left out, the passphrase is asked for. */
  readonly identity?: string;
  readonly passphraseFile?: string;
}

/** `verify bundle FILE` */
export async function verifyBundleCommand(file: string, options: BundleOptions): Promise<Outcome> {
  const bundle = bundleFromJson(await readFile(file, "utf8"), file);
  const statement =
    options.statement === undefined ? {} : { statement: await readStatement(options.statement) };
  return verifyAccount({ bundle, ...statement }, options, await secretOf(options));
}

export interface StatementOptions extends AccountOptions {
  readonly bundle?: string;
}

/** `verify statement FILE`, with a bundle or, for a user who was given none, without. */
export async function verifyStatementCommand(file: string, options: StatementOptions): Promise<Outcome> {
  const statement = await readStatement(file);
  const bundle =
    options.bundle === undefined
      ? {}
      : { bundle: bundleFromJson(await readFile(options.bundle, "utf8"), options.bundle) };
  return verifyAccount({ statement, ...bundle }, options);
}

/** `verify evidence FILE`: all again that can be checked again, from what somebody kept. */
export async function verifyEvidenceCommand(file: string, options: AccountOptions): Promise<Outcome> {
  const { bundle, statement, ...kept } = evidenceFromJson(await readFile(file, "utf8"), file);
  const files = {
    ...(bundle === undefined ? {} : { bundle }),
    ...(statement === undefined ? {} : { statement }),
  };
  const outcome = await verifyAccount(files, options);
  const failed = kept.steps.filter((step) => step.outcome === "failed").map(({ name }) => printable(name));
  const endpoints = kept.endpoints.map(printable).join(", ");
  const asked = kept.chain === undefined || endpoints === "" ? "no endpoint" : endpoints;
  const head = [
    `kept on ${kept.checkedAt} by somebody who asked ${asked}; failed then: ${failed.join(", ") || "nothing"}`,
    "That is the word of whoever kept it. What follows was checked now, from the files in it:",
    "",
  ].join("\n");
  return { ...outcome, text: head + outcome.text };
}

async function verifyAccount(
  files: AccountFiles,
  options: AccountOptions,
  secret: { readonly secret?: bigint } = {},
): Promise<Outcome> {
  const own: OwnKnowledge = { ...(options.user === undefined ? {} : { userId: options.user }), ...secret };
  const policy = options.epoch === undefined ? undefined : await policyIn(options.epoch);
  const exchange = options.exchange === undefined ? {} : { exchange: BigInt(addressOf(options.exchange)) };
  return withSource(options, async (source) => {
    const report = await checkAccountFiles(files, {
      ...{ own, ...exchange },
      ...(policy === undefined ? {} : { policy }),
      ...(source === undefined ? {} : { attestations: source }),
    });
    const { bundle, statement } = files;
    const held = bundle !== undefined ? holdingLines(bundle, policy) : statement && statedLines(statement);
    return accountOutcome(`${held}\n`, report, options);
  });
}

function accountOutcome(held: string, report: AccountReport, options: ReportOptions): Outcome {
  const outcome = reportOutcome(report, options);
  const { passed, steps, proves } = report;
  if (proves === undefined) return { ...outcome, text: held + outcome.text };
  return { ...outcome, text: `${held}${outcome.text}${proves}\n`, data: { passed, steps, proves } };
}

async function readStatement(file: string): Promise<AccountStatement> {
  return accountStatementFromJson(await readFile(file, "utf8"), file);
}

/** What the exchange signed, in its own words. */
function statedLines({ userId, exchangeId, epoch, holdings }: AccountStatement): string {
  const head = `statement for account "${userId}" of ${exchangeId}, epoch ${epoch}:`;
  const lines = holdings.map(({ symbol, quantity, side }) => `  ${quantity} ${symbol} ${side}`);
  return printedLines([head, ...(lines.length > 0 ? lines : ["  no holdings"])]);
}

/** What the bundle says that the account holds, in the words of the policy where there is one. */
function holdingLines(bundle: Bundle, policy: CompiledPolicy | undefined): string {
  const names = new Map(policy?.rowTable.map((named) => [named.row, named]));
  const sums = new Map<number, bigint>();
  for (const { row, quantity } of bundle.holdings)
    if (quantity > 0n) sums.set(row, (sums.get(row) ?? 0n) + quantity);
  const lines = [...sums].map(([row, quantity]) => {
    const named = names.get(row);
    if (named === undefined) return `  row ${row}: ${quantity} units`;
    return `  ${formatQuantity(quantity, named.decimals)} ${named.symbol} ${SIDES[named.kind]}`;
  });
  const free = `${bundle.under ? "-" : ""}${formatQuantity(bundle.free, FREE_DECIMALS)}`;
  const end = `  free collateral ${free} ${policy?.riskParameters.quote ?? "of the quote currency"}`;
  const head = `account "${bundle.userId}" of ${bundle.exchangeId}, epoch ${bundle.epoch}:`;
  return printedLines([head, ...(lines.length > 0 ? lines : ["  no holdings"]), end]);
}

/** Lines with names from files in them: a name with control characters could write lines of its own, a report that passed for instance. */
function printedLines(lines: readonly string[]): string {
  return lines.map(printable).join("\n");
}

export interface EpochCheckOptions extends ChainOptions {
  /** Circuit ids to accept instead of those of this release, as 0x and 64 hex digits. */
  readonly trustCircuit?: readonly string[];
}

/** `verify epoch FOLDER` */
export async function verifyEpochCommand(
  folder: string,
  options: EpochCheckOptions,
  progress: Progress,
): Promise<Outcome> {
  const opened = await openPublicFolder(folder);
  const read = async (path: string) => (await opened.read(path)).toString("utf8");
  const { batches, epoch } = opened.record.circuits;
  const keys = new Map<string, VerificationKey>();
  for (const { name } of [...batches, epoch]) {
    const text = await read(EPOCH_FILES.key(name)).catch(() => undefined);
    if (text !== undefined) keys.set(name, parseVerificationKey(JSON.parse(text)));
  }
  const totals = await read(EPOCH_FILES.totals).catch(() => undefined);
  const files = {
    ...(totals === undefined ? {} : { totals }),
    record: await read(EPOCH_FILES.record),
    riskParameters: await read(EPOCH_FILES.riskParameters),
    marks: await read(EPOCH_FILES.marks),
    keys,
    // A file that is missing is a failed step of its own.
    ...(await opened.hash().then(
      (publicHash) => ({ publicHash }),
      () => ({}),
    )),
  };
  const trusted = options.trustCircuit?.map(BigInt);
  return withSource(options, async (source) => {
    const report = await checkEpoch(files, {
      progress: counted(progress, "check proofs", "proofs"),
      ...(source === undefined ? {} : { attestations: source }),
      ...(trusted === undefined ? {} : { trustedCircuits: new Set(trusted) }),
    });
    const policy = await policyStep(files.riskParameters, files.marks);
    const passed = report.passed && policy.outcome === "passed";
    const outcome = reportOutcome({ passed, steps: [...report.steps, policy] }, options);
    // A table under a step that failed would be believed.
    if (!passed || totals === undefined) return outcome;
    return {
      ...outcome,
      text: `${outcome.text}\n${await coverageWords({ ...files, totals }, opened.record, source)}`,
    };
  });
}

/** What the exchange published of what it owes, as a table, with what contracts read where there is an endpoint that knows. */
async function coverageWords(
  texts: PublishedTexts,
  { epoch }: EpochRecord,
  source: RpcSource | undefined,
): Promise<string> {
  const policy = compilePolicyTexts(texts.riskParameters, texts.marks);
  const attestation = await source?.attestation(epoch);
  // Endpoints that have dropped old blocks know the attestation and not what was read for it.
  const onChain = attestation && (await source?.reserves(attestation, policy).catch(() => undefined));
  return `${tableText(coverageTable(publishedCoverage(texts, onChain ?? undefined)))}\n`;
}

/** The linter's judgement as a step: the proofs are about the policy, whatever it is worth. */
async function policyStep(riskParameters: string, marks: string): Promise<Step> {
  const name = "policy's soundness";
  try {
    const { coefficients } = compilePolicyTexts(riskParameters, marks);
    const { accepted, findings } = await lintPolicy(coefficients);
    const words = accepted
      ? "no account looks better under the policy than its holdings are: certificates checked in exact integers"
      : `the linter refuses the policy: ${findings.find(({ severity }) => severity === "refuse")?.words}`;
    return { name, outcome: accepted ? "passed" : "failed", words };
  } catch {
    return { name, outcome: "failed", words: "the policy files do not compile" };
  }
}

/** A report as lines, one per step: what passed, what failed and what that means, what was not looked at. */
export function reportOutcome({ passed, steps }: Report, { strict = false }: ReportOptions = {}): Outcome {
  const marks = { passed: "ok     ", failed: "FAILED ", "not run": "not run" };
  const lines = steps.map(({ name, outcome, words }) => printable(`${marks[outcome]}  ${name}: ${words}`));
  const left = steps.filter((step) => step.outcome === "not run").length;
  const ran = steps.length - left;
  const end = passed
    ? `nothing failed: ${ran} of ${steps.length} steps were run`
    : `${steps.filter((step) => step.outcome === "failed").length} of ${ran} steps failed`;
  return {
    text: `${[...lines, end].join("\n")}\n`,
    data: { passed, steps },
    exitCode: passed && !(strict && left > 0) ? EXIT.done : EXIT.refused,
  };
}

async function withSource(
  { rpc, registry }: ChainOptions,
  run: (source: RpcSource | undefined) => Promise<Outcome>,
): Promise<Outcome> {
  if (rpc === undefined && registry === undefined) return run(undefined);
  if (rpc === undefined || registry === undefined || !ADDRESS.test(registry)) {
    throw new ConfigError(
      "expected --rpc URL and --registry ADDRESS together, came one of them or no address",
    );
  }
  const source = await rpcSource(rpc, BigInt(registry));
  try {
    return await run(source);
  } finally {
    source.close();
  }
}

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

function addressOf(text: string): string {
  if (ADDRESS.test(text)) return text;
  throw new ConfigError("--exchange: expected 0x and 40 hex digits, came another text");
}

/** The public part of an epoch folder, given the folder or the part itself. */
async function publicRoot(folder: string): Promise<string> {
  const names = await readdir(folder);
  return names.includes("public") ? join(folder, "public") : folder;
}

async function policyIn(folder: string): Promise<CompiledPolicy> {
  const root = await publicRoot(folder);
  const read = (name: string) => readFile(join(root, "policy", name), "utf8");
  return compilePolicyTexts(await read("risk-parameters.json"), await read("marks.json"));
}

async function secretOf(options: BundleOptions): Promise<{ secret?: bigint }> {
  const { identity, secretFile, passphraseFile } = options;
  if (identity !== undefined) {
    return { secret: (await openIdentity(identity, await passphraseFrom(passphraseFile))).secret };
  }
  return secretFile === undefined ? {} : { secret: await secretIn(secretFile) };
}

async function secretIn(file: string): Promise<bigint> {
  const text = (await readPrivate(file)).trim();
  if (!/^(0x[0-9a-fA-F]+|[0-9]+)$/.test(text)) {
    throw new ConfigError(`${file}: expected the owner secret as a number, came another text`);
  }
  return BigInt(text);
}
