import type {
  ConstraintFigures,
  GasFigures,
  PageFigures,
  ProverFigures,
  RateFigures,
  RiskFigures,
  Section,
  WithdrawalFigures,
} from "./figures.ts";

/** A budget: the figure must not exceed `most`, or must reach `least`. */
export type Target = { readonly most: number } | { readonly least: number };

const BLOCK = 930;
const WORD = 305;
const SPAN_16_WORDS = 6;

const constraints: Readonly<Record<keyof ConstraintFigures, Target>> = {
  perBlock: { most: BLOCK },
  perAuxWord: { most: WORD },
  batchFixed: { most: 1_900 },
  perCoefficient: { most: 45 },
  perRow: { most: 95 },
  spotAccount: { most: BLOCK + WORD },
  // Equity, two slacks, a maximum and 14 scenario slacks by threes: a perp loses most in two scenarios, in which only
  // volatility differs.
  perpAccount16: { most: BLOCK + SPAN_16_WORDS * WORD },
};

const rates: Readonly<Partial<Record<keyof RateFigures, Target>>> = {
  commitPerSecond: { least: 3_000 },
};

const prover: Readonly<Partial<Record<keyof ProverFigures, Target>>> = {
  ratio: { least: 4.5 },
  peakMB: { most: 700 },
  ratioAt15: { least: 3.5 },
  ratioEpoch: { least: 4.5 },
};

const withdrawal: Readonly<Record<keyof WithdrawalFigures, Target>> = {
  constraints1: { most: 5_000 },
  constraints4: { most: 7_500 },
  snarkjsMs1: { most: 2_000 },
  snarkjsMs4: { most: 2_000 },
  ownMs1: { most: 2_000 },
  ownMs4: { most: 2_000 },
  ratio1: { least: 2 },
  ratio4: { least: 2.5 },
  browserMs1: { most: 2_000 },
  browserMs4: { most: 2_000 },
  browserOwnMs1: { most: 2_000 },
  browserOwnMs4: { most: 2_000 },
  browserAloneMs1: { most: 2_000 },
  browserAloneMs4: { most: 2_000 },
};

const page: Readonly<Partial<Record<keyof PageFigures, Target>>> = {
  gzipMB: { most: 1.5 },
  brotliMB: { most: 1.5 },
  firstCheckMs: { most: 2_000 },
  hundredProofsMs: { most: 8_000 },
  longestTaskMs: { most: 200 },
};

const risk: Readonly<Record<keyof RiskFigures, Target>> = {
  monitorAccountsPerSecondPerCore: { least: 1_000_000 },
  completeSpotPerSecondPerCore: { least: 50_000 },
  completeMarginPerSecondPerCore: { least: 15_000 },
};

// As the test of the recorded gas has it.
const gas: Readonly<Partial<Record<keyof GasFigures, Target>>> = {
  perBatchAt1: { most: 56_500 },
  perBatchAt8: { most: 56_500 },
  perBatchAt32: { most: 56_500 },
  perBatchChunked: { most: 61_000 },
  epochFixed: { most: 600_000 },
  instantWithdrawal: { most: 400_000 },
  instantWithdrawalNative: { most: 400_000 },
};

/** What must hold on two idle cores. Figures without an entry are for the reader to judge. */
export const TARGETS = { constraints, rates, prover, withdrawal, page, risk, gas } satisfies Record<
  Section,
  unknown
>;

export function isMet(value: number, target: Target): boolean {
  return "most" in target ? value <= target.most : value >= target.least;
}
