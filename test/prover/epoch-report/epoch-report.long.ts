import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoExchange, readDemoExchange } from "../../../prover/src/demo/demo-exchange.ts";
import { epochReport } from "../../../prover/src/epoch-report/epoch-report.ts";
import { epochHtml } from "../../../prover/src/epoch-report/html.ts";
import { epochFolder, makeEpochFolder } from "../../../prover/src/pipeline/epoch-folder.ts";
import { planAccounts } from "../../../prover/src/pipeline/plan-stage.ts";
import { type Progress, StageClock } from "../../../prover/src/pipeline/progress.ts";
import { writePublicPart } from "../../../prover/src/pipeline/public-part.ts";
import { AccountChecker } from "../../../prover/src/pipeline/self-check.ts";
import { sentLog } from "../../../prover/src/pipeline/sent-transactions.ts";
import { StageRecorder } from "../../../prover/src/pipeline/stage-times.ts";
import { type EpochRecord, shapeRecord } from "../../../verifier/src/formats/epoch.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { overflow, violations } from "../../support/accessible.ts";
import { chromiumFor, launchBrowser } from "../../support/browser.ts";

// The operator's report of the sample exchange, in a real browser.

const CHROMIUM = chromiumFor("the operator's report");
const SCREENSHOTS = fileURLToPath(new URL("../../../build/screenshots", import.meta.url));
const CLI = fileURLToPath(new URL("../../../prover/src/cli/plimsoll.ts", import.meta.url));
const CAPACITY = { blocks: 20, words: 42 };

let root: string;
let browser: Browser;
let exchange: DemoExchange;
const paths = () => epochFolder(root);

/** Plans so many exchanges as one; what it took is noted as a run notes it. */
async function plan(copies: number, progress: Progress): Promise<void> {
  const { policy, accounts } = exchange;
  const stream = async function* () {
    for (let copy = 0; copy < copies; copy++)
      for (const account of accounts) yield { ...account, userId: `${account.userId}-${copy}` };
  };
  await planAccounts(
    paths(),
    stream(),
    CAPACITY,
    (holdings) => completeAccount(policy, holdings),
    new AccountChecker(policy.coefficients),
    new StageClock(progress, "plan", "accounts"),
  );
}

/** A record as proving leaves it, but for proofs: a report looks at none. */
function recordOf({ policy, reserves, circuits }: DemoExchange): EpochRecord {
  const claims = policy.riskParameters.collateral.map(({ symbol }) => reserves.claims[symbol] ?? 0n);
  const proof = new Array<bigint>(8).fill(0n);
  return {
    format: "plimsoll.epoch.1",
    developmentKeys: true,
    ...{ chainId: 31337n, registry: 0x5fbdb2315678afecb367f032d93f642f64180aa3n, exchange: 1n, epoch: 3n },
    exchangeId: "Sample",
    snapshotTime: BigInt(Date.parse(policy.marks.observedAt) / 1000),
    circuits: {
      batches: [{ name: circuits.batch, circuitId: 1n, ...CAPACITY }],
      epoch: { name: circuits.epoch, circuitId: 2n, shape: shapeRecord(policy.layout.shape) },
    },
    ...{ policyHash: policy.policyHash, descriptorHash: policy.descriptorHash },
    ...{ totalsCommitment: 1n, weightsCommitment: 1n, claims: [reserves.insurance, ...claims] },
    ...{ accountsRoot: policy.policyHash, gamma: 1n, beta: 1n, epochProof: proof },
    batches: [{ circuitId: 1n, root: 1n, transcript: 1n, t: 1n, w: 1n, proof }],
  };
}

/** Report of an epoch as planned, with stages and transactions as long and as dear as those of one like it. */
async function sampleReport() {
  const recorder = new StageRecorder(paths().runs);
  await plan(1, recorder.note.bind(recorder));
  const events = [
    { stage: "plan", unit: "accounts", done: 123, seconds: 0.1 },
    { stage: "commit", unit: "accounts", done: 123, seconds: 0.2 },
    { stage: "prove batches", unit: "proofs", done: 7, seconds: 5.8, kept: 2 },
    { stage: "prove epoch", unit: "proofs", done: 1, seconds: 1.9 },
    { stage: "attest", unit: "transactions", done: 1, seconds: 12.4 },
    { stage: "bundles", unit: "accounts", done: 123, seconds: 0.3 },
  ] as const;
  for (const event of events) recorder.note({ ...event, state: "done" });
  const log = sentLog(paths().transactions);
  const paid = (digit: string, gasUsed: bigint) => ({
    ...{ hash: `0x${digit.repeat(64)}`, gasUsed, blockNumber: 1 },
    fee: gasUsed * 3_000_000_000n,
  });
  log.mined("open epoch 3 for the snapshot at 1793520000", paid("a", 117_254n));
  log.mined("attest 7 batches at once", paid("b", 982_163n));
  const { policy } = exchange;
  const record = recordOf(exchange);
  const previous = {
    riskParameters: { ...policy.riskParameters, stalenessSeconds: 120 },
    marks: policy.marks,
  };
  return epochReport(paths(), { record, policy, previous, onChain: new Map([[0, record.claims[1]!]]) });
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "plimsoll-report-page-"));
  exchange = await readDemoExchange(false);
  await makeEpochFolder(paths());
  await mkdir(SCREENSHOTS, { recursive: true });
  await writeFile(paths().report, epochHtml(await sampleReport()));
  if (CHROMIUM !== undefined) browser = await launchBrowser(CHROMIUM);
});
afterAll(async () => {
  await browser?.close();
  await rm(root, { recursive: true, force: true });
});

describe.skipIf(CHROMIUM === undefined)("the operator's report in a browser", () => {
  it.each([
    { width: 1000, dark: false },
    { width: 360, dark: true },
  ])("asks nobody for anything, is accessible and fits the screen: %j", async ({ width, dark }) => {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: dark ? "dark" : "light",
      // For axe alone: the report runs no script, and its policy lets none in.
      bypassCSP: true,
    });
    try {
      const page = await context.newPage();
      const [asked, said]: [string[], string[]] = [[], []];
      page.on("request", (request) => asked.push(request.url()));
      page.on("console", (message) => said.push(message.text()));
      const address = pathToFileURL(paths().report).href;
      await page.goto(address);
      expect(await page.textContent("h1")).toBe("Epoch 3 of Sample");
      if (!dark) {
        // The picture in docs/ is its upper part.
        const [whole, upper] = ["report.png", "report-upper.png"].map((name) => join(SCREENSHOTS, name));
        await page.screenshot({ path: whole!, fullPage: true });
        await page.screenshot({ path: upper!, fullPage: true, clip: { x: 0, y: 0, width, height: 1250 } });
      }
      for (const summary of await page.$$("summary")) await summary.click();
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(asked).toEqual([address]);
      expect(said).toEqual([]);
    } finally {
      await context.close();
    }
  });

  it("runs no script, whoever put it there", async () => {
    const file = join(root, "tampered.html");
    const html = await readFile(paths().report, "utf8");
    const script = '<script>document.title = "ran"</script><img src="x" onerror="document.title = 1">';
    await writeFile(file, html.replace("</main>", `${script}</main>`));
    const page = await browser.newPage();
    try {
      await page.goto(pathToFileURL(file).href);
      expect(await page.title()).toBe("Epoch 3 of Sample");
    } finally {
      await page.close();
    }
  });
});

describe("the memory that a report takes", () => {
  it("does not grow with the number of accounts: 36,900 of them in a heap of 44 MB", async () => {
    await plan(300, () => {});
    const { riskParameters, marks } = exchange;
    await writePublicPart(paths(), { riskParameters, marks }, [], recordOf(exchange));
    const child = spawnSync(process.execPath, ["--max-old-space-size=44", CLI, "epoch", "report", root], {
      encoding: "utf8",
    });
    expect(child.status, child.stderr).toBe(0);
    expect(await readFile(paths().report, "utf8")).toMatch(/<dt>Accounts<\/dt><dd>36,900</);
  });
});
