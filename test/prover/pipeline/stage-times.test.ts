import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProgressEvent } from "../../../prover/src/pipeline/progress.ts";
import { readStageTimes, StageRecorder } from "../../../prover/src/pipeline/stage-times.ts";

let folder: string;
const file = () => join(folder, "runs.json");
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-times-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const event = (part: Partial<ProgressEvent>): ProgressEvent => ({
  ...{ stage: "prove batches", unit: "proofs", state: "done", done: 0, seconds: 0 },
  ...part,
});

/** One run that notes these events, and whatever came after them was lost. */
function run(...events: Partial<ProgressEvent>[]): void {
  const recorder = new StageRecorder(file());
  for (const one of events) recorder.note(event(one));
}

describe("how long stages took", () => {
  it("tells of a resumed run what it made, what it kept, and what all runs spent", () => {
    run({ done: 7, seconds: 10 }, { stage: "prove epoch", done: 1, seconds: 3 });
    run({ done: 10, kept: 7, seconds: 4 }, { stage: "prove epoch", done: 1, kept: 1, seconds: 0.1 });
    const times = readStageTimes(file())!;
    expect(times.runs).toBe(2);
    expect(times.stages).toMatchObject([
      { stage: "prove batches", made: 3, kept: 7, seconds: 4, allSeconds: 14, allMade: 10, finished: true },
      { stage: "prove epoch", made: 0, kept: 1, seconds: 0.1, allMade: 1 },
    ]);
    expect(times.stages[1]!.allSeconds).toBeCloseTo(3.1);
  });

  it("counts what a stopped run is known to have worked, once", () => {
    run(
      { state: "started" },
      { state: "working", done: 2, seconds: 6 },
      { state: "working", done: 3, seconds: 9 },
    );
    const stopped = readStageTimes(file())!.stages[0]!;
    expect(stopped).toMatchObject({ made: 2, seconds: 6, finished: false });
    run({ done: 9, kept: 2, seconds: 20 });
    expect(readStageTimes(file())).toMatchObject({ runs: 2, stages: [{ allSeconds: 26, allMade: 9 }] });
    run({ done: 9, kept: 9, seconds: 1 });
    expect(readStageTimes(file())).toMatchObject({
      runs: 3,
      stages: [{ allSeconds: 27, allMade: 9, kept: 9 }],
    });
  });

  it("does not count a stage twice that is told of twice", () => {
    run({ done: 4, seconds: 2 }, { done: 4, seconds: 2 });
    expect(readStageTimes(file())).toMatchObject({ runs: 1, stages: [{ allSeconds: 2, allMade: 4 }] });
  });

  it("leaves no trace of a run that came to nothing, and does not grow with the number of runs", async () => {
    run({ state: "started" }, { state: "working", done: 1, seconds: 1 });
    expect(await readdir(folder)).toEqual([]);
    run({ done: 1, seconds: 1 });
    run({ done: 1, kept: 1, seconds: 1 });
    const { size } = await stat(file());
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    for (let i = 0; i < 20; i++) run({ done: 1, kept: 1, seconds: 1 });
    expect((await stat(file())).size).toBeLessThan(size + 20);
    expect(readStageTimes(file())).toMatchObject({ runs: 22, stages: [{ allSeconds: 22 }] });
  });

  it("starts anew on a spoilt file, and goes on where nothing can be written", async () => {
    await writeFile(file(), '{"format": "plimsoll.runs.1", "runs"');
    expect(readStageTimes(file())).toBeUndefined();
    run({ done: 1, seconds: 1 });
    expect(readStageTimes(file())!.runs).toBe(1);
    expect(await readFile(file(), "utf8")).not.toMatch(/\.unfinished/);
    await rm(folder, { recursive: true });
    expect(() => run({ done: 1, seconds: 1 })).not.toThrow();
  });
});
