import type { Attestation } from "../../src/check/attestation.ts";
import type { Report } from "../../src/check/report.ts";

/** What the chain told, read by the page: the worker has no network. */
export interface ChainAnswer {
  readonly chainId: bigint;
  readonly registry: bigint;
  /** null where the epoch is not attested; words where the endpoints gave no answer that counts. */
  readonly attestation: Attestation | null | { readonly failure: string };
}

export interface PolicyTexts {
  readonly riskParameters: string;
  readonly marks: string;
}

/** What the page asks of its worker. */
export type Question =
  | {
      readonly kind: "bundle";
      readonly bundle: string;
      readonly userId?: string;
      readonly policy?: PolicyTexts;
      readonly chain?: ChainAnswer;
    }
  | {
      readonly kind: "epoch";
      readonly record: string;
      readonly policy: PolicyTexts;
      /** Verification keys as snarkjs writes them, by instance name. */
      readonly keys: ReadonlyMap<string, string>;
      readonly publicHash: bigint;
      /** Where the exchange publishes its totals. */
      readonly totals?: string;
      readonly chain?: ChainAnswer;
    };

/** A holding as it is shown. */
export interface HoldingLine {
  readonly what: string;
  readonly amount: string;
  readonly side: string;
}

export interface BundleAnswer {
  readonly report: Report;
  readonly holdings: readonly HoldingLine[];
  readonly free: string;
  /** Markup of the margin report: escaped, and with nothing that runs. Undefined without a policy. */
  readonly margin?: string;
}

export interface EpochAnswer {
  readonly report: Report;
  /** Markup of the exchange's coverage: of totals that it published, when nothing failed. */
  readonly coverage?: string;
}

export type Answer =
  | { readonly kind: "bundle"; readonly answer: BundleAnswer }
  | { readonly kind: "epoch"; readonly answer: EpochAnswer }
  | { readonly kind: "progress"; readonly done: number; readonly of: number }
  | { readonly kind: "failed"; readonly why: string };
