import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HDNodeWallet, Mnemonic } from "ethers";
import type { Browser, BrowserContext, Page } from "playwright-core";
import sirv from "sirv";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { VaultAsk } from "../../../prover/src/chain/vault-epoch.ts";
import { readExit } from "../../../prover/src/chain/vault-reads.ts";
import { registrationFromJson, signerOf } from "../../../prover/src/owner/registration.ts";
import { buildWeb } from "../../../prover/web/build.ts";
import { walletSecret } from "../../../verifier/src/owner/wallet-secret.ts";
import { overflow, violations } from "../../support/accessible.ts";
import { chromiumFor, launchBrowser } from "../../support/browser.ts";
import { rpcStandIn } from "../../support/rpc-stand-in.ts";
import { DAY, pass } from "../../support/staged-vault.ts";
import { type VaultWalk, vaultWalk } from "../../support/vault-walk.ts";
import { type WalletStandIn, walletStandIn } from "../../support/wallet-stand-in.ts";

// The page in a real browser, with a wallet that signs and sends to a local chain with real vault, ledger and registry; all
// proofs are made in the page, by the real circuits.

const CHROMIUM = chromiumFor("the withdrawal page");
const SCREENSHOTS = fileURLToPath(new URL("../../../build/screenshots", import.meta.url));
const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const ONE = 10n ** 18n;
/** Of asset 0 in a leaf: its row has 8 decimals. */
const UNIT = 10n ** 8n;
const RECIPIENT = "0x00000000000000000000000000000000000A11cE";

let walk: VaultWalk;
/** The user's owner secret, which no test may find anywhere. */
let secret: bigint;
let wallet: WalletStandIn;
let server: Server;
let site: string;
let browser: Browser;
let context: BrowserContext | undefined;
let page: Page;
/** Hosts that the page asked, and words that it wrote to its console. */
let asked: Set<string>;
let said: string[];

describe.skipIf(CHROMIUM === undefined)("the page that withdraws", () => {
  beforeAll(async () => {
    // The user's key is the one that her wallet makes.
    const signer = HDNodeWallet.fromMnemonic(MNEMONIC, "m/44'/60'/0'/0/6");
    walk = await vaultWalk("withdrawal page", async (home) => {
      secret = await walletSecret(signerOf(signer), home);
      return secret;
    });
    wallet = walletStandIn(walk.chain, walk.address(6));
    await walk.done(
      "vault deposit RPC VAULT TOKEN --amount 12.5 --identity @alice.identity --key-file @6.key",
    );
    await walk.attest(1n, [{ held: 5n * UNIT, free: 2500n }]);
    await buildWeb(walk.at("page"), () => {});
    const files = sirv(walk.at("page"), { dev: true });
    const settings = JSON.stringify({ vault: walk.vault, chainId: `${walk.chain.chainId}` });
    server = createServer((request, response) => {
      if (request.url === "/config.json")
        response.setHeader("Content-Type", "application/json").end(settings);
      else files(request, response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await launchBrowser(CHROMIUM!);
  });
  afterEach(async () => {
    await context?.close();
    context = undefined;
    Object.assign(wallet, { account: walk.address(6), chainId: undefined, draws: false });
    wallet.declines.clear();
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    await walk.close();
  });

  it("pays an instant withdrawal that the operator signed, with a key from the wallet, which nobody sees (attack row 35)", async () => {
    await open();
    await connected();
    await page.click("text=Make my key from the wallet");
    await done("#owner", "step-key");
    expect(wallet.asked.filter(({ method }) => method === "eth_signTypedData_v4")).toHaveLength(2);
    await give("#bundle", await bundle(1n));
    await done("#account .summary", "step-account");
    expect(await outcomes("#account")).toMatchObject({
      owner: "passed",
      batch: "passed",
      attestation: "passed",
    });
    await ask("withdraw", "1.5");
    await done("#proof .summary", "step-proof");
    expect(await page.textContent("#proof")).toMatch(
      /shows 1\.5 ASSET0 .*A11cE: that is 30 %.*Paid to your key .*: 0\.0 ASSET0[\s\S]*development key/,
    );
    const ask1 = await downloaded("#save-proof", "ask1");
    await page.click("#send");
    await refusedIn("step-send", /needs the operator's signature/);
    await walk.done(`vault sign-order RPC --proof ${ask1} --key-file @5.key --out @signed1`);
    await give("#signed", await readFile(walk.at("signed1"), "utf8"));
    await page.waitForFunction(() => document.querySelector("#ready")?.textContent !== "");
    wallet.declines.add("eth_sendTransaction");
    await page.click("#send");
    await refusedIn("step-send", /You declined in your wallet, and nothing was done/);
    wallet.declines.clear();
    await page.click("#send");
    await done("#done", "step-send");
    expect(await page.textContent("#done")).toBe(`Paid: 1.5 ASSET0 to ${RECIPIENT}.`);
    expect(await page.textContent("#hash")).toMatch(/^0x[0-9a-f]{64}$/);
    expect(await walk.held(RECIPIENT)).toBe((15n * ONE) / 10n);
    // A wallet that is at another chain by then has to refuse.
    const { params } = wallet.asked.findLast(({ method }) => method === "eth_sendTransaction")!;
    expect(params).toMatchObject([{ chainId: `0x${walk.chain.chainId.toString(16)}` }]);
    expect(said).toEqual([]);
    expect([...asked]).toEqual([new URL(site).origin]);
    const seen = [
      JSON.stringify(wallet.asked),
      await kept(),
      await page.content(),
      await readFile(ask1, "utf8"),
    ];
    for (const form of [`${secret}`, secret.toString(16)]) expect(seen.join()).not.toContain(form);
    // What the vault refuses is said before anything is sent.
    const sent = wallet.asked.length;
    await page.click("#send");
    await refusedIn("step-send", /NothingOwed: .* use up all that the proof shows/);
    expect(wallet.asked.slice(sent).map(({ method }) => method)).not.toContain("eth_sendTransaction");
  });

  it("asks for a forced exit with a key from its file, for what was paid before, too", async () => {
    await open();
    await connected();
    await give("#key-file", await readFile(walk.at("alice.identity"), "utf8"));
    await page.fill("#passphrase", "not the passphrase");
    await page.click("text=Open the file");
    await refusedIn("step-key", /expected its passphrase, came another one/);
    await page.fill("#passphrase", "correct horse battery");
    await page.keyboard.press("Enter");
    await done("#owner", "step-key");
    await give("#bundle", await bundle(1n));
    await done("#account .summary", "step-account");
    await ask("exit", "3.6");
    await refusedIn("step-proof", /the account holds less than the amount\. Ask for less/);
    await page.fill("#amount", "2");
    await page.keyboard.press("Enter");
    await done("#proof .summary", "step-proof");
    expect(await page.textContent("#proof")).toMatch(/Paid to your key .*: 1\.5 ASSET0/);
    await page.click("#send:enabled");
    await done("#done", "step-send");
    expect(await page.textContent("#done")).toMatch(/^Exit 1 asks for 2\.0 ASSET0\./);
    const exit = await readExit(walk.chain.provider, walk.vault, 1n);
    expect(exit).toMatchObject({ state: "Requested", owed: 2n * ONE, recipient: RECIPIENT });
    expect(said).toEqual([]);
  });

  it("signs a registration that the exchange can check, and saves a new key's file that opens again", async () => {
    await open();
    await connected();
    await page.click("text=Make my key from the wallet");
    await done("#owner", "step-key");
    await page.click("text=Register the key with the exchange");
    await page.fill("#exchange-id", "tiny");
    await page.fill("#user-id", "alice");
    await page.keyboard.press("Enter");
    const registration = registrationFromJson(await page.inputValue("#registration"), "page");
    expect(registration).toMatchObject({ userId: "alice", signer: BigInt(walk.address(6)) });
    const owner = (await page.textContent("#owner"))!;
    expect(registration.owner).toBe(BigInt(owner));
    await page.click("text=A new one, at random");
    await page.fill("#new-passphrase", "too short");
    await page.click("text=Make a key and save its file");
    await refusedIn("step-key", /at least 12 characters/);
    await page.fill("#new-passphrase", "a long enough passphrase");
    await page.fill("#new-passphrase-again", "a long enough passphrase");
    const file = await downloaded("text=Make a key and save its file", "fresh.identity");
    await done("#owner", "step-key");
    const fresh = (await page.textContent("#owner"))!;
    expect(fresh).not.toBe(owner);
    await walk.secret("fresh.pass", "a long enough passphrase");
    await walk.secret("fresh.0600", await readFile(file, "utf8"));
    expect(await walk.done("identity show @fresh.0600 --passphrase-file @fresh.pass")).toContain(fresh);
  });

  it("refuses what is not hers, not there or not as it should be, in words that say what to do", async () => {
    await open();
    wallet.chainId = 1n;
    await page.click("text=Connect the wallet");
    await refusedIn(
      "step-where",
      /Your wallet is at chain 1, and this is about chain 31337\. Switch the chain/,
    );
    wallet.chainId = undefined;
    await page.fill("#vault", walk.address(7));
    await page.click("text=Connect the wallet");
    await refusedIn("step-where", /There is nothing at this address on chain 31337/);
    await page.fill("#vault", walk.vault);
    wallet.declines.add("eth_requestAccounts");
    await page.click("text=Connect the wallet");
    await refusedIn("step-where", /You declined/);
    wallet.declines.clear();
    await connected();

    wallet.draws = true;
    await page.click("text=Make my key from the wallet");
    await refusedIn("step-key", /expected the same signature of the same message twice, came two/);
    wallet.draws = false;
    wallet.declines.add("eth_signTypedData_v4");
    await page.click("text=Make my key from the wallet");
    await refusedIn("step-key", /You declined/);
    wallet.declines.clear();

    // Another wallet than the one that the key was registered from.
    wallet.account = walk.address(7);
    await wallet.tell(page, "accountsChanged");
    await page.waitForSelector("text=Your wallet speaks for another account or chain now");
    expect(await page.isVisible("#number")).toBe(false);
    await connected();
    await page.click("text=Make my key from the wallet");
    await done("#owner", "step-key");
    await give("#bundle", await bundle(1n));
    await refusedIn("step-account", /This account has another owner key than yours/);
    wallet.account = walk.address(6);
    await wallet.tell(page, "accountsChanged");
    await connected();
    await page.click("text=Make my key from the wallet");
    await done("#owner", "step-key");

    const edited = async (change: object) => JSON.stringify({ ...JSON.parse(await bundle(1n)), ...change });
    await give("#bundle", await edited({ owner: `0x${"0".repeat(64)}` }));
    await refusedIn("step-account", /No key was registered in this account/);
    await give("#bundle", await edited({ registry: `0x${"33".repeat(20)}` }));
    await refusedIn("step-account", /about another chain or registry than the vault's/);
    await give("#bundle", await edited({ free: "0x00000000ffffffff" }));
    await refusedIn("step-account", /does not fit together or to the chain/);
    await give("#bundle", "{}");
    await refusedIn("step-account", /This is not a bundle/);
    expect(said).toEqual([]);
  });

  it("believes its wallet's endpoint only where the named ones tell the same, and asks none but those", async () => {
    const { accountsRoot, snapshotTime } = JSON.parse(await bundle(1n));
    const lie = { accountsRoot: BigInt(accountsRoot) + 1n, snapshotTime: BigInt(snapshotTime) };
    const other = await rpcStandIn({
      ...{ epoch: 1n, exchange: 1n, policyHash: 1n, descriptorHash: 1n, epochCircuitId: 1n, batchCount: 1 },
      ...{ attestedAt: 1n, ...lie },
    });
    try {
      await open();
      await page.fill("#endpoints", other.url);
      await connected();
      await page.click("text=Make my key from the wallet");
      await done("#owner", "step-key");
      await give("#bundle", await bundle(1n));
      await page.waitForSelector("[data-step=attestation][data-outcome=failed]");
      expect(await page.textContent("[data-step=attestation]")).toMatch(/your wallet and .* tell different/);
      expect([...asked].toSorted()).toEqual([new URL(site).origin, new URL(other.url).origin].toSorted());
    } finally {
      await other.close();
    }
  });

  it("proves with no file but the release's, and sends nothing when the wallet has changed in between", async () => {
    await open({ announced: "Test Wallet" });
    await ready(1n);
    expect(await page.textContent("#place")).toContain("(Test Wallet)");
    await page.route("**/proving/*.zkey", async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      body[body.length - 1]! ^= 1;
      await route.fulfill({ response, body });
    });
    await ask("exit", "0.5");
    await refusedIn("step-proof", /proving\/withdrawal-1\.development\.zkey is not the file of this release/);
    await page.unroute("**/proving/*.zkey");
    await page.route("**/proving/*.wasm", (route) => route.fulfill({ status: 404, body: "" }));
    await page.click("text=Make the proof");
    await refusedIn("step-proof", /host has no proving\/withdrawal-1\.wasm/);
    await page.unroute("**/proving/*.wasm");
    await page.click("text=Make the proof");
    await done("#proof .summary", "step-proof");
    await page.waitForSelector("#send:enabled");
    wallet.chainId = 5n;
    await page.click("#send");
    await refusedIn("step-send", /Your wallet is at chain 5/);
    wallet.chainId = undefined;
    wallet.account = walk.address(7);
    await page.click("#send");
    await refusedIn("step-send", /does not speak for/);
    wallet.account = walk.address(6);
    // A proof for another vault, and another than the one that was made here.
    const made = JSON.parse(await readFile(await downloaded("#save-proof", "own"), "utf8"));
    await give("#signed", JSON.stringify({ ...made, use: { ...made.use, vault: `0x${"33".repeat(20)}` } }));
    await refusedIn("step-send", /for another vault, chain or registry/);
    await give("#signed", JSON.stringify({ ...made, use: { ...made.use, for: "withdraw" } }));
    await refusedIn("step-send", /This is not the proof that you made above/);
    expect(await page.isDisabled("#send")).toBe(true);
    // From a file alone, too: a token that the ledger does not pay for this proof.
    await page.reload();
    await connected();
    await give("#signed", JSON.stringify({ ...made, token: walk.address(7) }));
    await refusedIn("step-send", /TokenNotListed/);
    await give("#signed", JSON.stringify({ ...made, withdrawal: { ...made.withdrawal, asset: 1 } }));
    await refusedIn("step-send", /names another token than the one that the ledger pays/);
    expect(await page.isDisabled("#send")).toBe(true);
    await page.fill(
      "#vault",
      walk.vault.replace(/[A-F]/, (digit) => digit.toLowerCase()),
    );
    await page.click("text=Connect the wallet");
    await refusedIn("step-where", /capitals as its checksum has them/);
  });

  it("tells an old root from the newest, and is accessible and fits every screen", async () => {
    await walk.attest(2n, [{ held: (15n * UNIT) / 10n, free: 750n }]);
    await open();
    await ready(1n);
    expect(await page.textContent("#account")).toMatch(/Epoch 2 was attested since this file's epoch 1/);
    await ask("withdraw", "0.5");
    await refusedIn("step-proof", /needs your file of the newest attested epoch/);
    await ready(2n);
    await ask("withdraw", "0.5");
    await done("#proof .summary", "step-proof");
    await page.waitForSelector("#send:enabled");
    for (const [width, dark] of [
      [1100, false],
      [1100, true],
      [360, false],
      [360, true],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
      const name = `withdraw-${width}-${dark ? "dark" : "light"}`;
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
      expect(await violations(page), name).toEqual([]);
      expect(await overflow(page), name).toBeLessThanOrEqual(0);
    }
    expect(said).toEqual([]);
  });

  it("claims from a vault that somebody has frozen", async () => {
    await pass(walk.chain, 4n * DAY);
    await walk.done("vault freeze RPC VAULT --exit 1 --key-file @4.key");
    await open();
    await ready(2n);
    expect(await page.textContent("#place")).toMatch(/frozen at epoch 2: only claims are taken/);
    expect(await page.isVisible("#ask-exit")).toBe(false);
    await ask("claim", "1");
    await done("#proof .summary", "step-proof");
    await page.click("#send:enabled");
    await done("#done", "step-send");
    expect(await page.textContent("#done")).toMatch(/^Claim 1 is registered, for 1\.0 ASSET0\./);
  });

  it("is linked with the page that checks, where a vault is configured; and says so where there is no wallet", async () => {
    await open({ wallet: false });
    await page.click("text=Connect the wallet");
    await refusedIn("step-where", /There is no wallet in this browser/);
    await page.click("text=Was I counted?");
    await page.waitForSelector("#bundle");
    await page.click("text=Withdraw from this account");
    await page.waitForSelector("#step-where");
  });
});

async function open(options: { announced?: string; wallet?: boolean } = {}): Promise<void> {
  context = await browser.newContext({ viewport: { width: 1100, height: 900 } });
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  asked = new Set();
  said = [];
  page.on("request", (request) => {
    if (!request.url().startsWith("blob:")) asked.add(new URL(request.url()).origin);
  });
  page.on("console", (message) => {
    if (message.type() === "error") said.push(message.text());
  });
  page.on("pageerror", (error) => said.push(error.message));
  wallet.asked.length = 0;
  if (options.wallet !== false) await wallet.install(page, options.announced);
  await page.goto(`${site}withdraw.html`);
  await page.waitForSelector("#step-where");
}

async function connected(): Promise<void> {
  await page.click("text=Connect the wallet");
  await page.waitForSelector("#place");
}

/** Connected, with the wallet's key and the bundle of an epoch. */
async function ready(epoch: bigint): Promise<void> {
  await connected();
  await page.click("text=Make my key from the wallet");
  await done("#owner", "step-key");
  await give("#bundle", await bundle(epoch));
  await done("#account .summary", "step-account");
}

async function ask(how: VaultAsk, amount: string): Promise<void> {
  await page.check(`#ask-${how}`);
  await page.fill("#amount", amount);
  await page.fill("#to", RECIPIENT);
  await page.click("text=Make the proof");
}

async function give(input: string, text: string): Promise<void> {
  await page.setInputFiles(input, {
    ...{ name: "file.json", mimeType: "application/json" },
    buffer: Buffer.from(text),
  });
}

const bundle = (epoch: bigint) => readFile(walk.at(`${epoch}.0.json`), "utf8");

/** All that the page could have left behind in the browser. */
const kept = () =>
  page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]),
  );

/** Waits for what a step has when it is done. */
async function done(result: string, step: string): Promise<void> {
  await page.waitForSelector(`${result}, #${step} .message:not(:empty)`, { timeout: 60_000 });
  expect(await page.textContent(`#${step} .message`)).toBe("");
}

/** Waits for a step's refusal. */
async function refusedIn(step: string, words: RegExp): Promise<void> {
  await page.waitForSelector(`#${step}[aria-busy=false] .message:not(:empty)`);
  expect(await page.textContent(`#${step} .message`)).toMatch(words);
}

/** Where a download of the page went. */
async function downloaded(button: string, name: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  await file.saveAs(walk.at(name));
  return walk.at(name);
}

async function outcomes(inside: string): Promise<Record<string, string>> {
  const steps = await page.$$eval(`${inside} [data-step]`, (items) =>
    items.map((item) => [item.getAttribute("data-step")!, item.getAttribute("data-outcome")!] as const),
  );
  return Object.fromEntries(steps);
}
