import type { AccountAnswer, Answer, EpochAnswer, Question, RecordAnswer } from "./protocol.ts";
import { STRINGS } from "./strings.ts";

let worker: Worker | undefined;
/** Ends the question under way, so that no answer is taken for that of a later question. */
let giveUp: (() => void) | undefined;

/** Starts the worker, which takes half a second to load, before anything is asked. */
export function warmUp(): Worker {
  worker ??= new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return worker;
}

/** Checks a bundle, a statement, or both off the page's thread. */
export async function askAccount(question: Question & { kind: "account" }): Promise<AccountAnswer> {
  const answer = await ask(question, () => {});
  if (answer.kind !== "account") throw new Error("the worker answered something else");
  return answer.answer;
}

/** What an epoch's record is of; the longest take too long for the page's thread. */
export async function askRecord(record: string): Promise<RecordAnswer> {
  const answer = await ask({ kind: "record", record }, () => {});
  if (answer.kind !== "record") throw new Error("the worker answered something else");
  return answer.answer;
}

/** Checks a whole epoch; `progress` hears how many of how many proofs. */
export async function askEpoch(
  question: Question & { kind: "epoch" },
  progress: (done: number, of: number) => void,
): Promise<EpochAnswer> {
  const answer = await ask(question, progress);
  if (answer.kind !== "epoch") throw new Error("the worker answered something else");
  return answer.answer;
}

/** One question at a time: one that is under way when the next is asked is refused, and its worker ended. */
function ask(question: Question, progress: (done: number, of: number) => void): Promise<Answer> {
  giveUp?.();
  const asked = warmUp();
  const end = () => {
    asked.terminate();
    worker = undefined;
    giveUp = undefined;
  };
  return new Promise((settle, refuse) => {
    giveUp = () => {
      end();
      refuse(new Error(STRINGS.superseded));
    };
    asked.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.kind === "progress") {
        progress(data.done, data.of);
        return;
      }
      giveUp = undefined;
      if (data.kind === "failed") refuse(new Error(data.why));
      else settle(data);
    };
    asked.onerror = ({ message }) => {
      end();
      refuse(new Error(message));
    };
    asked.postMessage(question);
  });
}
