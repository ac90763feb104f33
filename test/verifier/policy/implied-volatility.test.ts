import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  ImpliedVolatilityError,
  impliedVolatility,
  type NoVolatility,
  type QuotedOption,
} from "../../../verifier/src/policy/implied-volatility.ts";
import { black76 } from "../../../verifier/src/policy/pricing.ts";
import { seeded } from "../../support/random.ts";

type Case = ["call" | "put", number, number, number, number, number, string];
const { cases } = JSON.parse(
  readFileSync(new URL("../../vectors/black76-greeks.json", import.meta.url), "utf8"),
) as { cases: Case[] };

const QUOTED: QuotedOption = { kind: "call", forward: 100, strike: 80, time: 0.5, discount: 0.9, price: 20 };

function refusal(quoted: QuotedOption): NoVolatility | number {
  try {
    return impliedVolatility(quoted);
  } catch (error) {
    if (error instanceof ImpliedVolatilityError) return error.reason;
    throw error;
  }
}

describe("impliedVolatility", () => {
  it("refuses prices outside the no-arbitrage bounds and says which", () => {
    expect(refusal({ ...QUOTED, price: 17.999 })).toBe("below-intrinsic");
    expect(refusal({ ...QUOTED, price: -1, strike: 120 })).toBe("below-intrinsic");
    expect(refusal({ ...QUOTED, price: 90 })).toBe("above-bound");
    expect(refusal({ ...QUOTED, kind: "put", price: 72 })).toBe("above-bound");
    expect(() => impliedVolatility({ ...QUOTED, price: 90 })).toThrow(/call at 90 .* as volatility grows/);
  });

  it("refuses what is not a market: no time, no discount, NaN, infinities, strikes beyond any ratio", () => {
    const broken: Partial<QuotedOption>[] = [
      { time: 0 },
      { time: -1 },
      { discount: 0 },
      { forward: Number.NaN },
      { strike: Infinity },
      { strike: -80 },
      { price: Number.NaN },
      { price: Infinity },
      { forward: 1e-200, strike: 1e200 },
    ];
    for (const part of broken)
      expect(refusal({ ...QUOTED, ...part }), JSON.stringify(part)).toBe("not-a-market");
  });

  it("is 0 for a price of exactly the discounted intrinsic value", () => {
    expect(impliedVolatility({ ...QUOTED, price: 0.9 * 20 })).toBe(0);
    expect(impliedVolatility({ ...QUOTED, strike: 120, price: 0 })).toBe(0);
  });

  it("finds the volatility of a 50-digit price as closely as the price's own rounding allows", () => {
    for (const [kind, forward, strike, volatility, time, discount, text] of cases) {
      const price = Number(text);
      const wing = price - discount * Math.max(kind === "call" ? forward - strike : strike - forward, 0);
      // Elsewhere the time value is too short of digits for a relative bound; the next test covers it.
      if (wing < 1e-3 * Math.min(forward, strike)) continue;
      const came = impliedVolatility({ kind, forward, strike, time, discount, price });
      expect(Math.abs(came / volatility - 1)).toBeLessThan(1e-11);
    }
  });

  it("reprices to rounding, from prices of any moneyness and down to 1e-300 of the forward", () => {
    const stream = seeded("implied volatility");
    const random = () => stream.int(2 ** 40) / 2 ** 40;
    let found = 0;
    for (let i = 0; i < 10_000; i++) {
      const forward = 10 ** (random() * 20 - 10);
      const strike = i % 4 === 0 ? forward : forward * 10 ** ((random() - 0.5) * (i % 3 === 0 ? 40 : 1));
      const kind = random() < 0.5 ? "call" : "put";
      const wing = Math.min(forward, strike) * (i % 2 === 0 ? random() : 10 ** (-300 * random()));
      const price = wing + Math.max(kind === "call" ? forward - strike : strike - forward, 0);
      const quoted: QuotedOption = { kind, forward, strike, time: 0.25, discount: 1, price };
      const volatility = refusal(quoted);
      // Adding the intrinsic value may round up to the bound.
      if (volatility === "above-bound") continue;
      found++;
      expect(volatility).toBeGreaterThanOrEqual(0);
      const again = black76({ ...quoted, volatility: volatility as number });
      expect(Math.abs(again - price) / Math.max(forward, strike)).toBeLessThan(1e-14);
    }
    expect(found).toBeGreaterThan(9000);
  });

  it("keeps the relative precision of prices far out of the money", () => {
    for (const wing of [1e-8, 1e-50, 1e-300]) {
      const quoted: QuotedOption = { ...QUOTED, discount: 1, strike: 400, price: wing };
      const again = black76({ ...quoted, volatility: impliedVolatility(quoted) });
      // An error of the last bit in the deviation grows with the logarithm of the price.
      expect(Math.abs(again / wing - 1)).toBeLessThan(1e-9);
    }
  });
});
