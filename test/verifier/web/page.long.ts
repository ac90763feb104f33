import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { fromJson } from "../../../verifier/src/formats/codecs.ts";
import { type EpochRecord, epochRecord } from "../../../verifier/src/formats/epoch.ts";
import { chromiumPath, launchBrowser } from "../../support/browser.ts";
import { buildPage, type PageSite, pageSite } from "../../support/page-site.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { attestationOf, type RpcStandIn, rpcStandIn } from "../../support/rpc-stand-in.ts";

// The page in a real browser, on an epoch with real proofs.

const CHROMIUM = chromiumPath();
if (CHROMIUM === undefined) {
  process.stderr.write(
    "not run: the page in a browser, since no Chromium is here: install one or set CHROMIUM_PATH\n",
  );
}
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** A day after the snapshot. */
const NOW = new Date(Date.parse(tinyMarks.observedAt) + 86_400_000);
/** Kept for whoever wants to see what the tests saw. */
const SCREENSHOTS = fileURLToPath(new URL("../../../build/screenshots", import.meta.url));
const REGISTRY = `0x${"11".repeat(20)}`;

let folder: string;
let site: string;
let host: PageSite;
let browser: Browser;
let record: EpochRecord;
let bundle: string;
const endpoints: RpcStandIn[] = [];
const at = (name: string) => join(folder, name);
let context: BrowserContext | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-page-"));
  const files: Record<string, string> = {
    "risk.json": JSON.stringify(tinyRiskParameters),
    "marks.json": JSON.stringify(tinyMarks),
    "balances.csv": "account,asset,quantity\nalice,BTC,1.5\nalice,USDT,250\nbob,USDT,98765.4321\n",
    "reserves.json": JSON.stringify({
      ...{ format: "plimsoll.reserves.1", insurance: "0", held: { BTC: "1.5", USDT: "99015.4321" } },
    }),
    "config.json": JSON.stringify({
      ...{ format: "plimsoll.config.1", folder: "epoch", chainId: "31337", registry: REGISTRY },
      ...{ exchange: `0x${"22".repeat(20)}`, exchangeId: "tiny", epoch: "3" },
      snapshotTime: `${Date.parse(tinyMarks.observedAt) / 1000}`,
      policy: { riskParameters: "risk.json", marks: "marks.json" },
      ...{
        snapshot: { balances: ["balances.csv"] },
        reserves: "reserves.json",
        operatorSecretFile: "secret",
      },
      circuits: { batch: "batch-4-8", epoch: "epoch-tiny" },
    }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text);
  await writeFile(at("secret"), "5a".repeat(32), { mode: 0o600 });
  const proved = await runCommand(["epoch", "prove", "--config", at("config.json")]);
  expect(proved.exitCode, proved.text).toBe(0);
  record = fromJson(epochRecord, await readFile(at("epoch/public/epoch.json"), "utf8"), "epoch.json");
  bundle = await readFile(at("epoch/private/bundles/alice.json"), "utf8");

  await buildPage(at("page"));
  host = await pageSite(at("page"), at("epoch/public"));
  site = host.url;
  const attestation = attestationOf(record);
  endpoints.push(await rpcStandIn(attestation), await rpcStandIn(attestation));
  if (CHROMIUM !== undefined) browser = await launchBrowser(CHROMIUM);
});
afterEach(async () => {
  await context?.close();
  context = undefined;
  for (const one of endpoints)
    Object.assign(one, { attestation: endpoints[0]!.attestation ?? one.attestation, delay: 0 });
});
afterAll(async () => {
  await browser?.close();
  for (const endpoint of endpoints) await endpoint.close();
  host?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Hosts that a page asked, and words that it wrote to its console. */
interface Watched {
  readonly page: Page;
  readonly asked: Set<string>;
  readonly said: string[];
}

async function open(options: { hash?: string; width?: number; dark?: boolean } = {}): Promise<Watched> {
  context = await browser.newContext({
    viewport: { width: options.width ?? 1100, height: 900 },
    colorScheme: options.dark ? "dark" : "light",
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  const asked = new Set<string>();
  const said: string[] = [];
  page.on("request", (request) => asked.add(new URL(request.url()).origin));
  page.on("console", (message) => {
    // A host without settings of its own has no config.json.
    // Nor has an exchange to publish its totals.
    if (message.type() === "error" && !/(config|totals)\.json$/.test(message.location().url))
      said.push(message.text());
  });
  page.on("pageerror", (error) => said.push(error.message));
  await page.goto(`${site}${options.hash ?? ""}`);
  await page.waitForSelector("h1");
  return { page, asked, said };
}

async function compareWith(
  page: Page,
  urls: readonly string[] = endpoints.map(({ url }) => url),
): Promise<void> {
  await page.fill("#endpoints", urls.join("\n"));
  await page.fill("#registry", REGISTRY);
  await page.fill("#folder", `${site}epoch/`);
  await page.fill("#user", "alice");
}

async function give(page: Page, text: string): Promise<void> {
  await page.setInputFiles("#bundle", {
    name: "bundle.json",
    mimeType: "application/json",
    buffer: Buffer.from(text),
  });
}

async function outcomes(page: Page): Promise<Record<string, string>> {
  await page.waitForSelector("[data-step=freshness]");
  const steps = await page.$$eval("#result > section:first-child [data-step]", (items) =>
    items.map((item) => [item.getAttribute("data-step")!, item.getAttribute("data-outcome")!] as const),
  );
  return Object.fromEntries(steps);
}

describe.skipIf(CHROMIUM === undefined)("the page that checks a bundle", () => {
  it("passes every step of a good bundle in under two seconds, and asks nobody but whom it was told to", async () => {
    const { page, asked, said } = await open();
    await compareWith(page);
    await give(page, bundle);
    const steps = await outcomes(page);
    expect(steps).toEqual(
      Object.fromEntries(
        [
          "account",
          "identity",
          "canonical",
          "batch",
          "epoch",
          "policy",
          "marks",
          "free collateral",
          "attestation",
          "freshness",
        ]
          .map((name) => [name, "passed"])
          .concat([
            ["holdings", "not run"],
            ["owner", "not run"],
          ]),
      ),
    );
    const seconds = /in ([\d.]+) seconds/.exec((await page.textContent(".status"))!)![1];
    // A page that waits for a busy machine is slower than its two seconds: the bench says how fast it is.
    expect(Number(seconds)).toBeLessThan(20);
    expect(await page.textContent("table")).toMatch(/BTC1\.5.*owned/);
    const named = endpoints.map(({ url }) => new URL(url).origin);
    expect([...asked].toSorted()).toEqual([new URL(site).origin, ...named].toSorted());
    expect(said).toEqual([]);
  });

  it("checks every proof of the epoch on request", async () => {
    const { page, said } = await open();
    await compareWith(page);
    await give(page, bundle);
    await outcomes(page);
    await page.click("text=Check every proof");
    await page.waitForSelector("#everything [data-step]", { timeout: 60_000 });
    const failed = await page.$$eval("#everything [data-outcome=failed]", (items) =>
      items.map((item) => item.textContent),
    );
    expect(failed).toEqual([]);
    expect(await page.$$("#everything [data-outcome=passed]")).not.toHaveLength(0);
    expect(said).toEqual([]);
  });

  it("shows the coverage of an exchange that published its totals, and not of a file that says other numbers", async () => {
    await runCommand(["epoch", "publish-totals", at("epoch"), "--yes"]);
    const file = at("epoch/public/totals.json");
    const good = await readFile(file, "utf8");
    const everything = async () => {
      await page.click("text=Check every proof");
      await page.waitForSelector("#everything [data-step=totals]", { timeout: 60_000 });
      return page.getAttribute("#everything [data-step=totals]", "data-outcome");
    };
    const { page, said } = await open();
    try {
      await compareWith(page);
      await give(page, bundle);
      await outcomes(page);
      expect(await everything()).toBe("passed");
      await page.click("#coverage-of-exchange summary");
      expect(await page.textContent("#coverage-of-exchange tbody")).toMatch(/BTC1\.501\.5100 %.*USDT/s);
      await page.evaluate(AXE);
      const violations = await page.evaluate(async () => {
        const { axe } = window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
        return (await axe.run()).violations.map(({ id }) => id);
      });
      expect(violations).toEqual([]);
      await page.locator("#coverage-of-exchange").screenshot({ path: join(SCREENSHOTS, "coverage.png") });
      await writeFile(file, good.replace('"150000000"', '"149999999"'));
      expect(await everything()).toBe("failed");
      expect(await page.$("#coverage-of-exchange")).toBeNull();
      expect(await page.textContent("#everything [data-step=totals]")).toMatch(/FALSE/);
      await writeFile(file, "<!doctype html><title>Not found</title>");
      await page.click("text=Check every proof");
      await page.waitForSelector("#everything [data-step=attestation]", { timeout: 60_000 });
      expect(await page.$("#everything [data-step=totals]")).toBeNull();
      expect(said).toEqual([]);
    } finally {
      await rm(file);
    }
  });

  const EDITS: [field: string, edit: (content: Record<string, unknown>) => void, step: string][] = [
    ["userId", (content) => Object.assign(content, { userId: "alicf" }), "account"],
    ["owner", (content) => Object.assign(content, { owner: `0x${"0".repeat(63)}1` }), "batch"],
    ["salt", (content) => Object.assign(content, { salt: `0x${"0".repeat(63)}1` }), "identity"],
    ["free", (content) => Object.assign(content, { free: "0x0000000000000001" }), "free collateral"],
    ["epoch", (content) => Object.assign(content, { epoch: "4" }), "attestation"],
    ["chainId", (content) => Object.assign(content, { chainId: "1" }), "attestation"],
    ["registry", (content) => Object.assign(content, { registry: `0x${"33".repeat(20)}` }), "attestation"],
    ["snapshotTime", (content) => Object.assign(content, { snapshotTime: "1700000000" }), "freshness"],
    ["policyHash", (content) => Object.assign(content, { policyHash: `0x${"0".repeat(63)}1` }), "policy"],
    ["root", (content) => Object.assign(content, { root: `0x${"0".repeat(63)}1` }), "batch"],
    ["accountsRoot", (content) => Object.assign(content, { accountsRoot: `0x${"0".repeat(63)}1` }), "epoch"],
    ["slot", (content) => Object.assign(content, { slot: (content.slot as number) + 1 }), "batch"],
    ["transcript", (content) => Object.assign(content, { transcript: `0x${"0".repeat(63)}1` }), "epoch"],
  ];
  it("shows in red what an edit of any field breaks (attack row 31)", async () => {
    const { page } = await open();
    await compareWith(page);
    for (const [field, edit, step] of EDITS) {
      await page.evaluate(() => document.getElementById("result")!.replaceChildren());
      const content = JSON.parse(bundle) as Record<string, unknown>;
      edit(content);
      await give(page, JSON.stringify(content));
      expect(await outcomes(page), field).toMatchObject({ [step]: "failed" });
      expect(await page.getAttribute("#result > section", "data-passed"), field).toBe("false");
      expect(await page.textContent(".todo"), field).toMatch(/Send the evidence to the exchange/);
    }
  });

  it("believes no endpoint that another one contradicts (attack row 32)", async () => {
    const { page } = await open();
    endpoints[1]!.attestation = { ...endpoints[0]!.attestation!, accountsRoot: 5n };
    await compareWith(page);
    await give(page, bundle);
    expect(await outcomes(page)).toMatchObject({ attestation: "failed", batch: "passed" });
    expect(await page.textContent("[data-step=attestation]")).toMatch(/tell different things/);
  });

  it("gives a light answer without the chain, and says so; no answer of an endpoint is a failed step", async () => {
    const { page } = await open();
    await give(page, bundle);
    expect(await outcomes(page)).toMatchObject({
      attestation: "not run",
      policy: "not run",
      batch: "passed",
    });
    expect(await page.textContent(".light")).toMatch(/light check/);
    const { page: offline } = await open();
    await compareWith(offline, ["http://127.0.0.1:9/"]);
    await give(offline, bundle);
    expect(await outcomes(offline)).toMatchObject({ attestation: "failed" });
    expect(await offline.textContent("[data-step=attestation]")).toMatch(/no answer: check the address/);
  });

  it("waits for a slow network, and says that it works", async () => {
    const { page } = await open();
    endpoints[0]!.delay = 1_500;
    await compareWith(page);
    await give(page, bundle);
    await page.waitForFunction(() => document.querySelector(".status")?.textContent === "Working…");
    expect(await outcomes(page)).toMatchObject({ attestation: "passed" });
  });

  it.each<[string, string | Buffer, RegExp]>([
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 255]), /not a bundle: .*expected JSON/],
    ["another JSON file", JSON.stringify(tinyMarks), /not a bundle: .*field .*Choose the \.json file/],
    ["a huge file", Buffer.alloc(6_000_000, " "), /has 6 MB; a bundle has some kilobytes/],
    ["an empty file", "", /not a bundle/],
  ])("refuses %s in words", async (_name, content, words) => {
    const { page } = await open();
    await give(page, content.toString());
    await page.waitForFunction(() => document.querySelector(".message")?.textContent !== "");
    expect(await page.textContent(".message")).toMatch(words);
    expect(await page.$("[data-step]")).toBeNull();
  });

  it.each([
    ["#endpoints", "http://example.com/", /no address of an endpoint/],
    ["#registry", "0x12", /0x and 40 digits/],
  ])("refuses a wrong %s in words", async (input, text, words) => {
    const { page } = await open();
    await page.fill(input, text);
    await give(page, bundle);
    await page.waitForFunction(() => document.querySelector(".message")?.textContent !== "");
    expect(await page.textContent(".message")).toMatch(words);
  });

  it("talks to no address that was not named before the first check, whatever code would try to", async () => {
    const { page } = await open();
    await compareWith(page);
    await give(page, bundle);
    await outcomes(page);
    const blocked = await page.evaluate(
      (url) =>
        fetch(url).then(
          () => "sent",
          () => "blocked",
        ),
      "https://example.com/",
    );
    expect(blocked).toBe("blocked");
    await page.fill("#endpoints", "https://example.com/");
    await page.click("button[type=submit]");
    await page.waitForFunction(() => document.querySelector(".message")?.textContent !== "");
    expect(await page.textContent(".message")).toMatch(/Reload it to use others/);
  });

  it("opens a link that says where the file is, but lets no link name endpoints or the registry", async () => {
    await writeFile(at("page/link.json"), bundle);
    const hash = `#bundle=${encodeURIComponent(`${site}link.json`)}&registry=${REGISTRY}&endpoints=http://127.0.0.1:9/`;
    const { page } = await open({ hash });
    expect(await outcomes(page)).toMatchObject({ batch: "passed", attestation: "not run" });
    expect(await page.inputValue("#registry")).toBe("");
    expect(await page.inputValue("#endpoints")).toBe("");
  });

  it("asks no other host that a link names as the folder until the user presses the button", async () => {
    const elsewhere = new Set<string>();
    const other = createServer((request, response) => {
      elsewhere.add(request.url!);
      response.setHeader("Access-Control-Allow-Origin", "*").writeHead(404).end();
    });
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    try {
      const { page } = await open({ hash: `#folder=${encodeURIComponent(`${origin}/epoch/`)}` });
      await give(page, bundle);
      expect(await outcomes(page)).toMatchObject({ batch: "passed", policy: "not run" });
      expect(await page.textContent("#result")).toContain(`names a public folder at ${origin}. Nothing was`);
      expect([...elsewhere]).toEqual([]);
      await page.click("button[type=submit]");
      await page.waitForFunction(() => document.querySelector(".message")?.textContent !== "");
      expect(elsewhere.size).toBeGreaterThan(0);
    } finally {
      other.close();
      other.closeAllConnections();
    }
  });

  it.each([
    "data:application/json,{}",
    "javascript:alert(1)",
    "blob:https://x/1",
    "https://*/",
    "https://a;b/",
  ])("takes %s for no address of a bundle", async (address) => {
    const { page } = await open({ hash: `#bundle=${encodeURIComponent(address)}` });
    await page.waitForFunction(() => document.querySelector(".message")?.textContent !== "");
    expect(await page.textContent(".message")).toMatch(/is no address on the web/);
  });

  it("shows the answer to the file that was chosen last, whichever came first", async () => {
    const { page } = await open();
    const wrong = bundle.replace(/"salt": "0x[0-9a-f]+"/, `"salt": "0x${"0".repeat(63)}1"`);
    await page.evaluate(
      ([first, second]) => {
        const chooser = document.querySelector<HTMLInputElement>("#bundle")!;
        for (const text of [first!, second!]) {
          const files = new DataTransfer();
          files.items.add(new File([text], "bundle.json"));
          chooser.files = files.files;
          chooser.dispatchEvent(new Event("change"));
        }
      },
      [bundle, wrong],
    );
    expect(await outcomes(page)).toMatchObject({ identity: "failed" });
    await page.waitForTimeout(500);
    expect(await page.getAttribute("#result > section", "data-passed")).toBe("false");
  });

  it("shows a bundle of another epoch's time and a folder of another list as what they are", async () => {
    const { page } = await open();
    await compareWith(page);
    const content = JSON.parse(bundle) as Record<string, unknown>;
    await give(page, JSON.stringify({ ...content, snapshotTime: "9".repeat(60) }));
    expect(await outcomes(page)).toMatchObject({ freshness: "failed" });
    await page.evaluate(() => document.getElementById("result")!.replaceChildren());
    await give(page, JSON.stringify({ ...content, accountsRoot: `0x${"0".repeat(63)}1` }));
    await outcomes(page);
    await page.click("text=Check every proof");
    await page.waitForSelector("text=of another epoch, registry or accounts root than your file");
  });

  it("keeps evidence: what was checked, when, by which endpoints, and a signed statement", async () => {
    const { page } = await open();
    await compareWith(page);
    await give(page, bundle.replace(/"free": "0x[0-9a-f]+"/, '"free": "0x0000000000000001"'));
    await outcomes(page);
    await page.setInputFiles("#statement", {
      name: "s.json",
      mimeType: "application/json",
      buffer: Buffer.from("signed"),
    });
    const [file] = await Promise.all([page.waitForEvent("download"), page.click("button.quiet")]);
    expect(file.suggestedFilename()).toBe("plimsoll-evidence-epoch-3.json");
    const kept = JSON.parse(await readFile((await file.path())!, "utf8"));
    expect(kept).toMatchObject({
      format: "plimsoll.evidence.1",
      statement: "signed",
      bundle: { userId: "alice" },
    });
    expect(kept.endpoints).toEqual(endpoints.map(({ url }) => url));
    expect(kept.steps.some(({ outcome }: { outcome: string }) => outcome === "failed")).toBe(true);
  });

  it.each([
    { width: 1100, dark: false },
    { width: 360, dark: true },
  ])("is accessible and fits the screen: %j", async ({ width, dark }) => {
    const { page } = await open({ width, dark });
    await compareWith(page);
    await give(page, bundle);
    await outcomes(page);
    await page.click("summary >> nth=0");
    await page.screenshot({
      path: join(SCREENSHOTS, `page-${width}-${dark ? "dark" : "light"}.png`),
      fullPage: true,
    });
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() =>
      (
        globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        }
      ).axe.run(),
    );
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });

  it("works by keyboard alone", async () => {
    const { page } = await open();
    await give(page, bundle);
    await outcomes(page);
    await page.focus("#user");
    await page.keyboard.type("bob");
    await page.keyboard.press("Enter");
    await page.waitForSelector("[data-step=account][data-outcome=failed]");
    const reached = new Set<string>();
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press("Tab");
      reached.add(
        await page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName || ""),
      );
    }
    for (const id of ["endpoints", "registry", "folder", "files"]) expect(reached).toContain(id);
  });
});
