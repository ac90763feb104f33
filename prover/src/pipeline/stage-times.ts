import { readFileSync } from "node:fs";
import * as z from "zod";
import { writePrivateQuickly } from "./files.ts";
import type { ProgressEvent, StageName } from "./progress.ts";

const stageOfRun = z.strictObject({
  stage: z.string(),
  unit: z.string(),
  seconds: z.number().nonnegative(),
  /** Units that this run made, and those that it found made by an earlier one. */
  made: z.int().nonnegative(),
  kept: z.int().nonnegative(),
  /** False: the run was stopped in it, and `seconds` are those that it is known to have worked. */
  finished: z.boolean(),
});

/** `private/runs.json`: how long the stages took. For reports only; nothing rests on it. */
const runsFormat = z.strictObject({
  format: z.literal("plimsoll.runs.1"),
  /** Runs that got as far as finishing a stage. */
  runs: z.int().positive(),
  /** Of all runs but the last, by stage. */
  earlier: z.array(
    z.strictObject({ stage: z.string(), seconds: z.number().nonnegative(), made: z.int().nonnegative() }),
  ),
  last: z.strictObject({ startedAt: z.iso.datetime(), stages: z.array(stageOfRun) }),
});

type Runs = z.output<typeof runsFormat>;

/** One stage of the last run, and what all runs spent on it. */
export interface StageTime extends z.output<typeof stageOfRun> {
  readonly allSeconds: number;
  readonly allMade: number;
}

export interface StageTimes {
  readonly runs: number;
  /** Of the last run. */
  readonly startedAt: string;
  readonly stages: readonly StageTime[];
}

const WRITE_EVERY_SECONDS = 5;

/**
 * Notes how long each stage takes, over all runs in a folder. A stage that a kept result spares is as short as it was; what
 * earlier runs spent on it is added up beside. Nothing is written before the first stage is done or has run for some seconds,
 * so a run that is refused at the door leaves no trace.
 */
export class StageRecorder {
  readonly #file: string;
  readonly #startedAt = new Date().toISOString();
  readonly #stages = new Map<StageName, Runs["last"]["stages"][number]>();
  #before: Runs | undefined | null = null;
  #written = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Never throws: a report that lacks times is no reason to stop proving. */
  note({ stage, state, unit, seconds, done, kept = 0 }: ProgressEvent): void {
    const finished = state === "done";
    this.#stages.set(stage, { stage, unit, seconds, made: done - kept, kept, finished });
    if (!finished && seconds - this.#written < WRITE_EVERY_SECONDS) return;
    this.#written = finished ? 0 : seconds;
    try {
      if (this.#before === null) this.#before = readRuns(this.#file);
      writePrivateQuickly(this.#file, `${JSON.stringify(this.#runs(this.#before), null, 2)}\n`);
    } catch {
      // The disk is full, or the folder gone: whatever comes next says so better.
    }
  }

  #runs(before: Runs | undefined): Runs {
    return {
      format: "plimsoll.runs.1",
      runs: (before?.runs ?? 0) + 1,
      earlier: before === undefined ? [] : added(before),
      last: { startedAt: this.#startedAt, stages: [...this.#stages.values()] },
    };
  }
}

/** What all runs up to the last spent, by stage. */
function added({ earlier, last }: Runs): Runs["earlier"] {
  const sums = new Map(earlier.map((one) => [one.stage, one]));
  for (const { stage, seconds, made } of last.stages) {
    const sum = sums.get(stage) ?? { stage, seconds: 0, made: 0 };
    sums.set(stage, { stage, seconds: sum.seconds + seconds, made: sum.made + made });
  }
  return [...sums.values()];
}

/** Times of a folder's runs; undefined where none were kept, or what was kept is spoilt. */
export function readStageTimes(file: string): StageTimes | undefined {
  const runs = readRuns(file);
  if (runs === undefined) return undefined;
  const all = new Map(added(runs).map((one) => [one.stage, one]));
  return {
    runs: runs.runs,
    startedAt: runs.last.startedAt,
    stages: runs.last.stages.map((stage) => {
      const { seconds, made } = all.get(stage.stage)!;
      return { ...stage, allSeconds: seconds, allMade: made };
    }),
  };
}

function readRuns(file: string): Runs | undefined {
  try {
    return runsFormat.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
