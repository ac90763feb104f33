import { askEpoch } from "./ask-worker.ts";
import { h } from "./dom.ts";
import type { ChainAnswer } from "./protocol.ts";
import { type PublicFolder, readEpoch, readPolicy } from "./public-folder.ts";
import { stepsView, summary } from "./steps-view.ts";
import { STRINGS } from "./strings.ts";

const WORDS = STRINGS.everything;

export interface EverythingOptions {
  readonly folder: PublicFolder | undefined;
  readonly chain: ChainAnswer | undefined;
  readonly epoch: bigint;
}

/** On request: everything again, from the public folder of the epoch. */
export function everythingView({ folder, chain, epoch }: EverythingOptions): HTMLElement {
  const said = h("p", { role: "status" });
  const bar = h("progress", { hidden: true, "aria-label": WORDS.start });
  const steps = h("div", { id: "everything" });
  const button = h("button", { type: "button", click: () => void start() }, WORDS.start);

  const start = async () => {
    button.disabled = true;
    steps.replaceChildren();
    try {
      if (folder === undefined) throw new Error(WORDS.noFolder);
      said.textContent = STRINGS.busy;
      const { text, record, keys, publicHash } = await readEpoch(folder);
      if (record.epoch !== epoch) throw new Error(WORDS.otherEpoch);
      const from = performance.now();
      bar.hidden = false;
      const report = await askEpoch(
        {
          ...{ kind: "epoch", record: text, keys, publicHash, policy: await readPolicy(folder) },
          ...(chain === undefined ? {} : { chain }),
        },
        (done, of) => {
          [bar.value, bar.max] = [done, of];
          said.textContent = WORDS.progress(done, of);
        },
      );
      steps.replaceChildren(stepsView(report.steps));
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
