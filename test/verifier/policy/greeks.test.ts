import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Greeks, greeks } from "../../../verifier/src/policy/greeks.ts";
import { black76, type Option } from "../../../verifier/src/policy/pricing.ts";

type Case = ["call" | "put", number, number, number, number, number, string, string, string, string, string];
const { cases } = JSON.parse(
  readFileSync(new URL("../../vectors/black76-greeks.json", import.meta.url), "utf8"),
) as { cases: Case[] };

const known = cases.map(
  ([kind, forward, strike, volatility, time, discount, price, delta, gamma, vega, theta]) => ({
    option: { kind, forward, strike, volatility, time, discount } satisfies Option,
    price: Number(price),
    greeks: { delta: Number(delta), gamma: Number(gamma), vega: Number(vega), theta: Number(theta) },
  }),
);

function worstRelative(name: keyof Greeks): number {
  return Math.max(...known.map((c) => Math.abs(greeks(c.option)[name] / c.greeks[name] - 1)));
}

describe("black76 and its greeks, from one hour to five years and 5 to 300 % volatility", () => {
  it("covers the corners of time and volatility", () => {
    const times = known.map(({ option }) => option.time);
    const volatilities = known.map(({ option }) => option.volatility);
    expect([Math.min(...times), Math.max(...times)]).toEqual([1 / 8760, 5]);
    expect([Math.min(...volatilities), Math.max(...volatilities)]).toEqual([0.05, 3]);
  });

  it("prices to 1e-10 relative wherever the price exceeds a millionth of the forward", () => {
    const counted = known.filter(({ price, option }) => price > 1e-6 * option.forward);
    expect(counted.length).toBeGreaterThan(380);
    const worst = Math.max(...counted.map(({ price, option }) => Math.abs(black76(option) / price - 1)));
    expect(worst).toBeLessThan(1e-10);
  });

  it("agrees with 50-digit arithmetic to 1e-11 relative in delta, gamma and vega", () => {
    for (const name of ["delta", "gamma", "vega"] as const)
      expect(worstRelative(name), name).toBeLessThan(1e-11);
  });

  it("agrees in theta to 1e-11 of the decay, from which the interest on the price is taken away", () => {
    const worst = Math.max(
      ...known.map(({ option, greeks: exact }) => {
        const decay = (exact.vega * option.volatility) / (2 * option.time);
        return Math.abs(greeks(option).theta - exact.theta) / decay;
      }),
    );
    expect(worst).toBeLessThan(1e-11);
  });
});

describe("greeks of an option without time or volatility left", () => {
  const option: Option = { kind: "call", forward: 100, strike: 80, volatility: 0.5, time: 0, discount: 0.9 };

  it("are those of the payoff, and finite at the strike", () => {
    for (const gone of [{ time: 0 }, { time: -1 }, { volatility: 0, time: 1 }]) {
      const at = (kind: "call" | "put", strike: number) => greeks({ ...option, ...gone, kind, strike });
      expect([at("call", 80), at("call", 100), at("call", 120)].map((g) => g.delta)).toEqual([0.9, 0.45, 0]);
      expect([at("put", 80), at("put", 100), at("put", 120)].map((g) => g.delta)).toEqual([-0, -0.45, -0.9]);
      for (const strike of [80, 100, 120]) expect(at("call", strike)).toMatchObject({ gamma: 0, vega: 0 });
    }
  });

  it("earn the rate of the discount while time is left", () => {
    const { theta } = greeks({ ...option, volatility: 0, time: 2 });
    expect(theta).toBeCloseTo((-Math.log(0.9) / 2) * 0.9 * 20, 12);
    expect(greeks({ ...option, time: 0 }).theta).toBe(0);
  });
});
