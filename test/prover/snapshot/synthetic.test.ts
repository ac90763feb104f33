import { describe, expect, it } from "vitest";
import { syntheticAccounts } from "../../../prover/src/snapshot/synthetic.ts";
import { MAX_QUANTITY } from "../../../verifier/src/constants.ts";

describe("synthetic accounts", () => {
  const accounts = [...syntheticAccounts(10_000, { assets: 271 })];

  it("are canonical: rows ascend, once each, quantities above 0 and below 2^64", () => {
    for (const { holdings } of accounts) {
      expect(holdings.every((h, i) => i === 0 || h.row > holdings[i - 1]!.row)).toBe(true);
      expect(holdings.every((h) => h.quantity > 0n && h.quantity <= MAX_QUANTITY && h.row < 542)).toBe(true);
    }
  });

  it("have the sample's tail: median 4, nine in ten at most 17, a tenth nothing, some debts", () => {
    const held = accounts.map(({ holdings }) => holdings.filter((h) => h.row % 2 === 0).length);
    held.sort((a, b) => a - b);
    expect(held[5_000]).toBe(4);
    expect(Math.abs(held[9_000]! - 17)).toBeLessThanOrEqual(1);
    expect(held[800]).toBe(0);
    expect(held.at(-1)!).toBeGreaterThan(60);
    expect(accounts.filter(({ holdings }) => holdings.some((h) => h.row % 2 === 1))).toHaveLength(50);
  });

  it("are the same for the same seed, and others for another", () => {
    expect([...syntheticAccounts(50, { assets: 271 })]).toEqual(accounts.slice(0, 50));
    const [other] = [...syntheticAccounts(200, { assets: 271, seed: 2 })].filter(
      (a) => a.holdings.length > 3,
    );
    expect(accounts.map((a) => a.holdings)).not.toContainEqual(other!.holdings);
    expect(new Set(accounts.map((a) => a.userId)).size).toBe(accounts.length);
  });
});
