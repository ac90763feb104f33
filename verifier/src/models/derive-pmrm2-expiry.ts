import { exp, ln, pow, sqrt } from "../policy/mathematics.ts";
import { black76 } from "../policy/pricing.ts";
import { shockedForward, splitForward } from "../policy/settlement.ts";
import type {
  Pmrm2Discount,
  Pmrm2Expiry,
  Pmrm2Option,
  Pmrm2Parameters,
  Pmrm2Scenario,
} from "./derive-pmrm2-types.ts";

const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_YEAR = 365 * SECONDS_PER_DAY;
/** Moves of volatility are quoted for options of this many days. */
const PIVOT_DAYS = 30;

export const pmrm2Years = (secondsLeft: number): number => secondsLeft / SECONDS_PER_YEAR;

/** What every volatility of an expiry is multiplied by when it moves up or down. */
export function pmrm2VolatilityFactors(
  secondsLeft: number,
  rule: Pmrm2Parameters["volatility"],
): { readonly up: number; readonly down: number } {
  const days = secondsLeft / SECONDS_PER_DAY;
  const exponent = days <= PIVOT_DAYS ? rule.nearExponent : rule.farExponent;
  const scale = pow(PIVOT_DAYS / Math.max(days, rule.leastDays), exponent);
  return { up: 1 + rule.up * scale, down: Math.max(1 - rule.down * scale, 0) };
}

/** What a strike's volatility is multiplied by when the smile tilts, at log-moneyness `k = ln(strike / forward)`. */
export function pmrm2Tilt(
  k: number,
  tilt: "linear" | "absolute",
  years: number,
  skew: Pmrm2Parameters["skew"],
): number {
  const root = sqrt(years);
  const cap = skew[tilt].base + skew[tilt].slope * root;
  const reach = Math.max(
    root * skew.reach.width * (skew.reach.static + skew.reach.slope * root),
    skew.reach.least,
  );
  const at = tilt === "linear" ? k : Math.abs(k);
  const moved = (at * cap) / reach;
  return Math.max(1 + (at >= 0 ? Math.min(cap, moved) : Math.max(-cap, moved)), 0);
}

/** Factors on the value of an expiry after a scenario, when it is positive and when it is negative. */
export function pmrm2Discounts(
  { secondsLeft, rate }: Pick<Pmrm2Expiry, "secondsLeft" | "rate">,
  { gain, loss }: Pmrm2Parameters["discount"],
): { readonly gain: number; readonly loss: number } {
  const years = pmrm2Years(secondsLeft);
  const exponent = ({ rateScale, rateAdd }: Pmrm2Discount) =>
    years * (nonNegative(rate) * rateScale + rateAdd);
  return {
    gain: gain.static * exp(-exponent(gain)),
    // A liability never grows beyond its value at expiry.
    loss: Math.min(exp(nonNegative(rate) * years), loss.static * exp(exponent(loss))),
  };
}

/** Value of one option on one unit, at the marks (null) or after a scenario; before discounts by sign. */
export function pmrm2OptionValue(
  { kind, strike, volatility: marked }: Omit<Pmrm2Option, "amount">,
  expiry: Pick<Pmrm2Expiry, "secondsLeft" | "forward" | "rate">,
  scenario: Pmrm2Scenario | null,
  { volatility, skew }: Pick<Pmrm2Parameters, "volatility" | "skew">,
): number {
  const { secondsLeft, rate } = expiry;
  const time = pmrm2Years(secondsLeft);
  const spotFactor = scenario?.kind === "move" ? scenario.spotFactor : 1;
  const forward = shockedForward(splitForward(expiry.forward, secondsLeft), spotFactor);
  const moved = (): number => {
    if (scenario?.kind === "skew") return marked * pmrm2Tilt(ln(strike / forward), scenario.tilt, time, skew);
    if (scenario === null || scenario.volatility === "same") return marked;
    const factors = pmrm2VolatilityFactors(secondsLeft, volatility);
    if (scenario.volatility === "up") return Math.max(volatility.floor, marked * factors.up);
    return marked * factors.down;
  };
  return black76({
    kind,
    forward,
    strike,
    volatility: moved(),
    time,
    discount: exp(-nonNegative(rate) * time),
  });
}

/** Value of all options of an expiry, at the marks (null) or after a scenario; before discounts by sign. */
export function pmrm2ExpiryValue(
  expiry: Pmrm2Expiry,
  scenario: Pmrm2Scenario | null,
  parameters: Pick<Pmrm2Parameters, "volatility" | "skew">,
): number {
  return expiry.options.reduce(
    (sum, option) => sum + option.amount * pmrm2OptionValue(option, expiry, scenario, parameters),
    0,
  );
}

/** What an expiry loses (0 or less) when its own forward leaves the others, scaled with its time left. */
export function pmrm2Basis(expiry: Pmrm2Expiry, value: number, parameters: Pmrm2Parameters): number {
  const { upFactor, downFactor, add, perYear } = parameters.basis;
  const change = (spotFactor: number) => {
    const scenario = { kind: "move", spotFactor, volatility: "same", dampening: 1 } as const;
    return pmrm2ExpiryValue(expiry, scenario, parameters) - value;
  };
  return Math.min(change(upFactor), change(downFactor), 0) * (add + perYear * pmrm2Years(expiry.secondsLeft));
}

/** Options sold beyond those held of the same strike, calls and puts taken together. */
export function pmrm2NakedShorts({ options }: Pmrm2Expiry): number {
  const net = new Map<number, number>();
  for (const { strike, amount } of options) net.set(strike, (net.get(strike) ?? 0) + amount);
  return [...net.values()].reduce((sum, amount) => sum + Math.max(-amount, 0), 0);
}

const nonNegative = (rate: number): number => Math.max(rate, 0);
