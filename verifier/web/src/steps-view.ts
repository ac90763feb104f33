import type { Report, Step } from "../../src/check/report.ts";
import { h } from "./dom.ts";
import { STRINGS } from "./strings.ts";

const SIGNS = { passed: "✓", failed: "✗", "not run": "–" } as const;

/** The steps of a report as a list: each says what came out, in words and not in colour alone, and what it means. */
export function stepsView(steps: readonly Step[]): HTMLElement {
  return h("ol", { class: "steps" }, ...steps.map(stepView));
}

function stepView({ name, outcome, words }: Step): HTMLElement {
  const meaning = STRINGS.meanings[name];
  const advice = outcome === "failed" ? (STRINGS.advice[name] ?? STRINGS.advice.other) : undefined;
  return h(
    "li",
    { class: `step ${outcome.replace(" ", "-")}`, "data-step": name, "data-outcome": outcome },
    h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[outcome]),
    h(
      "div",
      {},
      h(
        "p",
        {},
        h("strong", {}, STRINGS.titles[name] ?? name),
        " ",
        h("span", { class: "outcome" }, STRINGS.steps.outcome[outcome]),
        `: ${words}`,
      ),
      ...(meaning === undefined
        ? []
        : [h("p", { class: "hint" }, outcome === "failed" ? STRINGS.steps.wouldShow(meaning) : meaning)]),
      ...(advice === undefined ? [] : [h("p", { class: "advice" }, advice)]),
    ),
  );
}

/** What a report comes to, in one sentence. */
export function summary({ steps }: Report): string {
  const failed = steps.filter(({ outcome }) => outcome === "failed").length;
  if (failed > 0) return STRINGS.steps.failed(failed);
  const passed = steps.filter(({ outcome }) => outcome === "passed").length;
  return STRINGS.steps.done(passed, steps.length);
}
