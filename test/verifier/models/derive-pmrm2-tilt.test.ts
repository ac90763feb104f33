import { describe, expect, it } from "vitest";
import { derivePmrm2 } from "../../../verifier/src/models/derive-pmrm2.ts";
import { pmrm2Discounts, pmrm2ExpiryValue } from "../../../verifier/src/models/derive-pmrm2-expiry.ts";
import { type Pmrm2Case, pmrm2Cases } from "../../support/derive-pmrm2.ts";

// A tilted expiry is charged |D(V) - M|, with its value V after the tilt, M at the marks and the discount D by sign. Where
// D(V) > M that is not convex in the holdings, so no linear policy can charge it exactly (docs/margin-models.md).
// What it can charge is max(M - D(V), V - M).

interface Tilt {
  readonly stated: number;
  readonly substitute: number;
  /** What charging both signs of an auxiliary for D(V) - M comes to, when the prover may overstate the discount. */
  readonly naive: number;
}

const tilts = ({ portfolio, parameters }: Pmrm2Case): Tilt[] =>
  parameters.scenarios
    .filter(({ kind }) => kind === "skew")
    .map((scenario) => {
      const sum = { stated: 0, substitute: 0, naive: 0 };
      for (const expiry of portfolio.expiries) {
        const tilted = pmrm2ExpiryValue(expiry, scenario, parameters);
        const marked = pmrm2ExpiryValue(expiry, null, parameters);
        const { gain, loss } = pmrm2Discounts(expiry, parameters.discount);
        const loses = marked - tilted * (tilted >= 0 ? gain : loss);
        sum.stated += Math.abs(loses);
        sum.substitute += Math.max(loses, tilted - marked);
        sum.naive += Math.max(loses, 0);
      }
      return sum;
    });

describe("the convex substitute for a tilt of the smile", () => {
  const cases = pmrm2Cases();

  it("never charges less than the model states, where gains shrink and losses grow", () => {
    for (const one of cases) {
      for (const { stated, substitute } of tilts(one))
        expect(substitute).toBeGreaterThanOrEqual(stated * (1 - 1e-12));
    }
  });

  it("charges more in some published cases, and changes the margin of none", () => {
    let more = 0;
    for (const one of cases) {
      const { worstPnl } = derivePmrm2(one.portfolio, one.parameters);
      for (const { stated, substitute } of tilts(one)) {
        if (substitute > stated * (1 + 1e-9)) more++;
        expect(-substitute).toBeGreaterThanOrEqual(worstPnl * (1 + 1e-12));
      }
    }
    expect(more).toBeGreaterThan(0);
  });

  it("is needed: charging both signs of an auxiliary would charge some accounts less than stated", () => {
    const less = cases.filter((one) => tilts(one).some(({ stated, naive }) => naive < stated * (1 - 1e-9)));
    expect(less.length).toBeGreaterThan(0);
  });
});
