import { pmrm2Discounts, pmrm2OptionValue } from "../../models/derive-pmrm2-expiry.ts";
import type { Pmrm2Parameters, Pmrm2Scenario } from "../../models/derive-pmrm2-types.ts";
import type { ExtraCoefficients, GroupCoefficients, InstrumentCoefficients } from "../matrix.ts";
import { PRICING_ERROR } from "../pricing.ts";
import {
  add,
  floor,
  fromDecimal,
  fromDouble,
  lowestTerms,
  maximum,
  multiply,
  negate,
  ONE,
  type Rational,
  subtract,
  ZERO,
} from "../rational.ts";
import type { Marks, PmrmGroup } from "../schemas.ts";
import { expiryMarks, MarksError, type OptionTerms } from "../valuation.ts";
import { confidenceOf, spotFactor } from "./derive-pmrm2-terms.ts";
import { checkUnit, type MarginFactors, unitScale } from "./units.ts";

const SECONDS_PER_YEAR = 365 * 86_400;

/** What all options of an underlying have in common. */
export interface OptionMarket {
  readonly group: PmrmGroup;
  readonly parameters: Pmrm2Parameters;
  readonly marks: Marks;
  readonly spot: Rational;
  readonly factors: MarginFactors;
  /** Margin factors as they are, at these marks. */
  readonly marginFactor: { readonly maintenance: Rational; readonly initial: Rational };
  /** Fractions of notional. */
  readonly naked: MarginFactors;
  /** What is charged of notional, given how sure the marks of an expiry are. */
  readonly doubt: (confidence: Rational) => Rational;
}

/** One expiry, with everything that its options' coefficients are made of. */
interface Expiry {
  readonly market: OptionMarket;
  readonly forward: Rational;
  /** Factors on the value of the expiry when it is positive, and when it is negative. */
  readonly gain: Rational;
  readonly loss: Rational;
  /** What counts of a basis move. */
  readonly basis: Rational;
  readonly doubt: Rational;
  /** Ascending. */
  readonly strikes: readonly Rational[];
  readonly price: (terms: OptionTerms, scenario: Pmrm2Scenario | null) => Rational;
}

/** An expiry's own columns and rows: it feeds its underlying's group, scenario by scenario, with weights of 1. */
export interface ExpiryGroup {
  readonly extraColumns: readonly string[];
  readonly coefficients: GroupCoefficients;
}

/**
 * The options of one expiry. With V the value of the expiry after a scenario, V0 at the marks, d the dampening, and all P&L
 * measured as factors.scale says, its columns are
 *
 *     scenario that moves   d (gain V - V0) - n                  and an extra column   d (loss - gain) V + n
 *     scenario that tilts   - a                                  and three             d (loss - gain) V + n,
 *                                                                d (gain V - V0) - n + a,  d (V0 - V) + a
 *     basis                 - b                                  and two               k (V_up - V0) + b,  k (V_down - V0) + b
 *     each strike                                                an extra column       sold - bought, as a charge, + e
 *
 * where n, a, b, e are extras, each the least that leaves no extra column below 0. So n is what a negative V loses beyond its
 * gain, a is max(V0 - D(V), V - V0) with the discount D by sign, b the worse of two basis moves, e what is sold naked.
 */
export function expiryGroup(
  market: OptionMarket,
  underlying: string,
  options: readonly OptionTerms[],
): ExpiryGroup {
  const expiry = expiryOf(market, underlying, options);
  const { scenarios } = market.group;
  const columns = expiryColumns(scenarios, expiry.strikes.map(strikeText));
  return {
    extraColumns: columns.names,
    coefficients: {
      instruments: options.map((terms) => optionCoefficients(expiry, terms)),
      max: { maintenance: 0n, initial: 0n },
      feed: Array.from({ length: scenarios.length + 1 }, () => FEED),
      hedges: [],
      extras: columns.extras(market.naked),
    },
  };
}

const NOTHING = { maintenance: 0n, initial: 0n };
const FEED = Object.freeze({ pos: { ...NOTHING, parent: 1n }, neg: { ...NOTHING, parent: -1n } });

function expiryOf(market: OptionMarket, underlying: string, options: readonly OptionTerms[]): Expiry {
  const { marks, parameters, group } = market;
  const { expiry } = options[0]!;
  const path = `expiries.${underlying}.${expiry}`;
  const marked = expiryMarks(marks, underlying, expiry);
  const secondsLeft = (Date.parse(expiry) - Date.parse(marks.observedAt)) / 1000;
  if (secondsLeft < 0)
    throw new MarksError(`"${options[0]!.symbol}" expired at ${expiry}, before these marks`);
  const at = { secondsLeft, forward: Number(marked.forward), rate: Number(marked.rate) };
  const { gain, loss } = pmrm2Discounts(at, parameters.discount);
  const years: Rational = { n: BigInt(secondsLeft), d: BigInt(SECONDS_PER_YEAR) };
  return {
    market,
    forward: fromDecimal(marked.forward),
    gain: fromDouble(gain),
    loss: fromDouble(loss),
    basis: add(fromDecimal(group.basis.add), multiply(fromDecimal(group.basis.perYear), years)),
    doubt: market.doubt(confidenceOf(marked, path)),
    strikes: distinct(options.map(({ strike }) => fromDecimal(strike))),
    price: ({ kind, strike, symbol }, scenario) => {
      const volatility = marked.volatility[strike];
      if (volatility === undefined)
        throw new MarksError(`${path}.volatility has no strike "${strike}", which "${symbol}" needs`);
      const option = { kind, strike: Number(strike), volatility: Number(volatility) };
      return fromDouble(pmrm2OptionValue(option, at, scenario, parameters));
    },
  };
}

function distinct(list: readonly Rational[]): Rational[] {
  const ascending = list.map(lowestTerms).sort((a, b) => (a.n * b.d < b.n * a.d ? -1 : 1));
  return ascending.filter((one, i) => i === 0 || !equal(one, ascending[i - 1]!));
}

const equal = (a: Rational, b: Rational): boolean => a.n * b.d === b.n * a.d;
const strikeText = ({ n, d }: Rational): string => String(Number(n) / Number(d));

/** Names of the extra columns and the extras that settle them, in the order of `optionCoefficients`. */
function expiryColumns(scenarios: PmrmGroup["scenarios"], strikes: readonly string[]) {
  const own = scenarios.length + 1;
  const tilts = [...scenarios.entries()].filter(([, { kind }]) => kind === "skew");
  const firstTilt = scenarios.length;
  const firstBasis = firstTilt + 2 * tilts.length;
  const firstStrike = firstBasis + 2;
  const names = [
    ...scenarios.map((_, s) => `what a negative value loses beyond its gain in scenario ${s}`),
    ...tilts.flatMap(([s]) => [`loss of scenario ${s}`, `gain of scenario ${s}`]),
    "basis up",
    "basis down",
    ...strikes.map((strike) => `sold naked at ${strike}`),
  ];
  const row = (charge: typeof NOTHING, lifted: readonly number[], burdened: readonly number[]) => {
    const columns = new Array<bigint>(own + names.length).fill(0n);
    for (const column of lifted) columns[own + column] = 1n;
    for (const column of burdened) columns[column] = -1n;
    return { ...charge, scenarios: columns };
  };
  const tiltOf = new Map(tilts.map(([s], i) => [s, firstTilt + 2 * i]));
  const extras = (naked: MarginFactors): ExtraCoefficients[] => [
    ...scenarios.map((_, s) => row(NOTHING, [s], [tiltOf.has(s) ? own + tiltOf.get(s)! : s])),
    ...tilts.map(([s]) => row(NOTHING, [tiltOf.get(s)!, tiltOf.get(s)! + 1], [s])),
    row(NOTHING, [firstBasis, firstBasis + 1], [scenarios.length]),
    ...strikes.map((_, k) =>
      row({ maintenance: -naked.maintenance, initial: -naked.initial }, [firstStrike + k], []),
    ),
  ];
  return { names, extras };
}

function optionCoefficients(expiry: Expiry, terms: OptionTerms): InstrumentCoefficients {
  const { market, gain, loss, basis } = expiry;
  const { group, parameters, factors, naked } = market;
  const size = fromDecimal(terms.contractSize);
  const unit = unitScale(terms.decimals);
  const notional = multiply(market.spot, size);
  const now = expiry.price(terms, null);
  const mark = multiply(size, now);
  checkUnit(`instrument "${terms.symbol}"`, terms.decimals, multiply(notional, unit), multiply(mark, unit));

  const measured = (value: Rational): bigint => floor(multiply(value, size, unit, factors.scale));
  const values = parameters.scenarios.map((scenario) => expiry.price(terms, scenario));
  const dampened = (s: number, value: Rational) =>
    measured(multiply(value, fromDecimal(group.scenarios[s]!.dampening)));
  const change = values.map((value, s) => dampened(s, subtract(multiply(value, gain), now)));
  const isTilt = (s: number) => group.scenarios[s]!.kind === "skew";
  const basisChange = (["upFactor", "downFactor"] as const).map((way) => {
    const scenario = { kind: "move", spotFactor: parameters.basis[way], volatility: "same" } as const;
    return measured(multiply(subtract(expiry.price(terms, { ...scenario, dampening: 1 }), now), basis));
  });
  const strike = fromDecimal(terms.strike);
  const sold = floor(multiply(notional, unit, naked.scale));

  const error = priceErrors(expiry, strike);
  const credit = (amount: Rational) => floor(multiply(amount, unit));
  const counted = (side: 1 | -1, level: "maintenance" | "initial") => {
    const err = multiply(size, add(error.now, multiply(error.worst, market.marginFactor[level])));
    const doubt = level === "initial" ? multiply(notional, expiry.doubt) : ZERO;
    return credit(subtract(side > 0 ? mark : negate(mark), add(err, doubt)));
  };
  return {
    value: credit(mark),
    maintenance: counted(1, "maintenance"),
    initial: counted(1, "initial"),
    scenarios: [
      ...change.map((amount, s) => (isTilt(s) ? 0n : amount)),
      0n,
      ...values.map((value, s) => dampened(s, multiply(value, subtract(loss, gain)))),
      ...values.flatMap((value, s) => (isTilt(s) ? [change[s]!, dampened(s, subtract(now, value))] : [])),
      ...basisChange,
      ...expiry.strikes.map((at) => (equal(at, strike) ? sold : 0n)),
    ],
    shortMaintenance: counted(-1, "maintenance"),
    shortInitial: counted(-1, "initial"),
  };
}

/** What the doubles behind the value at the marks, and behind the worst of the columns, may err, for one unit of the underlying. */
function priceErrors({ market, forward, loss, basis }: Expiry, strike: Rational) {
  const { group } = market;
  const bound = (move: string) => {
    const highest = multiply(forward, maximum(ONE, spotFactor(move)));
    return multiply(fromDouble(PRICING_ERROR), add(highest, strike));
  };
  const now = bound("0");
  const errors = [
    ...group.scenarios.map((scenario) =>
      multiply(
        fromDecimal(scenario.dampening),
        add(multiply(loss, bound(scenario.kind === "move" ? scenario.spot : "0")), now),
      ),
    ),
    ...[group.basis.up, group.basis.down].map((move) => multiply(basis, add(bound(move), now))),
  ];
  return { now, worst: errors.reduce(maximum, ZERO) };
}
