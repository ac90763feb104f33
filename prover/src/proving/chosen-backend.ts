import type { ProvedStatement, ProvingArtifacts, ProvingBackend } from "./backend.ts";
import { RapidsnarkBackend } from "./rapidsnark-backend.ts";
import { SnarkjsBackend } from "./snarkjs-backend.ts";
import { WasmBackend } from "./wasm-backend.ts";
import { type CircuitInputs, WitnessError } from "./witness.ts";

/** Tells people which prover is not used, and why. */
export type Say = (line: string) => void;

const toStandardError: Say = (line) => {
  process.stderr.write(`plimsoll: ${line}\n`);
};

/** A prover that was asked for by a name that none has. */
export class ProverChoiceError extends Error {
  readonly code = "PROVER_CHOICE";
  readonly retryable = false;
}

/** Which prover is asked for: our own, snarkjs, or a rapidsnark binary by its path. */
export type ProverChoice =
  | { readonly kind: "own" }
  | { readonly kind: "snarkjs" }
  | { readonly kind: "rapidsnark"; readonly binary: string };

/** Reads `PLIMSOLL_PROVER`: own (also when it isn't set), snarkjs, or rapidsnark:path. Throws ProverChoiceError. */
export function proverChoice(text = process.env.PLIMSOLL_PROVER ?? "own"): ProverChoice {
  if (text === "own" || text === "snarkjs") return { kind: text };
  const binary = /^rapidsnark:(.+)$/.exec(text)?.[1];
  if (binary === undefined)
    throw new ProverChoiceError(`PLIMSOLL_PROVER: expected own, snarkjs or rapidsnark:path, came "${text}"`);
  return { kind: "rapidsnark", binary };
}

/** The prover to use: what was asked for, and snarkjs from its first failure on. */
export function chosenBackend(choice = proverChoice(), say: Say = toStandardError): ProvingBackend {
  if (choice.kind === "snarkjs") return new SnarkjsBackend();
  const first = choice.kind === "own" ? new WasmBackend() : new RapidsnarkBackend(choice.binary);
  const name = choice.kind === "own" ? "the fast prover" : `rapidsnark at ${choice.binary}`;
  return new BackendWithFallback(first, new SnarkjsBackend(), (reason) =>
    say(`${name} is not used: ${reason}; snarkjs proves instead, several times slower`),
  );
}

/**
 * Proves with the first back end until it errs in any way but by refusing a witness; from then on, that statement included,
 * with the second. `told` gets the reason once.
 */
export class BackendWithFallback implements ProvingBackend {
  readonly #first: ProvingBackend;
  readonly #second: ProvingBackend;
  readonly #told: (reason: string) => void;
  #failed = false;

  constructor(first: ProvingBackend, second: ProvingBackend, told: (reason: string) => void) {
    this.#first = first;
    this.#second = second;
    this.#told = told;
  }

  async prove(artifacts: ProvingArtifacts, inputs: CircuitInputs): Promise<ProvedStatement> {
    if (!this.#failed) {
      try {
        return await this.#first.prove(artifacts, inputs);
      } catch (error) {
        if (error instanceof WitnessError) throw error;
        await this.#give(error);
      }
    }
    return this.#second.prove(artifacts, inputs);
  }

  async close(): Promise<void> {
    await Promise.all([this.#first.close(), this.#second.close()]);
  }

  async #give(error: unknown): Promise<void> {
    if (this.#failed) return;
    this.#failed = true;
    this.#told(error instanceof Error ? error.message : String(error));
    // Its memory is of no use any more; what else it could say about itself would hide the reason.
    await this.#first.close().catch(() => {});
  }
}
