import type { Combination } from "./claim.ts";

/** Rules of design section 3, by what they guarantee; the number in the design stands beside. */
export type Rule =
  /** Coefficients have the shape they name and are small enough for exact sums. */
  | "coefficients"
  /** What the other rules and the circuits take for granted: coarse twins, which columns a row may touch. */
  | "structure"
  /** (1) */
  | "free-within-equity"
  /** (1), for maintenance: without it a credit in that column alone, tied to a holding, would pass. */
  | "maintenance-within-equity"
  /** (2) */
  | "no-slack-from-nothing"
  /** (3) */
  | "no-equity-from-nothing"
  /** (4) */
  | "initial-implies-maintenance"
  /** (5) */
  | "pairs-never-gain"
  | "debt-costs-its-value"
  | "borrowed-unit-gains"
  /** (6) */
  | "scenarios-are-charged"
  | "no-hedge-from-nothing"
  | "extras-never-profit"
  /** (7) */
  | "gains-within-losses"
  | "fed-max-is-charged"
  /** Of a tiered asset, a later portion never counts more. */
  | "tiers-never-rise"
  | "unit-weight"
  /** Warnings: a policy that is sound and perhaps not prudent. */
  | "uncharged-scan-risk"
  | "uncharged-short"
  | "unhedged-refund"
  | "symmetric-grid"
  | "coarse-unit"
  | "accepted-assets";

export interface Counterexample {
  /**
   * "account": quantities of one account whose equations all hold. "change": what an account changes by, so that its equations
   * go on holding (negative: the account has less of that row, which takes an account that has enough of it).
   */
  readonly kind: "account" | "change";
  /** Quantity by row; free collateral is row FREE, in 10^-6 of the quote currency. */
  readonly quantities: Combination;
  /** What is gained, in money units unless the finding says otherwise. Always positive. */
  readonly gain: bigint;
}

export interface Finding {
  readonly rule: Rule;
  readonly severity: "refuse" | "warn";
  /** Row, column or group that is at fault. */
  readonly where: string;
  readonly words: string;
  readonly counterexample?: Counterexample;
}

/** Proof of one rule, for anyone who recomputes M: `certifies` in `claim.ts` checks it. */
export interface RuleCertificate {
  readonly rule: Rule;
  readonly claim: string;
  readonly denominator: bigint;
  /** Multipliers of M's columns times the denominator; missing ones are 0. */
  readonly multipliers: ReadonlyMap<number, bigint>;
}

export interface LintReport {
  readonly accepted: boolean;
  readonly findings: readonly Finding[];
  /** By asset: upper bound, in money units, on how much 10^6 free falls when one unit of the asset leaves an account. */
  readonly unitWeights: readonly bigint[];
  readonly certificates: readonly RuleCertificate[];
}

/** What the coefficients do not say and some warnings need. */
export interface LintEvidence {
  /** Sample skewness of the underlying's log returns, by group. */
  readonly skewness?: readonly number[];
  /** How many accepted assets the cardinality add-on was sized for. */
  readonly acceptedAssets?: number;
}
