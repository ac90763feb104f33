import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportWords } from "../../../prover/src/cli/epoch-report-command.ts";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { type EpochReport, epochReport } from "../../../prover/src/epoch-report/epoch-report.ts";
import { epochHtml } from "../../../prover/src/epoch-report/html.ts";
import { batchTable, costTable, durationText, timeTable } from "../../../prover/src/epoch-report/tables.ts";
import { epochFolder } from "../../../prover/src/pipeline/epoch-folder.ts";
import { readRecord } from "../../../prover/src/pipeline/public-part.ts";
import { runEpoch } from "../../../prover/src/pipeline/run-epoch.ts";
import { sentLog } from "../../../prover/src/pipeline/sent-transactions.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { ConstraintProver } from "../../support/constraint-prover.ts";
import { ROW, randomExchange, tinyConfig, tinyPolicy } from "../../support/exchange.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";

const accounts = randomExchange(seeded("report"), 12);
const script = fileURLToPath(new URL("../../../prover/src/cli/plimsoll.ts", import.meta.url));
const SECRET = new Uint8Array(32).fill(0x5a);
let folder: string;
let report: EpochReport;
const paths = () => epochFolder(folder);
const fresh = async (previous?: object) =>
  epochReport(paths(), { record: await readRecord(paths()), policy: tinyPolicy, ...previous });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-report-"));
  const config = tinyConfig(folder, accounts);
  await runEpoch(config, { prover: new ConstraintProver() });
  // Resumed: nothing is proved anew.
  await runEpoch(config, { prover: new ConstraintProver() });
  const log = sentLog(paths().transactions);
  log.mined("commit to the list of 3 batches", {
    hash: `0x${"a".repeat(64)}`,
    gasUsed: 100_000n,
    fee: 3n * 10n ** 14n,
    blockNumber: 1,
  });
  log.mined("prove batches 0 to 1", {
    hash: `0x${"b".repeat(64)}`,
    gasUsed: 200_000n,
    fee: 10n ** 15n,
    blockNumber: 2,
  });
  log.mined("prove batches 2 to 3", {
    hash: `0x${"c".repeat(64)}`,
    gasUsed: 50_000n,
    fee: 10n ** 14n,
    blockNumber: 3,
  });
  log.sent("finalise", [`0x${"d".repeat(64)}`]);
  report = await fresh();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const held = (row: number) =>
  accounts
    .flatMap(({ holdings }) => holdings)
    .filter((entry) => entry.row === row)
    .reduce((sum, { quantity }) => sum + quantity, 0n);

describe("an epoch's report", () => {
  it("has coverage and margin as a pass over the accounts gives them, though it reads what was committed", () => {
    const claims = tinyConfig(folder, accounts).claims;
    const bySymbol = new Map(report.coverage.assets.map((asset) => [asset.symbol, asset]));
    expect(bySymbol.get("BTC")).toMatchObject({
      owed: held(ROW.btc),
      lent: held(ROW.btcDebt),
      declared: claims.BTC,
    });
    expect(bySymbol.get("USDT")).toMatchObject({
      owed: held(ROW.usdt),
      lent: held(ROW.usdtDebt),
      declared: claims.USDT,
    });
    const reports = accounts.map(({ holdings }) => completeAccount(tinyPolicy, holdings).report);
    const below = reports.filter(({ maintenanceSurplus }) => maintenanceSurplus < 0n);
    expect(report.exchange.counts).toMatchObject({
      accounts: accounts.length,
      underMaintenance: below.length,
    });
    const equity = reports.reduce((sum, one) => sum + one.equity, 0n);
    expect(report.exchange.totals.equity - report.exchange.totals.negativeEquity).toBe(equity);
    expect(report.coverage.worth.owed - report.coverage.worth.lent).toBe(equity);
    expect(report.exchange.histogram.reduce((sum, bin) => sum + bin.accounts, 0)).toBe(accounts.length);
  });

  it("tells how full the batches are, by the circuit's size", () => {
    const [circuit] = report.record.circuits.batches;
    const { batches } = report.waste;
    const [blocks, words] = batchTable(report).rows;
    expect(blocks!.slice(1, 3)).toEqual([`${batches * circuit!.blocks}`, `${report.waste.emptyBlocks}`]);
    expect(words![1]).toBe(`${batches * circuit!.words}`);
  });

  it("tells of a resumed epoch what the last run kept, and what both spent", () => {
    expect(report.times!.runs).toBe(2);
    const rows = new Map(timeTable(report).rows.map((row) => [row[0], row]));
    const { batches } = report.waste;
    expect(rows.get("prove batches")!.slice(1, 3)).toEqual(["0 proofs", `${batches}`]);
    expect(rows.get("bundles")![1]).toBe(`${accounts.length} accounts`);
    const proving = report.times!.stages.find(({ stage }) => stage === "prove batches")!;
    expect(proving.allMade).toBe(batches);
    expect(proving.allSeconds).toBeGreaterThan(proving.seconds);
    expect([12.34, 200, 7_500].map(durationText)).toEqual(["12.3 s", "3 min 20 s", "2 h 5 min"]);
  });

  it("sums gas and fees by kind of step, and says which transactions it can't count", () => {
    const { rows, note } = costTable(report);
    expect(rows).toEqual([
      ["commit", "1", "100,000", "0.0003"],
      ["prove", "2", "250,000", "0.0011"],
      ["finalise", "0", "0", "0"],
    ]);
    expect(note).toContain(`no block with them was seen from here: 0x${"d".repeat(64)}`);
    expect(epochHtml(report)).toMatch(/Gas<\/dt><dd>350,000<[\s\S]*coin<\/dt><dd>0.0014</);
  });

  it("compares the policy with the one before, what loosens it first", async () => {
    const [btc, ...rest] = tinyRiskParameters.collateral;
    const riskParameters = {
      ...tinyRiskParameters,
      stalenessSeconds: 200,
      collateral: [{ ...btc!, debtWeight: { maintenance: "1.3", initial: "1.4" } }, ...rest],
    };
    const { changes } = await fresh({ previous: { riskParameters, marks: tinyMarks } });
    expect(changes!.marks).toEqual([]);
    const html = epochHtml({ ...report, changes });
    const [looser] = html.match(/looser: accounts need less<\/td><td class="word">[^<]*/)!;
    expect(looser).toMatch(/1\.3 -&gt; |200 -&gt; 300/);
    expect(html).toMatch(/0 differences from the epoch before/);
    expect(epochHtml(report)).toMatch(/No epoch before was named/);
  });

  it("names no account, and holds no salt, blind, key or secret", async () => {
    const html = epochHtml(report);
    for (const { userId } of accounts) expect(html).not.toMatch(new RegExp(`\\b${userId}\\b`));
    const commit = JSON.parse(await readFile(paths().commit, "utf8"));
    const bundle = JSON.parse(await readFile(join(paths().bundles, "house.json"), "utf8"));
    const secrets: string[] = [commit.totalsSalt, commit.weightsSalt, ...commit.blinds.flat(), bundle.salt];
    for (const secret of [...secrets.map((text) => text.slice(2)), Buffer.from(SECRET).toString("hex")]) {
      expect(html).not.toContain(secret);
      expect(html).not.toContain(BigInt(`0x${secret}`).toString());
    }
  });

  it("loads nothing, runs nothing and says so to the browser, whatever an exchange calls itself", () => {
    const hostile = `"'><script>alert(1)</script>`;
    const sent = [{ what: `${hostile} x`, hashes: ["0x"], mined: null }];
    const html = epochHtml({ ...report, sent, record: { ...report.record, exchangeId: hostile } });
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|url\(|@import|https?:/i);
    expect(html).toContain("@media (prefers-color-scheme: dark)");
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("plimsoll epoch report", () => {
  it("writes the file for its owner's eyes, also beside an epoch's proofs, and says where", async () => {
    const child = spawnSync(process.execPath, [script, "epoch", "report", folder], { encoding: "utf8" });
    expect(child).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/written to .*private\/report\.html/),
    });
    expect((await stat(paths().report)).mode & 0o777).toBe(0o600);
    const again = epochHtml(report);
    expect(await readFile(paths().report, "utf8")).toBe(again);
    const out = join(folder, "elsewhere.html");
    const done = await runCommand(["epoch", "report", folder, "--out", out, "--previous", folder]);
    expect(done.exitCode).toBe(0);
    expect(await readFile(out, "utf8")).toMatch(/nothing: they are those of the epoch before/);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
  });

  it("is no reason to call an epoch unproved: what it lacks is said", async () => {
    expect(await reportWords(folder)).toMatch(/^report: .*private\/report\.html/);
    const missing = await mkdtemp(join(tmpdir(), "plimsoll-report-none-"));
    expect(await reportWords(missing)).toMatch(/^report: not written \(.*expected an epoch that is proved/);
    const { text, exitCode } = await runCommand(["epoch", "report", missing]);
    expect(text).toMatch(/expected an epoch that is proved.*\nnext: plimsoll epoch prove/);
    expect(exitCode).toBe(2);
    await rm(missing, { recursive: true });
    await writeFile(paths().runs, "spoilt");
    expect(epochHtml(await fresh())).toMatch(/not kept: the epoch was proved by a version that kept none/);
  });
});
