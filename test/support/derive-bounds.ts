import type { Entry } from "../../verifier/src/encodings/entry.ts";
import { derivePmrm2 } from "../../verifier/src/models/derive-pmrm2.ts";
import { pmrm2Discounts, pmrm2ExpiryValue } from "../../verifier/src/models/derive-pmrm2-expiry.ts";
import type { Pmrm2Parameters, Pmrm2Portfolio } from "../../verifier/src/models/derive-pmrm2-types.ts";
import type { CompiledPolicy } from "../../verifier/src/policy/compile.ts";
import { PRICING_ERROR } from "../../verifier/src/policy/pricing.ts";
import { toDouble } from "../../verifier/src/policy/rational.ts";
import { ownColumns } from "../../verifier/src/policy/shape.ts";

/** What the model asks for, with the substitute max(M - D(V), V - M) for what a tilt charges: no less than the model itself. */
export function substituted(portfolio: Pmrm2Portfolio, parameters: Pmrm2Parameters) {
  const model = derivePmrm2(portfolio, parameters);
  const scenarioPnl = model.scenarioPnl.map((pnl, s) => {
    const scenario = parameters.scenarios[s]!;
    if (scenario.kind === "move") return pnl;
    const charges = portfolio.expiries.map((expiry) => {
      const value = pmrm2ExpiryValue(expiry, scenario, parameters);
      const marked = pmrm2ExpiryValue(expiry, null, parameters);
      const { gain, loss } = pmrm2Discounts(expiry, parameters.discount);
      return Math.max(marked - value * (value >= 0 ? gain : loss), value - marked);
    });
    return -scenario.dampening * charges.reduce((a, b) => a + b, 0);
  });
  const more = Math.min(model.basisContingency, ...scenarioPnl) - model.worstPnl;
  return {
    model,
    scenarioPnl,
    maintenance: model.maintenance + parameters.maintenanceFactor * more,
    initial: model.initial + model.initialFactor * more,
  };
}

export interface RoundingBounds {
  /** What rounding may cost an account at each level, in quote: the bound of docs/margin-models.md. */
  readonly maintenance: number;
  readonly initial: number;
  /** The same of one scenario. */
  readonly scenario: number;
  /** How far the floating model itself may be off, with what its prices may err. */
  readonly floating: number;
}

/**
 * The bound, from the shape and the holdings alone: so many money units for each unit held, and what option prices may err.
 * `rows` of an option: its own margin, three of its expiry's columns in the worst scenario, and one for each strike.
 */
export function roundingBounds(
  policy: CompiledPolicy,
  holdings: readonly Entry[],
  portfolio: Pmrm2Portfolio,
  parameters: Pmrm2Parameters,
): RoundingBounds {
  const { coefficients, layout, rowTable } = policy;
  const max = coefficients.groups.at(-1)!.max;
  const scale = toDouble(policy.groups[0]!.scale);
  const rounding = { maintenance: 0, initial: 0, scenario: 0 };
  for (const { row, quantity } of holdings) {
    const named = rowTable.find((one) => one.row === row)!;
    const units = Number(quantity) * 1e-12;
    const isOption = "terms" in named && named.terms.kind !== "perp";
    // A unit of the quote currency, at weight 1, is a whole number of money units.
    if (named.symbol === policy.riskParameters.quote) continue;
    const isHedge = "asset" in named && layout.cappedAssets.includes(named.asset);
    const columns = isOption ? 3 : isHedge || "terms" in named ? 1 : 0;
    const shape = "group" in named ? layout.shape.groups[named.group]! : undefined;
    const strikes = isOption ? ownColumns(shape!) - 2 * shape!.scenarios - 1 - tilts(parameters) * 2 : 0;
    const naked = isOption ? coefficients.groups[named.group]!.extras!.at(-1)! : NOTHING;
    rounding.scenario += (units * columns) / scale;
    for (const level of ["maintenance", "initial"] as const)
      rounding[level] += units * (1 - columns * Number(max[level]) - strikes * Number(naked[level]));
  }
  const highest = Math.max(1, ...parameters.scenarios.map((s) => (s.kind === "move" ? s.spotFactor : 1)));
  const counted = Math.max(parameters.basis.add, ...parameters.scenarios.map((s) => s.dampening));
  let prices = 0;
  let gross = Math.abs(portfolio.cash) + Math.abs(portfolio.perp.amount * portfolio.perp.price);
  for (const { amount, price } of portfolio.collaterals) gross += (amount * price) / portfolio.stablePrice;
  for (const expiry of portfolio.expiries) {
    const { loss } = pmrm2Discounts(expiry, parameters.discount);
    const basis = parameters.basis.perYear * (expiry.secondsLeft / (365 * 86_400));
    for (const { amount, strike } of expiry.options) {
      const size = Math.abs(amount) * (expiry.forward * highest + strike);
      gross += size;
      prices += PRICING_ERROR * size * (1 + (counted + basis) * (1 + loss));
    }
  }
  const factor = Math.max(parameters.initialFactor, -Number(max.initial) / scale, 1);
  const floating = 1e-14 * gross * highest * Math.max(1, counted);
  return {
    maintenance: rounding.maintenance + factor * prices + floating,
    initial: rounding.initial + factor * prices + floating,
    scenario: rounding.scenario + prices + floating,
    floating,
  };
}

const NOTHING = { maintenance: 0n, initial: 0n };
const tilts = ({ scenarios }: Pmrm2Parameters): number =>
  scenarios.filter(({ kind }) => kind === "skew").length;
