import type { Bundle } from "@plimsoll/verifier/formats/bundle.ts";
import type { SpendingProof } from "@plimsoll/verifier/formats/spending-proof.ts";
import type { WithdrawalErrorCode } from "@plimsoll/verifier/withdrawal/error.ts";
import type { ProvingStage } from "../../src/proving/browser-prover.ts";
import type { SpendingWish } from "../../src/withdrawal/spending-proof.ts";

/** What a proof is made from. The secret goes to the worker's memory, which ends with it. */
export interface ProofWish {
  readonly bundle: Bundle;
  readonly secret: bigint;
  readonly wish: SpendingWish;
}

/** Files of an instance as the page's host gave them: nothing of them is believed before the worker has checked them. */
export interface ProvingFiles {
  readonly name: string;
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly zkey: Uint8Array<ArrayBuffer>;
  /** The verification key as snarkjs writes it. */
  readonly vkey: string;
}

export interface ProofQuestion extends ProofWish {
  readonly files: ProvingFiles;
}

/** A verified proof. */
export interface MadeProof {
  readonly proof: SpendingProof;
  /** Whether it was made under a development key. */
  readonly development: boolean;
  /** Why snarkjs made it, and not our own prover; none where that did. */
  readonly slowly?: string;
}

export type ProofAnswer =
  | ({ readonly kind: "proof" } & MadeProof)
  | { readonly kind: "stage"; readonly stage: ProvingStage }
  | { readonly kind: "tampered"; readonly file: string }
  /** `code` where the account may not have what is asked for. */
  | { readonly kind: "failed"; readonly why: string; readonly code?: WithdrawalErrorCode };
