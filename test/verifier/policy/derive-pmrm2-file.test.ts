import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { levelTerms } from "../../../verifier/src/policy/compilers/units.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { fromDecimal, isLess, multiply, type Rational } from "../../../verifier/src/policy/rational.ts";
import type { DerivePmrm2Parameters, Marks } from "../../../verifier/src/policy/schemas.ts";
import { deriveBook } from "../../support/derive-books.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";

const read = (name: string) =>
  readFileSync(new URL(`../../../examples/derive-pmrm2/${name}.json`, import.meta.url), "utf8");
const texts = { riskParameters: read("risk-parameters"), marks: read("marks") };

function compiled(edit: (file: DerivePmrm2Parameters, marks: Marks) => void = () => {}) {
  const file: DerivePmrm2Parameters = JSON.parse(texts.riskParameters);
  const marks: Marks = JSON.parse(texts.marks);
  edit(file, marks);
  return compilePolicy(file, marks);
}

describe("files of model derive-pmrm2", () => {
  const market = (p: DerivePmrm2Parameters) => p.groups[0]!;
  it.each<[string, (p: DerivePmrm2Parameters, m: Marks) => void, string]>([
    [
      "gains that count more than all: a linear policy can't say what a tilt then charges",
      (p) => Object.assign(market(p).discount.gain, { static: "1.05" }),
      'discount.gain.static: expected a fraction from "0" to "1"',
    ],
    [
      "losses that count less than all",
      (p) => Object.assign(market(p).discount.loss, { static: "0.95" }),
      'discount.loss.static: expected a decimal of at least "1"',
    ],
    [
      "a dated future",
      (p) =>
        market(p).instruments.push({
          kind: "future",
          symbol: "F",
          decimals: 6,
          contractSize: "1",
          expiry: "2026-11-27T08:00:00Z",
        }),
      "no dated futures",
    ],
    [
      "a price that falls by all of it",
      (p) => market(p).scenarios.push({ kind: "move", spot: "-1", volatility: "up", dampening: "1" }),
      "scenarios.15.spot: a price falls by less than all of it",
    ],
    [
      "a basis that falls by more",
      (p) => Object.assign(market(p).basis, { down: "-1.2" }),
      "basis.down: a price falls",
    ],
    [
      "a charge that is less in initial margin",
      (p) => Object.assign(market(p).perpCharge, { initial: "0.01" }),
      "perpCharge: expected initial to be at least maintenance",
    ],
    [
      "collateral that cancels risk and is not accepted",
      (p) => market(p).riskCancelling.push("steth"),
      '"steth" is not in the collateral list',
    ],
    [
      "the quote currency as what cancels risk",
      (p) => market(p).riskCancelling.push("usdc"),
      "the quote currency does not move against itself",
    ],
    [
      "what the issuer itself issued as what cancels risk",
      (p) =>
        Object.assign(p.collateral[1]!, {
          issuerAffiliated: true,
          weight: { maintenance: "0", initial: "0" },
        }),
      '"eth" is issuer-affiliated',
    ],
    [
      "collateral that cancels risk of two underlyings",
      (p) => p.groups.push({ ...market(p), name: "BTC", underlying: "wbtc", instruments: [] }),
      '"eth" cancels risk in group "ETH" already',
    ],
    [
      "an underlying whose oracles do not say how sure they are",
      (_, m) => Object.assign(m.spot.eth!, { confidence: undefined }),
      "spot.eth has no confidence",
    ],
    [
      "a perp without",
      (_, m) => Object.assign(m.perps["ETH-PERP"]!, { confidence: undefined }),
      "perps.ETH-PERP has no",
    ],
    [
      "an expiry without",
      (_, m) => Object.assign(Object.values(m.expiries.eth!)[0]!, { confidence: undefined }),
      "has no confidence",
    ],
    [
      "collateral without",
      (_, m) => Object.assign(m.spot.wbtc!, { confidence: undefined }),
      "spot.wbtc has no confidence",
    ],
    [
      "no price of the quote currency",
      (_, m) => Object.assign(m, { stablePrice: undefined }),
      "stablePrice is missing",
    ],
    [
      "an option that has expired",
      (_, m) => Object.assign(m, { observedAt: "2026-11-28T08:00:00Z" }),
      "before these marks",
    ],
    [
      "a strike without a volatility",
      (_, m) => Object.assign(m.expiries.eth!["2026-11-27T08:00:00Z"]!, { volatility: { "2400": "0.7" } }),
      'volatility has no strike "2600"',
    ],
  ])("refuse %s", (_, edit, words) => {
    expect(() => compiled(edit)).toThrow(words);
  });

  it("alone have marks that doubt, and a peg", () => {
    const sure = {
      ...tinyMarks,
      spot: { ...tinyMarks.spot, BTC: { ...tinyMarks.spot.BTC!, confidence: "1" } },
    };
    expect(() => compilePolicy(tinyRiskParameters, sure)).toThrow('model "grid" charges nothing for doubt');
    expect(() => compilePolicy(tinyRiskParameters, { ...tinyMarks, stablePrice: "1" })).toThrow(
      'model "grid" watches no peg',
    );
  });
});

describe("a policy of model derive-pmrm2", () => {
  const policy = compiled();
  const random = seeded("derive files");
  const books = Array.from({ length: 30 }, () => deriveBook(policy, random));

  it("has one group for each expiry, which feeds its underlying's", () => {
    expect(policy.groups.map(({ name }) => name)).toEqual([
      "ETH 2026-11-27T08:00:00Z",
      "ETH 2026-12-25T08:00:00Z",
      "ETH",
    ]);
    const { groups } = policy.layout.shape;
    expect(groups.map(({ feeds }) => feeds)).toEqual([
      { by: "scenarios", parent: 2 },
      { by: "scenarios", parent: 2 },
      undefined,
    ]);
    expect(groups[2]!.hedges).toEqual([1, 2]);
  });

  it("fits a larger shape, so that expiries come and go under one circuit", () => {
    const [first, second, parent] = policy.layout.shape.groups;
    const grown = {
      ...first!,
      instruments: 9,
      extras: first!.extras! + 3,
      extraColumns: first!.extraColumns! + 3,
    };
    const ends = { ...parent!, instruments: 2 };
    const shape = {
      assets: 5,
      groups: [grown, second!, grown, ends].map((group) =>
        "feeds" in group ? { ...group, feeds: { by: "scenarios" as const, parent: 3 } } : group,
      ),
    };
    const padded = compiled((p) => Object.assign(p, { shape }));
    expect(padded.layout.shape).toEqual(shape);
    const rows = new Map(padded.rowTable.map(({ symbol, kind, row }) => [`${kind} ${symbol}`, row]));
    for (const book of books) {
      const there = book.map(({ row, quantity }) => {
        const { kind, symbol } = policy.rowTable.find((named) => named.row === row)!;
        return { row: rows.get(`${kind} ${symbol}`)!, quantity };
      });
      const [a, b] = [completeAccount(policy, book), completeAccount(padded, there)];
      expect(b.free).toBe(a.free);
      expect(b.report.maintenanceSurplus).toBe(a.report.maintenanceSurplus);
    }
  });

  it("adds up its underlyings, and trusts collateral no more than the least sure of them", () => {
    const second = (confidence: string) =>
      compiled((p, m) => {
        p.groups.push({
          ...p.groups[0]!,
          name: "SOL",
          underlying: "sol",
          riskCancelling: [],
          instruments: [],
        });
        Object.assign(m.spot, { sol: { price: "150", confidence } });
      });
    const asset = policy.layout.asset(3);
    const free = (of: typeof policy) => completeAccount(of, [{ row: asset, quantity: 1_000_000n }]).report;
    expect(free(second("0.9")).initialSurplus).toBe(free(policy).initialSurplus);
    // (1 - 0.4) of one wbtc at its value in usdc does not count.
    const lost = free(second("0.9")).initialSurplus - free(second("0.4")).initialSurplus;
    expect(Number(lost) / 1e12).toBeCloseTo((0.6 * 95_600) / 0.9995, 6);
    expect(free(second("0.4")).maintenanceSurplus).toBe(free(policy).maintenanceSurplus);
  });

  it("fixes the part of a forward that the settlement average already has", () => {
    const soon = compiled((_, m) => Object.assign(m, { observedAt: "2026-11-27T07:45:00Z" }));
    const put = soon.rowTable.find(({ symbol, kind }) => symbol === "ETH-27NOV26-3000-P" && kind === "long")!;
    const { report } = completeAccount(soon, [{ row: put.row, quantity: 1_000_000n }]);
    const fall = soon.groups[0]!.scenarios.findIndex(({ move }) => move?.spot === -0.18);
    // Half of the average is fixed: a fall of 18 % takes the forward down by 9 %. Measured P&L is a fifth of the money.
    const pnl = Number(5n * report.groups[0]!.scenarioPnl[fall]!) / 1e12;
    expect(pnl).toBeCloseTo(0.95 * (3000 - 0.91 * 2691.7) - Number(report.equity) / 1e12, 1);
  });

  it("charges both sides of an option for what prices in double precision may err", () => {
    // One contract a row unit, or the error is less than a money unit.
    const whole = compiled((p) => {
      for (const terms of p.groups[0]!.instruments) Object.assign(terms, { decimals: 0 });
    });
    for (const { instruments } of whole.coefficients.groups.slice(0, 2)) {
      for (const { value, maintenance, shortMaintenance } of instruments) {
        // At least 2^-44 of forward plus strike, for the mark; and as much again for scenarios, counted 0.8.
        const error = 1e12 * 2 ** -44 * (2691.7 + 2400);
        expect(Number(value - maintenance)).toBeGreaterThan(2 * error);
        expect(Number(-value - shortMaintenance)).toBeGreaterThan(2 * error);
        expect(Number(value - maintenance)).toBeLessThan(10 * error);
      }
    }
  });

  it("charges more, and as the peg goes more still", () => {
    const at = (stablePrice: string) => compiled((_, m) => Object.assign(m, { stablePrice }));
    const max = (of: typeof policy) => of.coefficients.groups.at(-1)!.max;
    expect(max(policy)).toEqual({ maintenance: -4n, initial: -5n });
    // 0.8 : 1 + 2 (0.98 - 0.9)
    expect(max(at("0.9"))).toEqual({ maintenance: -20n, initial: -29n });
    // No small terms: the initial factor is raised to the next ratio that has.
    const { initial, maintenance } = max(at("0.9123456789"));
    const ratio = Number(initial) / Number(maintenance);
    const asked = (1 + 2 * (0.98 - 0.9123456789)) / 0.8;
    expect(ratio).toBeGreaterThanOrEqual(asked);
    expect(ratio).toBeLessThan(asked * 1.00001);
    expect(initial).toBeGreaterThanOrEqual(-1000n);
  });
});

describe("two charges as whole numbers of one measure", () => {
  const charge = (terms: bigint, scale: Rational) => multiply({ n: terms, d: 1n }, scale);
  it("are never less than asked, exact where terms are small, and close to it where they are not", () => {
    const random = seeded("level terms");
    for (let round = 0; round < 300; round++) {
      const [a, b] = [random.int(10 ** (1 + random.int(7))), random.int(10 ** (1 + random.int(7)))];
      const [m, i] = [Math.min(a, b), Math.max(a, b)].map((n) => ({ n: BigInt(n), d: 10_000_000n })) as [
        Rational,
        Rational,
      ];
      const { maintenance, initial, scale } = levelTerms(m, i);
      expect(isLess(charge(maintenance, scale), m)).toBe(false);
      expect(isLess(charge(initial, scale), i)).toBe(false);
      expect(initial).toBeLessThanOrEqual(1000n);
      const most = multiply(i, fromDecimal("1.002"));
      expect(isLess(most, charge(initial, scale))).toBe(false);
      // Maintenance is raised only where it is below a thousandth of initial.
      const least = multiply(i, fromDecimal("0.001"));
      if (m.n > 0n && !isLess(m, least)) expect(isLess(m, charge(maintenance, scale))).toBe(false);
    }
    expect(levelTerms(fromDecimal("0.003"), fromDecimal("0.005"))).toMatchObject({
      maintenance: 3n,
      initial: 5n,
    });
    expect(levelTerms(fromDecimal("0"), fromDecimal("0.005"))).toMatchObject({
      maintenance: 0n,
      initial: 1n,
    });
    expect(levelTerms(fromDecimal("0"), fromDecimal("0"))).toMatchObject({ maintenance: 0n, initial: 0n });
  });
});
