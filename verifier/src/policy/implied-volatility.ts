import { exp, ln, sqrt } from "./mathematics.ts";
import { normal, normalDensity } from "./normal.ts";
import type { Option } from "./pricing.ts";

export type QuotedOption = Omit<Option, "volatility"> & {
  /** Discounted price per unit of the underlying, in quote. */
  readonly price: number;
};

/** Why no volatility explains a price. */
export type NoVolatility =
  /** Forward, strike, time or discount not a positive finite number, or the price not a finite number. */
  | "not-a-market"
  /** Below the discounted intrinsic value. */
  | "below-intrinsic"
  /** Not below the discounted forward (calls) or strike (puts), which no finite volatility reaches. */
  | "above-bound";

/** A price that no volatility explains: buying or selling it is an arbitrage. */
export class ImpliedVolatilityError extends Error {
  readonly code = "IMPLIED_VOLATILITY";
  readonly retryable = false;
  readonly reason: NoVolatility;
  constructor(reason: NoVolatility, { kind, forward, strike, time, discount, price }: QuotedOption) {
    const terms = `forward ${forward}, strike ${strike}, time ${time}, discount ${discount}`;
    super(`implied volatility: a ${kind} at ${price} (${terms}) is ${EXPLANATION[reason]}`);
    this.name = "ImpliedVolatilityError";
    this.reason = reason;
  }
}

const EXPLANATION: Readonly<Record<NoVolatility, string>> = {
  "not-a-market": "not made of positive finite numbers",
  "below-intrinsic": "below its discounted intrinsic value",
  "above-bound": "not below the bound that a call or put approaches as volatility grows",
};

/**
 * Yearly volatility at which `black76` gives this price; never NaN. A price of exactly the discounted intrinsic value is
 * volatility 0. Throws an ImpliedVolatilityError outside the no-arbitrage bounds. Where the time value of an option deep
 * in the money is lost in the digits of its price, the volatility is one that reprices it, as good as any other.
 */
export function impliedVolatility(quoted: QuotedOption): number {
  const { kind, forward, strike, time, discount, price } = quoted;
  const positive = [forward, strike, time, discount, forward / strike, strike / forward];
  if (!positive.every((x) => x > 0 && x < Infinity) || !Number.isFinite(price))
    throw new ImpliedVolatilityError("not-a-market", quoted);
  const intrinsic = Math.max(kind === "call" ? forward - strike : strike - forward, 0);
  if (price < discount * intrinsic) throw new ImpliedVolatilityError("below-intrinsic", quoted);
  if (price >= discount * (kind === "call" ? forward : strike))
    throw new ImpliedVolatilityError("above-bound", quoted);
  // Put-call parity: what is left above intrinsic is the price of the wing out of the money, below the nearer leg.
  const wing = (price / discount - intrinsic) / Math.min(forward, strike);
  if (!(wing > 0)) return 0;
  const moneyness = forward <= strike ? ln(strike / forward) : ln(forward / strike);
  return deviationOf(Math.min(wing, LARGEST_BELOW_ONE), moneyness) / sqrt(time);
}

const LARGEST_BELOW_ONE = 1 - 1 / 0x20_0000_0000_0000;
/** No wing that a double tells from 0 or from the nearer leg has more standard deviations than this. */
const MOST_DEVIATIONS = 128;
/** A step of two last bits: rounding of the wing moves the answer by more. */
const LAST_BITS = 1 / 0x8_0000_0000_0000;
/** Fifteen are usual and halving alone takes sixty: the limit is for steps that rounding keeps from settling. */
const MOST_STEPS = 100;

/**
 * Standard deviation to expiry of a wing that costs `wing` (0 to 1) of its nearer leg, whose legs are `moneyness` >= 0
 * apart in logarithm. Newton's method on the logarithm of the wing, or of what it lacks to 1 when it is more than half:
 * both nearly straight where the wing itself is flat. A step that leaves the bracket is replaced by halving it.
 */
function deviationOf(wing: number, moneyness: number): number {
  const small = wing < 0.5;
  const target = ln(small ? wing : 1 - wing);
  let low = 0;
  let high = MOST_DEVIATIONS;
  // Where the wing bends from convex to concave; at the money, where that is 0, near the answer.
  let deviation = sqrt(2 * moneyness) + 2.5 * wing;
  for (let step = 0; step < MOST_STEPS; step++) {
    const near = deviation / 2 - moneyness / deviation;
    const far = exp(moneyness) * normal(near - deviation);
    const value = small ? normal(near) - far : normal(-near) + far;
    const excess = small ? ln(value) - target : target - ln(value);
    if (excess > 0) high = deviation;
    else low = deviation;
    const slope = normalDensity(near) / value;
    let next = deviation - excess / slope;
    if (!(next > low && next < high)) next = (low + high) / 2;
    const moved = Math.abs(next - deviation);
    deviation = next;
    if (moved <= LAST_BITS * deviation) break;
  }
  return deviation;
}
