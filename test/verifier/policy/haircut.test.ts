import { describe, expect, it } from "vitest";
import { lintPolicy } from "../../../prover/src/linter/lint-policy.ts";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { type HaircutParameters, parseRiskParameters } from "../../../verifier/src/policy/schemas.ts";
import { accountReport } from "../../../verifier/src/report/account-report.ts";
import { riskParameterDifferences } from "../../../verifier/src/report/policy-differences.ts";
import { haircutMarks, haircutRiskParameters } from "../../support/haircut.ts";
import { seeded } from "../../support/random.ts";

type Edit = (copy: HaircutParameters) => void;

function edited(edit: Edit): HaircutParameters {
  const copy = structuredClone(haircutRiskParameters);
  edit(copy);
  return copy;
}

const policy = compilePolicy(haircutRiskParameters, haircutMarks);
const { layout } = policy;
const BTC = 10n ** 8n;
const USDT = 10n ** 6n;
/** Money units in a quote unit. */
const QUOTE = 10n ** 12n;

function book(holdings: { btc?: bigint; usdt?: bigint; btcOwed?: bigint; usdtOwed?: bigint }): Entry[] {
  const rows = [
    [layout.asset(0), holdings.btc],
    [layout.debt(0), holdings.btcOwed],
    [layout.asset(1), holdings.usdt],
    [layout.debt(1), holdings.usdtOwed],
  ] as const;
  return rows.flatMap(([row, quantity]) => (quantity === undefined ? [] : [{ row, quantity }]));
}

describe("risk parameters of model haircut", () => {
  it.each<[string, Edit, string]>([
    [
      "weights that rise",
      (p) =>
        Object.assign(p.collateral[0]!.tiers[1]!, { weight: "1" }) &&
        Object.assign(p.collateral[0]!.tiers[0]!, { weight: "0.9" }),
      'a weight that rises would count more of "BTC" the more is held',
    ],
    [
      "bounds that fall",
      (p) => Object.assign(p.collateral[0]!.tiers[1]!, { upTo: "400000" }),
      "a bound above 500000",
    ],
    [
      "equal bounds",
      (p) => Object.assign(p.collateral[0]!.tiers[1]!, { upTo: "500000" }),
      "a bound above 500000",
    ],
    [
      "a tier after one without a bound",
      (p) => Object.assign(p.collateral[0]!, { tiers: [{ weight: "1" }, { weight: "0.5" }] }),
      "only the last tier goes without a bound",
    ],
    ["a weight above 1", (p) => Object.assign(p.collateral[0]!.tiers[0]!, { weight: "1.1" }), "a fraction"],
    ["a bound of 0", (p) => Object.assign(p.collateral[0]!.tiers[0]!, { upTo: "0" }), "a decimal above 0"],
    [
      "a factor that rises",
      (p) => Object.assign(p.tierFactor, { maintenance: "0.8" }),
      "maintenance to be at least initial",
    ],
    ["a factor of 0", (p) => Object.assign(p.tierFactor, { initial: "0" }), "a fraction above 0"],
    [
      "own tokens that count",
      (p) => Object.assign(p.collateral[0]!, { issuerAffiliated: true }),
      "has weight 0",
    ],
    [
      "a plain weight",
      (p) => Object.assign(p.collateral[0]!, { weight: { maintenance: "1", initial: "1" } }),
      "weight",
    ],
    ["positions", (p) => Object.assign(p, { groups: [{}] }), "groups"],
    [
      "a debt below its value",
      (p) => Object.assign(p.collateral[0]!.debtWeight, { maintenance: "0.99" }),
      "at least",
    ],
    ["an asset twice", (p) => Object.assign(p.collateral[1]!, { symbol: "BTC" }), "listed twice"],
  ])("refuse %s", (_, edit, message) => {
    expect(() => parseRiskParameters(edited(edit))).toThrow(message);
  });

  it("refuse factors without a short ratio, and bounds that need 2^64 units", () => {
    const factor = edited((p) => Object.assign(p.tierFactor, { initial: "0.90001" }));
    expect(() => compilePolicy(factor, haircutMarks)).toThrow("in lowest terms");
    const wide = edited((p) => Object.assign(p.collateral[0]!.tiers[1]!, { upTo: "20000000000000000" }));
    expect(() => compilePolicy(wide, haircutMarks)).toThrow("use fewer decimals");
  });

  it("say what loosens them when they change", () => {
    const before = parseRiskParameters(haircutRiskParameters);
    const words = (edit: Edit) =>
      riskParameterDifferences(before, parseRiskParameters(edited(edit))).map(
        (d) => `${d.effect}: ${d.where}: ${d.words}`,
      );
    expect(words((p) => Object.assign(p.collateral[0]!.tiers[0]!, { upTo: "600000" }))).toEqual([
      'looser: asset "BTC", tier 1, up to: 500000 -> 600000: more of it counts that much',
    ]);
    expect(words((p) => Object.assign(p.collateral[0]!.tiers[2]!, { weight: "0.5" }))).toEqual([
      'stricter: asset "BTC", tier 3, weight: 0.6 -> 0.5: counts for less',
    ]);
    expect(words((p) => Object.assign(p.tierFactor, { initial: "1" }))).toEqual([
      "looser: tier factor, initial: 0.9 -> 1: collateral counts for more",
    ]);
  });
});

describe("a policy under model haircut", () => {
  it("has tiers in whole numbers: units, credits by unit, money by credit", () => {
    expect(policy.coefficients.shape).toEqual({
      assets: 2,
      tiers: [{ asset: 0, portions: 2 }],
      groups: [{ instruments: 1, scenarios: 1, hedges: [] }],
    });
    // A unit, 10^-8 BTC, is worth 6 * 10^8 money units; initial : maintenance is 9 : 10.
    const [tier] = policy.coefficients.tiers!;
    expect(tier).toEqual({
      widths: [(500_000n * BTC) / 60_000n, (1_000_000n * BTC) / 60_000n - (500_000n * BTC) / 60_000n],
      weights: [60_000_000n, 51_000_000n],
      lastWeight: 36_000_000n,
      credit: { maintenance: 10n, initial: 9n },
    });
    expect(policy.coefficients.assets[0]).toMatchObject({
      value: 600_000_000n,
      maintenance: 0n,
      initial: 0n,
    });
    // A tier without a bound is a weight like any other.
    expect(policy.coefficients.assets[1]).toMatchObject({ maintenance: 1_000_000n, initial: 900_000n });
  });

  it("measures dear units in larger grains, so that weights stay below 2^32", () => {
    const dear = compilePolicy(
      edited((p) => Object.assign(p.collateral[0]!, { decimals: 2 })),
      haircutMarks,
    );
    const [{ weights, credit }] = dear.coefficients.tiers! as [
      NonNullable<typeof dear.coefficients.tiers>[0],
    ];
    const value = 600n * QUOTE;
    expect(weights[0]).toBeLessThan(1n << 32n);
    expect(weights[0]).toBeGreaterThan(1n << 31n);
    for (const [level, parts] of [
      ["maintenance", 10n],
      ["initial", 9n],
    ] as const) {
      const exact = (value * parts) / 10n;
      expect(weights[0]! * credit[level]).toBeLessThanOrEqual(exact);
      expect(exact - weights[0]! * credit[level]).toBeLessThan(credit[level]);
    }
  });

  it("counts each part of what is held at its tier, in both margins, and debts at theirs", () => {
    // 30 BTC are 1.8 million: 500,000 whole, 500,000 at 85 %, 800,000 at 60 %.
    const { report } = completeAccount(
      policy,
      book({ btc: 30n * BTC, usdtOwed: 1_000_000n * USDT, btcOwed: BTC }),
    );
    const counted = 500_000n + 425_000n + 480_000n;
    expect(report.equity).toBe((1_800_000n - 1_000_000n - 60_000n) * QUOTE);
    const off = (surplus: bigint, exact: bigint) => exact - surplus;
    const maintenance = off(report.maintenanceSurplus, (counted - 1_000_000n - 63_000n) * QUOTE);
    const initial = off(report.initialSurplus, ((counted * 9n) / 10n - 1_000_000n - 66_000n) * QUOTE);
    // Bounds fall on no whole unit: less than one of them, and a credit.
    for (const lost of [maintenance, initial]) {
      expect(lost).toBeGreaterThanOrEqual(0n);
      expect(lost).toBeLessThan(600_000_000n + 20n);
    }
  });

  it("counts two holdings in two accounts for no less than both in one", () => {
    const random = seeded("concave");
    const surplus = (btc: bigint) => completeAccount(policy, book({ btc })).report.initialSurplus;
    for (let i = 0; i < 200; i++) {
      const [a, b] = [random.below(40n * BTC), random.below(40n * BTC)];
      // A unit of credit may be lost to rounding in each of the halves.
      expect(surplus(a + b)).toBeLessThanOrEqual(surplus(a) + surplus(b) + 2n * 9n);
    }
  });

  it("is accepted by the linter, and in a larger shape too, with the same margins", async () => {
    const { accepted, findings } = await lintPolicy(policy.coefficients);
    expect(findings).toEqual([]);
    expect(accepted).toBe(true);
    const shape = {
      assets: 4,
      groups: [{ instruments: 2, scenarios: 3, hedges: [] }],
      tiers: [
        { asset: 0, portions: 3 },
        { asset: 1, portions: 1 },
        { asset: 3, portions: 2 },
      ],
    };
    const larger = compilePolicy(
      edited((p) => Object.assign(p, { shape })),
      haircutMarks,
    );
    expect(larger.layout.shape).toEqual(shape);
    expect((await lintPolicy(larger.coefficients)).accepted).toBe(true);
    const holdings = book({ btc: 25n * BTC, usdt: 7n * USDT, usdtOwed: 900_000n * USDT });
    expect(completeAccount(larger, holdings).report).toEqual(completeAccount(policy, holdings).report);
    const small = edited((p) =>
      Object.assign(p, { shape: { ...shape, tiers: [{ asset: 0, portions: 1 }] } }),
    );
    expect(() => compilePolicy(small, haircutMarks)).toThrow(
      "portions of asset 0: 2 needed, the shape has 1",
    );
  });

  it("is reported with what its tiers count, and how far prices are that use them up", () => {
    const report = accountReport(policy, book({ btc: 30n * BTC, usdtOwed: 1_300_000n * USDT }));
    const { surplus, effectiveCollateral, charges, credits, components } = report;
    for (const level of ["maintenance", "initial"] as const) {
      expect(credits[level] - charges[level]).toBe(surplus[level]);
      expect(components[level].reduce((sum, { amount }) => sum + amount, 0n)).toBe(surplus[level]);
    }
    expect(effectiveCollateral.maintenance / QUOTE).toBe(1_404_999n);
    // Down to what 500,000 + 425,000 + 60 % of the rest still cover: 1,625,000 for 30 BTC, a fall of 9.7 %.
    const [btc] = report.distance.prices;
    expect(btc!.down).toBeGreaterThan(-0.0975);
    expect(btc!.down).toBeLessThan(-0.0968);
  });

  it("moves no price of the quote currency, though it counts by size too", () => {
    const tiers = [
      { upTo: "1000", weight: "1" },
      { upTo: "5000", weight: "0.5" },
    ];
    const sized = compilePolicy(
      edited((p) => Object.assign(p.collateral[1]!, { tiers })),
      haircutMarks,
    );
    const held = book({ btcOwed: BTC / 100n, usdt: 5_000n * USDT });
    const { distance, effectiveCollateral } = accountReport(sized, held);
    expect(effectiveCollateral.maintenance).toBe(3_000n * QUOTE);
    expect(distance.prices.map(({ symbol }) => symbol)).toEqual(["BTC"]);
  });
});
