/** Constraints at --O2: slopes of the two circuits, and what one account of a kind takes of its batch. */
export interface ConstraintFigures {
  readonly perBlock: number;
  readonly perAuxWord: number;
  readonly batchFixed: number;
  readonly perCoefficient: number;
  readonly perRow: number;
  /** Six assets, none of which hedges positions. */
  readonly spotAccount: number;
  /** Quote collateral and one perp in a group of 16 scenarios. */
  readonly perpAccount16: number;
}

export interface RateFigures {
  readonly completePerSecond: number;
  readonly commitPerSecond: number;
  readonly proveConstraintsPerSecond: number;
  readonly proveAccountsPerSecond: number;
  readonly verifyBundleMs: number;
}

export interface GasFigures {
  /** A batch more in one transaction: from 1 to 2, and on average from 1 to 8 and from 1 to 32. */
  readonly perBatchAt1: number;
  readonly perBatchAt8: number;
  readonly perBatchAt32: number;
  /** A batch more in an epoch proved in parts of 64. */
  readonly perBatchChunked: number;
  /** One transaction beside its batches, with 8 assets read on chain. */
  readonly epochFixed: number;
  /** A synthetic account's share of its batch. */
  readonly perAccount: number;
  /** A key's first payment, of a token and of the chain's own coin, to an address that never had any. */
  readonly instantWithdrawal: number;
  readonly instantWithdrawalNative: number;
  /** An exit from its request to its payment; a claim in an escape, registered and paid. */
  readonly forcedExit: number;
  readonly claim: number;
}

/** Of one policy's risk engine, in accounts of eight holdings. */
export interface RiskFigures {
  /** Mark-to-market and margin in doubles: instruments of one group with 40 scenarios, hedged by assets. */
  readonly monitorAccountsPerSecondPerCore: number;
  /** Exact, with all auxiliaries that a proof needs. */
  readonly completeSpotPerSecondPerCore: number;
  readonly completeMarginPerSecondPerCore: number;
}

/** A proof by snarkjs and by our own prover, and what it takes. */
export interface ProverSizeFigures {
  readonly snarkjsMs: number;
  readonly ownMs: number;
  readonly ratio: number;
  readonly constraintsPerSecond: number;
  /** Of the process: the key loaded, two proofs made. */
  readonly peakMB: number;
}

/** Of a batch in a domain of 2^17 points; with `At15`, of 2^15; and with `Epoch`, of the example exchange's epoch. */
export type ProverFigures = ProverSizeFigures & {
  readonly [Name in keyof ProverSizeFigures as `${Name}At15`]: number;
} & {
  readonly [Name in Exclude<keyof ProverSizeFigures, "peakMB"> as `${Name}Epoch`]: number;
};

/** Of a withdrawal by an account of one block, and of up to four. */
export interface WithdrawalFigures {
  readonly constraints1: number;
  readonly constraints4: number;
  readonly snarkjsMs1: number;
  readonly snarkjsMs4: number;
  readonly ownMs1: number;
  readonly ownMs4: number;
  readonly ratio1: number;
  readonly ratio4: number;
  /** In Chromium, left out where there is none: snarkjs; our own prover, in several workers and in one. */
  readonly browserMs1?: number;
  readonly browserMs4?: number;
  readonly browserOwnMs1?: number;
  readonly browserOwnMs4?: number;
  readonly browserAloneMs1?: number;
  readonly browserAloneMs4?: number;
}

/** The checking page. All but its size is left out where there is no Chromium. */
export interface PageFigures {
  /** What a visitor loads: as it is, and each file compressed by itself. */
  readonly loadedMB: number;
  readonly gzipMB: number;
  readonly brotliMB: number;
  readonly firstCheckMs?: number;
  readonly hundredProofsMs?: number;
  /** Of the page's own thread during both: it has to answer whoever uses the page. */
  readonly longestTaskMs?: number;
}

/** Something that people should know beside the figures, in the words of the table. */
export interface Remark {
  readonly what: string;
  readonly value: string;
}

/** Measured figures of one section, and what to know beside them. */
export interface Measured<F> {
  readonly figures: F;
  readonly remarks: readonly Remark[];
}

export const SECTIONS = ["constraints", "rates", "prover", "withdrawal", "page", "risk", "gas"] as const;
export type Section = (typeof SECTIONS)[number];

/** All sections that were measured; `--json` prints their figures. */
export interface MeasuredSections {
  readonly constraints?: Measured<ConstraintFigures>;
  readonly rates?: Measured<RateFigures>;
  readonly prover?: Measured<ProverFigures>;
  readonly withdrawal?: Measured<WithdrawalFigures>;
  readonly page?: Measured<PageFigures>;
  readonly risk?: Measured<RiskFigures>;
  readonly gas?: Measured<GasFigures>;
}

/** Where a measurement tells what it is doing: standard error, because standard output is for the results. */
export type Say = (line: string) => void;

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
