import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type SpanParameters,
  type SpanPosition,
  spanArray,
  spanMargin,
  spanScenarios,
} from "../../../verifier/src/models/span.ts";
import { spanCalendarCharge } from "../../../verifier/src/models/span-calendar.ts";

const { arrays, scanRisk } = JSON.parse(
  readFileSync(new URL("../../vectors/span.json", import.meta.url), "utf8"),
) as {
  arrays: Record<"longFuture" | "longCall" | "coveredWrite", number[]>;
  scanRisk: Record<"longFuture" | "longCall" | "coveredWrite" | "shortCall", number>;
};

const FREE: SpanParameters = { calendarSpreads: [], shortOptionMinimum: 0 };
const future = (quantity: number, part: Partial<SpanPosition> = {}): SpanPosition => ({
  quantity,
  array: arrays.longFuture,
  kind: "future",
  month: "2026-12",
  tier: 1,
  delta: 1,
  value: 0,
  ...part,
});
const call = (quantity: number, part: Partial<SpanPosition> = {}): SpanPosition =>
  future(quantity, { array: arrays.longCall, kind: "option", delta: 0.5, ...part });

describe("scan risk", () => {
  it("is the published one of a long future, a long call, a short call and a covered write", () => {
    expect(spanMargin([future(1)], FREE).scanRisk).toBe(scanRisk.longFuture);
    expect(spanMargin([call(1)], FREE).scanRisk).toBe(scanRisk.longCall);
    expect(spanMargin([call(-1)], FREE).scanRisk).toBe(scanRisk.shortCall);
    const covered = spanMargin([future(1), call(-1)], FREE);
    expect(covered.scenarioPnl).toEqual(arrays.coveredWrite);
    expect(covered.scanRisk).toBe(scanRisk.coveredWrite);
  });

  it("is 0 for nothing, and for what gains in every scenario", () => {
    expect(spanMargin([], FREE)).toMatchObject({ scanRisk: 0, requirement: 0 });
    expect(spanMargin([future(1, { array: arrays.longFuture.map(() => 5) })], FREE).scanRisk).toBe(0);
  });

  it("refuses arrays of different lengths", () => {
    expect(() => spanMargin([future(1), call(1, { array: [1, 2] })], FREE)).toThrow(/16 scenarios, came 2/);
  });
});

describe("a risk array", () => {
  it("of a future with a range of $10,000 is the published one, to the $10 that it is printed to", () => {
    const array = spanArray(({ ranges }) => 10_000 * ranges);
    expect(array.map((pnl) => Math.round(pnl / 10) * 10 + 0)).toEqual(arrays.longFuture);
  });

  it("covers the two extremes in part and all else in full", () => {
    const scenarios = spanScenarios({ ranges: 3, cover: 0.25 });
    expect(scenarios).toHaveLength(16);
    expect(scenarios.slice(14).map(({ ranges }) => ranges)).toEqual([3, -3]);
    expect(spanArray(() => 8, scenarios)).toEqual([...Array<number>(14).fill(8), 2, 2]);
  });

  it("moves volatility up and down at each third, and not in the extremes", () => {
    const directions = spanScenarios().map(({ volatility }) => volatility);
    expect(directions.filter((direction) => direction === "up")).toHaveLength(7);
    expect(directions.filter((direction) => direction === "down")).toHaveLength(7);
    expect(directions.slice(14)).toEqual(["same", "same"]);
  });
});

describe("the calendar charge", () => {
  const spreads = [
    { tiers: [1, 1], charge: 100 },
    { tiers: [1, 2], charge: 250 },
  ] as const;

  it("is for long against short months only", () => {
    const months = (...deltas: number[]) => deltas.map((delta, i) => ({ tier: (i % 2) + 1, delta }));
    expect(spanCalendarCharge(months(3, 4), spreads)).toBe(0);
    expect(spanCalendarCharge(months(-3, -4), spreads)).toBe(0);
    expect(spanCalendarCharge(months(3, -4), spreads)).toBe(750);
    expect(spanCalendarCharge(months(-3, 4), spreads)).toBe(750);
  });

  it("pairs by priority: first within the tier, then what is left across tiers", () => {
    const months = [
      { tier: 1, delta: 5 },
      { tier: 1, delta: -2 },
      { tier: 2, delta: -10 },
    ];
    expect(spanCalendarCharge(months, spreads)).toBe(2 * 100 + 3 * 250);
    expect(spanCalendarCharge(months, [...spreads].reverse())).toBe(5 * 250);
    expect(spanCalendarCharge(months, [])).toBe(0);
  });

  it("nets positions of a month first, options by their delta, and adds to the scan risk", () => {
    const near = [future(4), call(-2)];
    const far = future(-3, { month: "2027-03", tier: 2 });
    const margin = spanMargin([...near, far], { ...FREE, calendarSpreads: spreads });
    expect(margin.calendarCharge).toBe(3 * 250);
    expect(margin.risk).toBe(margin.scanRisk + 750);
    expect(spanMargin([future(3), far], { ...FREE, calendarSpreads: spreads })).toMatchObject({
      scanRisk: 0,
      risk: 750,
    });
  });
});

describe("the short-option minimum and net option value", () => {
  const parameters = { calendarSpreads: [], shortOptionMinimum: 300 };

  it("asks for the minimum when the scan finds less, and counts sold options only", () => {
    const spread = [call(-10), call(10, { array: arrays.longCall.map((pnl) => pnl + 1) })];
    expect(spanMargin(spread, parameters)).toMatchObject({
      scanRisk: 0,
      shortOptionMinimum: 3000,
      risk: 3000,
    });
    expect(spanMargin([call(-1)], parameters).risk).toBe(scanRisk.shortCall);
    expect(spanMargin([future(-5), call(5)], parameters).shortOptionMinimum).toBe(0);
  });

  it("credits options bought, up to the whole risk, and charges options sold", () => {
    expect(spanMargin([call(1, { value: 1000 })], FREE).requirement).toBe(scanRisk.longCall - 1000);
    expect(spanMargin([call(1, { value: 9000 })], FREE).requirement).toBe(0);
    expect(spanMargin([call(-1, { value: 1000 })], FREE).requirement).toBe(scanRisk.shortCall + 1000);
  });
});
