import type { Progress, ProgressEvent } from "../pipeline/progress.ts";

/** How often a log that nobody watches hears of a stage that is under way. */
const UNWATCHED_EVERY_SECONDS = 30;

/** Progress as text on a stream: one line a stage, rewritten in place where a person watches, else one every half minute. */
export function progressLines(stream: { isTTY?: boolean; write(text: string): unknown }): Progress {
  const watched = stream.isTTY === true;
  let told = 0;
  return (event) => {
    if (event.state === "started") told = 0;
    // A stage that has all its units tells so when it ends.
    const isUnderWay = event.done !== event.total && event.seconds - told >= UNWATCHED_EVERY_SECONDS;
    const isDue = event.state === "done" || isUnderWay;
    if (!watched && !isDue) return;
    told = event.seconds;
    const end = event.state === "done" || !watched ? "\n" : "";
    stream.write(`${watched ? "\r\x1b[K" : ""}${progressWords(event)}${end}`);
  };
}

/** Progress for programs: each event as JSON on a line of its own. */
export function progressObjects(stream: { write(text: string): unknown }): Progress {
  return (event) => {
    stream.write(`${JSON.stringify({ progress: event })}\n`);
  };
}

/** "commit: 9,000 of 10,000 accounts, 2.9 s, 3,103 a second, 0.3 s left, 500 kept from before". */
export function progressWords({
  stage,
  state,
  done,
  total,
  unit,
  seconds,
  perSecond,
  kept,
}: ProgressEvent): string {
  const number = (value: number) =>
    value.toLocaleString("en", value < 10 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 0 });
  const left =
    state === "done" || perSecond === undefined || total === undefined ? 0 : (total - done) / perSecond;
  return [
    `${stage}: ${number(done)}${total === undefined || total === done ? "" : ` of ${number(total)}`} ${unit}`,
    `${seconds.toFixed(1)} s`,
    ...(perSecond === undefined ? [] : [`${number(perSecond)} a second`]),
    ...(left > 0 ? [`${timeWords(left)} left`] : []),
    ...(kept === undefined ? [] : [`${number(kept)} kept from before`]),
  ].join(", ");
}

/** "4.2 s", "3 min 20 s", "7 h 5 min": no more digits than are of use. */
export function timeWords(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}
