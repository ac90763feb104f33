import type { Progress, ProgressEvent } from "../pipeline/progress.ts";

/** Progress as text on a stream: one line a stage, rewritten in place where a person watches. */
export function progressLines(stream: { isTTY?: boolean; write(text: string): unknown }): Progress {
  const watched = stream.isTTY === true;
  return (event) => {
    if (event.state === "done") stream.write(`${watched ? "\r\x1b[K" : ""}${progressWords(event)}\n`);
    else if (watched) stream.write(`\r\x1b[K${progressWords(event)}`);
  };
}

/** "commit: 9,000 of 10,000 accounts, 2.9 s, 3,103 a second, 500 kept from before". */
export function progressWords({ stage, done, total, unit, seconds, perSecond, kept }: ProgressEvent): string {
  const number = (value: number) => value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 });
  return [
    `${stage}: ${number(done)}${total === undefined || total === done ? "" : ` of ${number(total)}`} ${unit}`,
    `${seconds.toFixed(1)} s`,
    ...(perSecond === undefined ? [] : [`${number(perSecond)} a second`]),
    ...(kept === undefined ? [] : [`${number(kept)} kept from before`]),
  ].join(", ");
}
