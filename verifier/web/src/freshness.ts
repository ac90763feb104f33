import type { Step } from "../../src/check/report.ts";
import { STRINGS } from "./strings.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** An exchange that proves its solvency does so every month at least. */
const OLD = 31 * DAY;

/** How old the snapshot is, by this machine's clock; both in seconds since 1970. */
export function freshness(snapshotTime: bigint, now: number): Step {
  const age = now - Number(snapshotTime);
  const { freshness: words } = STRINGS;
  if (age < 0) return { name: "freshness", outcome: "failed", words: words.future };
  const text = age < 2 * DAY ? words.hours(Math.floor(age / HOUR)) : words.days(Math.floor(age / DAY));
  return age > OLD
    ? { name: "freshness", outcome: "failed", words: words.old(text) }
    : { name: "freshness", outcome: "passed", words: words.young(text) };
}
