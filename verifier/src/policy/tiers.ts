import { MAX_QUANTITY } from "../constants.ts";
import type { TierCoefficients } from "./matrix.ts";

/** How much of a tiered asset is in each portion, and what all of it counts for: amounts of the asset's auxiliaries. */
export interface TierFill {
  /** By portion, in [0, C]: C = 2^64 - 1 is the whole width. */
  readonly portions: readonly bigint[];
  /** Units of the asset beyond all portions. */
  readonly rest: bigint;
  /** What the portions leave over, in 1 / C of a unit of the asset. */
  readonly slackSplit: bigint;
  /** What the credit leaves over, in 1 / C of a unit of credit. */
  readonly slackCredit: bigint;
  /** Units of credit. */
  readonly credit: bigint;
}

/**
 * The largest credit that `held` units have, when weights do not rise: portions are filled in order. Two roundings, both down: of
 * the portion that is filled in part, to a whole number of C-ths of its width, and of the credit. Together they cost less than one
 * unit of credit and, for each 2^64 that the portion's width times its weight comes to, one more.
 */
export function fillTiers({ widths, weights, lastWeight }: TierCoefficients, held: bigint): TierFill {
  let rest = held;
  let slackSplit = 0n;
  let counted = 0n;
  const portions = widths.map((width, t) => {
    if (width === 0n) return 0n;
    const isFull = rest >= width;
    const units = isFull ? width : rest;
    rest -= units;
    const portion = isFull ? MAX_QUANTITY : (units * MAX_QUANTITY) / width;
    slackSplit += units * MAX_QUANTITY - portion * width;
    counted += portion * width * weights[t]!;
    return portion;
  });
  counted += rest * MAX_QUANTITY * lastWeight;
  return {
    portions,
    rest,
    slackSplit,
    slackCredit: counted % MAX_QUANTITY,
    credit: counted / MAX_QUANTITY,
  };
}
