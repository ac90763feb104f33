import { pmrm2Basis, pmrm2Discounts, pmrm2ExpiryValue, pmrm2NakedShorts } from "./derive-pmrm2-expiry.ts";
import type { Pmrm2Parameters, Pmrm2Portfolio, Pmrm2Scenario } from "./derive-pmrm2-types.ts";

/** Additive charges, 0 or more, in the stable coin. */
export interface Pmrm2Contingencies {
  readonly perp: number;
  readonly options: number;
  readonly collateral: number;
  /** For prices that their oracles are unsure of; initial margin only. */
  readonly confidence: number;
}

/** Margin of one account. P&L is profit positive; amounts are in the stable coin. */
export interface Pmrm2Margin {
  /** Cash, options, collateral and unsettled perp, at the marks. */
  readonly equity: number;
  /** By expiry, value of its options at the marks, and the same with its discount by sign. */
  readonly expiryValues: readonly { readonly value: number; readonly discounted: number }[];
  /** By scenario, dampened. */
  readonly scenarioPnl: readonly number[];
  /** 0 or less; competes with the scenarios. */
  readonly basisContingency: number;
  /** The least of the scenarios' P&L and the basis contingency. */
  readonly worstPnl: number;
  /** Index of the scenario that it comes from. */
  readonly worst: number | "basis";
  readonly maintenanceContingencies: Pmrm2Contingencies;
  /** On top of those for maintenance. */
  readonly initialContingencies: Pmrm2Contingencies;
  readonly initialFactor: number;
  /** Equity left over each requirement; negative when short of it. */
  readonly maintenance: number;
  readonly initial: number;
}

/**
 * Margin of an account under Derive's portfolio margin ("PMRM 2") in double precision, as its contracts compute it in
 * fixed point. This floating model is not what is proved: it is what the policy compiled from the same parameters is
 * compared with (docs/margin-models.md). Source of the formulas: derivexyz/v2-core, PMRMLib_2.sol and PMRM_2.sol.
 * Takes plain finite numbers; prices and volatilities are positive.
 */
export function derivePmrm2(portfolio: Pmrm2Portfolio, parameters: Pmrm2Parameters): Pmrm2Margin {
  const { cash, perp, collaterals, expiries, stablePrice } = portfolio;
  const values = expiries.map((expiry) => pmrm2ExpiryValue(expiry, null, parameters));
  const expiryValues = expiries.map((expiry, i) => {
    const value = values[i]!;
    return Object.freeze({
      value,
      discounted: discounted(value, pmrm2Discounts(expiry, parameters.discount)),
    });
  });
  const equity =
    cash + perp.unsettled + sum(values) + sum(collaterals.map((c) => (c.amount * c.price) / stablePrice));

  const scenarioPnl = parameters.scenarios.map((scenario) => pnl(portfolio, values, scenario, parameters));
  const basisContingency = sum(expiries.map((expiry, i) => pmrm2Basis(expiry, values[i]!, parameters)));
  let worst: number | "basis" = "basis";
  let worstPnl = basisContingency;
  for (const [index, value] of scenarioPnl.entries()) {
    if (value < worstPnl) [worst, worstPnl] = [index, value];
  }

  const maintenanceContingencies = contingencies(portfolio, parameters, "maintenance");
  const initialContingencies = contingencies(portfolio, parameters, "initial");
  const { initialFactor: factor, maintenanceFactor, peg } = parameters;
  const initialFactor = factor + Math.max(peg.threshold - stablePrice, 0) * peg.factor;
  const charged = total(maintenanceContingencies);
  return Object.freeze({
    equity,
    expiryValues: Object.freeze(expiryValues),
    scenarioPnl: Object.freeze(scenarioPnl),
    basisContingency,
    worstPnl,
    worst,
    maintenanceContingencies,
    initialContingencies,
    initialFactor,
    maintenance: equity + maintenanceFactor * worstPnl - charged,
    initial: equity + initialFactor * worstPnl - charged - total(initialContingencies),
  });
}

function pnl(
  { perp, collaterals, expiries, stablePrice }: Pmrm2Portfolio,
  values: readonly number[],
  scenario: Pmrm2Scenario,
  parameters: Pmrm2Parameters,
): number {
  const move = scenario.kind === "move" ? scenario.spotFactor - 1 : 0;
  const moving = collaterals.filter((c) => c.riskCancelling).map((c) => (c.amount * c.price) / stablePrice);
  const options = expiries.map((expiry, i) => {
    const value = pmrm2ExpiryValue(expiry, scenario, parameters);
    const change = discounted(value, pmrm2Discounts(expiry, parameters.discount)) - values[i]!;
    // A tilt may go either way, and in each expiry goes the way that loses.
    return scenario.kind === "skew" ? -Math.abs(change) : change;
  });
  return scenario.dampening * (move * (perp.amount * perp.price + sum(moving)) + sum(options));
}

function contingencies(
  { spot, spotConfidence, stablePrice, perp, collaterals, expiries }: Pmrm2Portfolio,
  { confidence, perpCharge, nakedShortCharge }: Pmrm2Parameters,
  margin: "maintenance" | "initial",
): Pmrm2Contingencies {
  const unsure = (least: number, notional: number) =>
    least < confidence.threshold ? (1 - least) * confidence.factor * notional : 0;
  const perpNotional = Math.abs(perp.amount) * spot;
  const ofAccount = perp.amount === 0 ? spotConfidence : Math.min(spotConfidence, perp.confidence);
  const valued = collaterals.map((c) => ({ ...c, value: (c.amount * c.price) / stablePrice }));
  const doubts = [
    unsure(ofAccount, perpNotional),
    ...expiries.map((expiry) => {
      const gross = sum(expiry.options.map(({ amount }) => Math.abs(amount)));
      return unsure(Math.min(ofAccount, expiry.confidence), gross * spot);
    }),
    ...valued.map(({ confidence: own, value }) => unsure(Math.min(own, spotConfidence), value)),
  ];
  const haircut = margin === "maintenance" ? "maintenanceHaircut" : "initialHaircut";
  return Object.freeze({
    perp: perpCharge[margin] * perpNotional,
    options: nakedShortCharge[margin] * sum(expiries.map(pmrm2NakedShorts)) * spot,
    collateral: sum(valued.map((c) => c.value * c[haircut])),
    confidence: margin === "initial" ? sum(doubts) : 0,
  });
}

const discounted = (value: number, { gain, loss }: { gain: number; loss: number }): number =>
  value * (value >= 0 ? gain : loss);

const total = ({ perp, options, collateral, confidence }: Pmrm2Contingencies): number =>
  perp + options + collateral + confidence;

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
