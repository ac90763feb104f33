import { h } from "../../../verifier/web/src/dom.ts";
import { STRINGS } from "./strings.ts";
import { wordsOf } from "./words.ts";

/** One step of the page: a section that is closed until what it needs is there, with a line that says how it goes. */
export interface PageStep {
  readonly element: HTMLElement;
  /** Opens or closes the step, which takes its result and its words away. */
  open(isOpen: boolean): void;
  /** Says something, to screen readers too. */
  say(words: string): void;
  /** Runs what the user asked for; what goes wrong is said where she looks. One thing at a time. */
  run(act: () => Promise<void>): void;
}

export interface StepOptions {
  readonly id: string;
  readonly heading: string;
  readonly intro: string;
  readonly content: readonly HTMLElement[];
  /** Where the step's result goes. */
  readonly result: HTMLElement;
}

export function pageStep({ id, heading, intro, content, result }: StepOptions): PageStep {
  const status = h("p", { class: "status", role: "status" });
  const message = h("p", { class: "message", role: "alert" });
  const inside = h("div", { class: "inside" }, ...content, status, message, result);
  const element = h(
    "section",
    { id, class: "step-of-page", "aria-labelledby": `${id}-heading`, "data-open": "false" },
    h("h2", { id: `${id}-heading` }, heading),
    h("p", {}, intro),
    h("p", { class: "hint wait" }, STRINGS.wait),
    inside,
  );
  let busy = false;
  return {
    element,
    open: (isOpen) => {
      if (element.getAttribute("data-open") === `${isOpen}`) return;
      element.setAttribute("data-open", `${isOpen}`);
      result.replaceChildren();
      [status.textContent, message.textContent] = ["", ""];
    },
    say: (words) => {
      status.textContent = words;
    },
    run: (act) => {
      if (busy) return;
      busy = true;
      [status.textContent, message.textContent] = [STRINGS.busy, ""];
      element.setAttribute("aria-busy", "true");
      act()
        .then(
          () => {
            if (status.textContent === STRINGS.busy) status.textContent = "";
          },
          (error: unknown) => {
            [status.textContent, message.textContent] = ["", wordsOf(error)];
          },
        )
        .finally(() => {
          busy = false;
          element.setAttribute("aria-busy", "false");
        });
    },
  };
}

/** A form whose button starts something, by keyboard as well. */
export function formOf(button: string, act: () => void, ...fields: readonly HTMLElement[]): HTMLFormElement {
  const form = h("form", {}, ...fields, h("p", {}, h("button", { type: "submit" }, button)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
  return form;
}

export function fieldset(legend: string, ...content: readonly HTMLElement[]): HTMLElement {
  return h("fieldset", {}, h("legend", {}, legend), ...content);
}
