/** One thing that was looked at, in words that a user can act on. `not run` is never counted as passed. */
export interface Step {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "not run";
  readonly words: string;
}

/** Everything that a check looked at, in order. Frozen. */
export interface Report {
  /** True when no step failed. Look at the steps for what was not run. */
  readonly passed: boolean;
  readonly steps: readonly Step[];
}

/** Collects steps in order; a check that throws is a failed step with the error's words. */
export class Checklist {
  readonly #steps: Step[] = [];

  /** Records `passed` or `failed` by what `check` answers: true, false, or the words of the failure. */
  step(name: string, success: string, failure: string, check: () => boolean): boolean {
    let words = failure;
    let passed = false;
    try {
      passed = check();
    } catch (error) {
      words = `${failure} (${error instanceof Error ? error.message : String(error)})`;
    }
    this.#steps.push({ name, outcome: passed ? "passed" : "failed", words: passed ? success : words });
    return passed;
  }

  async stepAsync(
    name: string,
    success: string,
    failure: string,
    check: () => Promise<boolean>,
  ): Promise<boolean> {
    let outcome = false;
    let reason: unknown;
    try {
      outcome = await check();
    } catch (error) {
      reason = error;
    }
    return this.step(name, success, failure, () => {
      if (reason !== undefined) throw reason;
      return outcome;
    });
  }

  notRun(name: string, words: string): void {
    this.#steps.push({ name, outcome: "not run", words });
  }

  report(): Report {
    const steps = Object.freeze([...this.#steps]);
    return Object.freeze({ passed: steps.every((step) => step.outcome !== "failed"), steps });
  }
}
