import type { BrowserProof, ProvingStage } from "../../../prover/src/proving/browser-prover.ts";
import type { CircuitInputs } from "../../../prover/src/proving/witness.ts";

/** What the page asks of its worker: a proof of the instance whose files lie beside it. */
export interface Question {
  readonly name: string;
  readonly inputs: CircuitInputs;
  /** The prover's module with a wrong constant. */
  readonly broken?: boolean;
}

export interface Proved {
  readonly made: BrowserProof;
  readonly stages: readonly ProvingStage[];
  /** From the question to the proof, files fetched. */
  readonly milliseconds: number;
  /** SHA-256 of the prover's module with its constants, in hexadecimal, as this browser generates it. */
  readonly module: string;
}

export type Answer = Proved | { readonly failure: string };
