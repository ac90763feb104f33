import type { Bundle } from "../../src/formats/bundle.ts";
import { askEpoch } from "./ask-worker.ts";
import { h } from "./dom.ts";
import type { ChainAnswer, RecordAnswer } from "./protocol.ts";
import { type PublicFolder, readEpoch } from "./public-folder.ts";
import { stepsView, summary } from "./steps-view.ts";
import { STRINGS } from "./strings.ts";

const WORDS = STRINGS.everything;

export interface EverythingOptions {
  readonly folder: PublicFolder | undefined;
  readonly chain: ChainAnswer | undefined;
  readonly bundle: Bundle;
}

/** On request: everything again, from the public folder of the epoch. */
export function everythingView({ folder, chain, bundle }: EverythingOptions): HTMLElement {
  const said = h("p", { role: "status" });
  const bar = h("progress", { hidden: true, "aria-label": WORDS.start });
  const steps = h("div", { id: "everything" });
  const button = h(
    "button",
    { id: "check-everything", type: "button", click: () => void start() },
    WORDS.start,
  );

  const start = async () => {
    button.disabled = true;
    steps.replaceChildren();
    try {
      if (folder === undefined) throw new Error(WORDS.noFolder);
      said.textContent = STRINGS.busy;
      const { record, ...read } = await readEpoch(folder);
      if (!isOfBundle(record, bundle)) throw new Error(WORDS.otherEpoch);
      const from = performance.now();
      bar.hidden = false;
      const { report, coverage } = await askEpoch(
        {
          ...{ kind: "epoch", ...read },
          ...(chain === undefined ? {} : { chain }),
        },
        (done, of) => {
          [bar.value, bar.max] = [done, of];
          said.textContent = WORDS.progress(done, of);
        },
      );
      steps.replaceChildren(
        stepsView(report.steps),
        ...(coverage === undefined ? [] : [coverageView(coverage)]),
      );
      said.textContent = `${summary(report)} ${STRINGS.steps.took(((performance.now() - from) / 1000).toFixed(1))}`;
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      bar.hidden = true;
      button.disabled = false;
    }
  };

  return h(
    "section",
    { "aria-labelledby": "everything-heading" },
    h("h2", { id: "everything-heading" }, WORDS.heading),
    h("p", {}, WORDS.intro),
    h("p", {}, button),
    said,
    bar,
    steps,
  );
}

function coverageView(coverage: string): HTMLElement {
  const body = h("div", { class: "margin", id: "coverage-of-exchange" }, h("p", {}, WORDS.coverage));
  // Made by our own renderer in the worker, which escapes all that comes from files; the page's policy runs no script in it.
  body.insertAdjacentHTML("beforeend", coverage);
  return body;
}

/** A proof of another list of accounts may be as good as it wants: it says nothing of this account. */
function isOfBundle(record: RecordAnswer, bundle: Bundle): boolean {
  return (["chainId", "registry", "epoch", "accountsRoot"] as const).every(
    (name) => record[name] === bundle[name],
  );
}
