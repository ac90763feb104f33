import { scenarioLabel } from "../grid.ts";
import type { AssetCoefficients, HedgeCoefficients, InstrumentCoefficients } from "../matrix.ts";
import type { ColumnLabel, ModelGroup, ModelPolicy } from "../model.ts";
import {
  add,
  ceil,
  divide,
  floor,
  fromDecimal,
  multiply,
  type Rational,
  subtract,
  ZERO,
} from "../rational.ts";
import type { DerivePmrm2Parameters, InstrumentTerms, Marks, PmrmGroup } from "../schemas.ts";
import { MarksError, type OptionTerms, spotOf } from "../valuation.ts";
import { expiryGroup, type OptionMarket } from "./derive-pmrm2-expiry.ts";
import {
  confidenceOf,
  doubtCharge,
  initialFactor,
  pmrm2ParametersOf,
  stablePriceOf,
} from "./derive-pmrm2-terms.ts";
import { checkUnit, levelTerms, type MarginFactors, unitScale } from "./units.ts";

type Perp = Extract<InstrumentTerms, { kind: "perp" }>;

/**
 * Model "derive-pmrm2": per underlying one group with its perps and the collateral that cancels risk, which ends in the
 * maximum, and before it one group for each expiry that feeds it, scenario by scenario. The last scenario is the basis contingency:
 * it competes with the others, and only expiries lose in it. Formulas: docs/margin-models.md.
 */
export function compileDerivePmrm2(riskParameters: DerivePmrm2Parameters, marks: Marks): ModelPolicy {
  const marginFactor = {
    maintenance: fromDecimal(riskParameters.marginFactor.maintenance),
    initial: initialFactor(riskParameters, marks),
  };
  const factors = levelTerms(marginFactor.maintenance, marginFactor.initial);
  const max = { maintenance: -factors.maintenance, initial: -factors.initial };
  const collateral = collateralOf(riskParameters, marks, factors);
  const groups: ModelGroup[] = [];
  for (const group of riskParameters.groups) {
    const { name, underlying } = group;
    const spot = spotOf(marks, underlying);
    const spotConfidence = confidenceOf(marks.spot[underlying], `spot.${underlying}`);
    const perps = group.instruments.filter((terms) => terms.kind === "perp");
    const options = group.instruments.filter((terms) => terms.kind === "call" || terms.kind === "put");
    const perpConfidences = perps.map(({ symbol }) => confidenceOf(marks.perps[symbol], `perps.${symbol}`));
    const { maintenance, initial } = group.nakedShortCharge;
    const market: OptionMarket = {
      group,
      parameters: pmrm2ParametersOf(riskParameters, group),
      marks,
      spot,
      factors,
      marginFactor,
      naked: levelTerms(fromDecimal(maintenance), fromDecimal(initial)),
      // Whether an account holds a perp is not public: its options are as unsure as the perps, always.
      doubt: (confidence) => doubtCharge(riskParameters, confidence, spotConfidence, ...perpConfidences),
    };
    const common = { underlying, scenarios: scenarioLabels(group), scale: factors.scale };
    const expiries = [...new Set(options.map(({ expiry }) => expiry))].sort();
    const feeds = { by: "scenarios", parent: groups.length + expiries.length } as const;
    for (const expiry of expiries) {
      const instruments: OptionTerms[] = options.filter((terms) => terms.expiry === expiry);
      const compiled = expiryGroup(market, underlying, instruments);
      groups.push({ ...common, ...compiled, name: `${name} ${expiry}`, instruments, hedged: [], feeds });
    }
    const cancelling = collateral
      .map(({ hedge }, asset) => ({ hedge, asset }))
      .filter(({ asset }) => group.riskCancelling.includes(riskParameters.collateral[asset]!.symbol));
    groups.push({
      ...common,
      name,
      instruments: perps,
      extraColumns: [],
      hedged: cancelling.map(({ asset }) => asset),
      coefficients: {
        instruments: perps.map((terms, i) =>
          perpCoefficients(terms, market, doubtCharge(riskParameters, spotConfidence, perpConfidences[i]!)),
        ),
        max,
        hedges: cancelling.map(({ hedge }) => hedge),
      },
    });
  }
  return { assets: collateral.map(({ asset }) => asset), groups, paddingMax: max };
}

function scenarioLabels({ scenarios }: PmrmGroup): ColumnLabel[] {
  const labels = scenarios.map((scenario): ColumnLabel => {
    if (scenario.kind === "skew") return { name: `smile tilted either way, ${scenario.tilt}`, move: null };
    const { kind, volatility, spot, dampening } = scenario;
    return scenarioLabel({ kind, volatility, spot: fromDecimal(spot), weight: fromDecimal(dampening) });
  });
  return [...labels, { name: "basis contingency", move: null }];
}

/** P&L of a price of one unit by scenario, as it counts; nothing moves in a tilt, and nothing in the basis contingency. */
function movePnl({ scenarios }: PmrmGroup, exposure: Rational, { scale }: MarginFactors): bigint[] {
  const moves = scenarios.map((scenario) =>
    scenario.kind === "skew"
      ? 0n
      : floor(multiply(exposure, fromDecimal(scenario.spot), fromDecimal(scenario.dampening), scale)),
  );
  return [...moves, 0n];
}

function perpCoefficients(
  terms: Perp,
  { group, marks, spot, factors }: OptionMarket,
  doubt: Rational,
): InstrumentCoefficients {
  const mark = marks.perps[terms.symbol];
  if (mark === undefined) throw new MarksError(`perps has no "${terms.symbol}"`);
  const unit = multiply(fromDecimal(terms.contractSize), unitScale(terms.decimals));
  const notional = multiply(spot, unit);
  checkUnit(`instrument "${terms.symbol}"`, terms.decimals, notional);
  const charge = (rate: Rational) => -ceil(multiply(notional, rate));
  const maintenance = charge(fromDecimal(group.perpCharge.maintenance));
  const initial = charge(add(fromDecimal(group.perpCharge.initial), doubt));
  return {
    value: 0n,
    maintenance,
    initial,
    scenarios: movePnl(group, multiply(fromDecimal(mark.mark), unit), factors),
    shortMaintenance: maintenance,
    shortInitial: initial,
  };
}

/** An accepted asset and, where it cancels risk, the hedge that it may serve as. */
interface PmrmCollateral {
  readonly asset: AssetCoefficients;
  readonly hedge: HedgeCoefficients;
}

/**
 * Collateral at its weight, less what its oracles are unsure of, and less what its own worst scenario costs where it
 * cancels risk: its hedge is refunded exactly that, and then takes every scenario with the positions. Worst losses are
 * sub-additive, so hedging with all of it is never worse than with less, and gives the model's formula.
 */
function collateralOf(
  riskParameters: DerivePmrm2Parameters,
  marks: Marks,
  factors: MarginFactors,
): PmrmCollateral[] {
  const { quote, collateral, groups } = riskParameters;
  // One account may trade any underlying of the policy, so each of their oracles counts for its collateral.
  const spots = groups.map(({ underlying: u }) => confidenceOf(marks.spot[u], `spot.${u}`));
  return collateral.map(({ symbol, decimals, weight, debtWeight }) => {
    const price = spotOf(marks, symbol);
    const isQuote = symbol === quote;
    const value = multiply(isQuote ? price : divide(price, stablePriceOf(marks)), unitScale(decimals));
    const doubt = isQuote
      ? ZERO
      : doubtCharge(riskParameters, confidenceOf(marks.spot[symbol], `spot.${symbol}`), ...spots);
    checkUnit(`asset "${symbol}"`, decimals, value, multiply(value, fromDecimal(debtWeight.initial)));
    const cancelsIn = groups.find(({ riskCancelling }) => riskCancelling.includes(symbol));
    const scenarios = cancelsIn ? movePnl(cancelsIn, value, factors) : [];
    const worst = worstLoss(scenarios);
    const refund = { maintenance: factors.maintenance * worst, initial: factors.initial * worst };
    const credit = (fraction: Rational) => floor(multiply(value, fraction));
    return {
      asset: {
        value: floor(value),
        maintenance: credit(fromDecimal(weight.maintenance)) - refund.maintenance,
        initial: credit(subtract(fromDecimal(weight.initial), doubt)) - refund.initial,
        debtMaintenance: -ceil(multiply(value, fromDecimal(debtWeight.maintenance))),
        debtInitial: -ceil(multiply(value, fromDecimal(debtWeight.initial))),
      },
      hedge: { ...refund, scenarios },
    };
  });
}

function worstLoss(scenarios: readonly bigint[]): bigint {
  let worst = 0n;
  for (const pnl of scenarios) if (-pnl > worst) worst = -pnl;
  return worst;
}
