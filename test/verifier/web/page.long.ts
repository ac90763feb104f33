import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { computeAddress } from "ethers";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../../../prover/src/cli/plimsoll.ts";
import { batchLeaf, rootOfAccountsPath } from "../../../verifier/src/encodings/challenges.ts";
import { accountRef, identity } from "../../../verifier/src/encodings/identity.ts";
import { accountLeaf } from "../../../verifier/src/encodings/leaf.ts";
import { rootOfPath } from "../../../verifier/src/encodings/tree.ts";
import { type Bundle, bundleFromJson, bundleToJson } from "../../../verifier/src/formats/bundle.ts";
import { fromJson } from "../../../verifier/src/formats/codecs.ts";
import { type EpochRecord, epochRecord } from "../../../verifier/src/formats/epoch.ts";
import { overflow, violations } from "../../support/accessible.ts";
import { chromiumFor, launchBrowser } from "../../support/browser.ts";
import { buildPage, type PageSite, pageSite } from "../../support/page-site.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { attestationOf, type RpcStandIn, rpcStandIn } from "../../support/rpc-stand-in.ts";

// The page in a real browser, on an epoch with real proofs.

const CHROMIUM = chromiumFor("the page");
/** A day after the snapshot. */
const NOW = new Date(Date.parse(tinyMarks.observedAt) + 86_400_000);
/** Kept for whoever wants to see what the tests saw. */
const SCREENSHOTS = fileURLToPath(new URL("../../../build/screenshots", import.meta.url));
const REGISTRY = `0x${"11".repeat(20)}`;
const EXCHANGE_KEY = "42".repeat(32);

let folder: string;
let site: string;
let host: PageSite;
let browser: Browser;
let record: EpochRecord;
let bundle: string;
let statement: string;
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
      ...{ exchange: computeAddress(`0x${EXCHANGE_KEY}`), exchangeId: "tiny", epoch: "3" },
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
  await writeFile(at("key"), EXCHANGE_KEY, { mode: 0o600 });
  const sign = ["statement", "sign", "--config", at("config.json"), "--key-file", at("key")];
  expect((await runCommand(sign)).exitCode).toBe(0);
  statement = await readFile(at("epoch/private/statements/alice.json"), "utf8");

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
  for (const one of endpoints) Object.assign(one, { attestation: attestationOf(record), delay: 0 });
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
  await page.setInputFiles("#bundle", jsonFile(text));
}

function jsonFile(text: string): { name: string; mimeType: string; buffer: Buffer } {
  return { name: "account.json", mimeType: "application/json", buffer: Buffer.from(text) };
}

async function outcomes(page: Page): Promise<Record<string, string>> {
  await page.waitForSelector("[data-step=freshness]");
  const steps = await page.$$eval("#result > section:first-child [data-step]", (items) =>
    items.map((item) => [item.getAttribute("data-step")!, item.getAttribute("data-outcome")!] as const),
  );
  return Object.fromEntries(steps);
}

/** Keeps a picture of the page, and finds nothing that axe objects to, and nothing wider than the screen. */
async function expectAccessible(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
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
    const seconds = /took ([\d.]+) seconds/.exec((await page.textContent(".status"))!)![1];
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
      expect(await page.textContent("#coverage-of-exchange tbody")).toMatch(/USDT.*BTC1\.501\.5100 %/s);
      await expectAccessible(page, "coverage");
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

  const WORD = `0x${"0".repeat(63)}1`;
  type Content = Record<string, unknown>;
  const first = <T>(list: unknown): T => (list as T[])[0]!;
  /** Each field of a bundle with another value, the step that must fail, and its words. */
  const EDITS: Record<string, [value: (content: Content) => unknown, step: string, words: RegExp]> = {
    chainId: [() => "1", "attestation", /shown another root than everybody else/],
    registry: [() => `0x${"33".repeat(20)}`, "attestation", /shown another root/],
    exchange: [() => `0x${"33".repeat(20)}`, "attestation", /shown another root/],
    exchangeId: [() => "tinier", "batch", /account is not in the batch/],
    epoch: [() => "4", "attestation", /shown another root/],
    snapshotTime: [() => "1700000000", "freshness", /ask the exchange why there is no newer one/],
    policyHash: [() => WORD, "policy", /not those that the epoch was proved under/],
    descriptorHash: [() => WORD, "policy", /not those that the epoch was proved under/],
    userId: [() => "alicf", "account", /of another account: ask the exchange for your own/],
    owner: [() => WORD, "batch", /account is not in the batch/],
    salt: [() => WORD, "identity", /salt is too short/],
    holdings: [
      ({ holdings }) => [
        { ...first<object>(holdings), quantity: "0x0000000000000001" },
        ...(holdings as []).slice(1),
      ],
      "batch",
      /account is not in the batch/,
    ],
    free: [() => "0x0000000000000001", "free collateral", /less than these holdings have .* or more/],
    under: [() => 1, "free collateral", /less than these holdings have/],
    batch: [() => 1, "epoch", /batch is not in the accounts root/],
    slot: [({ slot }) => (slot as number) + 1, "batch", /account is not in the batch/],
    path: [
      ({ path }) => [[WORD, ...first<string[]>(path).slice(1)], ...(path as []).slice(1)],
      "batch",
      /account is not in the batch/,
    ],
    circuitId: [() => WORD, "epoch", /batch is not in the accounts root/],
    root: [() => WORD, "batch", /path does not lead to the batch root/],
    transcript: [() => WORD, "epoch", /batch is not in the accounts root/],
    accountsPath: [() => [WORD], "epoch", /batch is not in the accounts root/],
    accountsRoot: [() => WORD, "epoch", /batch is not in the accounts root/],
  };
  it("shows in red, in words, what an edit of any field breaks (attack row 31)", async () => {
    const { page } = await open();
    await compareWith(page);
    const honest = JSON.parse(bundle) as Content;
    expect(Object.keys(EDITS).toSorted()).toEqual(
      Object.keys(honest)
        .filter((field) => field !== "format")
        .toSorted(),
    );
    for (const [field, [value, step, words]] of Object.entries(EDITS)) {
      await page.evaluate(() => document.getElementById("result")!.replaceChildren());
      await give(page, JSON.stringify({ ...honest, [field]: value(honest) }));
      expect(await outcomes(page), field).toMatchObject({ [step]: "failed" });
      expect(await page.getAttribute("#result > section", "data-passed"), field).toBe("false");
      expect(await page.textContent(`[data-step="${step}"]`), field).toMatch(words);
      expect(await page.textContent(`[data-step="${step}"] .advice`), field).toMatch(/ask|tell|fetch/i);
      expect(await page.textContent(".todo"), field).toMatch(/Send the evidence to the exchange/);
    }
    await give(page, JSON.stringify({ ...honest, format: "plimsoll.bundle.2" }));
    await page.waitForFunction(() => document.querySelector(".message")?.textContent !== "");
    expect(await page.textContent(".message")).toMatch(/not a bundle/);
  });

  /** A bundle of an exchange that counted something else, in a batch and a list of its own that fit together. */
  function countedAs(change: Partial<Bundle>): Bundle {
    const counted = { ...bundleFromJson(bundle, "alice.json"), ...change };
    const { exchangeId, userId, holdings, slot, path, batch, accountsPath } = counted;
    const id = identity({ ...counted, accountRef: accountRef(exchangeId, userId) });
    const root = rootOfPath(accountLeaf(id, holdings, counted), slot, path);
    const accountsRoot = rootOfAccountsPath(batchLeaf({ ...counted, root }), batch, accountsPath);
    return { ...counted, root, accountsRoot };
  }
  const failedSteps = async (page: Page) =>
    Object.entries(await outcomes(page))
      .filter(([, outcome]) => outcome === "failed")
      .map(([step]) => step);

  it.each<[string, (honest: Bundle) => Partial<Bundle>, string[]]>([
    ["free understated by one", ({ free }) => ({ free: free - 1n }), ["free collateral"]],
    ["the under-margined flag set", () => ({ under: 1 }), ["free collateral"]],
    ["another's owner key, which only she can tell", () => ({ owner: 5n }), []],
  ])("sees what the exchange itself counted and attested: %s (attack row 47)", async (_, change, failing) => {
    const counted = countedAs(change(bundleFromJson(bundle, "alice.json")));
    for (const one of endpoints)
      one.attestation = { ...one.attestation!, accountsRoot: counted.accountsRoot };
    const { page } = await open();
    await compareWith(page);
    await give(page, bundleToJson(counted));
    expect(await failedSteps(page)).toEqual(failing);
    expect(await page.getAttribute("[data-step=owner]", "data-outcome")).toBe("not run");
    if (counted.owner !== 0n)
      expect(await page.textContent("[data-step=owner]")).toMatch(/an owner key stands in the account/);
  });

  it("finds a root that was made for one customer, though all of her file fits together (attack rows 32, 47)", async () => {
    const { page } = await open();
    await compareWith(page);
    await give(page, bundleToJson(countedAs({ transcript: 5n })));
    expect(await failedSteps(page)).toEqual(["attestation"]);
    expect(await page.textContent("[data-step=attestation]")).toMatch(
      /you may have been shown another root than everybody else.*transaction that attested this epoch/s,
    );
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
    const { page: silent } = await open();
    await compareWith(silent, ["http://127.0.0.1:9/"]);
    await give(silent, bundle);
    expect(await outcomes(silent)).toMatchObject({ attestation: "failed" });
    expect(await silent.textContent("[data-step=attestation]")).toMatch(/no answer: check the address/);
  });

  it("works for somebody who went offline with her file, and then compares with nothing in vain", async () => {
    const { page } = await open();
    await page.waitForLoadState("networkidle");
    await context!.setOffline(true);
    await give(page, bundle);
    expect(await outcomes(page)).toMatchObject({ attestation: "not run", batch: "passed" });
    await page.fill("#endpoints", endpoints.map(({ url }) => url).join("\n"));
    await page.fill("#registry", REGISTRY);
    await page.click("button[type=submit]");
    await page.waitForSelector("[data-step=attestation][data-outcome=failed]");
    expect(await page.textContent("[data-step=attestation]")).toMatch(/no answer: check the address/);
  });

  it("waits for a slow network, and says that it works", async () => {
    const { page } = await open();
    endpoints[0]!.delay = 400;
    await compareWith(page);
    await give(page, bundle);
    await page.waitForFunction(() => document.querySelector(".status")?.textContent === "Working…");
    expect(await outcomes(page)).toMatchObject({ attestation: "passed" });
  });

  it.each<[string, string | Buffer, RegExp]>([
    [
      "a picture",
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 255]),
      /not a bundle, nor a statement: .*expected JSON/,
    ],
    [
      "another JSON file",
      JSON.stringify(tinyMarks),
      /not a bundle, nor a statement: .*field .*Choose the \.json file/,
    ],
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
    await writeFile(at("page/signed.json"), statement);
    const hash = `#bundle=${encodeURIComponent(`${site}link.json`)}&statement=signed.json&registry=${REGISTRY}&endpoints=http://127.0.0.1:9/`;
    const { page } = await open({ hash });
    expect(await outcomes(page)).toMatchObject({
      ...{ batch: "passed", attestation: "not run" },
      ...{ "statement's holdings": "passed", "statement's exchange": "not run" },
    });
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
    await page.setInputFiles("#statement", jsonFile(statement));
    await page.waitForSelector('[data-step="statement\'s signature"][data-outcome=passed]');
    expect(await page.textContent(".proves")).toMatch(
      /nobody signs bundles.*Ask the exchange for the bundle/,
    );
    const [file] = await Promise.all([page.waitForEvent("download"), page.click("button.quiet")]);
    expect(file.suggestedFilename()).toBe("plimsoll-evidence-epoch-3.json");
    const kept = JSON.parse(await readFile((await file.path())!, "utf8"));
    expect(kept).toMatchObject({
      format: "plimsoll.evidence.1",
      statement: JSON.parse(statement),
      bundle: { userId: "alice" },
      chain: { registry: REGISTRY, attestation: { epoch: "3" }, contractSigned: null },
    });
    expect(kept.endpoints).toEqual(endpoints.map(({ url }) => new URL(url).origin));
    expect(kept.steps.some(({ outcome }: { outcome: string }) => outcome === "failed")).toBe(true);
    // What was kept can be checked again by anybody, with her own endpoints.
    const options = ["--epoch", at("epoch"), "--rpc", endpoints[0]!.url, "--registry", REGISTRY];
    const again = await runCommand(["verify", "evidence", (await file.path())!, ...options]);
    expect(again.exitCode).toBe(1);
    expect(again.text).toMatch(/failed then: batch, free collateral\n[\s\S]*FAILED +free collateral/);
    expect(again.text).toMatch(/ok +statement's exchange[\s\S]*ok +statement's signature/);
  });

  it("compares a bundle with the exchange's signed statement, dropped together or one after the other", async () => {
    const { page, said } = await open();
    await compareWith(page);
    await page.setInputFiles("#bundle", [jsonFile(statement), jsonFile(bundle)]);
    const together = await outcomes(page);
    expect(Object.entries(together).filter(([name]) => name.startsWith("statement"))).toEqual(
      ["account", "exchange", "signature", "epoch", "names", "moment", "holdings"].map((name) => [
        `statement's ${name}`,
        "passed",
      ]),
    );
    expect(await page.textContent(".proves")).toBe("The exchange signed what it put into its proof.");
    await page.setInputFiles("#bundle", [jsonFile(bundle)]);
    await page.waitForFunction(() => document.querySelector(".proves") === null);
    await page.waitForSelector("[data-step=freshness]");
    await page.setInputFiles("#bundle", [jsonFile(statement)]);
    await page.waitForSelector(".proves");
    expect(await outcomes(page)).toEqual(together);
    expect(said).toEqual([]);
  });

  it("tells who was left out what a statement alone is good for", async () => {
    const { page } = await open();
    await compareWith(page);
    await give(page, statement);
    await page.waitForSelector('[data-step="statement\'s epoch"][data-outcome=passed]');
    expect(await page.textContent(".proves")).toMatch(/Ask the exchange for the bundle of this epoch/);
    expect(await page.textContent("table")).toMatch(/BTC1\.5owned/);
    const [file] = await Promise.all([page.waitForEvent("download"), page.click("button.quiet")]);
    const kept = JSON.parse(await readFile((await file.path())!, "utf8"));
    expect(kept.bundle).toBeUndefined();
    expect(kept.statement).toEqual(JSON.parse(statement));
  });

  it("shows in red a statement in which anything was changed, and another user's (attack row 31)", async () => {
    const { page } = await open();
    await compareWith(page);
    const edits: [edit: object, step: string][] = [
      [{ userId: "alicf" }, "statement's account"],
      [{ epoch: "4" }, "statement's signature"],
      [{ registry: `0x${"33".repeat(20)}` }, "statement's exchange"],
      [{ exchange: `0x${"33".repeat(20)}` }, "statement's exchange"],
      [{ snapshotTime: "1700000000" }, "statement's moment"],
      [{ holdings: [] }, "statement's holdings"],
      [{ signature: `0x${"12".repeat(64)}1b` }, "statement's signature"],
    ];
    for (const [edit, step] of edits) {
      await page.evaluate(() => document.getElementById("result")!.replaceChildren());
      const edited = JSON.stringify({ ...JSON.parse(statement), ...edit });
      await page.setInputFiles("#bundle", [jsonFile(bundle), jsonFile(edited)]);
      expect(await outcomes(page), step).toMatchObject({
        [step]: "failed",
        "statement's signature": "failed",
        batch: "passed",
      });
      expect(await page.textContent(".proves"), step).toMatch(/proves nothing/);
    }
    const bobs = await readFile(at("epoch/private/statements/bob.json"), "utf8");
    await page.evaluate(() => document.getElementById("result")!.replaceChildren());
    await page.setInputFiles("#bundle", [jsonFile(bundle), jsonFile(bobs)]);
    expect(await outcomes(page)).toMatchObject({
      "statement's account": "failed",
      "statement's signature": "passed",
    });
  });

  it.each([
    { width: 1100, dark: false },
    { width: 360, dark: true },
  ])("is accessible and fits the screen, empty, passed and failed: %j", async ({ width, dark }) => {
    const { page } = await open({ width, dark });
    await expectAccessible(page, `start-${width}`);
    await compareWith(page);
    await give(page, bundle);
    await outcomes(page);
    await page.click("text=Check every proof");
    await page.waitForSelector("#everything [data-step]", { timeout: 60_000 });
    await page.click("summary >> nth=0");
    await expectAccessible(page, `passed-${width}`);
    await page.evaluate(() => document.getElementById("result")!.replaceChildren());
    await give(page, bundle.replace(/"salt": "0x[0-9a-f]+"/, `"salt": "${WORD}"`));
    await outcomes(page);
    await expectAccessible(page, `failed-${width}`);
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
