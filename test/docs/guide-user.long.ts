import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../prover/src/build/paths.ts";
import { chromiumFor, launchBrowser } from "../support/browser.ts";
import { documentCommands, freePort, inBackground, runScript } from "../support/document-commands.ts";
import { type FreshClone, freshClone } from "../support/fresh-clone.ts";

// Follows docs/guide-user.md as somebody does who has just cloned the repository.

const GUIDE = "docs/guide-user.md";
const CHROMIUM = chromiumFor("the customer's guide");
const SCREENSHOTS = join(ROOT, "build/screenshots");

const { background, script } = documentCommands(GUIDE);
let clone: FreshClone;
let demo: ReturnType<typeof inBackground> | undefined;
let port: number;
let ranBefore: Awaited<ReturnType<typeof runScript>>;

beforeAll(async () => {
  clone = freshClone();
  // Contracts that are built here need no second compilation there.
  for (const name of ["artifacts", "cache", "contracts.sha256"])
    if (existsSync(join(ROOT, "build", name)))
      cpSync(join(ROOT, "build", name), join(clone.folder, "build", name), { recursive: true });
  port = await freePort();
  ranBefore = await runScript(script[0]!, { cwd: clone.folder });
  demo = inBackground(`${background[0]!.trim()} --port ${port}`, { cwd: clone.folder });
  for (let tries = 0; !(await isReady()); tries++) {
    if (tries > 600) throw new Error(`expected the demo's page on port ${port}, came none`);
    await new Promise((ready) => setTimeout(ready, 500));
  }
});
afterAll(() => {
  demo?.stop();
  clone?.remove();
});

const site = () => `http://127.0.0.1:${port}/`;
const isReady = () =>
  fetch(`${site()}config.json`).then(
    ({ ok }) => ok,
    () => false,
  );
/** Commands of the guide, at the ports that are free here. */
const here = (commands: string) => commands.replaceAll("127.0.0.1:8481", `127.0.0.1:${port + 1}`);

it("the commands before the page build it and start an exchange", () => {
  expect(ranBefore.status, ranBefore.all).toBe(0);
  expect(background).toEqual(["npm run demo -- --page\n"]);
  expect(script).toHaveLength(2);
});

it("the commands after it check the same files, and refuse the one that shows less", async () => {
  const run = await runScript(here(script[1]!), { cwd: clone.folder });
  expect(run.status, run.all).toBe(0);
  expect(run.stdout).toMatch(/ok +attestation: [\s\S]*nothing failed: 9 of 11 steps were run/);
  expect(run.stdout).toMatch(/FAILED +batch: /);
});

describe.skipIf(CHROMIUM === undefined)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(CHROMIUM!);
  });
  afterAll(() => browser?.close());

  /** Files are where the guide says. */
  const choose = async (page: Page, file: string): Promise<void> => {
    await page.setInputFiles("#bundle", join(clone.folder, "epochs/page/files", file));
    await page.waitForSelector("[data-step=freshness]");
  };
  const words = async (page: Page) => (await page.textContent("body")) ?? "";

  it("every word in bold stands on the page where the guide leads", async () => {
    const page = await browser.newPage({ viewport: { width: 720, height: 860 } });
    await page.goto(site());
    await page.waitForSelector("h1");
    let seen = await words(page);
    await choose(page, "saver.json");
    await page.fill("#user", "saver");
    await page.click("button[type=submit]");
    await page.waitForSelector("[data-step=account][data-outcome=passed]");
    seen += await words(page);
    // docs/page.png is a copy of this picture.
    await page.evaluate(() => document.querySelector("#result")!.scrollIntoView());
    await page.screenshot({ path: join(SCREENSHOTS, "guide.png") });
    await page.click("#check-everything");
    await page.waitForSelector("#everything [data-step=ceremony]");
    seen += await words(page);
    await choose(page, "saver-less.json");
    await page.waitForSelector("[data-step=batch][data-outcome=failed]");
    seen += await words(page);
    // A light check is one without endpoints.
    await page.fill("#endpoints", "");
    await choose(page, "saver.json");
    await page.waitForSelector(".light");
    seen += await words(page);

    const missing = boldWords().filter((label) => !seen.includes(label));
    expect(missing).toEqual([]);
    await page.close();
  });

  it("the demo's link opens a customer's file, and all that can be checked without her is ok", async () => {
    const rows = readFileSync(join(clone.folder, "epochs/page/links.csv"), "utf8").trim().split("\n");
    const link = rows.find((row) => row.startsWith("saver,"))!.split(",")[1]!;
    const page = await browser.newPage();
    await page.goto(`${site()}#bundle=${encodeURIComponent(link)}`);
    await page.waitForSelector("[data-step=attestation][data-outcome=passed]");
    expect(await page.$$("[data-outcome=failed]")).toEqual([]);
    await page.close();
  });

  it("the evidence that the guide has her keep is checked by others", async () => {
    const page = await browser.newPage();
    await page.goto(site());
    await page.waitForSelector("h1");
    await choose(page, "saver-less.json");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.click("text=Keep the evidence (a file)"),
    ]);
    const folder = mkdtempSync(join(tmpdir(), "plimsoll-evidence-"));
    try {
      const evidence = join(folder, file.suggestedFilename());
      await file.saveAs(evidence);
      const command = `npm run -s plimsoll -- verify evidence ${evidence} --epoch epochs/page/site/epoch`;
      const run = await runScript(command, { cwd: clone.folder });
      expect(run.stdout, run.all).toMatch(/FAILED +batch: /);
    } finally {
      rmSync(folder, { recursive: true });
    }
    await page.close();
  });
});

/** Labels that the guide quotes; a picture of a table or code has none. */
function boldWords(): string[] {
  const text = readFileSync(join(ROOT, GUIDE), "utf8");
  const found = [...text.matchAll(/\*\*([^*]+)\*\*/g)].map(([, label]) => label!);
  if (found.length < 20)
    throw new Error(`${GUIDE}: expected labels of the page in bold, came ${found.length}`);
  return found.filter((label) => label !== "in bold");
}
