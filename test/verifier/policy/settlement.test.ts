import { describe, expect, it } from "vitest";
import { scenarioGrid } from "../../../verifier/src/policy/grid.ts";
import { toDouble } from "../../../verifier/src/policy/rational.ts";
import type { InstrumentTerms, Marks } from "../../../verifier/src/policy/schemas.ts";
import { shockedForward, splitForward, variableShare } from "../../../verifier/src/policy/settlement.ts";
import { cashDelta, valueInstrument } from "../../../verifier/src/policy/valuation.ts";

describe("the forward in its settlement window", () => {
  it("is wholly variable until half an hour before expiry", () => {
    for (const seconds of [1800, 1801, 86_400])
      expect(splitForward(50_000, seconds)).toEqual({ fixed: 0, variable: 50_000 });
  });

  it("is fixed in proportion to the elapsed part of the window", () => {
    expect(splitForward(50_000, 900)).toEqual({ fixed: 25_000, variable: 25_000 });
    expect(splitForward(50_000, 180)).toEqual({ fixed: 45_000, variable: 5000 });
  });

  it("is wholly fixed at expiry and after", () => {
    for (const seconds of [0, -1])
      expect(splitForward(50_000, seconds)).toEqual({ fixed: 50_000, variable: 0 });
  });

  it("follows a move of the underlying with its variable part only", () => {
    expect(shockedForward(splitForward(50_000, 86_400), 0.5)).toBe(25_000);
    expect(shockedForward(splitForward(50_000, 900), 0.5)).toBe(37_500);
    expect(shockedForward(splitForward(50_000, 0), 0.5)).toBe(50_000);
    for (const seconds of [0, 1, 777, 1800])
      expect(shockedForward(splitForward(50_000, seconds), 1)).toBe(50_000);
  });
});

describe("a grid with a settlement average", () => {
  const marks = (observedAt: string): Marks => ({
    format: "plimsoll.marks.1",
    observedAt,
    source: "test",
    spot: { BTC: { price: "50000" } },
    perps: { PERP: { mark: "50000" } },
    expiries: {
      BTC: { "2026-11-27T08:00:00Z": { forward: "50000", rate: "0", volatility: { "80000": "0.6" } } },
    },
  });
  const dated = { decimals: 6, contractSize: "1", expiry: "2026-11-27T08:00:00Z" };
  const future: InstrumentTerms = { kind: "future", symbol: "F", ...dated };
  const put: InstrumentTerms = { kind: "put", symbol: "P", strike: "80000", ...dated };
  const perp: InstrumentTerms = { kind: "perp", symbol: "PERP", decimals: 6, contractSize: "1" };
  /** What a fall of 15 % does, in quote. */
  const fall = (terms: InstrumentTerms, observedAt: string, settlementAverage?: true): number => {
    const preset = { preset: "span-16", range: "0.15" } as const;
    const grid = scenarioGrid(settlementAverage ? { ...preset, settlementAverage } : preset);
    const at = grid.scenarios.findIndex((s) => s.kind === "move" && toDouble(s.spot) === -0.15);
    return toDouble(valueInstrument(terms, "BTC", grid, marks(observedAt)).pnl[at]!);
  };

  it("moves a future, and the forward of an option, by the share that is not fixed yet", () => {
    const [before, window, late] = ["2026-11-27T07:30:00Z", "2026-11-27T07:45:00Z", "2026-11-27T07:57:00Z"];
    expect([before, window, late].map((at) => fall(future, at, true))).toEqual([-7500, -3750, -750]);
    expect([before, window, late].map((at) => Math.round(fall(put, at, true)))).toEqual([7500, 3750, 750]);
    // A perp has no settlement.
    expect(fall(perp, late, true)).toBe(-7500);
  });

  it("takes the fixed share out of deltas that are charged, so that they don't offset what still moves", () => {
    const late = marks("2026-11-27T07:57:00Z");
    const delta = (terms: InstrumentTerms, average?: true) =>
      toDouble(cashDelta(terms, "BTC", late, average));
    expect([future, put, perp].map((terms) => Math.round(delta(terms)))).toEqual([50_000, -50_000, 50_000]);
    expect([future, put, perp].map((terms) => Math.round(delta(terms, true)))).toEqual([
      5_000, -5_000, 50_000,
    ]);
  });

  it("is asked for by the file: without, all of a forward moves to the end", () => {
    for (const terms of [future, put])
      expect(Math.abs(fall(terms, "2026-11-27T07:57:00Z"))).toBeCloseTo(7500, 6);
  });

  it("agrees with the split in doubles", () => {
    for (const seconds of [0, 1, 777, 1799, 1800, 9999])
      expect(toDouble(variableShare(seconds)) * 50_000).toBeCloseTo(
        splitForward(50_000, seconds).variable,
        9,
      );
  });
});
