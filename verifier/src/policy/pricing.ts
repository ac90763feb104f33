import { exp, ln, sqrt } from "./mathematics.ts";
import { normal } from "./normal.ts";

export interface Option {
  readonly kind: "call" | "put";
  readonly forward: number;
  readonly strike: number;
  /** Yearly. */
  readonly volatility: number;
  /** Years to expiry. */
  readonly time: number;
  /** Value today of one unit of quote at expiry. */
  readonly discount: number;
}

/**
 * Black (1976) price of a European option on a forward, per unit of the underlying, in quote. With no time or no
 * volatility left it is the discounted intrinsic value. The wing further out of the money is computed and the other
 * follows from put-call parity, so that no digits are lost to cancellation. Never negative.
 */
export function black76({ kind, forward, strike, volatility, time, discount }: Option): number {
  const intrinsic = kind === "call" ? forward - strike : strike - forward;
  const deviation = volatility * sqrt(Math.max(time, 0));
  if (!(deviation > 0)) return discount * Math.max(intrinsic, 0);
  const wing = outOfTheMoney(forward, strike, deviation);
  return discount * (Math.max(intrinsic, 0) + wing);
}

/** Undiscounted call for forward <= strike, put for forward >= strike. */
function outOfTheMoney(forward: number, strike: number, deviation: number): number {
  // |ln(strike / forward)| makes one formula of both; the nearer leg is the smaller of the two prices.
  const moneyness = forward <= strike ? ln(strike / forward) : ln(forward / strike);
  const [paid, received] = forward <= strike ? [strike, forward] : [forward, strike];
  const near = -moneyness / deviation + deviation / 2;
  const price = received * normal(near) - paid * normal(near - deviation);
  return Math.max(price, 0);
}

/**
 * Bound on the error of a price and of what leads to it (forward, volatility and discount in double precision), as a
 * fraction of the largest of forward and strike (2^-44): at least ten times what 50-digit arithmetic shows (test/vectors/black76.json).
 */
export const PRICING_ERROR = 1 / 0x1000_0000_0000;

/** exp(-rate * time). */
export function discountFactor(rate: number, time: number): number {
  return exp(-rate * time);
}
