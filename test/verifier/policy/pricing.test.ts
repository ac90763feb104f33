import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exp, ln, pow } from "../../../verifier/src/policy/mathematics.ts";
import { black76, PRICING_ERROR } from "../../../verifier/src/policy/pricing.ts";

interface Vectors {
  cases: ["call" | "put", number, number, number, number, number, string][];
}
const { cases } = JSON.parse(
  readFileSync(new URL("../../vectors/black76.json", import.meta.url), "utf8"),
) as Vectors;

const priced = cases.map(([kind, forward, strike, volatility, time, discount, price]) => ({
  forward,
  strike,
  expected: Number(price),
  came: black76({ kind, forward, strike, volatility, time, discount }),
}));

describe("black76", () => {
  it("agrees with 50-digit arithmetic to 1e-10 relative wherever the price exceeds a millionth of the forward", () => {
    const counted = priced.filter(({ expected, forward }) => expected > 1e-6 * forward);
    expect(counted.length).toBeGreaterThan(250);
    const worst = Math.max(...counted.map(({ expected, came }) => Math.abs(came / expected - 1)));
    expect(worst).toBeLessThan(1e-10);
  });

  it("errs by less than a tenth of the bound that both sides of an option are charged for", () => {
    const worst = Math.max(
      ...priced.map(
        ({ forward, strike, expected, came }) => Math.abs(came - expected) / Math.max(forward, strike),
      ),
    );
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThan(PRICING_ERROR / 10);
  });

  it("is the discounted intrinsic value when time or volatility is not above 0", () => {
    const option = { forward: 100, strike: 80, volatility: 0.5, time: 0.5, discount: 0.5 };
    for (const gone of [{ time: 0 }, { time: -1 }, { volatility: 0 }, { volatility: -1 }]) {
      expect(black76({ kind: "call", ...option, ...gone })).toBe(10);
      expect(black76({ kind: "put", ...option, ...gone })).toBe(0);
    }
  });

  it("keeps put-call parity to rounding, and is never negative", () => {
    for (const strike of [1, 50, 99.99, 100, 101, 400, 1e6]) {
      const option = { forward: 100, strike, volatility: 0.7, time: 0.1, discount: 0.97 };
      const [call, put] = [black76({ kind: "call", ...option }), black76({ kind: "put", ...option })];
      expect(call).toBeGreaterThanOrEqual(0);
      expect(put).toBeGreaterThanOrEqual(0);
      expect(Math.abs(call - put - 0.97 * (100 - strike))).toBeLessThan(1e-13 * Math.max(100, strike));
    }
  });
});

describe("policy mathematics", () => {
  it("gives these doubles, bit for bit, in every engine", () => {
    expect(exp(-0.0342)).toBe(0.9663782096667205);
    expect(ln(1.1608)).toBe(0.1491094225878411);
    expect(pow(30 / 7, 0.3)).toBe(1.5474155772108131);
  });
});
