import type { Bundle } from "../../src/formats/bundle.ts";
import { h } from "./dom.ts";
import { download, evidence } from "./evidence.ts";
import type { BundleAnswer, ChainAnswer, HoldingLine } from "./protocol.ts";
import { stepsView, summary } from "./steps-view.ts";
import { STRINGS } from "./strings.ts";

export interface CheckedBundle {
  readonly text: string;
  readonly content: Bundle;
  readonly answer: BundleAnswer;
  readonly chain: ChainAnswer | undefined;
  readonly endpoints: readonly string[];
}

/** What came out of the check of a bundle. */
export function bundleView(checked: CheckedBundle): HTMLElement {
  const { content, answer, chain } = checked;
  const { report, holdings, free, margin } = answer;
  const time = timeWords(content.snapshotTime);
  return h(
    "section",
    {
      "aria-labelledby": "steps-heading",
      class: report.passed ? "passed" : "failed",
      "data-passed": `${report.passed}`,
    },
    h("h2", { id: "steps-heading" }, STRINGS.steps.heading),
    h("p", {}, STRINGS.bundle.of(content.userId, content.exchangeId, content.epoch, time)),
    h("p", { class: "summary" }, summary(report)),
    ...(chain === undefined && report.passed ? [h("p", { class: "light" }, STRINGS.steps.light)] : []),
    ...(report.passed ? [] : [whatToDo(checked)]),
    h("h3", {}, STRINGS.bundle.holdings),
    holdingsTable(holdings),
    h("p", {}, free),
    h("p", { class: "hint" }, STRINGS.bundle.compare),
    stepsView(report.steps),
    ...(margin === undefined ? [] : [marginView(margin)]),
    ...(report.passed ? [evidenceButton(checked, () => undefined)] : []),
  );
}

/** A time that no calendar has is shown as it stands: freshness says what is wrong with it. */
function timeWords(seconds: bigint): string {
  const time = new Date(Number(seconds) * 1000);
  return Number.isNaN(time.getTime()) ? `${seconds}` : time.toISOString().replace(/\.000Z$/, "Z");
}

function holdingsTable(holdings: readonly HoldingLine[]): HTMLElement {
  if (holdings.length === 0) return h("p", {}, STRINGS.bundle.nothing);
  const head = STRINGS.bundle.columns.map((name) => h("th", { scope: "col" }, name));
  const rows = holdings.map(({ what, amount, side }) =>
    h("tr", {}, h("th", { scope: "row" }, what), h("td", { class: "number" }, amount), h("td", {}, side)),
  );
  const table = h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows));
  return h(
    "div",
    { class: "wide", tabindex: "0", role: "region", "aria-label": STRINGS.bundle.holdings },
    table,
  );
}

function marginView(margin: string): HTMLElement {
  const body = h("div", { class: "margin" });
  // Made by our own renderer in the worker, which escapes all that comes from files; the page's policy runs no script in it.
  body.innerHTML = margin;
  return h("details", {}, h("summary", {}, STRINGS.report.closed), h("h2", {}, STRINGS.report.heading), body);
}

function whatToDo(checked: CheckedBundle): HTMLElement {
  const statement = h("input", { id: "statement", type: "file", accept: ".json,application/json" });
  return h(
    "aside",
    { class: "todo", "aria-labelledby": "todo-heading" },
    h("h3", { id: "todo-heading" }, STRINGS.whatToDo.heading),
    h("p", {}, STRINGS.whatToDo.read),
    h("p", {}, STRINGS.whatToDo.ask),
    h("label", { for: "statement" }, STRINGS.whatToDo.statement),
    statement,
    evidenceButton(checked, () => statement.files?.[0]),
  );
}

function evidenceButton(
  { text, content, answer, chain, endpoints }: CheckedBundle,
  statement: () => File | undefined,
): HTMLElement {
  const keep = async () => {
    const file = evidence(text, answer.report, chain, endpoints, await statement()?.text());
    download(STRINGS.whatToDo.evidenceName(content.epoch), file);
  };
  return h(
    "p",
    {},
    h("button", { type: "button", class: "quiet", click: () => void keep() }, STRINGS.whatToDo.evidence),
  );
}
