import type { ExtraCoefficients, InstrumentCoefficients } from "../matrix.ts";
import {
  ceil,
  divide,
  floor,
  fromDecimal,
  integer,
  isLess,
  multiply,
  negate,
  type Rational,
  subtract,
  ZERO,
} from "../rational.ts";
import type { GroupParameters, InstrumentTerms, Marks } from "../schemas.ts";
import { cashDelta, spotOf } from "../valuation.ts";
import { levelFactors, type MarginFactors, unitScale } from "./units.ts";

/** Scenarios after those of the grid, in which only extras lose; in this order in every group of a policy or cluster that has them. */
export const FLOORS = Object.freeze(["grossMinimum", "delta", "independent"] as const);
export type Floor = (typeof FLOORS)[number];

/** One extra: at least what each of its columns lacks. It is charged itself, or loses in a floor. */
export interface AddOn {
  readonly maintenance: bigint;
  readonly initial: bigint;
  readonly floor: Floor | null;
  readonly columns: readonly { readonly name: string; readonly perLong: readonly bigint[] }[];
}

/** A group's instruments with what its add-ons need of them. */
export interface AddOnGroup {
  readonly group: GroupParameters;
  readonly marks: Marks;
  /** Of the group's scenarios, and of what its maximum is charged. */
  readonly scale: Rational;
}

/**
 * Add-ons of a group, by extra. A short row's coefficient is minus the long's less one unit, so whatever is rounded is rounded up
 * for both sides: floors for what a long lacks, and for what a short lacks one unit less than the ceiling.
 */
export function addOnsOf(of: AddOnGroup): AddOn[] {
  const { grossMinimum, nakedShort, delta } = of.group;
  return [
    ...(nakedShort ? nakedShorts(of, nakedShort) : []),
    ...(grossMinimum ? grossMinima(of, grossMinimum) : []),
    ...(delta ? deltaAddOns(of, delta) : []),
  ];
}

/** What the gross part of a delta charge adds to the buffers of one contract, long or short; a fraction of quote. */
export function grossDelta(
  { delta, underlying, grid }: GroupParameters,
  terms: InstrumentTerms,
  marks: Marks,
  level: "maintenance" | "initial",
): Rational {
  if (delta?.as !== "charge") return ZERO;
  const size = magnitude(cashDelta(terms, underlying, marks, grid.settlementAverage));
  return multiply(HALF, fromDecimal(delta.hedged[level]), size);
}

/** Scenario numbers of floors follow those of the grid. */
export function addOnCoefficients(
  addOns: readonly AddOn[],
  floors: readonly Floor[],
  gridScenarios: number,
): readonly ExtraCoefficients[] {
  const columns = addOns.flatMap((addOn) => addOn.columns.map(() => addOn));
  return addOns.map((addOn) => ({
    maintenance: -addOn.maintenance,
    initial: -addOn.initial,
    scenarios: [
      ...Array.from({ length: gridScenarios }, () => 0n),
      ...floors.map((floor) => (floor === addOn.floor ? -1n : 0n)),
      ...columns.map((of) => (of === addOn ? 1n : 0n)),
    ],
  }));
}

/** An instrument's row with 0 in the floors, and what it has in the columns of the add-ons. */
export function withAddOns(
  row: InstrumentCoefficients,
  instrument: number,
  addOns: readonly AddOn[],
  floors: readonly Floor[],
): InstrumentCoefficients {
  const own = addOns.flatMap(({ columns }) => columns.map(({ perLong }) => perLong[instrument]!));
  return { ...row, scenarios: [...row.scenarios, ...floors.map(() => 0n), ...own] };
}

/** Per expiry and strike: at least what is sold beyond what is bought, calls and puts together. */
function nakedShorts(
  { group, marks }: AddOnGroup,
  rate: NonNullable<GroupParameters["nakedShort"]>,
): AddOn[] {
  if (!/[1-9]/.test(rate.initial)) return [];
  const { instruments, underlying, name } = group;
  const factors = levelFactors(
    `group "${name}", nakedShort`,
    fromDecimal(rate.maintenance),
    fromDecimal(rate.initial),
  );
  const seriesOf = (terms: InstrumentTerms) =>
    terms.kind === "call" || terms.kind === "put" ? `${terms.expiry} ${terms.strike}` : null;
  const series = [...new Set(instruments.flatMap((terms) => seriesOf(terms) ?? []))];
  return series.map((of) => ({
    ...charged(factors),
    columns: [
      {
        name: `naked shorts, ${of}`,
        perLong: instruments.map((terms) => {
          if (seriesOf(terms) !== of) return 0n;
          const notional = multiply(spotOf(marks, underlying), fromDecimal(terms.contractSize));
          return floor(multiply(notional, unitScale(terms.decimals), factors.scale));
        }),
      },
    ],
  }));
}

/** Per instrument: at least its charge for the position, whichever side it has. */
function grossMinima(
  { group, marks, scale }: AddOnGroup,
  rates: NonNullable<GroupParameters["grossMinimum"]>,
): AddOn[] {
  const notional = ({ contractSize }: InstrumentTerms) =>
    multiply(spotOf(marks, group.underlying), fromDecimal(contractSize));
  return group.instruments.flatMap((terms, n) => {
    const isLinear = terms.kind === "perp" || terms.kind === "future";
    const charge = (kind: keyof typeof rates) =>
      multiply(notional(terms), fromDecimal(rates[kind]), unitScale(terms.decimals), scale);
    const sides = {
      long: charge(isLinear ? "linear" : "optionLong"),
      short: charge(isLinear ? "linear" : "optionShort"),
    };
    return grossOf(group, n, sides, "grossMinimum", "minimum charge");
  });
}

/** net |D| + hedged H = (net - hedged / 2) |D| + hedged / 2 gross, of which the gross part of a charge stands in the buffers. */
function deltaAddOns(
  { group, marks, scale }: AddOnGroup,
  delta: NonNullable<GroupParameters["delta"]>,
): AddOn[] {
  const { instruments, underlying, name, grid } = group;
  const deltas = instruments.map((terms) =>
    multiply(cashDelta(terms, underlying, marks, grid.settlementAverage), unitScale(terms.decimals)),
  );
  const part = (net: string, hedged: string) =>
    subtract(fromDecimal(net), multiply(HALF, fromDecimal(hedged)));
  const netOf = (factor: Rational, how: Pick<AddOn, "maintenance" | "initial" | "floor">): AddOn[] => {
    if (factor.n === 0n) return [];
    const sides = [deltas, deltas.map(negate)].map((signed, side) => ({
      name: `net delta, ${side === 0 ? "short" : "long"}`,
      perLong: signed.map((d) => floor(multiply(d, factor))),
    }));
    return [{ ...how, columns: sides }];
  };
  if (delta.as === "charge") {
    const [maintenance, initial] = (["maintenance", "initial"] as const).map((level) =>
      part(delta.net[level], delta.hedged[level]),
    );
    if (initial!.n === 0n) return [];
    const factors = levelFactors(`group "${name}", delta`, maintenance!, initial!);
    return netOf(factors.scale, charged(factors));
  }
  const gross = multiply(HALF, fromDecimal(delta.hedged), scale);
  return [
    ...instruments.flatMap((_, n) => {
      const charge = multiply(magnitude(deltas[n]!), gross);
      return grossOf(group, n, { long: charge, short: charge }, "delta", "gross delta");
    }),
    ...netOf(multiply(part(delta.net, delta.hedged), scale), { ...IN_FLOOR, floor: "delta" }),
  ];
}

/** What a member of a cluster loses in its own worst scenario, in part; `pnl` by instrument, then scenario of the grid, per long unit. */
export function independentLoss(
  pnl: readonly (readonly Rational[])[],
  labels: readonly string[],
  share: Rational,
): AddOn[] {
  if (share.n === 0n) return [];
  return [
    {
      ...IN_FLOOR,
      floor: "independent",
      columns: labels.map((label, s) => ({
        name: `own loss, ${label}`,
        perLong: pnl.map((row) => floor(multiply(row[s]!, share))),
      })),
    },
  ];
}

/** At least so much for each unit of one instrument held, long or short; loses in a floor. */
export function grossOf(
  { instruments }: GroupParameters,
  n: number,
  { long, short }: { long: Rational; short: Rational },
  floorName: Floor,
  what: string,
): AddOn[] {
  const of = (amount: bigint) => instruments.map((_, i) => (i === n ? amount : 0n));
  const columns = [
    ...(long.n === 0n ? [] : [{ name: `${what}, ${instruments[n]!.symbol} long`, perLong: of(-ceil(long)) }]),
    ...(short.n === 0n
      ? []
      : [{ name: `${what}, ${instruments[n]!.symbol} short`, perLong: of(ceil(short) - 1n) }]),
  ];
  return columns.length === 0 ? [] : [{ ...IN_FLOOR, floor: floorName, columns }];
}

const HALF = divide(integer(1n), integer(2n));
const IN_FLOOR = Object.freeze({ maintenance: 0n, initial: 0n });
const charged = ({ maintenance, initial }: MarginFactors) => ({ maintenance, initial, floor: null });
const magnitude = (a: Rational): Rational => (isLess(a, ZERO) ? negate(a) : a);
