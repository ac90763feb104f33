export type StageName =
  | "plan"
  | "commit"
  | "challenges"
  | "prove batches"
  | "prove epoch"
  | "attest"
  | "bundles"
  | "sign statements"
  | "check proofs"
  | "export"
  | "margin";

/** What a run tells while it works; numbers only, never data of an account. */
export interface ProgressEvent {
  readonly stage: StageName;
  readonly state: "started" | "working" | "done";
  /** Units finished and, where known, of how many. */
  readonly done: number;
  readonly total?: number;
  readonly unit: string;
  readonly seconds: number;
  /** Units a second, once a stage has run for a second. */
  readonly perSecond?: number;
  /** Units that an earlier run had finished. */
  readonly kept?: number;
}

export type Progress = (event: ProgressEvent) => void;

const REPORT_EVERY_MS = 200;
const RATE_AFTER_SECONDS = 1;

/** Counts the units of one stage and reports at most five times a second. */
export class StageClock {
  readonly #progress: Progress;
  readonly #base: { readonly stage: StageName; readonly unit: string; readonly total?: number };
  readonly #from = performance.now();
  #done = 0;
  #kept = 0;
  #reported = 0;

  constructor(progress: Progress, stage: StageName, unit: string, total?: number) {
    this.#progress = progress;
    this.#base = total === undefined ? { stage, unit } : { stage, unit, total };
    this.#emit("started");
  }

  tick(units = 1): void {
    this.#done += units;
    if (performance.now() - this.#reported < REPORT_EVERY_MS) return;
    this.#reported = performance.now();
    this.#emit("working");
  }

  /** Counts units that an earlier run had finished; they don't make this one look fast. */
  keep(units = 1): void {
    this.#kept += units;
    this.tick(units);
  }

  /** Passes a stream on and counts what goes by. */
  async *count<Unit>(units: AsyncIterable<Unit>): AsyncGenerator<Unit> {
    for await (const unit of units) {
      yield unit;
      this.tick();
    }
  }

  finish(): void {
    this.#emit("done");
  }

  #emit(state: ProgressEvent["state"]): void {
    const seconds = (performance.now() - this.#from) / 1000;
    const made = this.#done - this.#kept;
    this.#progress({
      ...this.#base,
      state,
      done: this.#done,
      seconds,
      ...(made > 0 && seconds >= RATE_AFTER_SECONDS ? { perSecond: made / seconds } : {}),
      ...(this.#kept > 0 ? { kept: this.#kept } : {}),
    });
  }
}

/** A clock for work that tells how much of how much is done: it starts at the first word, and ends at the last unit. */
export function counted(
  progress: Progress,
  stage: StageName,
  unit: string,
): (done: number, of: number) => void {
  let clock: StageClock | undefined;
  let before = 0;
  return (done, of) => {
    clock ??= new StageClock(progress, stage, unit, of);
    clock.tick(done - before);
    before = done;
    if (done === of) clock.finish();
  };
}
