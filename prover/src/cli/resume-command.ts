import { attestCommand, type EpochCommandDependencies, openCommand, proveCommand } from "./epoch-commands.ts";
import { readConfigured } from "./epoch-state.ts";
import { configuredNext, configuredOutcome } from "./epoch-status.ts";
import type { EpochStep } from "./next-step.ts";
import type { Outcome } from "./outcome.ts";
import { commitCommand, finaliseCommand, proveOnChainCommand } from "./settle-commands.ts";

/** A step was done and is still the next one: doing it again would go on for ever. */
export class NoProgressError extends Error {
  readonly code = "NO_PROGRESS";
  readonly retryable = true;

  constructor(step: EpochStep) {
    super(`epoch ${step}: expected it to bring the epoch on, came the same step again`);
    this.name = "NoProgressError";
  }
}

/**
 * `epoch resume`: does what status says is next, step by step, until there is something to wait for or nothing left. Each
 * step takes up what an earlier run, or anybody else on chain, has done of it. Returns the status at the end.
 */
export async function resumeCommand(file: string, dependencies: EpochCommandDependencies): Promise<Outcome> {
  const { say = () => {} } = dependencies;
  for (let last: EpochStep | undefined; ; ) {
    const state = await readConfigured(file);
    const next = configuredNext(state);
    if (!("step" in next)) return configuredOutcome(state);
    if (next.step === last) throw new NoProgressError(last);
    say(`plimsoll epoch ${next.step} --config ${file}`);
    await take(next.step, file, dependencies);
    last = next.step;
  }
}

function take(step: EpochStep, config: string, dependencies: EpochCommandDependencies): Promise<Outcome> {
  const { say = () => {} } = dependencies;
  switch (step) {
    case "open":
      return openCommand(config);
    case "prove":
      return proveCommand(config, dependencies);
    case "attest":
      return attestCommand(config, dependencies);
    case "commit":
      return commitCommand({ config }, say);
    case "prove --on-chain":
      return proveOnChainCommand({ config }, say);
    case "finalise":
      return finaliseCommand({ config }, say);
  }
}
