import { COEFFICIENT_BITS, MONEY_DECIMALS } from "../constants.ts";
import { canonicalHash } from "./canonical.ts";
import { type ScenarioGrid, scenarioGrid, scenarioName, scenarioWeight, spotMove } from "./grid.ts";
import { checkMarks } from "./marks.ts";
import {
  type AssetCoefficients,
  checkCoefficients,
  type GroupCoefficients,
  type HedgeCoefficients,
  type InstrumentCoefficients,
  type PolicyCoefficients,
  policyHash,
} from "./matrix.ts";
import { PRICING_ERROR } from "./pricing.ts";
import {
  add,
  ceil,
  divide,
  floor,
  fromDecimal,
  fromDouble,
  integer,
  lowestTerms,
  maximum,
  minimum,
  multiply,
  ONE,
  powerOfTen,
  type Rational,
  subtract,
  ZERO,
} from "./rational.ts";
import { type HoldingRow, rowTableOf } from "./row-table.ts";
import {
  type GroupParameters,
  type InstrumentTerms,
  type Marks,
  PolicyFileError,
  parseMarks,
  parseRiskParameters,
  type RiskParameters,
} from "./schemas.ts";
import { type GroupShape, type Layout, layoutOf, type Shape } from "./shape.ts";
import { spotOf, type Valuation, valueInstrument } from "./valuation.ts";

/** One unit of any row is worth at least this many money units, so that rounding to whole ones stays below 10^-5 of it. */
export const MIN_UNIT_VALUE = 100_000n;
/** Terms of the ratio of the margin factors are at most this: rounding a maximum costs that many money units. */
const MAX_FACTOR_TERM = 1_000n;

/** A policy as integers, with the names that give them a meaning. Frozen. */
export interface CompiledPolicy {
  readonly riskParameters: RiskParameters;
  readonly marks: Marks;
  readonly coefficients: PolicyCoefficients;
  readonly layout: Layout;
  /** Every holding row that has a name; rows of padding have none and may not be held. */
  readonly rowTable: readonly HoldingRow[];
  /** By group of the policy, its scenarios in words, in column order (padding has none). */
  readonly scenarioNames: readonly (readonly string[])[];
  readonly policyHash: bigint;
  readonly descriptorHash: bigint;
}

/**
 * Compiles the two files of a policy; anyone who has them gets the same integers. Credits are rounded down and charges
 * up, each once. Haircuts, buffers and linear P&L are exact fractions until then; an option's price is a double taken
 * exactly, and both its sides are charged for what the double may err.
 * Throws PolicyFileError, MarksError, or a RangeError that says what to change when a number does not fit.
 */
export function compilePolicy(riskParameterFile: unknown, marksFile: unknown): CompiledPolicy {
  const riskParameters = parseRiskParameters(riskParameterFile);
  const marks = parseMarks(marksFile);
  checkMarks(riskParameters, marks);
  const grids = riskParameters.groups.map((group) => scenarioGrid(group.grid));
  const factors = marginFactors(riskParameters);
  const assets = riskParameters.collateral.map((asset) => assetCoefficients(asset, marks));
  const buffer = bufferGrowth(riskParameters);
  const groups = riskParameters.groups.map((group, g) =>
    groupCoefficients(group, grids[g]!, riskParameters, marks, factors, buffer),
  );
  const shape = riskParameters.shape ?? smallestShape(riskParameters, grids);
  const coefficients = padded({ shape, assets, groups }, riskParameters, factors);
  const layout = layoutOf(shape);
  const rowTable = rowTableOf(riskParameters, layout);
  checkCoefficients(coefficients);
  // Hashing takes longer than all the rest, and a policy that is only tried out (another price, say) is never hashed.
  let hash: bigint | undefined;
  let descriptor: bigint | undefined;
  return Object.freeze({
    riskParameters,
    marks,
    coefficients,
    layout,
    rowTable,
    scenarioNames: grids.map((grid) => grid.scenarios.map(scenarioName)),
    get policyHash() {
      hash ??= policyHash(coefficients);
      return hash;
    },
    get descriptorHash() {
      descriptor ??= canonicalHash({ riskParameters, marks, rowTable });
      return descriptor;
    },
  });
}

/**
 * The margin factors as integers: with initial : maintenance = p : q in lowest terms, scenario P&L is measured in
 * initial / p of a quote unit, and a group's maximum is charged -p in initial and -q in maintenance.
 */
export interface MarginFactors {
  readonly initial: bigint;
  readonly maintenance: bigint;
  /** Quote per unit of measured P&L, inverted: what P&L is multiplied with. */
  readonly scale: Rational;
}

export function marginFactors({ marginFactor }: RiskParameters): MarginFactors {
  const initial = fromDecimal(marginFactor.initial);
  const ratio = lowestTerms(divide(initial, fromDecimal(marginFactor.maintenance)));
  if (ratio.n > MAX_FACTOR_TERM) {
    throw new PolicyFileError("risk parameters", [
      `marginFactor: initial : maintenance is ${ratio.n} : ${ratio.d} in lowest terms; expected terms up to ${MAX_FACTOR_TERM}`,
    ]);
  }
  return { initial: ratio.n, maintenance: ratio.d, scale: divide(initial, integer(ratio.n)) };
}

/** Factor on all buffers: 1 + cardinalityAddOn * (number of accepted assets)^2. */
function bufferGrowth({ cardinalityAddOn, collateral }: RiskParameters): Rational {
  if (cardinalityAddOn === undefined) return ONE;
  return add(ONE, multiply(fromDecimal(cardinalityAddOn), integer(BigInt(collateral.length) ** 2n)));
}

/** Money units per quote in one unit of a row of so many decimals. */
const unitScale = (decimals: number): Rational => powerOfTen(MONEY_DECIMALS - decimals);

function assetCoefficients(asset: RiskParameters["collateral"][number], marks: Marks): AssetCoefficients {
  const { symbol, decimals, weight, debtWeight } = asset;
  const value = multiply(spotOf(marks, symbol), unitScale(decimals));
  const weighted = (by: string) => multiply(value, fromDecimal(by));
  checkUnit(`asset "${symbol}"`, decimals, value, weighted(debtWeight.initial));
  return {
    // One number values what is owned and what is owed, so rounding it cannot favour either in the sum over all accounts.
    value: floor(value),
    maintenance: floor(weighted(weight.maintenance)),
    initial: floor(weighted(weight.initial)),
    debtMaintenance: -ceil(weighted(debtWeight.maintenance)),
    debtInitial: -ceil(weighted(debtWeight.initial)),
  };
}

function groupCoefficients(
  group: GroupParameters,
  grid: ScenarioGrid,
  riskParameters: RiskParameters,
  marks: Marks,
  factors: MarginFactors,
  buffer: Rational,
): GroupCoefficients {
  return {
    instruments: group.instruments.map((terms) => {
      const valuation = valueInstrument(terms, group.underlying, grid, marks);
      return instrumentCoefficients(terms, group, grid, valuation, riskParameters, factors, buffer);
    }),
    max: { maintenance: -factors.maintenance, initial: -factors.initial },
    hedges: group.hedge ? [hedgeCoefficients(group.hedge, grid, riskParameters, marks, factors)] : [],
  };
}

function instrumentCoefficients(
  terms: InstrumentTerms,
  group: GroupParameters,
  grid: ScenarioGrid,
  { notional, mark, pnl, errorScale }: Valuation,
  { marginFactor }: RiskParameters,
  factors: MarginFactors,
  buffer: Rational,
): InstrumentCoefficients {
  const unit = unitScale(terms.decimals);
  const weights = grid.scenarios.map(scenarioWeight);
  checkUnit(`instrument "${terms.symbol}"`, terms.decimals, multiply(notional, unit), multiply(mark, unit));
  // A scenario column has one number for both sides, so it cannot lean to either; what the two doubles behind it may
  // err is charged here instead, to both.
  const error = multiply(
    fromDouble(2 * PRICING_ERROR),
    weights.map((weight, s) => multiply(weight, errorScale[s]!)).reduce(maximum, ZERO),
  );
  const isLinear = terms.kind === "perp" || terms.kind === "future";
  const charges = (level: "maintenance" | "initial") => {
    const doubt = multiply(error, add(ONE, fromDecimal(marginFactor[level])));
    const cost = (kind: keyof GroupParameters["buffers"]) =>
      multiply(notional, fromDecimal(group.buffers[kind][level]), buffer);
    // Whoever owns an option can let it go: it never costs its owner more than its mark.
    const long = isLinear ? cost("linear") : minimum(cost("optionLong"), mark);
    const short = isLinear ? cost("linear") : cost("optionShort");
    return { long: add(long, doubt), short: add(short, doubt) };
  };
  const [maintenance, initial] = [charges("maintenance"), charges("initial")];
  const credit = (amount: Rational) => floor(multiply(amount, unit));
  const charge = (amount: Rational) => -ceil(multiply(amount, unit));
  return {
    value: credit(mark),
    maintenance: credit(subtract(mark, maintenance.long)),
    initial: credit(subtract(mark, initial.long)),
    scenarios: pnl.map((amount, s) => credit(multiply(amount, weights[s]!, factors.scale))),
    shortMaintenance: charge(add(mark, maintenance.short)),
    shortInitial: charge(add(mark, initial.short)),
  };
}

function hedgeCoefficients(
  { asset, refund }: NonNullable<GroupParameters["hedge"]>,
  grid: ScenarioGrid,
  { collateral }: RiskParameters,
  marks: Marks,
  { scale }: MarginFactors,
): HedgeCoefficients {
  const { decimals } = collateral.find((c) => c.symbol === asset)!;
  const value = multiply(spotOf(marks, asset), unitScale(decimals));
  return {
    maintenance: floor(multiply(value, fromDecimal(refund.maintenance))),
    initial: floor(multiply(value, fromDecimal(refund.initial))),
    scenarios: grid.scenarios.map((scenario) =>
      floor(multiply(value, spotMove(scenario), scenarioWeight(scenario), scale)),
    ),
  };
}

function checkUnit(what: string, decimals: number, worth: Rational, ...others: Rational[]): void {
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

function smallestShape(riskParameters: RiskParameters, grids: readonly ScenarioGrid[]): Shape {
  const { collateral, groups } = riskParameters;
  return {
    assets: collateral.length,
    groups: groups.map((group, g) => ({
      instruments: group.instruments.length,
      scenarios: grids[g]!.scenarios.length,
      hedges: hedgedAssets(group, riskParameters),
    })),
  };
}

function hedgedAssets(group: GroupParameters, { collateral }: RiskParameters): number[] {
  return group.hedge ? [collateral.findIndex((c) => c.symbol === group.hedge!.asset)] : [];
}

/** The same policy with zero rows and columns up to its shape. Throws a PolicyFileError when the shape is too small. */
function padded(
  { shape, assets, groups }: PolicyCoefficients,
  riskParameters: RiskParameters,
  factors: MarginFactors,
): PolicyCoefficients {
  const problems: string[] = [];
  const room = (what: string, needed: number, has: number) => {
    if (needed > has) problems.push(`shape: ${what}: ${needed} needed, the shape has ${has}`);
  };
  room("assets", assets.length, shape.assets);
  room("groups", groups.length, shape.groups.length);
  const none: GroupCoefficients = {
    instruments: [],
    max: { maintenance: -factors.maintenance, initial: -factors.initial },
    hedges: [],
  };
  const paddedGroups = shape.groups.map((of, g) => {
    const group = groups[g] ?? none;
    const parameters = riskParameters.groups[g];
    const name = `group "${parameters?.name ?? g}"`;
    room(`${name}, instruments`, group.instruments.length, of.instruments);
    for (const { scenarios } of [...group.instruments, ...group.hedges].slice(0, 1))
      room(`${name}, scenarios`, scenarios.length, of.scenarios);
    const hedged = parameters ? hedgedAssets(parameters, riskParameters) : [];
    for (const asset of hedged) {
      if (!of.hedges.includes(asset)) problems.push(`shape: ${name}: asset ${asset} is not among its hedges`);
    }
    return padGroup(group, of, hedged);
  });
  if (problems.length > 0) throw new PolicyFileError("risk parameters", problems);
  return { shape, assets: fill(assets, shape.assets, ZERO_ASSET), groups: paddedGroups };
}

function padGroup(group: GroupCoefficients, of: GroupShape, hedged: readonly number[]): GroupCoefficients {
  const scenarios = (of_: readonly bigint[]) => fill(of_, of.scenarios, 0n);
  const instruments = group.instruments.map((row) => ({ ...row, scenarios: scenarios(row.scenarios) }));
  const zeros = scenarios([]);
  return {
    instruments: fill(instruments, of.instruments, { ...ZERO_INSTRUMENT, scenarios: zeros }),
    max: group.max,
    hedges: of.hedges.map((asset) => {
      const row = group.hedges[hedged.indexOf(asset)];
      return row
        ? { ...row, scenarios: scenarios(row.scenarios) }
        : { maintenance: 0n, initial: 0n, scenarios: zeros };
    }),
  };
}

function fill<T>(list: readonly T[], length: number, padding: T): T[] {
  return [...list, ...Array.from({ length: Math.max(0, length - list.length) }, () => padding)];
}

const ZERO_ASSET: AssetCoefficients = Object.freeze({
  value: 0n,
  maintenance: 0n,
  initial: 0n,
  debtMaintenance: 0n,
  debtInitial: 0n,
});
const ZERO_INSTRUMENT = Object.freeze({
  value: 0n,
  maintenance: 0n,
  initial: 0n,
  shortMaintenance: 0n,
  shortInitial: 0n,
});
