import { StageClock, type StageName } from "../../prover/src/pipeline/progress.ts";

/** Seconds since it was made. */
export function stopwatch(): () => number {
  const from = performance.now();
  return () => (performance.now() - from) / 1000;
}

/** The clock that a stage of the pipeline wants, telling nobody. */
export function quietClock(stage: StageName): StageClock {
  return new StageClock(() => {}, stage, "");
}
