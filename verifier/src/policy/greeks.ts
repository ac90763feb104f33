import { ln, sqrt } from "./mathematics.ts";
import { normal, normalDensity } from "./normal.ts";
import { black76, type Option } from "./pricing.ts";

/** Sensitivities of one option on one unit of the underlying, in quote. */
export interface Greeks {
  /** Change of price per unit of the forward. */
  readonly delta: number;
  /** Change of delta per unit of the forward. */
  readonly gamma: number;
  /** Change of price per 1.00 (100 points) of yearly volatility. */
  readonly vega: number;
  /** Change of price per year that passes, with forward, volatility and rate as they are. */
  readonly theta: number;
}

/**
 * Greeks of `black76`. The rate that theta needs is the one of the discount, `-ln(discount) / time`. An option without
 * time or volatility left has the delta of its payoff (a half at the strike), no gamma and no vega: finite numbers
 * where the limits are 0 or do not exist. Source: Black (1976), differentiated.
 */
export function greeks(option: Option): Greeks {
  const { kind, forward, strike, volatility, discount } = option;
  const time = Math.max(option.time, 0);
  const rate = time > 0 ? -ln(discount) / time : 0;
  const carry = rate * black76(option);
  const deviation = volatility * sqrt(time);
  if (!(deviation > 0)) {
    const exercised = forward === strike ? 0.5 : forward > strike === (kind === "call") ? 1 : 0;
    return { delta: discount * (kind === "call" ? exercised : -exercised), gamma: 0, vega: 0, theta: carry };
  }
  const d1 = ln(forward / strike) / deviation + deviation / 2;
  const density = discount * normalDensity(d1);
  const vega = forward * density * sqrt(time);
  return {
    delta: discount * (kind === "call" ? normal(d1) : -normal(-d1)),
    gamma: density / (forward * deviation),
    vega,
    theta: carry - (vega * volatility) / (2 * time),
  };
}
