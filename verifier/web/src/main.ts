import "./no-eval.ts";
import { type Bundle, bundleFromJson } from "../../src/formats/bundle.ts";
import { REPORT_STYLE } from "../../src/report/render-html.ts";
import { askBundle, warmUp } from "./ask-worker.ts";
import { bundleView } from "./bundle-view.ts";
import { askChain } from "./chain.ts";
import { h } from "./dom.ts";
import { everythingView } from "./everything-view.ts";
import { type Comparison, comparisonForm } from "./form.ts";
import { freshness } from "./freshness.ts";
import { allowOnly, namedBytes } from "./network.ts";
import type { ChainAnswer } from "./protocol.ts";
import { folderAt, folderOf, type PublicFolder, readPolicy } from "./public-folder.ts";
import { readSettings } from "./settings.ts";
import { summary } from "./steps-view.ts";
import { STRINGS } from "./strings.ts";

// The page: choose a bundle, say what to compare it with, see each step.

/** A bundle has some kilobytes; whatever is larger by far is another file. */
const LARGEST_BUNDLE = 4 << 20;

const settings = await readSettings();
const page = document.getElementById("page")!;
const form = comparisonForm(settings);
const message = h("p", { class: "message", role: "alert" });
const status = h("p", { class: "status", role: "status" });
const result = h("div", { id: "result" });
const chooser = h("input", { id: "bundle", type: "file", accept: ".json,application/json" });
/** Counts what the user began; whatever comes out of something older is dropped, so no answer stands beside another's file. */
let turn = 0;
/** Whether the folder of a link may be asked though it is neither the page's host nor the bundle's. */
let agreed = !settings.folderIsLinked;
let bundle: { readonly text: string; readonly content: Bundle } | undefined;

// The same look as reports have. A sheet made here is no inline style, which the page forbids.
const look = new CSSStyleSheet();
look.replaceSync(REPORT_STYLE);
document.adoptedStyleSheets = [look];
document.title = STRINGS.title;
page.append(
  h("h1", {}, STRINGS.title),
  h("p", {}, STRINGS.intro),
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
  const file = chooser.files?.[0];
  if (file !== undefined) void guarded(() => takeFile(file));
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file !== undefined) void guarded(() => takeFile(file));
});
form.onCheck(() => {
  agreed = true;
  void guarded(check);
});
// Now, so that a check works for somebody who goes offline with her file.
warmUp();
if (settings.bundle !== "") void guarded(() => fetchBundle(settings.bundle));

async function takeFile(file: File): Promise<void> {
  if (file.size > LARGEST_BUNDLE) throw new Error(STRINGS.bundle.tooLarge(Math.round(file.size / 1e6)));
  const own = ++turn;
  const text = await file.text();
  if (own === turn) await take(text);
}

async function fetchBundle(link: string): Promise<void> {
  const own = ++turn;
  const url = new URL(link, location.href);
  status.textContent = STRINGS.bundle.fetching;
  allowOnly([url.href, ...origins(form.read())]);
  const bytes = await namedBytes(url.href, LARGEST_BUNDLE);
  if (own !== turn) return;
  if (bytes === undefined) throw new Error(STRINGS.bundle.notFetched(url.origin));
  await take(new TextDecoder().decode(bytes));
}

async function take(text: string): Promise<void> {
  bundle = undefined;
  result.replaceChildren();
  try {
    bundle = { text, content: bundleFromJson(text, "the file") };
  } catch (error) {
    throw new Error(STRINGS.bundle.notABundle(words(error)));
  }
  await check();
}

async function check(): Promise<void> {
  if (bundle === undefined) return;
  const own = ++turn;
  // What an earlier check found says nothing of this one, should it fail on the way.
  result.replaceChildren();
  try {
    const shown = await checked(bundle);
    if (own !== turn) return;
    result.replaceChildren(...shown.views);
    status.textContent = `${shown.summary} ${STRINGS.steps.took(shown.seconds)}`;
    // On a phone the answer is a long way below the file.
    result.scrollIntoView();
  } catch (error) {
    if (own === turn) throw error;
  }
}

async function checked({ text, content }: { text: string; content: Bundle }) {
  const comparison = form.read();
  const named = origins(comparison);
  if (named.length > 0) allowOnly(named);
  const from = performance.now();
  status.textContent = STRINGS.busy;
  const folder = folderFrom(comparison);
  const [policy, chain] = await Promise.all([
    folder === undefined ? undefined : readPolicy(folder),
    chainOf(comparison, content),
  ]);
  const answer = await askBundle({
    ...{ kind: "bundle", bundle: text },
    ...(comparison.userId === undefined ? {} : { userId: comparison.userId }),
    ...(policy === undefined ? {} : { policy }),
    ...(chain === undefined ? {} : { chain }),
  });
  const age = freshness(content.snapshotTime, Date.now() / 1000);
  const report = {
    passed: answer.report.passed && age.outcome !== "failed",
    steps: [...answer.report.steps, age],
  };
  const view = bundleView({
    text,
    content,
    answer: { ...answer, report },
    chain,
    endpoints: comparison.endpoints,
  });
  const everything = everythingView({ folder, chain, bundle: content });
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  return {
    views: [view, ...withheldWords(comparison), everything],
    summary: summary(report),
    seconds,
  };
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

async function chainOf(comparison: Comparison, { epoch }: Bundle): Promise<ChainAnswer | undefined> {
  const { endpoints, registry } = comparison;
  if (endpoints.length === 0 || registry === undefined) return undefined;
  return askChain(endpoints, registry, epoch);
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
