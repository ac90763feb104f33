import { join } from "node:path";
import { ROOT } from "../../prover/src/build/paths.ts";

/** Written by `npm run coverage`. */
export const RECORDED_COVERAGE = join(ROOT, "test/recorded/coverage.json");

/** Of one file below contracts/, in the statements that Hardhat counts. */
export interface FileCoverage {
  readonly statements: number;
  /** Of them, those that a test ran, in Solidity or in TypeScript. */
  readonly reached: number;
  /** Lines on which a statement begins that none did, as `3, 7-9`. */
  readonly missedLines: string;
}

/** By path below contracts/. */
export type RecordedCoverage = Readonly<Record<string, FileCoverage>>;
