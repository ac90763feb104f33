import { greeks } from "./greeks.ts";
import { scenarioGrid, scenarioWeight } from "./grid.ts";
import { PRICING_ERROR } from "./pricing.ts";
import { fromDecimal, fromDouble, maximum, multiply, type Rational, ZERO } from "./rational.ts";
import type { InstrumentTerms, Marks, SpanGroupParameters } from "./schemas.ts";
import { optionAt, valueInstrument } from "./valuation.ts";

/** What SPAN knows of one long contract; in quote, exact. */
export interface RiskArray {
  /** Change of value in scenarios 1 to 16, profit positive, the two extremes covered in part. */
  readonly pnl: readonly Rational[];
  /** Composite delta, in units of the underlying. */
  readonly delta: Rational;
  /** Mark of an option; 0 for perps and futures. */
  readonly value: Rational;
  /** What value and change of value may err together, 0 for published arrays. */
  readonly error: Rational;
}

/** SPAN's scenarios for a commodity: seven prices with volatility up and down, then two extremes. */
export const spanGrid = ({ scan: { range, volatility } }: SpanGroupParameters) =>
  scenarioGrid({ preset: "span-16", range, ...(volatility === undefined ? {} : { volatility }) });

/**
 * The risk array that the marks publish for an instrument, or else the one that the scan ranges of its commodity give by Black-76,
 * with the delta at the marks in place of a composite one. Throws MarksError.
 */
export function riskArrayOf(terms: InstrumentTerms, group: SpanGroupParameters, marks: Marks): RiskArray {
  const published = marks.riskArrays?.[terms.symbol];
  if (published !== undefined) {
    const { array, delta, value = "0" } = published;
    return {
      pnl: array.map(fromDecimal),
      delta: fromDecimal(delta),
      value: fromDecimal(value),
      error: ZERO,
    };
  }
  const { underlying } = group;
  const grid = spanGrid(group);
  const weights = grid.scenarios.map(scenarioWeight);
  const { mark, pnl, errorScale } = valueInstrument(terms, underlying, grid, marks);
  const size = fromDecimal(terms.contractSize);
  const isLinear = terms.kind === "perp" || terms.kind === "future";
  return {
    pnl: pnl.map((amount, s) => multiply(amount, weights[s]!)),
    delta: isLinear ? size : multiply(size, fromDouble(greeks(optionAt(terms, underlying, marks)).delta)),
    value: mark,
    error: multiply(fromDouble(2 * PRICING_ERROR), errorScale.reduce(maximum, ZERO)),
  };
}
