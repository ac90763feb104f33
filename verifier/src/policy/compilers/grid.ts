import { type ScenarioGrid, scenarioGrid, scenarioLabel, scenarioWeight, spotMove } from "../grid.ts";
import type { HedgeCoefficients, InstrumentCoefficients } from "../matrix.ts";
import type { ModelGroup, ModelPolicy } from "../model.ts";
import { PRICING_ERROR } from "../pricing.ts";
import {
  add,
  ceil,
  floor,
  fromDecimal,
  fromDouble,
  integer,
  maximum,
  minimum,
  multiply,
  ONE,
  type Rational,
  subtract,
  ZERO,
} from "../rational.ts";
import type { GridParameters, GroupParameters, InstrumentTerms, Marks } from "../schemas.ts";
import { spotOf, type Valuation, valueInstrument } from "../valuation.ts";
import { assetCoefficients } from "./collateral.ts";
import { checkUnit, type MarginFactors, marginFactors, unitScale } from "./units.ts";

/** Model "grid": the worst of a grid of scenarios per group, buffers, one hedging asset per group; groups are summed. */
export function compileGrid(riskParameters: GridParameters, marks: Marks): ModelPolicy {
  const factors = marginFactors(riskParameters.marginFactor);
  const buffer = bufferGrowth(riskParameters);
  const assets = riskParameters.collateral.map((asset) => assetCoefficients(asset, marks));
  const max = { maintenance: -factors.maintenance, initial: -factors.initial };
  const groups = riskParameters.groups.map((group): ModelGroup => {
    const grid = scenarioGrid(group.grid);
    const { name, underlying, hedge } = group;
    return {
      name,
      underlying,
      instruments: group.instruments,
      scenarios: grid.scenarios.map(scenarioLabel),
      extraColumns: [],
      scale: factors.scale,
      hedged: hedge ? [riskParameters.collateral.findIndex((c) => c.symbol === hedge.asset)] : [],
      coefficients: {
        instruments: group.instruments.map((terms) => {
          const valuation = valueInstrument(terms, underlying, grid, marks);
          return instrumentCoefficients(terms, group, grid, valuation, riskParameters, factors, buffer);
        }),
        max,
        hedges: hedge ? [hedgeCoefficients(hedge, grid, riskParameters, marks, factors)] : [],
      },
    };
  });
  return { assets, groups, paddingMax: max };
}

/** Factor on all buffers: 1 + cardinalityAddOn * (number of accepted assets)^2. */
function bufferGrowth({ cardinalityAddOn, collateral }: GridParameters): Rational {
  if (cardinalityAddOn === undefined) return ONE;
  return add(ONE, multiply(fromDecimal(cardinalityAddOn), integer(BigInt(collateral.length) ** 2n)));
}

function instrumentCoefficients(
  terms: InstrumentTerms,
  group: GroupParameters,
  grid: ScenarioGrid,
  { notional, mark, pnl, errorScale }: Valuation,
  { marginFactor }: GridParameters,
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
  { collateral }: GridParameters,
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
