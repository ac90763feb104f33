import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import type { Marks } from "../../../verifier/src/policy/schemas.ts";
import { accountReport } from "../../../verifier/src/report/account-report.ts";
import { componentName } from "../../../verifier/src/report/tables.ts";

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../examples/span/${name}.json`, import.meta.url), "utf8"));
const parameters = read("risk-parameters");
const marks: Marks = read("marks");

/** A report of $10,000 and one call bought, whose array is published. */
function reportOf(at: Marks) {
  const policy = compilePolicy(parameters, at);
  const row = (symbol: string) => policy.rowTable.find((named) => named.symbol === symbol)!.row;
  const holdings = [
    { row: row("usd"), quantity: 10_000_000_000n },
    { row: row("SP-DEC26-410-C"), quantity: 100n },
  ];
  return accountReport(policy, holdings);
}

describe("a margin report on published risk arrays", () => {
  const bare = structuredClone(marks);
  bare.expiries.sp!["2026-12-18T21:00:00Z"]!.volatility = {};

  it("needs no volatilities: the delta is the published one, and other prices are not looked at", () => {
    const { greeks, distance, surplus } = reportOf(bare);
    expect(greeks).toMatchObject([{ underlying: "sp", delta: 260, gamma: 0, vega: 0, theta: 0 }]);
    expect(distance.prices).toEqual([{ symbol: "sp", price: 408, down: null, up: null }]);
    expect(surplus).toEqual(reportOf(marks).surplus);
  });

  it("computes arrays for prices other than the published one", () => {
    const { distance } = reportOf(marks);
    expect(distance.prices[0]).toMatchObject({ symbol: "sp", down: null, up: null });
    // A future needs 5 % of its price once that has moved, where the published array asks for $10,000.
    const policy = compilePolicy(parameters, marks);
    const row = (symbol: string) => policy.rowTable.find((named) => named.symbol === symbol)!.row;
    const few = accountReport(policy, [
      { row: row("usd"), quantity: 11_500_000_000n },
      { row: row("SP-DEC26"), quantity: 100n },
    ]);
    expect(few.distance.prices[0]!.down).toBeLessThan(0);
    expect(few.distance.prices[0]!.down).toBeGreaterThan(-0.05);
  });

  it("says that options at mark are counted in scan risk, and calls nothing a buffer", () => {
    const { components, policy } = reportOf(marks);
    const named = components.initial.map((of) => [componentName(of, policy), Number(of.amount) / 1e12]);
    expect(named).toEqual([
      ["equity at mark prices", 13_700],
      ["SP: options at mark, counted in scan risk", expect.closeTo(-3_700, 6)],
      ["SP: scan risk (worst scenario)", expect.closeTo(-1.1 * 290, 6)],
    ]);
  });
});
