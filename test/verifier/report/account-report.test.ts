import { describe, expect, it } from "vitest";
import { readDemoExchange } from "../../../prover/src/demo/demo-exchange.ts";
import { MONEY_DECIMALS } from "../../../verifier/src/constants.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount, residuals } from "../../../verifier/src/policy/complete.ts";
import { policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { optionPrice } from "../../../verifier/src/policy/valuation.ts";
import { type AccountReport, accountReport } from "../../../verifier/src/report/account-report.ts";
import { marginParts } from "../../../verifier/src/report/components.ts";
import { surplusAfter } from "../../../verifier/src/report/distance.ts";
import { reportJson } from "../../../verifier/src/report/format.ts";
import { LEVELS } from "../../../verifier/src/report/levels.ts";
import {
  tinyMarks,
  tinyRiskParameters,
  twoGroupMarks,
  twoGroupRiskParameters,
} from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";
import { hugeBook, randomBook } from "../../support/random-books.ts";

const demo = await readDemoExchange(false);
const { policy } = demo;
const holdingsOf = (userId: string) => demo.accounts.find((account) => account.userId === userId)!.holdings;
const reports = new Map<string, AccountReport>();
function reportOf(userId: string): AccountReport {
  const report = reports.get(userId) ?? accountReport(policy, holdingsOf(userId), { userId });
  reports.set(userId, report);
  return report;
}
const margined = demo.accounts.filter(
  ({ holdings }) => completeAccount(policy, holdings).report.groups.length > 0,
);
const sum = (amounts: readonly bigint[]) => amounts.reduce((a, b) => a + b, 0n);

describe("the margin report of an account", () => {
  it("has the numbers of the proof: those of auxiliaries that solve the account's equations", () => {
    const matrix = policyMatrix(policy.coefficients);
    for (const userId of ["covered-call-eth", "market-maker", "under-maintenance-eth"]) {
      const holdings = holdingsOf(userId);
      const { auxiliaries, free } = completeAccount(policy, holdings);
      expect(residuals(matrix, holdings, auxiliaries, free).size).toBe(0);
      const written = (fine: number) =>
        sum(
          auxiliaries.map(({ row, quantity }) =>
            row === fine ? quantity : row === fine + 1 ? quantity << 40n : 0n,
          ),
        );
      const report = reportOf(userId);
      const { layout } = policy;
      expect(report.equity).toBe(written(layout.equityPlus) - written(layout.equityMinus));
      expect(report.shortfall).toBe(written(layout.shortfall));
      expect(report.surplus.maintenance).toBe(written(layout.slackMaintenance) - written(layout.shortfall));
      expect(report.free).toBe(free * 1_000_000n);
      expect(report.surplus.initial).toBe(report.free + written(layout.slackInitial));
    }
  });

  it("splits every account's surplus into components, and into credits and charges, without a rest", () => {
    for (const { holdings } of demo.accounts) {
      const completion = completeAccount(policy, holdings);
      const { components, credits, charges } = marginParts(policy, holdings, completion);
      const { maintenanceSurplus, initialSurplus } = completion.report;
      const surplus = { maintenance: maintenanceSurplus, initial: initialSurplus };
      for (const level of LEVELS) {
        expect(sum(components[level].map(({ amount }) => amount))).toBe(surplus[level]);
        expect(credits[level] - charges[level]).toBe(surplus[level]);
      }
    }
    expect(margined.length).toBeGreaterThan(15);
  });

  it("does so for random books, huge ones among them, where margin factors are not 1", () => {
    const two = compilePolicy(twoGroupRiskParameters, twoGroupMarks);
    const random = seeded("margin report");
    for (let i = 0; i < 60; i++) {
      const holdings = i % 3 === 0 ? hugeBook(two, random) : randomBook(two, random);
      const completion = completeAccount(two, holdings);
      const { components } = marginParts(two, holdings, completion);
      const { maintenanceSurplus, initialSurplus } = completion.report;
      expect(sum(components.maintenance.map(({ amount }) => amount))).toBe(maintenanceSurplus);
      expect(sum(components.initial.map(({ amount }) => amount))).toBe(initialSurplus);
      if (i > 3) continue;
      for (const { worst, charge } of accountReport(two, holdings).groups) {
        // Initial factor 1.2, maintenance 0.9; the loss is rounded up to a money unit.
        const rounding = -6n * (worst?.pnl ?? 0n) - 5n * charge.initial;
        expect(rounding >= 0n && rounding < 6n).toBe(true);
        expect(charge.maintenance * 4n).toBe(charge.initial * 3n);
      }
    }
  });

  it("charges the worst scenario of its matrix", () => {
    for (const userId of ["covered-call-eth", "market-maker", "straddle-btc-short", "calendar-btc-futures"]) {
      for (const { worst, scenarios, charge } of reportOf(userId).groups) {
        const [lowest] = [0n, ...scenarios.map(({ pnl }) => pnl)].sort((a, b) => (a < b ? -1 : 1));
        expect(worst?.pnl ?? 0n).toBe(lowest);
        // The policy's initial factor is 1.
        expect(charge.initial).toBe(-lowest!);
      }
    }
  });

  it("frees capital by cross margin where positions offset, and none where there is one position alone", () => {
    const calendar = reportOf("calendar-btc-futures").isolation;
    expect(calendar.positions).toHaveLength(2);
    expect(calendar.freed.initial).toBeGreaterThan(calendar.positionsTotal.initial / 2n);
    const single = reportOf("straddle-btc-long");
    const alone = accountReport(
      policy,
      holdingsOf("straddle-btc-long")
        .filter(({ row }) => row >= policy.layout.long(0, 0))
        .slice(0, 1),
    );
    expect(alone.isolation.freed.initial).toBe(0n);
    expect(alone.isolation.positionsTotal).toEqual(alone.margin);
    expect(sum(single.isolation.positions.map(({ margin }) => margin.initial))).toBe(
      single.isolation.positionsTotal.initial,
    );
  });

  it("has greeks that agree with differences of prices", () => {
    const [btc] = reportOf("straddle-btc-short").greeks;
    const expiry = "2026-12-25T08:00:00Z";
    const terms = (kind: "call" | "put") =>
      ({ kind, symbol: "x", decimals: 2, contractSize: "1", expiry, strike: "17000" }) as const;
    const rule = { up: "0", down: "0", floor: "0", pivotDays: "1", nearExponent: "0", farExponent: "0" };
    const value = (spot: bigint, volatility = 0, days = 0) => {
      const at = structuredClone(policy.marks);
      const marks = at.expiries.btc![expiry]!;
      marks.volatility["17000"] = String(Number(marks.volatility["17000"]) + volatility);
      at.observedAt = new Date(Date.parse(at.observedAt) + days * 86_400_000).toISOString();
      const move = {
        kind: "move",
        spot: { n: spot, d: 1_000_000n },
        volatility: "same",
        weight: { n: 1n, d: 1n },
      } as const;
      return -(["call", "put"] as const).reduce(
        (all, kind) => all + optionPrice(terms(kind), "btc", at, move, rule),
        0,
      );
    };
    const spot = Number(policy.marks.spot.btc!.price);
    const h = 1000n;
    const step = (Number(h) / 1e6) * spot;
    expect(btc!.buckets.map(({ bucket }) => bucket)).toEqual([expiry]);
    expect(btc!.delta).toBeCloseTo((value(h) - value(-h)) / (2 * step), 5);
    expect(btc!.gamma * spot).toBeCloseTo(((value(h) - 2 * value(0n) + value(-h)) / step ** 2) * spot, 3);
    expect(btc!.vega).toBeCloseTo((value(0n, 1e-4) - value(0n, -1e-4)) / 0.02, 3);
    expect(btc!.theta).toBeCloseTo((value(0n, 0, 0.01) - value(0n, 0, -0.01)) / 0.02, 3);
  });

  it("counts spot and perpetual into delta, so that a spot holding hedged by a perpetual has next to none", () => {
    const [btc] = reportOf("delta-neutral-btc").greeks;
    expect(btc!.buckets.map(({ bucket, delta }) => [bucket, Math.round(delta)])).toEqual([
      ["spot", 3],
      ["perpetual", -3],
    ]);
    expect(Math.abs(btc!.delta)).toBeLessThan(0.05);
  });
});

describe("the distance to maintenance", () => {
  it("is the first move at which the account, valued anew, is under maintenance margin", () => {
    const { distance } = reportOf("straddle-btc-short");
    const { up, down } = distance.prices.find(({ symbol }) => symbol === "btc")!;
    expect(down).toBeNull();
    const holdings = holdingsOf("straddle-btc-short");
    expect(surplusAfter(policy, holdings, "btc", up!)).toBeLessThan(0n);
    expect(surplusAfter(policy, holdings, "btc", up! - 0.002)).toBeGreaterThanOrEqual(0n);
    expect(surplusAfter(policy, holdings, "btc", 0)).toBe(distance.surplus);
  });

  it("settles a perpetual's loss in quote: half its value as collateral lasts for a fall that arithmetic on paper gives", () => {
    const tiny = compilePolicy(tinyRiskParameters, tinyMarks);
    const holdings = [
      { row: tiny.layout.asset(1), quantity: 30_000_000_000n },
      { row: tiny.layout.long(0, 0), quantity: 10_000n },
    ];
    const { distance } = accountReport(tiny, holdings);
    const { down, up } = distance.prices[0]!;
    // 30,000 - 60,010.5 f - (0.15 * 0.8 * 60,010.5 + 0.005 * 60,000) (1 - f) = 0
    const margin = 0.12 * 60_010.5 + 300;
    expect(-down!).toBeCloseTo((30_000 - margin) / (60_010.5 - margin), 3);
    expect(up).toBeNull();
  });

  it("of collateral that backs a debt is where its weight no longer covers it", () => {
    const tiny = compilePolicy(tinyRiskParameters, tinyMarks);
    const holdings = [
      { row: tiny.layout.asset(0), quantity: 100_000_000n },
      { row: tiny.layout.debt(1), quantity: 27_000_000_000n },
    ];
    const [btc] = accountReport(tiny, holdings).distance.prices;
    expect(btc).toMatchObject({ symbol: "BTC", up: null });
    expect(btc!.down).toBeCloseTo(-0.5, 9);
  });

  it("of collateral that hedges another underlying counts the hedge, which a weight alone would not", () => {
    const collateral = [
      { ...tinyRiskParameters.collateral[0]!, symbol: "WBTC" },
      tinyRiskParameters.collateral[1]!,
    ];
    const groups = [
      { ...tinyRiskParameters.groups[0]!, hedge: { ...tinyRiskParameters.groups[0]!.hedge!, asset: "WBTC" } },
    ];
    const wrapped = compilePolicy(
      { ...tinyRiskParameters, collateral, groups },
      { ...tinyMarks, spot: { ...tinyMarks.spot, WBTC: { price: "60000" } } },
    );
    const book = [
      { row: wrapped.layout.asset(0), quantity: 100_000_000n },
      { row: wrapped.layout.debt(1), quantity: 20_000_000_000n },
      { row: wrapped.layout.short(0, 0), quantity: 10_000n },
    ];
    const { prices } = accountReport(wrapped, book).distance;
    expect(prices.map(({ symbol }) => symbol)).toEqual(["BTC", "WBTC"]);
    const { down } = prices[1]!;
    expect(surplusAfter(wrapped, book, "WBTC", down!)).toBeLessThan(0n);
    expect(surplusAfter(wrapped, book, "WBTC", down! + 0.002)).toBeGreaterThanOrEqual(0n);
  });

  it("is not looked for when the account is under maintenance already", () => {
    const { distance, shortfall } = reportOf("under-maintenance-eth");
    expect(distance.prices).toEqual([]);
    expect(distance.surplus).toBe(-shortfall);
  });
});

describe("a report as JSON", () => {
  it("writes money as exact decimals", () => {
    const report = reportOf("covered-call-eth");
    const json = JSON.parse(reportJson(report));
    const [whole, part = ""] = String(json.margin.initial).split(".");
    expect(BigInt(whole + part.padEnd(MONEY_DECIMALS, "0"))).toBe(report.margin.initial);
    expect(json.groups[0].worst.move.spot).toBeCloseTo(-0.18, 12);
  });
});
