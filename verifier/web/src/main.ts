import "./no-eval.ts";
import type { AccountFiles } from "../../src/check/account.ts";
import { accountView } from "./account-view.ts";
import { askAccount, warmUp } from "./ask-worker.ts";
import { askChain } from "./chain.ts";
import { h } from "./dom.ts";
import { everythingView } from "./everything-view.ts";
import { type Comparison, comparisonForm } from "./form.ts";
import { freshness } from "./freshness.ts";
import { type GivenFiles, givenFiles } from "./given-files.ts";
import { LARGEST_BUNDLE } from "./limits.ts";
import { lookLikeReports } from "./look.ts";
import { allowOnly, namedBytes } from "./network.ts";
import type { AccountAnswer, ChainAnswer } from "./protocol.ts";
import { folderAt, folderOf, type PublicFolder, readPolicy } from "./public-folder.ts";
import { readSettings } from "./settings.ts";
import { summary } from "./steps-view.ts";
import { STRINGS } from "./strings.ts";

// The page: choose a bundle, say what to compare it with, see each step.

const settings = await readSettings();
const page = document.getElementById("page")!;
const form = comparisonForm(settings);
const message = h("p", { class: "message", role: "alert" });
const status = h("p", { class: "status", role: "status" });
const result = h("div", { id: "result" });
const chooser = h("input", { id: "bundle", type: "file", multiple: true, accept: ".json,application/json" });
/** Counts what the user began; whatever comes out of something older is dropped, so no answer stands beside another's file. */
let turn = 0;
/** Whether the folder of a link may be asked though it is neither the page's host nor the bundle's. */
let agreed = !settings.folderIsLinked;
let given: GivenFiles = {};

lookLikeReports();
document.title = STRINGS.title;
page.append(
  h("h1", {}, STRINGS.title),
  h("p", {}, STRINGS.intro),
  // Where there is a vault, `npm run build:web` puts the page that withdraws beside this one.
  ...(settings.vault === "" ? [] : [h("p", {}, h("a", { href: "./withdraw.html" }, STRINGS.withdraw))]),
  h(
    "section",
    { class: "drop", "aria-labelledby": "bundle-heading" },
    h("h2", { id: "bundle-heading" }, STRINGS.bundle.heading),
    h("label", { for: "bundle" }, STRINGS.bundle.choose),
    chooser,
    message,
  ),
  form.element,
  status,
  result,
  h(
    "section",
    {},
    h("h2", {}, STRINGS.notProved.heading),
    h("ul", {}, ...STRINGS.notProved.lines.map((line) => h("li", {}, line))),
  ),
);

chooser.addEventListener("change", () => {
  void guarded(() => takeFiles([...(chooser.files ?? [])]));
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  void guarded(() => takeFiles([...(event.dataTransfer?.files ?? [])]));
});
form.onCheck(() => {
  agreed = true;
  void guarded(check);
});
// Now, so that a check works for somebody who goes offline with her file.
warmUp();
const links = [settings.bundle, settings.statement].filter((link) => link !== "");
if (links.length > 0) void guarded(() => fetchFiles(links));

async function takeFiles(files: readonly File[]): Promise<void> {
  const large = files.find(({ size }) => size > LARGEST_BUNDLE);
  if (large !== undefined) throw new Error(STRINGS.bundle.tooLarge(Math.round(large.size / 1e6)));
  if (files.length === 0) return;
  const own = ++turn;
  const texts = await Promise.all(files.map((file) => file.text()));
  if (own === turn) await take(texts);
}

async function fetchFiles(addresses: readonly string[]): Promise<void> {
  const own = ++turn;
  const urls = addresses.map((address) => new URL(address, location.href));
  status.textContent = STRINGS.bundle.fetching;
  allowOnly([...urls.map(({ href }) => href), ...origins(form.read())]);
  const texts = await Promise.all(
    urls.map(async ({ href, origin }) => {
      const bytes = await namedBytes(href, LARGEST_BUNDLE);
      if (bytes === undefined) throw new Error(STRINGS.bundle.notFetched(origin));
      return new TextDecoder().decode(bytes);
    }),
  );
  if (own === turn) await take(texts);
}

/** A bundle and a statement that come one after the other are looked at together; a second one of a kind begins anew. */
async function take(texts: readonly string[]): Promise<void> {
  const before = given;
  given = {};
  result.replaceChildren();
  const came = givenFiles(texts);
  const isAnew = Object.keys(came).some((kind) => kind in before);
  given = isAnew ? came : { ...before, ...came };
  await check();
}

async function check(): Promise<void> {
  if (given.bundle === undefined && given.statement === undefined) return;
  const own = ++turn;
  // What an earlier check found says nothing of this one, should it fail on the way.
  result.replaceChildren();
  try {
    const shown = await checked(given);
    if (own !== turn) return;
    result.replaceChildren(...shown.views);
    status.textContent = `${shown.summary} ${STRINGS.steps.took(shown.seconds)}`;
    // On a phone the answer is a long way below the file.
    result.scrollIntoView();
  } catch (error) {
    if (own === turn) throw error;
  }
}

async function checked({ bundle, statement }: GivenFiles) {
  const comparison = form.read();
  const named = origins(comparison);
  if (named.length > 0) allowOnly(named);
  const from = performance.now();
  status.textContent = STRINGS.busy;
  const folder = folderFrom(comparison);
  const files: AccountFiles = {
    ...(bundle === undefined ? {} : { bundle: bundle.content }),
    ...(statement === undefined ? {} : { statement: statement.content }),
  };
  const [policy, chain] = await Promise.all([
    folder === undefined ? undefined : readPolicy(folder),
    chainOf(comparison, files),
  ]);
  const answer = await askAccount({
    kind: "account",
    ...(bundle === undefined ? {} : { bundle: bundle.text }),
    ...(statement === undefined ? {} : { statement: statement.text }),
    ...(comparison.userId === undefined ? {} : { userId: comparison.userId }),
    ...(policy === undefined ? {} : { policy }),
    ...(chain === undefined ? {} : { chain }),
  });
  const shown = bundle === undefined ? answer : withFreshness(answer, bundle.content.snapshotTime);
  const view = accountView({
    files,
    answer: shown,
    chain,
    endpoints: comparison.endpoints,
    add: (file) => void guarded(() => takeFiles([file])),
  });
  const everything = bundle === undefined ? [] : [everythingView({ folder, chain, bundle: bundle.content })];
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  return {
    views: [view, ...withheldWords(comparison), ...everything],
    summary: summary(shown.report),
    seconds,
  };
}

function withFreshness(answer: AccountAnswer, snapshotTime: bigint): AccountAnswer {
  const age = freshness(snapshotTime, Date.now() / 1000);
  const { report } = answer;
  const passed = report.passed && age.outcome !== "failed";
  return { ...answer, report: { ...report, passed, steps: [...report.steps, age] } };
}

/** Whether the folder is one that a link named, on a host that the user has not agreed to ask. */
function isWithheld({ folder, files }: Comparison): boolean {
  if (agreed || files.length > 0 || folder === "" || folder !== settings.folder.trim()) return false;
  const near = [location.href, new URL(settings.bundle || ".", location.href)].map(
    (at) => new URL(at).origin,
  );
  return !near.includes(new URL(folder, location.href).origin);
}

function withheldWords(comparison: Comparison): HTMLElement[] {
  if (!isWithheld(comparison)) return [];
  const { origin } = new URL(comparison.folder, location.href);
  return [h("p", { class: "light" }, STRINGS.settings.linkedFolder(origin))];
}

function folderFrom(comparison: Comparison): PublicFolder | undefined {
  const { folder, files } = comparison;
  if (isWithheld(comparison)) return undefined;
  if (files.length > 0) return folderOf(files);
  return folder === "" ? undefined : folderAt(folder);
}

async function chainOf(
  comparison: Comparison,
  { bundle, statement }: AccountFiles,
): Promise<ChainAnswer | undefined> {
  const { endpoints, registry } = comparison;
  if (endpoints.length === 0 || registry === undefined) return undefined;
  return askChain(endpoints, registry, (bundle ?? statement)!.epoch, statement);
}

function origins({ endpoints, folder }: Comparison): string[] {
  return folder === "" ? [...endpoints] : [...endpoints, new URL(folder, location.href).href];
}

/** Runs what a user asked for; what goes wrong is said where she looks. */
async function guarded(act: () => Promise<void>): Promise<void> {
  message.textContent = "";
  page.setAttribute("aria-busy", "true");
  try {
    await act();
  } catch (error) {
    message.textContent = words(error);
    status.textContent = "";
  } finally {
    page.setAttribute("aria-busy", "false");
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
