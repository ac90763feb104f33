import type { AccountFiles } from "../../src/check/account.ts";
import { h } from "./dom.ts";
import { download, evidence } from "./evidence.ts";
import type { AccountAnswer, ChainAnswer, HoldingLine } from "./protocol.ts";
import { stepsView, summary } from "./steps-view.ts";
import { STRINGS } from "./strings.ts";

export interface CheckedAccount {
  readonly files: AccountFiles;
  readonly answer: AccountAnswer;
  readonly chain: ChainAnswer | undefined;
  readonly endpoints: readonly string[];
  /** Takes another file of the same account. */
  readonly add: (file: File) => void;
}

/** What came out of the check of a bundle, a statement, or both. */
export function accountView(checked: CheckedAccount): HTMLElement {
  const { files, answer, chain } = checked;
  const { report, holdings, free, margin } = answer;
  const { userId, exchangeId, epoch, snapshotTime } = (files.bundle ?? files.statement)!;
  const isStatement = files.bundle === undefined;
  return h(
    "section",
    {
      "aria-labelledby": "steps-heading",
      class: report.passed ? "passed" : "failed",
      "data-passed": `${report.passed}`,
    },
    h("h2", { id: "steps-heading" }, STRINGS.steps.heading),
    h("p", {}, STRINGS.bundle.of(userId, exchangeId, epoch, timeWords(snapshotTime))),
    h("p", { class: "summary" }, summary(report)),
    ...(chain === undefined && report.passed ? [h("p", { class: "light" }, STRINGS.steps.light)] : []),
    ...(report.proves === undefined ? [] : [h("p", { class: "proves" }, report.proves)]),
    ...(report.passed ? [] : [whatToDo(checked)]),
    h("h3", {}, isStatement ? STRINGS.statement.holdings : STRINGS.bundle.holdings),
    holdingsTable(holdings),
    ...(free === undefined ? [] : [h("p", {}, free)]),
    h("p", { class: "hint" }, STRINGS.bundle.compare),
    stepsView(report.steps),
    ...(margin === undefined ? [] : [marginView(margin)]),
    ...(report.passed ? [evidenceButton(checked)] : []),
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

function whatToDo(checked: CheckedAccount): HTMLElement {
  return h(
    "aside",
    { class: "todo", "aria-labelledby": "todo-heading" },
    h("h3", { id: "todo-heading" }, STRINGS.whatToDo.heading),
    h("p", {}, STRINGS.whatToDo.read),
    h("p", {}, STRINGS.whatToDo.ask),
    ...(checked.files.statement === undefined ? statementChooser(checked) : []),
    evidenceButton(checked),
  );
}

function statementChooser({ add }: CheckedAccount): HTMLElement[] {
  const chooser = h("input", { id: "statement", type: "file", accept: ".json,application/json" });
  chooser.addEventListener("change", () => {
    const file = chooser.files?.[0];
    if (file !== undefined) add(file);
  });
  return [h("label", { for: "statement" }, STRINGS.whatToDo.statement), chooser];
}

function evidenceButton({ files, answer, chain, endpoints }: CheckedAccount): HTMLElement {
  const { epoch } = (files.bundle ?? files.statement)!;
  const keep = () =>
    download(STRINGS.whatToDo.evidenceName(epoch), evidence(files, answer.report, chain, endpoints));
  return h("p", {}, h("button", { type: "button", class: "quiet", click: keep }, STRINGS.whatToDo.evidence));
}
