import { COEFFICIENT_BITS, MONEY_DECIMALS } from "../../constants.ts";
import {
  ceil,
  divide,
  floor,
  fromDecimal,
  integer,
  isLess,
  lowestTerms,
  multiply,
  powerOfTen,
  type Rational,
} from "../rational.ts";
import { PolicyFileError } from "../schemas.ts";

/** One unit of any row is worth at least this many money units, so that rounding to whole ones stays below 10^-5 of it. */
export const MIN_UNIT_VALUE = 100_000n;
/** Terms of the ratio of the margin factors are at most this: rounding a maximum costs that many money units. */
const MAX_FACTOR_TERM = 1_000n;

/** Money units per quote in one unit of a row of so many decimals. */
export const unitScale = (decimals: number): Rational => powerOfTen(MONEY_DECIMALS - decimals);

/**
 * The margin factors as integers: with initial : maintenance = p : q in lowest terms, scenario P&L is measured in
 * initial / p of a quote unit, and a group's maximum is charged -p in initial and -q in maintenance.
 */
export interface MarginFactors {
  readonly initial: bigint;
  readonly maintenance: bigint;
  /** Measured P&L is money times this. */
  readonly scale: Rational;
}

/** Throws a PolicyFileError when the ratio has no small terms. */
export function marginFactors(marginFactor: { maintenance: string; initial: string }): MarginFactors {
  const [maintenance, initial] = [fromDecimal(marginFactor.maintenance), fromDecimal(marginFactor.initial)];
  return levelFactors("marginFactor", maintenance, initial);
}

/**
 * The same for any charge that has a rate at each level, of what is then measured in quote. Initial is above 0 and at least
 * maintenance. `where` is the field in messages.
 */
export function levelFactors(where: string, maintenance: Rational, initial: Rational): MarginFactors {
  if (maintenance.n === 0n) return { initial: 1n, maintenance: 0n, scale: initial };
  const ratio = lowestTerms(divide(initial, maintenance));
  if (ratio.n > MAX_FACTOR_TERM) {
    throw new PolicyFileError("risk parameters", [
      `${where}: initial : maintenance is ${ratio.n} : ${ratio.d} in lowest terms; expected terms up to ${MAX_FACTOR_TERM}`,
    ]);
  }
  return { initial: ratio.n, maintenance: ratio.d, scale: divide(initial, integer(ratio.n)) };
}

/**
 * Two charges of at least 0, initial no less than maintenance, as whole numbers of one measure that are at least what is asked:
 * exact where their ratio has small terms, else the initial charge is raised to the next ratio that has (by at most a five-hundredth),
 * or, where it is more than a thousand times the other, the maintenance charge to a thousandth of it.
 */
export function levelTerms(maintenance: Rational, initial: Rational): MarginFactors {
  if (maintenance.n === 0n) return { initial: initial.n === 0n ? 0n : 1n, maintenance: 0n, scale: initial };
  const ratio = lowestTerms(divide(initial, maintenance));
  const exact = { initial: ratio.n, maintenance: ratio.d, scale: divide(maintenance, integer(ratio.d)) };
  if (ratio.n <= MAX_FACTOR_TERM) return exact;
  let best: Rational | undefined;
  for (let d = 1n; d <= MAX_FACTOR_TERM; d++) {
    const above = { n: ceil(multiply(ratio, integer(d))), d };
    if (above.n <= MAX_FACTOR_TERM && (best === undefined || isLess(above, best))) best = above;
  }
  if (best === undefined)
    return { initial: MAX_FACTOR_TERM, maintenance: 1n, scale: divide(initial, integer(MAX_FACTOR_TERM)) };
  return { initial: best.n, maintenance: best.d, scale: divide(maintenance, integer(best.d)) };
}

/** Throws a RangeError that says what to change when a unit of a row is worth too little for its rounding, or too much. */
export function checkUnit(what: string, decimals: number, worth: Rational, ...others: Rational[]): void {
  if (floor(worth) < MIN_UNIT_VALUE) {
    let fewer = decimals;
    while (fewer >= 0 && floor(multiply(worth, powerOfTen(decimals - fewer))) < MIN_UNIT_VALUE) fewer--;
    const advice = fewer >= 0 ? `use at most ${fewer} decimals` : "list it in larger lots";
    throw new RangeError(
      `${what}: one unit (10^-${decimals}) is worth ${floor(worth)} money units of 10^-12 quote, expected at least ${MIN_UNIT_VALUE}: ${advice}`,
    );
  }
  const limit = 1n << COEFFICIENT_BITS;
  if ([worth, ...others].some((value) => ceil(value) >= limit)) {
    throw new RangeError(
      `${what}: one unit (10^-${decimals}) is worth 2^96 money units or more: use more decimals`,
    );
  }
}
