import type { AccountReport } from "../../src/check/account.ts";
import type { Report } from "../../src/check/report.ts";
import type { EpochRecord } from "../../src/formats/epoch.ts";
import type { ChainAnswer } from "../../src/formats/evidence.ts";

/** What the chain told, read by the page: the worker has no network. */
export type { ChainAnswer };

export interface PolicyTexts {
  readonly riskParameters: string;
  readonly marks: string;
}

/** What the page asks of its worker. */
export type Question =
  | {
      /** Texts of a bundle, a statement, or both. */
      readonly kind: "account";
      readonly bundle?: string;
      readonly statement?: string;
      readonly userId?: string;
      readonly policy?: PolicyTexts;
      readonly chain?: ChainAnswer;
    }
  | {
      /** What a record is of, and what else its epoch's public part has: see `RecordAnswer`. */
      readonly kind: "record";
      readonly record: string;
    }
  | {
      readonly kind: "epoch";
      /** The public part's files by their paths in the epoch folder. */
      readonly files: ReadonlyMap<string, Uint8Array>;
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

export interface AccountAnswer {
  readonly report: AccountReport;
  readonly holdings: readonly HoldingLine[];
  /** Left out where there is no bundle. */
  readonly free?: string;
  /** Markup of the margin report: escaped, and with nothing that runs. Undefined without a policy. */
  readonly margin?: string;
}

export interface EpochAnswer {
  readonly report: Report;
  /** Markup of the exchange's coverage: of totals that it published, when nothing failed. */
  readonly coverage?: string;
}

export interface RecordAnswer extends Pick<EpochRecord, "chainId" | "registry" | "epoch" | "accountsRoot"> {
  /** Paths of all files of the public part, the record's own too. */
  readonly paths: readonly string[];
}

export type Answer =
  | { readonly kind: "record"; readonly answer: RecordAnswer }
  | { readonly kind: "account"; readonly answer: AccountAnswer }
  | { readonly kind: "epoch"; readonly answer: EpochAnswer }
  | { readonly kind: "progress"; readonly done: number; readonly of: number }
  | { readonly kind: "failed"; readonly why: string };
