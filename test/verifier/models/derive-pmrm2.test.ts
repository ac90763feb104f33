import { describe, expect, it } from "vitest";
import { derivePmrm2 } from "../../../verifier/src/models/derive-pmrm2.ts";
import {
  pmrm2Discounts,
  pmrm2ExpiryValue,
  pmrm2NakedShorts,
  pmrm2Tilt,
  pmrm2VolatilityFactors,
} from "../../../verifier/src/models/derive-pmrm2-expiry.ts";
import type {
  Pmrm2Expiry,
  Pmrm2Option,
  Pmrm2Portfolio,
} from "../../../verifier/src/models/derive-pmrm2-types.ts";
import { pmrm2Cases } from "../../support/derive-pmrm2.ts";

const cases = pmrm2Cases();
const { parameters } = cases[0]!;

/** Published figures below this, in dollars, are what rounding left of zeros. */
const ROUNDING = 1e-11;

function expectClose(came: number, published: number, what: string): void {
  const bound = 1e-9 * Math.abs(published) + ROUNDING;
  expect(Math.abs(came - published), `${what}: came ${came}, published ${published}`).toBeLessThanOrEqual(
    bound,
  );
}

const option = (kind: "call" | "put", strike: number, amount: number): Pmrm2Option => ({
  kind,
  strike,
  amount,
  volatility: 0.6,
});
const expiry = (secondsLeft: number, ...options: Pmrm2Option[]): Pmrm2Expiry => ({
  secondsLeft,
  forward: 50_000,
  rate: 0,
  confidence: 1,
  options,
});
const EMPTY: Pmrm2Portfolio = {
  cash: 0,
  spot: 50_000,
  spotConfidence: 1,
  stablePrice: 1,
  perp: { amount: 0, price: 0, confidence: 0, unsettled: 0 },
  collaterals: [],
  expiries: [],
};

describe("the published cases of Derive's portfolio margin", () => {
  it("are 42, of 23 regular moves, 5 or 6 tails and 2 tilts each", () => {
    expect(cases).toHaveLength(42);
    for (const { scenarioPnl } of cases) expect([30, 31]).toContain(scenarioPnl.length);
  });

  it.each(cases)("$name: every scenario, contingency and margin to 1e-9 relative", (published) => {
    const { portfolio, result } = published;
    const margin = derivePmrm2(portfolio, published.parameters);
    for (const [i, pnl] of published.scenarioPnl.entries())
      expectClose(margin.scenarioPnl[i]!, pnl, JSON.stringify(published.parameters.scenarios[i]));
    expectClose(margin.basisContingency, result.ForwardContingency, "basis contingency");
    expectClose(-margin.maintenanceContingencies.perp, result.MMPerpCont, "perp, maintenance");
    expectClose(-margin.initialContingencies.perp, result.IMPerpCont, "perp, initial");
    expectClose(-margin.maintenanceContingencies.options, result.MMOptionCont, "options, maintenance");
    expectClose(-margin.initialContingencies.options, result.IMOptionCont, "options, initial");
    expectClose(-margin.maintenanceContingencies.collateral, result.MMBaseCont, "collateral, maintenance");
    expectClose(-margin.initialContingencies.collateral, result.IMBaseCont, "collateral, initial");
    expectClose(-margin.initialContingencies.confidence, result.OracleCont, "confidence");
    expectClose(margin.equity, result.PortfolioMTM, "equity");
    expectClose(margin.initialFactor, result.im_loss_factor, "initial factor");
    expectClose(margin.maintenance, result.MM, "maintenance margin");
    expectClose(margin.initial, result.IM, "initial margin");
  });

  it("agree in what leads to the results: expiries, discounts by sign, moves of volatility", () => {
    let compared = 0;
    for (const { portfolio, parameters: own, result, options } of cases) {
      const { expiryValues } = derivePmrm2(portfolio, own);
      for (const [i, held] of portfolio.expiries.entries()) {
        const discounts = pmrm2Discounts(held, own.discount);
        expectClose(expiryValues[i]!.value, result.OptionMTMPerExpiry![i]!, "expiry");
        expectClose(expiryValues[i]!.discounted, result.OptionMTMPerExpiryDiscounted![i]!, "discounted");
        expectClose(discounts.gain, result.discount_factors![i]![0], "discount of gains");
        expectClose(discounts.loss, result.discount_factors![i]![1], "discount of losses");
      }
      for (const { secondsLeft, up, down } of options) {
        const factors = pmrm2VolatilityFactors(secondsLeft, own.volatility);
        expectClose(factors.up, up, "volatility up");
        expectClose(factors.down, down, "volatility down");
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  it("discount gains at least as much as losses: the class that a policy can express", () => {
    for (const { portfolio, parameters: own } of cases) {
      for (const held of portfolio.expiries) {
        const { gain, loss } = pmrm2Discounts(held, own.discount);
        expect(gain).toBeLessThanOrEqual(loss);
      }
    }
  });
});

describe("what the published cases do not reach", () => {
  it("moves only the variable part of a forward in its settlement window", () => {
    const half = { kind: "move", spotFactor: 0.5, volatility: "same", dampening: 1 } as const;
    const deep = (secondsLeft: number) =>
      pmrm2ExpiryValue(expiry(secondsLeft, option("put", 1e6, 1)), half, parameters);
    expect(deep(1800)).toBeCloseTo(1e6 - 25_000, 6);
    expect(deep(900)).toBeCloseTo(1e6 - 37_500, 6);
    expect(deep(0)).toBe(1e6 - 50_000);
  });

  it("nets calls and puts of a strike, and only of a strike, before it charges naked shorts", () => {
    expect(pmrm2NakedShorts(expiry(1, option("call", 100, -3), option("put", 100, 2)))).toBe(1);
    expect(pmrm2NakedShorts(expiry(1, option("call", 100, -3), option("put", 100, -2)))).toBe(5);
    expect(pmrm2NakedShorts(expiry(1, option("call", 100, -3), option("call", 101, 9)))).toBe(3);
    expect(pmrm2NakedShorts(expiry(1, option("call", 100, 3), option("put", 100, -2)))).toBe(0);
  });

  it("stops a tilt at its cap on either side and never makes a volatility negative", () => {
    const at = (k: number, tilt: "linear" | "absolute", skew = parameters.skew) =>
      pmrm2Tilt(k, tilt, 0.25, skew);
    // cap = 0.15 - 0.05 * 0.5 = 0.125, reached at k = 0.5 * 4 * (0.6 - 0.1 * 0.5) = 1.1.
    expect(at(0.55, "linear")).toBeCloseTo(1.0625, 14);
    expect(at(-0.55, "linear")).toBeCloseTo(0.9375, 14);
    expect(at(-0.55, "absolute")).toBeCloseTo(1.0625, 14);
    expect([at(2, "linear"), at(-2, "linear"), at(-2, "absolute")]).toEqual([1.125, 0.875, 1.125]);
    expect(at(-9, "linear", { ...parameters.skew, linear: { base: 3, slope: 0 } })).toBe(0);
  });

  it("reaches the cap no nearer to the forward than the least reach, however little time is left", () => {
    // A millionth of a year: reach 0.001 * 4 * 0.6 is below the least of 0.01, and half of that gets half of 0.15.
    expect(pmrm2Tilt(0.005, "linear", 1e-6, parameters.skew)).toBeCloseTo(1.075, 4);
  });

  it("moves volatility by no more in the last day than a day before expiry, and not below 0", () => {
    const day = pmrm2VolatilityFactors(86_400, parameters.volatility);
    expect(pmrm2VolatilityFactors(600, parameters.volatility)).toEqual(day);
    expect(day.up).toBeCloseTo(1 + 0.5 * 30 ** 0.3, 12);
    expect(pmrm2VolatilityFactors(86_400, { ...parameters.volatility, down: 0.9 }).down).toBe(0);
  });

  it("moves a low volatility up to the floor, and down without one", () => {
    const calm = { ...option("call", 50_000, 1), volatility: 0.05 };
    const value = (volatility: "up" | "same" | "down", held = calm) =>
      pmrm2ExpiryValue(
        expiry(86_400 * 30, held),
        { kind: "move", spotFactor: 1, volatility, dampening: 1 },
        parameters,
      );
    expect(value("up")).toBe(value("same", { ...calm, volatility: parameters.volatility.floor }));
    expect(value("down")).toBe(
      value("same", { ...calm, volatility: 0.05 * (1 - parameters.volatility.down) }),
    );
  });

  it("discounts a liability to no more than its value at expiry", () => {
    const { secondsLeft, rate } = { secondsLeft: 365 * 86_400, rate: 0.02 };
    const loss = { static: 1.04, rateScale: 0.5, rateAdd: 0.08 };
    const at = (part: Partial<typeof loss>) =>
      pmrm2Discounts({ ...expiry(secondsLeft), rate }, { ...parameters.discount, loss: { ...loss, ...part } })
        .loss;
    expect(at({})).toBeCloseTo(Math.exp(0.02), 14);
    expect(at({ static: 1, rateAdd: 0 })).toBeCloseTo(Math.exp(0.01), 14);
  });

  it("charges options of an expiry that its own oracles are unsure of, and no other", () => {
    const [sure, unsure] = [expiry(1e6, option("call", 50_000, 2)), expiry(2e6, option("put", 50_000, -3))];
    const expiries = [sure, { ...unsure, confidence: 0.25 }];
    const margin = derivePmrm2({ ...EMPTY, expiries }, parameters);
    expect(margin.initialContingencies.confidence).toBe(0.75 * 3 * 50_000);
    expect(margin.maintenanceContingencies.confidence).toBe(0);
  });

  it("counts a negative rate as 0", () => {
    const held = expiry(1e7, option("call", 40_000, 1), option("put", 60_000, -1));
    const value = (rate: number) => derivePmrm2({ ...EMPTY, expiries: [{ ...held, rate }] }, parameters);
    expect(value(-0.5)).toEqual(value(0));
  });

  it("charges an account that holds a perp for the perp's confidence in its options too", () => {
    const perp = { amount: 1, price: 50_000, confidence: 0.5, unsettled: 0 };
    const expiries = [expiry(1e6, option("call", 50_000, 2), option("put", 50_000, -1))];
    const charged = (amount: number) =>
      derivePmrm2({ ...EMPTY, expiries, perp: { ...perp, amount } }, parameters).initialContingencies
        .confidence;
    expect(charged(0)).toBe(0);
    // (1 - 0.5) of one perp and of three options gross, each on 50,000.
    expect(charged(-1)).toBe(0.5 * 50_000 * (1 + 3));
  });

  it("takes the basis contingency for the worst when no scenario loses more", () => {
    const held = { ...EMPTY, expiries: [expiry(3e7, option("call", 50_000, -1))] };
    const margin = derivePmrm2(held, { ...parameters, scenarios: [] });
    expect(margin.worst).toBe("basis");
    expect(margin.worstPnl).toBe(margin.basisContingency);
    expect(margin.worstPnl).toBeLessThan(0);
  });

  it("is 0 for an empty account, whose cash then covers itself", () => {
    expect(derivePmrm2(EMPTY, parameters)).toMatchObject({ equity: 0, maintenance: 0, initial: 0 });
    expect(derivePmrm2({ ...EMPTY, cash: -5 }, parameters).initial).toBe(-5);
  });
});
