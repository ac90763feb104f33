import { scenarioLabel } from "../grid.ts";
import type { ExtraCoefficients, InstrumentCoefficients } from "../matrix.ts";
import type { ColumnLabel, ModelGroup, ModelPolicy } from "../model.ts";
import {
  add,
  ceil,
  floor,
  fromDecimal,
  integer,
  maximum,
  multiply,
  negate,
  type Rational,
  subtract,
  ZERO,
} from "../rational.ts";
import { riskArrayOf, spanGrid } from "../risk-arrays.ts";
import type { InstrumentTerms, Marks, SpanGroupParameters, SpanPolicyParameters } from "../schemas.ts";
import { linearMark, spotOf } from "../valuation.ts";
import { assetCoefficients } from "./collateral.ts";
import { checkUnit, type MarginFactors, marginFactors, unitScale } from "./units.ts";

const isOption = ({ kind }: InstrumentTerms): boolean => kind === "call" || kind === "put";

/**
 * Model "span": one group per combined commodity, whose maximum is its requirement. An option's mark therefore counts in the
 * group's scenarios, where what is left of it cannot help another commodity, and not in the margins.
 */
export function compileSpan(riskParameters: SpanPolicyParameters, marks: Marks): ModelPolicy {
  const factors = marginFactors(riskParameters.marginFactor);
  const max = { maintenance: -factors.maintenance, initial: -factors.initial };
  return {
    assets: riskParameters.collateral.map((asset) => assetCoefficients(asset, marks)),
    groups: riskParameters.groups.map((group): ModelGroup => {
      const columns = columnsOf(group);
      const { name, underlying, instruments } = group;
      return {
        name,
        underlying,
        instruments,
        scenarios: columns.scenarios.map(({ label }) => label),
        extraColumns: columns.extra.map(({ words }) => words),
        scale: factors.scale,
        hedged: [],
        coefficients: {
          instruments: instruments.map((terms) => {
            return instrumentCoefficients(terms, group, columns, riskParameters, marks, factors);
          }),
          max,
          hedges: [],
          ...(columns.extras.length === 0 ? {} : { extras: columns.extras }),
        },
      };
    }),
    paddingMax: max,
  };
}

/** A column in which what a contract loses is its own change of value, if any, and a charge on its delta. */
interface ScenarioColumn {
  readonly label: ColumnLabel;
  /** Number in the risk array; null for a column in which prices stand still. */
  readonly array: number | null;
  /** Part of the calendar rate that a unit of long delta is charged here. */
  readonly onDelta: -1n | 0n | 1n;
  /** Whether the charges on months count here, and those on options sold. */
  readonly months: boolean;
  readonly sold: boolean;
}

/** A column of a group that only one extra lifts. */
interface ExtraColumn {
  readonly words: string;
  /** What one long contract adds; quote. */
  readonly of: (terms: InstrumentTerms, delta: Rational) => Rational;
}

interface Columns {
  readonly scenarios: readonly ScenarioColumn[];
  readonly extra: readonly ExtraColumn[];
  readonly extras: readonly ExtraCoefficients[];
  /** Half of the highest calendar rate. */
  readonly rate: Rational;
}

/**
 * Scenarios 1 to 16; one in which nothing moves, since scan risk is never below 0; one in which only options sold lose. Then two
 * columns per contract month, which make an extra at least half the rate of its delta, long or short, and one per option,
 * which makes an extra at least the minimum of those sold.
 *
 * The calendar charge on pairs of long and short delta is at most rate (gross - |net|) / 2, and so at most half the rate of gross
 * less any part of half the rate of net: less all of it where the price falls, and more where it rises.
 */
function columnsOf(group: SpanGroupParameters): Columns {
  const { calendar, shortOptionMinimum } = group;
  const rates = (calendar?.spreads ?? []).map(({ charge }) => fromDecimal(charge));
  const rate = multiply(rates.reduce(maximum, ZERO), { n: 1n, d: 2n });
  const months = rate.n > 0n ? calendar!.months : [];
  const minimum = fromDecimal(shortOptionMinimum);
  const options = minimum.n > 0n ? group.instruments.filter(isOption) : [];

  const scenarios: ScenarioColumn[] = spanGrid(group).scenarios.map((scenario, array) => {
    const move = scenario.kind === "move" ? scenario.spot.n : 0n;
    const onDelta = move > 0n ? 1n : move < 0n ? -1n : 0n;
    return { label: scenarioLabel(scenario), array, onDelta, months: true, sold: false };
  });
  const still = { label: { name: "no move", move: null }, array: null, onDelta: 0n } as const;
  scenarios.push({ ...still, months: true, sold: false });
  if (options.length > 0) {
    const label = { name: "short-option minimum", move: null };
    scenarios.push({ ...still, label, months: false, sold: true });
  }

  const extra: ExtraColumn[] = [
    ...months.flatMap(({ name }) => {
      const delta = (terms: InstrumentTerms, of: Rational) =>
        monthOf(terms, months) === name ? multiply(of, rate) : ZERO;
      return [
        { words: `calendar charge on ${name} short`, of: delta },
        {
          words: `calendar charge on ${name} long`,
          of: (terms: InstrumentTerms, of: Rational) => negate(delta(terms, of)),
        },
      ];
    }),
    ...options.map(({ symbol }) => ({
      words: `minimum of ${symbol} sold`,
      of: (terms: InstrumentTerms) => (terms.symbol === symbol ? minimum : ZERO),
    })),
  ];
  const extraOf = (charged: (column: ScenarioColumn) => boolean, lifted: readonly number[]) => ({
    maintenance: 0n,
    initial: 0n,
    scenarios: [
      ...scenarios.map((column) => (charged(column) ? -1n : 0n)),
      ...extra.map((_, e) => (lifted.includes(e) ? 1n : 0n)),
    ],
  });
  const extras = [
    ...months.map((_, m) => extraOf((column) => column.months, [2 * m, 2 * m + 1])),
    ...options.map((_, o) => extraOf((column) => column.sold, [2 * months.length + o])),
  ];
  return { scenarios, extra, extras, rate };
}

type Months = NonNullable<SpanGroupParameters["calendar"]>["months"];

/** Name of an instrument's contract month: the schema sees to it that there is one. */
export function monthOf(terms: InstrumentTerms, months: Months): string {
  if (terms.kind === "perp") return months[0]!.name;
  const expiry = Date.parse(terms.expiry);
  return months.find(({ until }) => Date.parse(until) >= expiry)!.name;
}

function instrumentCoefficients(
  terms: InstrumentTerms,
  group: SpanGroupParameters,
  { scenarios, extra, rate }: Columns,
  { marginFactor }: SpanPolicyParameters,
  marks: Marks,
  { scale }: MarginFactors,
): InstrumentCoefficients {
  const { pnl, delta, value, error } = riskArrayOf(terms, group, marks);
  const unit = unitScale(terms.decimals);
  const size = fromDecimal(terms.contractSize);
  const price =
    terms.kind === "perp" || terms.kind === "future"
      ? linearMark(terms, group.underlying, marks)
      : spotOf(marks, group.underlying);
  checkUnit(
    `instrument "${terms.symbol}"`,
    terms.decimals,
    multiply(price, size, unit),
    multiply(value, unit),
  );
  const mark = floor(multiply(value, unit));
  const inColumn = (amount: Rational) => floor(multiply(amount, scale));
  // Scenarios count the mark as the value column does, rounded down; who owes it is charged the unit that this may lack.
  const charges = (level: "maintenance" | "initial") => {
    const doubt = multiply(error, unit);
    const lacks = isOption(terms) ? add(doubt, integer(1n)) : doubt;
    const charge = (amount: Rational) => -ceil(multiply(amount, fromDecimal(marginFactor[level])));
    return { long: charge(doubt), short: charge(lacks) };
  };
  const [maintenance, initial] = [charges("maintenance"), charges("initial")];
  return {
    value: mark,
    maintenance: maintenance.long,
    initial: initial.long,
    scenarios: [
      ...scenarios.map(({ array, onDelta }) => {
        const moved = array === null ? ZERO : pnl[array]!;
        const charged = subtract(moved, multiply(integer(onDelta), rate, delta));
        return inColumn(add(integer(mark), multiply(charged, unit)));
      }),
      ...extra.map(({ of }) => inColumn(multiply(of(terms, delta), unit))),
    ],
    shortMaintenance: maintenance.short,
    shortInitial: initial.short,
  };
}
