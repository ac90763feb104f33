import { describe, expect, it } from "vitest";
import {
  type TimsClass,
  type TimsPosition,
  timsMargin,
  timsMoves,
} from "../../../verifier/src/models/tims.ts";

/** P&L of 100 shares at $50 over +-15 %: $150 per step of 3 %. */
const STOCK = timsMoves(0.15, 0.15).map((move) => Math.round(5000 * move));
/** Long put struck at the price of the same 100 shares, without time value. */
const PUT = STOCK.map((pnl) => Math.max(-pnl, 0));

const position = (quantity: number, pnl: readonly number[], minimumCharge = 0): TimsPosition => ({
  quantity,
  pnl,
  minimumCharge,
});
const onlyClass = (...positions: TimsPosition[]): TimsClass => ({ name: "XYZ", positions });
const margin = (offset: number, ...classes: TimsClass[]) =>
  timsMargin([{ name: "group", offset, classes }]).groups[0]!;

describe("valuation points", () => {
  it("are five equal steps either way, without the price itself", () => {
    expect(STOCK).toEqual([-750, -600, -450, -300, -150, 150, 300, 450, 600, 750]);
    const index = timsMoves(0.08, 0.06).map((move) => Math.round(move * 1000));
    expect(index).toEqual([-80, -64, -48, -32, -16, 12, 24, 36, 48, 60]);
  });
});

describe("timsMargin", () => {
  it("asks for the worst of ten losses, and nothing for gains at every point", () => {
    expect(margin(0, onlyClass(position(2, STOCK)))).toMatchObject({ risk: 1500, requirement: 1500 });
    expect(margin(0, onlyClass(position(-2, STOCK))).risk).toBe(1500);
    expect(margin(0, onlyClass(position(1, PUT))).risk).toBe(0);
    expect(timsMargin([]).requirement).toBe(0);
  });

  it("offsets gains in full within a class, whatever the offset of its group", () => {
    const protectedStock = onlyClass(position(1, STOCK), position(1, PUT));
    for (const offset of [0, 0.9, 1]) expect(margin(offset, protectedStock).risk).toBe(0);
  });

  it("counts gains of another class by the offset, at each valuation point", () => {
    // Long one index, short the other: they mirror each other, so at every point one gains what the other loses.
    const pair = [onlyClass(position(1, STOCK)), onlyClass(position(-1, STOCK))];
    expect(margin(1, ...pair).risk).toBe(0);
    expect(margin(0.9, ...pair).risk).toBeCloseTo(75, 10);
    expect(margin(0, ...pair).risk).toBe(750);
    expect(margin(0.9, ...pair).pnl[4]).toBeCloseTo(-15, 10);
  });

  it("takes losses of classes at the same point, not each at its own worst", () => {
    // Two puts sold: at +15 % neither loses, at -15 % both do. A put and a call sold: never both.
    const call = STOCK.map((pnl) => Math.max(pnl, 0));
    const [shortPut, shortCall] = [onlyClass(position(-1, PUT)), onlyClass(position(-1, call))];
    expect(margin(0, shortPut, shortPut).risk).toBe(1500);
    expect(margin(0, shortPut, shortCall).risk).toBe(750);
  });

  it("asks for the minimum charge of every contract, long or short, when the points find less", () => {
    const box = onlyClass(position(10, PUT, 37.5), position(-10, PUT, 37.5));
    expect(margin(1, box)).toMatchObject({ risk: 0, minimumCharge: 750, requirement: 750 });
    expect(margin(1, onlyClass(position(-10, PUT, 37.5)))).toMatchObject({
      minimumCharge: 375,
      requirement: 7500,
    });
  });

  it("sums product groups without any offset", () => {
    const group = (name: string, quantity: number) => ({
      name,
      offset: 1,
      classes: [onlyClass(position(quantity, STOCK))],
    });
    expect(timsMargin([group("a", 1), group("b", -1)]).requirement).toBe(1500);
  });

  it("refuses arrays that are not of ten points, offsets outside 0 to 1 and negative charges", () => {
    expect(() => margin(0, onlyClass(position(1, [1, 2])))).toThrow(/10 valuation points, came 2/);
    for (const offset of [-0.1, 1.1, Number.NaN]) expect(() => margin(offset)).toThrow(/from 0 to 1/);
    expect(() => margin(0, onlyClass(position(1, STOCK, -1)))).toThrow(/0 or more, came -1/);
  });
});
