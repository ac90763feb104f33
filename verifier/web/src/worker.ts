import "./no-eval.ts";
import { checkAccountFiles } from "../../src/check/account.ts";
import type { AttestationSource } from "../../src/check/attestation.ts";
import { checkEpoch } from "../../src/check/epoch.ts";
import { formatQuantity } from "../../src/encodings/quantity.ts";
import { type AccountStatement, accountStatementFromJson } from "../../src/formats/account-statement.ts";
import { type Bundle, bundleFromJson } from "../../src/formats/bundle.ts";
import { EPOCH_FILES, epochFromJson } from "../../src/formats/epoch.ts";
import { publicPartHash, publicPaths } from "../../src/formats/public-hash.ts";
import { parseVerificationKey } from "../../src/groth16/key.ts";
import type { CompiledPolicy } from "../../src/policy/compile.ts";
import { compilePolicyTexts } from "../../src/policy/compile-texts.ts";
import { accountReport } from "../../src/report/account-report.ts";
import { publishedCoverage } from "../../src/report/coverage.ts";
import { accountSections, coverageSection } from "../../src/report/render-html.ts";
import type {
  AccountAnswer,
  Answer,
  ChainAnswer,
  EpochAnswer,
  HoldingLine,
  PolicyTexts,
  Question,
  RecordAnswer,
} from "./protocol.ts";
import { STRINGS } from "./strings.ts";

// All that takes time, off the page's own thread.

/** Free collateral is in 10^-6 of the quote currency. */
const FREE_DECIMALS = 6;

self.onmessage = async ({ data }: MessageEvent<Question>) => {
  try {
    if (data.kind === "account") post({ kind: "account", answer: await accountAnswer(data) });
    else if (data.kind === "record") post({ kind: "record", answer: recordAnswer(data.record) });
    else post({ kind: "epoch", answer: await epochAnswer(data) });
  } catch (error) {
    post({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
  }
};

function post(answer: Answer): void {
  self.postMessage(answer);
}

async function accountAnswer(question: Question & { kind: "account" }): Promise<AccountAnswer> {
  const bundle = question.bundle === undefined ? undefined : bundleFromJson(question.bundle, "bundle");
  const statement =
    question.statement === undefined ? undefined : accountStatementFromJson(question.statement, "statement");
  const policy = question.policy && compiled(question.policy);
  const report = await checkAccountFiles(
    { ...(bundle === undefined ? {} : { bundle }), ...(statement === undefined ? {} : { statement }) },
    {
      ...(question.userId === undefined ? {} : { own: { userId: question.userId } }),
      ...(policy === undefined ? {} : { policy }),
      ...(question.chain === undefined ? {} : { attestations: sourceOf(question.chain) }),
    },
  );
  if (bundle === undefined)
    return { report, holdings: statement === undefined ? [] : statedLines(statement) };
  const fits = policy?.policyHash === bundle.policyHash && policy.descriptorHash === bundle.descriptorHash;
  const named = fits ? policy : undefined;
  return {
    report,
    holdings: holdingLines(bundle, named),
    free: STRINGS.bundle.free(
      `${bundle.under ? "-" : ""}${formatQuantity(bundle.free, FREE_DECIMALS)}`,
      named?.riskParameters.quote ?? STRINGS.bundle.quote,
    ),
    ...(named === undefined ? {} : { margin: marginOf(bundle, named) }),
  };
}

/** What the exchange signed, in its own words. */
function statedLines({ holdings }: AccountStatement): HoldingLine[] {
  return holdings.map(({ symbol, quantity, side }) => ({
    what: symbol,
    amount: quantity,
    side: STRINGS.statement.sides[side],
  }));
}

function holdingLines({ holdings }: Bundle, policy: CompiledPolicy | undefined): HoldingLine[] {
  const names = new Map(policy?.rowTable.map((row) => [row.row, row]));
  const sums = new Map<number, bigint>();
  for (const { row, quantity } of holdings)
    if (quantity > 0n) sums.set(row, (sums.get(row) ?? 0n) + quantity);
  return [...sums].map(([row, quantity]) => {
    const named = names.get(row);
    if (named === undefined)
      return { what: STRINGS.bundle.row(row), amount: STRINGS.bundle.units(quantity), side: "" };
    const amount = formatQuantity(quantity, named.decimals);
    return { what: named.symbol, amount, side: STRINGS.bundle.sides[named.kind] };
  });
}

function marginOf({ holdings, userId }: Bundle, policy: CompiledPolicy): string {
  const held = holdings.filter(({ quantity }) => quantity > 0n);
  return accountSections(accountReport(policy, held, { userId }))
    .map(({ text }) => text)
    .join("");
}

function recordAnswer(text: string): RecordAnswer {
  const record = epochFromJson(text, "epoch.json");
  const { chainId, registry, epoch, accountsRoot } = record;
  return { chainId, registry, epoch, accountsRoot, paths: publicPaths(record) };
}

async function epochAnswer({ files, totals, chain }: Question & { kind: "epoch" }): Promise<EpochAnswer> {
  const bytes = (path: string) => files.get(path)!;
  const text = (path: string) => new TextDecoder().decode(bytes(path));
  const record = text(EPOCH_FILES.record);
  const { circuits } = epochFromJson(record, "epoch.json");
  const policy = { riskParameters: text(EPOCH_FILES.riskParameters), marks: text(EPOCH_FILES.marks) };
  const key = (name: string) => parseVerificationKey(JSON.parse(text(EPOCH_FILES.key(name))));
  const report = await checkEpoch(
    {
      record,
      ...policy,
      keys: new Map([...circuits.batches, circuits.epoch].map(({ name }) => [name, key(name)])),
      publicHash: await publicPartHash({ circuits }, async (path) => bytes(path)),
      ...(totals === undefined ? {} : { totals }),
    },
    {
      progress: (done, of) => post({ kind: "progress", done, of }),
      ...(chain === undefined ? {} : { attestations: sourceOf(chain) }),
    },
  );
  // Numbers under a step that failed would be believed.
  if (!report.passed || totals === undefined) return { report };
  return { report, coverage: coverageSection(publishedCoverage({ record, ...policy, totals })).text };
}

function compiled({ riskParameters, marks }: PolicyTexts): CompiledPolicy {
  return compilePolicyTexts(riskParameters, marks);
}

function sourceOf({ chainId, registry, attestation, contractSigned }: ChainAnswer): AttestationSource {
  return {
    chainId,
    registry,
    attestation: async () => {
      if (attestation !== null && "failure" in attestation) throw new Error(attestation.failure);
      return attestation;
    },
    ...(contractSigned === undefined
      ? {}
      : { contractSigned: async () => (contractSigned === null ? undefined : contractSigned) }),
  };
}
