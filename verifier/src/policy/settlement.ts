import type { Rational } from "./rational.ts";

/** Contracts settle at the average of the underlying over their last half hour. */
export const SETTLEMENT_WINDOW_SECONDS = 1800;

/** A forward as the sum of what the settlement average has already fixed and what still moves; both in quote. */
export interface SplitForward {
  readonly fixed: number;
  readonly variable: number;
}

/**
 * Splits the forward of an expiry `secondsLeft` away. Inside the settlement window the elapsed share of the average is
 * fixed, `forward (1800 - t) / 1800`; before it nothing is; at expiry and after all of it is. Source: the forward feed
 * of Derive v2-core (`variable * shock + fixed` in its PMRM), the share as in test/vectors/derive-pmrm2/README.md.
 */
export function splitForward(forward: number, secondsLeft: number): SplitForward {
  const elapsed = SETTLEMENT_WINDOW_SECONDS - secondsLeft;
  const fixed =
    forward * (Math.min(Math.max(elapsed, 0), SETTLEMENT_WINDOW_SECONDS) / SETTLEMENT_WINDOW_SECONDS);
  return { fixed, variable: forward - fixed };
}

/** The forward after the underlying moves to `factor` times its price: only the variable part follows. */
export function shockedForward({ fixed, variable }: SplitForward, factor: number): number {
  return variable * factor + fixed;
}

/** The fraction of a forward that still moves, exactly; whole seconds. */
export function variableShare(secondsLeft: number): Rational {
  const left = Math.min(Math.max(secondsLeft, 0), SETTLEMENT_WINDOW_SECONDS);
  return { n: BigInt(left), d: BigInt(SETTLEMENT_WINDOW_SECONDS) };
}
