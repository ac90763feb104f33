import { greeks } from "./greeks.ts";
import { movedVolatility, type Scenario, type ScenarioGrid, smileTilt, spotMove } from "./grid.ts";
import { ln, sqrt } from "./mathematics.ts";
import { black76, discountFactor, type Option } from "./pricing.ts";
import {
  add,
  fromDecimal,
  fromDouble,
  maximum,
  multiply,
  ONE,
  type Rational,
  subtract,
  toDouble,
  ZERO,
} from "./rational.ts";
import type { InstrumentTerms, Marks, VolatilityRule } from "./schemas.ts";
import { variableShare } from "./settlement.ts";

const MILLISECONDS_PER_DAY = 86_400_000;
const DAYS_PER_YEAR = 365;

export type OptionTerms = Extract<InstrumentTerms, { kind: "call" | "put" }>;

/** What one long contract is worth and what each scenario does to it, before weights and factors; in quote, exact. */
export interface Valuation {
  /** Spot times contract size: what buffers and minimum charges are a fraction of. */
  readonly notional: Rational;
  /** Mark as equity: 0 for perps and futures, whose P&L is already in quote. */
  readonly mark: Rational;
  /** Change of value, by scenario of the grid. */
  readonly pnl: readonly Rational[];
  /** By scenario, what the error of an option's price is a fraction of: contract size times forward plus strike. */
  readonly errorScale: readonly Rational[];
}

/** A mark that the policy needs and the file lacks, or one that no policy should use. */
export class MarksError extends Error {
  readonly code = "MARKS";
  readonly retryable = false;
  constructor(message: string) {
    super(`marks: ${message}`);
    this.name = "MarksError";
  }
}

/** Values one instrument on `underlying`. Option prices are doubles taken exactly; all else is exact. Throws MarksError. */
export function valueInstrument(
  terms: InstrumentTerms,
  underlying: string,
  grid: ScenarioGrid,
  marks: Marks,
): Valuation {
  const size = fromDecimal(terms.contractSize);
  const notional = multiply(spotOf(marks, underlying), size);
  const scenarios = scenariosOf(terms, grid, marks);
  if (terms.kind === "perp" || terms.kind === "future") {
    const exposure = multiply(linearMark(terms, underlying, marks), size);
    return {
      notional,
      mark: ZERO,
      pnl: scenarios.map((scenario) => multiply(exposure, spotMove(scenario))),
      errorScale: scenarios.map(() => ZERO),
    };
  }
  const forward = fromDecimal(expiryMarks(marks, underlying, terms.expiry).forward);
  const price = (scenario: Scenario | null) =>
    fromDouble(optionPrice(terms, underlying, marks, scenario, grid.volatility));
  const now = price(null);
  return {
    notional,
    mark: multiply(size, now),
    pnl: scenarios.map((scenario) =>
      scenario.kind === "minimum"
        ? multiply(notional, scenario.charge)
        : multiply(size, subtract(price(scenario), now)),
    ),
    errorScale: scenarios.map((scenario) => {
      const highest = multiply(forward, maximum(ONE, add(ONE, spotMove(scenario))));
      return multiply(size, add(highest, fromDecimal(terms.strike)));
    }),
  };
}

/** The scenarios as a contract has them: with a settlement average, its forward moves in part. */
function scenariosOf(
  terms: InstrumentTerms,
  { scenarios, settlementAverage }: ScenarioGrid,
  marks: Marks,
): readonly Scenario[] {
  if (terms.kind === "perp" || settlementAverage !== true) return scenarios;
  const share = movingShare(terms, marks);
  return scenarios.map((scenario) =>
    scenario.kind === "move" ? { ...scenario, spot: multiply(scenario.spot, share) } : scenario,
  );
}

const movingShare = ({ expiry }: { readonly expiry: string }, { observedAt }: Marks): Rational =>
  variableShare((Date.parse(expiry) - Date.parse(observedAt)) / 1000);

/**
 * Quote that one long contract gains when spot and all forwards move by the same fraction, by that fraction; with a settlement
 * average, forwards move in part. The delta of an option is a double taken exactly.
 */
export function cashDelta(
  terms: InstrumentTerms,
  underlying: string,
  marks: Marks,
  settlementAverage?: boolean,
): Rational {
  const whole = fromDecimal(terms.contractSize);
  const averaged = terms.kind !== "perp" && settlementAverage === true;
  const size = averaged ? multiply(whole, movingShare(terms, marks)) : whole;
  if (terms.kind === "perp" || terms.kind === "future")
    return multiply(linearMark(terms, underlying, marks), size);
  const { forward } = expiryMarks(marks, underlying, terms.expiry);
  return multiply(size, fromDecimal(forward), fromDouble(greeks(optionAt(terms, underlying, marks)).delta));
}

/** Black-76 price per unit of the underlying, at the marks or after a scenario's moves of forward and volatility. */
export function optionPrice(
  terms: OptionTerms,
  underlying: string,
  marks: Marks,
  scenario: Scenario | null,
  rule: VolatilityRule,
): number {
  const { forward } = expiryMarks(marks, underlying, terms.expiry);
  const option: { -readonly [K in keyof Option]: Option[K] } = optionAt(terms, underlying, marks);
  if (scenario?.kind === "move") {
    option.forward = toDouble(multiply(fromDecimal(forward), add(ONE, scenario.spot)));
    option.volatility = movedVolatility(option.volatility, scenario.volatility, daysTo(terms, marks), rule);
  } else if (scenario?.kind === "skew") {
    const tilt = smileTilt(ln(option.strike / option.forward), scenario.tilt, sqrt(option.time));
    option.volatility *= scenario.direction === "up" ? 1 + tilt : 1 - tilt;
  }
  return black76(option);
}

/** An option per unit of its underlying, at the marks. Throws MarksError. */
export function optionAt(terms: OptionTerms, underlying: string, marks: Marks): Option {
  const { forward, rate, volatility } = expiryMarks(marks, underlying, terms.expiry);
  const days = daysTo(terms, marks);
  if (days < 0) throw new MarksError(`"${terms.symbol}" expired at ${terms.expiry}, before these marks`);
  const time = days / DAYS_PER_YEAR;
  const [k, strike] = [fromDecimal(forward), fromDecimal(terms.strike)].map(toDouble) as [number, number];
  const quoted = volatility[terms.strike];
  if (quoted === undefined)
    throw new MarksError(
      `expiries.${underlying}.${terms.expiry}.volatility has no strike "${terms.strike}", which "${terms.symbol}" needs`,
    );
  return {
    kind: terms.kind,
    forward: k,
    strike,
    volatility: Number(quoted),
    time,
    discount: discountFactor(Number(rate), time),
  };
}

const daysTo = ({ expiry }: OptionTerms, { observedAt }: Marks): number =>
  (Date.parse(expiry) - Date.parse(observedAt)) / MILLISECONDS_PER_DAY;

/** Price of the underlying that a perp or future is marked at. */
export function linearMark(
  terms: Extract<InstrumentTerms, { kind: "perp" | "future" }>,
  underlying: string,
  marks: Marks,
): Rational {
  if (terms.kind === "future") return fromDecimal(expiryMarks(marks, underlying, terms.expiry).forward);
  const perp = marks.perps[terms.symbol];
  if (perp === undefined) throw new MarksError(`perps has no "${terms.symbol}"`);
  return fromDecimal(perp.mark);
}

/** Price of one whole asset or underlying. Throws MarksError when the file has none. */
export function spotOf(marks: Marks, symbol: string): Rational {
  const mark = marks.spot[symbol];
  if (mark === undefined) throw new MarksError(`spot has no "${symbol}"`);
  return fromDecimal(mark.price);
}

/** Marks of one expiry. Throws MarksError when the file has none. */
export function expiryMarks(
  marks: Marks,
  underlying: string,
  expiry: string,
): Marks["expiries"][string][string] {
  const found = marks.expiries[underlying]?.[expiry];
  if (found === undefined) throw new MarksError(`expiries.${underlying} has no "${expiry}"`);
  return found;
}
