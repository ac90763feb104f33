import { describe, expect, it } from "vitest";
import { canonicalHash, canonicalJson } from "../../../verifier/src/policy/canonical.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { MIN_UNIT_VALUE } from "../../../verifier/src/policy/compilers/units.ts";
import {
  movedVolatility,
  type Scenario,
  scenarioGrid,
  scenarioWeight,
  smileTilt,
  spotMove,
} from "../../../verifier/src/policy/grid.ts";
import { policyHash, policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import * as q from "../../../verifier/src/policy/rational.ts";
import type { GridParameters, Marks } from "../../../verifier/src/policy/schemas.ts";
import { MarksError, optionPrice, valueInstrument } from "../../../verifier/src/policy/valuation.ts";
import {
  tinyMarks,
  tinyRiskParameters,
  twoGroupMarks,
  twoGroupRiskParameters,
} from "../../support/policies.ts";

const far = "2027-03-26T08:00:00Z";

function compiled(
  parameters: (copy: GridParameters) => void = () => {},
  marks: (copy: Marks) => void = () => {},
) {
  const files = structuredClone({ riskParameters: twoGroupRiskParameters, marks: twoGroupMarks });
  parameters(files.riskParameters);
  marks(files.marks);
  return compilePolicy(files.riskParameters, files.marks);
}
const two = compiled();
const decimal = q.fromDecimal;
const money = (decimals: number, ...factors: q.Rational[]) =>
  q.multiply(q.powerOfTen(12 - decimals), ...factors);

describe("compilePolicy refuses", () => {
  const refused: [string, (p: GridParameters) => void, (m: Marks) => void, string][] = [
    ["a missing spot price", () => {}, (m) => delete m.spot.ETH, 'spot has no "ETH"'],
    ["a missing perp mark", () => {}, (m) => delete m.perps["BTC-PERP"], 'perps has no "BTC-PERP"'],
    ["a missing expiry", () => {}, (m) => delete m.expiries.BTC![far], `expiries.BTC has no "${far}"`],
    [
      "a missing volatility",
      () => {},
      (m) => delete m.expiries.ETH![far]!.volatility["4000"],
      'no strike "4000", which "ETH-C" needs',
    ],
    [
      "a price of something unknown",
      () => {},
      (m) => Object.assign(m.spot, { DOGE: { price: "1" } }),
      "spot.DOGE",
    ],
    [
      "a perp mark of something unknown",
      () => {},
      (m) => Object.assign(m.perps, { "DOGE-PERP": { mark: "1" } }),
      "perps.DOGE-PERP",
    ],
    [
      "a quote currency worth more than itself",
      () => {},
      (m) => Object.assign(m.spot.USDT!, { price: "1.01" }),
      "worth 1 of itself",
    ],
    [
      "a stale mark",
      () => {},
      (m) => Object.assign(m.spot.BTC!, { observedAt: "2026-11-20T07:58:59Z" }),
      "61 s before the marks, the limit is 60 s",
    ],
    [
      "a mark from the future",
      () => {},
      (m) => Object.assign(m.expiries.BTC![far]!, { observedAt: "2026-11-20T08:00:01Z" }),
      "after the marks' own",
    ],
    [
      "an expired option",
      () => {},
      (m) =>
        Object.assign(m, {
          observedAt: "2026-11-27T08:00:01Z",
          spot: { ...m.spot, BTC: { price: "61234" } },
        }),
      "expired at",
    ],
    [
      "an asset whose unit is worth too little",
      (p) => Object.assign(p.collateral[3]!, { decimals: 6 }),
      () => {},
      "use at most 5 decimals",
    ],
    [
      "an asset that no number of decimals fits",
      (p) => Object.assign(p.collateral[3]!, { decimals: 0 }),
      (m) => Object.assign(m.spot.OWN!, { price: "0.00000001" }),
      "larger lots",
    ],
    [
      "an instrument whose unit is worth too little",
      (p) => Object.assign(p.groups[0]!.instruments[0]!, { decimals: 12 }),
      () => {},
      'instrument "BTC-PERP": one unit (10^-12)',
    ],
    [
      "an asset whose unit is worth too much",
      (p) => Object.assign(p.collateral[0]!, { decimals: 0 }),
      (m) => Object.assign(m.spot.ETH!, { price: "99999999999999999999" }),
      "use more decimals",
    ],
    [
      "margin factors without a short ratio",
      (p) => Object.assign(p.marginFactor, { maintenance: "0.80001" }),
      () => {},
      "in lowest terms",
    ],
    [
      "a shape with too few assets",
      (p) => Object.assign(p, { shape: { assets: 3, groups: [] } }),
      () => {},
      "assets: 4 needed, the shape has 3",
    ],
    [
      "a shape with too few scenarios",
      (p) =>
        Object.assign(p, {
          shape: {
            assets: 4,
            groups: [
              { instruments: 4, scenarios: 15, hedges: [2] },
              { instruments: 3, scenarios: 40, hedges: [0] },
            ],
          },
        }),
      () => {},
      'group "BTC", scenarios: 16 needed',
    ],
    [
      "a shape without the hedge",
      (p) =>
        Object.assign(p, {
          shape: {
            assets: 4,
            groups: [
              { instruments: 4, scenarios: 16, hedges: [0] },
              { instruments: 3, scenarios: 40, hedges: [0] },
            ],
          },
        }),
      () => {},
      "asset 2 is not among its hedges",
    ],
  ];
  for (const [claim, parameters, marks, message] of refused) {
    it(claim, () => expect(() => compiled(parameters, marks)).toThrow(message));
  }

  it("with errors of its own kinds", () => {
    expect(() => compiled(undefined, (m) => delete m.spot.ETH)).toThrow(MarksError);
    expect(() => compiled((p) => Object.assign(p, { quote: "EUR" }))).toThrow("risk parameters: quote");
  });
});

describe("compilePolicy", () => {
  it("gives the same integers and hashes each time, and these", () => {
    const { layout: _, ...again } = compiled();
    expect(two).toMatchObject(again);
    const tiny = compilePolicy(tinyRiskParameters, tinyMarks);
    expect(tiny.coefficients.assets).toEqual([
      {
        value: 600_000_000n,
        maintenance: 540_000_000n,
        initial: 510_000_000n,
        debtMaintenance: -720_000_000n,
        debtInitial: -750_000_000n,
      },
      {
        value: 1_000_000n,
        maintenance: 1_000_000n,
        initial: 1_000_000n,
        debtMaintenance: -1_000_000n,
        debtInitial: -1_000_000n,
      },
    ]);
    expect(tiny.policyHash).toBe(policyHash(tiny.coefficients));
    expect(tiny.policyHash).toBe(
      16308695744200424040719612461421764043740439913198719132609776192089579204072n,
    );
    expect(tiny.descriptorHash).toBe(
      24730260397985047635915999181455807107928243547321334569577798636417708676926n,
    );
  });

  it("tells policies with one policyHash apart by their descriptors: names swapped, decimals against price (attack row 40)", () => {
    const tiny = compilePolicy(tinyRiskParameters, tinyMarks);
    const rename = (text: string) => text.replaceAll("BTC", "XYZ");
    const renamed = compilePolicy(
      JSON.parse(rename(JSON.stringify(tinyRiskParameters))),
      JSON.parse(rename(JSON.stringify(tinyMarks))),
    );
    expect(renamed.policyHash).toBe(tiny.policyHash);
    expect(renamed.descriptorHash).not.toBe(tiny.descriptorHash);

    const shifted = compiled(
      (p) => Object.assign(p.collateral[3]!, { decimals: 2 }),
      (m) => Object.assign(m.spot.OWN!, { price: "0.00371" }),
    );
    expect(shifted.policyHash).toBe(two.policyHash);
    expect(shifted.descriptorHash).not.toBe(two.descriptorHash);
  });

  it("binds every leaf of both files in the descriptor hash", () => {
    const leaves = (value: unknown, path: (string | number)[] = []): (string | number)[][] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([key, child]) => leaves(child, [...path, key]))
        : [path];
    const files = { riskParameters: twoGroupRiskParameters, marks: twoGroupMarks };
    const base = canonicalHash(files);
    for (const path of leaves(files)) {
      const copy = structuredClone(files) as unknown as Record<string, unknown>;
      const parent = path.slice(0, -1).reduce<Record<string, unknown>>((at, key) => at[key] as never, copy);
      parent[path.at(-1)!] = "edited";
      expect(canonicalHash(copy), path.join(".")).not.toBe(base);
    }
  });

  it("rounds what counts for an account down and what counts against it up, by less than one money unit", () => {
    for (const [k, asset] of twoGroupRiskParameters.collateral.entries()) {
      const price = decimal(twoGroupMarks.spot[asset.symbol]!.price);
      const row = two.coefficients.assets[k]!;
      const exact = (weight: string) => money(asset.decimals, price, decimal(weight));
      expect(row.value).toBe(q.floor(exact("1")));
      expect(row.maintenance).toBe(q.floor(exact(asset.weight.maintenance)));
      expect(row.initial).toBe(q.floor(exact(asset.weight.initial)));
      expect(-row.debtMaintenance).toBe(q.ceil(exact(asset.debtWeight.maintenance)));
      expect(-row.debtInitial).toBe(q.ceil(exact(asset.debtWeight.initial)));
    }
    const [perp, future] = two.coefficients.groups[0]!.instruments;
    // 1 + 0.0005 * 4^2 = 1.008; the future's contract is a tenth of a coin and its row has a decimal less.
    const buffer = money(4, decimal("61234.567"), decimal("0.0075"), decimal("1.008"));
    for (const row of [perp!, future!]) {
      expect(row.value).toBe(0n);
      expect(row.initial).toBe(-q.ceil(buffer));
      expect(row.shortInitial).toBe(-q.ceil(buffer));
    }
    expect(two.coefficients.groups[0]!.max).toEqual({ maintenance: -3n, initial: -4n });
    const grid = scenarioGrid(twoGroupRiskParameters.groups[0]!.grid);
    for (const [s, scenario] of grid.scenarios.entries()) {
      // Initial : maintenance is 4 : 3 and initial is 1.2, so P&L is measured in 0.3.
      const moved = q.multiply(spotMove(scenario), scenarioWeight(scenario), decimal("0.3"));
      expect(perp!.scenarios[s]).toBe(q.floor(money(4, decimal("61250.25"), moved)));
      expect(future!.scenarios[s]).toBe(q.floor(money(4, decimal("62400"), moved)));
      const [hedge] = two.coefficients.groups[0]!.hedges;
      expect(hedge!.scenarios[s]).toBe(q.floor(money(8, decimal("61234.567"), moved)));
    }
  });

  it("charges both sides of an option for its buffer and for what its doubles may err, and a long one at most its mark", () => {
    const group = twoGroupRiskParameters.groups[1]!;
    const grid = scenarioGrid(group.grid);
    const rows = two.coefficients.groups[1]!.instruments;
    for (const [n, terms] of group.instruments.entries()) {
      if (terms.kind === "perp") continue;
      const { mark, notional } = valueInstrument(terms, "ETH", grid, twoGroupMarks);
      const worth = money(terms.decimals, mark);
      const row = rows[n]!;
      expect(row.value).toBe(q.floor(worth));
      const cost = (rate: string) => money(terms.decimals, notional, decimal(rate), decimal("1.008"));
      const long = q.minimum(cost("0.002"), worth);
      const longDoubt = q.subtract(q.subtract(worth, long), q.integer(row.initial));
      const shortDoubt = q.subtract(q.integer(-row.shortInitial), q.add(worth, cost("0.0095")));
      for (const doubt of [longDoubt, shortDoubt]) {
        expect(q.floor(doubt)).toBeGreaterThanOrEqual(0n);
        expect(q.ceil(doubt)).toBeLessThan(100n);
      }
      expect(row.initial + row.shortInitial).toBeLessThan(0n);
    }
    const worthless = compiled(undefined, (m) =>
      Object.assign(m.expiries.ETH![far]!.volatility, { "4000": "0.001" }),
    );
    const call = worthless.coefficients.groups[1]!.instruments[1]!;
    expect(call.value).toBe(0n);
    expect(call.initial).toBeGreaterThan(-100n);
    expect(call.shortInitial).toBeLessThan(-(10n ** 11n));
  });

  it("gives every unit a value of at least 10^5 money units", () => {
    expect(two.coefficients.assets.every(({ value }) => value >= MIN_UNIT_VALUE)).toBe(true);
  });

  it("pads with zero rows that have no name, and keeps named rows' coefficients", () => {
    const padded = compiled((p) =>
      Object.assign(p, {
        shape: {
          assets: 6,
          groups: [
            { instruments: 5, scenarios: 17, hedges: [0, 2] },
            { instruments: 3, scenarios: 40, hedges: [0] },
            { instruments: 1, scenarios: 1, hedges: [] },
          ],
        },
      }),
    );
    const matrix = policyMatrix(padded.coefficients);
    const original = policyMatrix(two.coefficients);
    const named = new Set(padded.rowTable.map(({ row }) => row));
    expect(named.size).toBe(two.rowTable.length);
    for (const [i, { row }] of padded.rowTable.entries()) {
      const weights = (terms: readonly (readonly [number, bigint])[]) =>
        terms.filter(([column]) => column < 3);
      expect(weights(matrix.get(row)!)).toEqual(weights(original.get(two.rowTable[i]!.row)!));
    }
    for (let row = 0; row < padded.layout.holdings; row++) {
      if (named.has(row)) continue;
      // A short's scenario coefficient is one unit below minus the long's, in padding too: never a credit.
      expect(matrix.get(row)!.every(([column, c]) => column >= 3 && c === -1n)).toBe(true);
    }
  });

  it("names each row with its symbol, decimals and terms, in row order", () => {
    expect(two.rowTable.map(({ row }) => row)).toEqual(two.rowTable.map((_, i) => i));
    expect(two.rowTable[0]).toMatchObject({ kind: "asset", symbol: "ETH", decimals: 7, borrowable: true });
    expect(two.rowTable[7]).toMatchObject({ kind: "debt", symbol: "OWN", decimals: 3, borrowable: false });
    expect(two.rowTable[13]).toMatchObject({ kind: "short", terms: { strike: "62000", kind: "call" } });
  });
});

describe("scenario grids", () => {
  const moves = (scenarios: readonly Scenario[]) =>
    scenarios.map(
      (s) =>
        `${Math.round(q.toDouble(spotMove(s)) * 1e4)} ${s.kind === "move" ? s.volatility : s.kind} ${q.toDouble(scenarioWeight(s)).toFixed(5)}`,
    );

  it("crypto-40 is 27 regular moves, 8 tails weighed by range over size, 4 tilts and a minimum charge", () => {
    const { scenarios } = scenarioGrid({ preset: "crypto-40", range: "0.16", minimumCharge: "0.01" });
    const listed = moves(scenarios);
    expect(listed).toHaveLength(40);
    expect(new Set(listed.slice(0, 35)).size).toBe(35);
    expect(listed.slice(0, 4)).toEqual([
      "-1600 down 1.00000",
      "-1600 same 1.00000",
      "-1600 up 1.00000",
      "-1200 down 1.00000",
    ]);
    expect(listed.slice(27, 35)).toEqual([
      "-6600 up 0.24242",
      "-3300 up 0.48485",
      "5000 up 0.32000",
      "10000 up 0.16000",
      "20000 up 0.08000",
      "30000 up 0.05333",
      "40000 up 0.04000",
      "50000 up 0.03200",
    ]);
    expect(scenarios.slice(35, 39).every(({ kind }) => kind === "skew")).toBe(true);
    expect(scenarios[39]!.kind).toBe("minimum");
  });

  it("span-16 is seven moves with volatility up and down, and two extremes of twice the range that count 35 %", () => {
    const { scenarios } = scenarioGrid({ preset: "span-16", range: "0.15" });
    expect(moves(scenarios)).toEqual([
      "0 up 1.00000",
      "0 down 1.00000",
      "500 up 1.00000",
      "500 down 1.00000",
      "-500 up 1.00000",
      "-500 down 1.00000",
      "1000 up 1.00000",
      "1000 down 1.00000",
      "-1000 up 1.00000",
      "-1000 down 1.00000",
      "1500 up 1.00000",
      "1500 down 1.00000",
      "-1500 up 1.00000",
      "-1500 down 1.00000",
      "3000 same 0.35000",
      "-3000 same 0.35000",
    ]);
  });

  it("moves volatility more the less time is left, with a floor when up", () => {
    const rule = {
      up: "0.45",
      down: "0.25",
      floor: "0.45",
      pivotDays: "30",
      nearExponent: "0.3",
      farExponent: "0.13",
    };
    expect(movedVolatility(0.6, "same", 7, rule)).toBe(0.6);
    expect(movedVolatility(0.6, "up", 30, rule)).toBeCloseTo(0.6 * 1.45, 12);
    expect(movedVolatility(0.6, "up", 7, rule)).toBeCloseTo(0.6 * (1 + 0.45 * (30 / 7) ** 0.3), 12);
    expect(movedVolatility(0.6, "down", 120, rule)).toBeCloseTo(0.6 * (1 - 0.25 * 0.25 ** 0.13), 12);
    expect(movedVolatility(0.6, "up", 0.01, rule)).toBe(movedVolatility(0.6, "up", 1, rule));
    expect(movedVolatility(0.1, "up", 30, rule)).toBe(0.45);
    expect(movedVolatility(0.6, "down", 1, { ...rule, down: "9" })).toBe(0);
  });

  it("tilts the smile linearly or in the magnitude of moneyness, up to a cap", () => {
    expect(smileTilt(0, "linear", 0.5)).toBe(0);
    expect(smileTilt(-0.1, "linear", 0.5)).toBe(-smileTilt(0.1, "linear", 0.5));
    expect(smileTilt(-0.1, "absolute", 0.5)).toBe(smileTilt(0.1, "absolute", 0.5));
    expect(smileTilt(9, "linear", 0.5)).toBeCloseTo(0.15 - 0.05 * 0.5, 12);
    expect(smileTilt(0.3, "linear", 3.1)).toBe(0);
  });

  it("prices options at the moved forward and volatility, and the underlying's minimum charge at spot", () => {
    const terms = twoGroupRiskParameters.groups[1]!.instruments[1]!;
    if (terms.kind !== "call") throw new Error("expected a call");
    const { scenarios, volatility } = scenarioGrid(twoGroupRiskParameters.groups[1]!.grid);
    const price = (s: Scenario | null) => optionPrice(terms, "ETH", twoGroupMarks, s, volatility);
    const [crash, tilted, minimum] = [scenarios[0]!, scenarios[35]!, scenarios[39]!];
    expect(price(crash)).toBeLessThan(price(null));
    expect(price(tilted)).toBeGreaterThan(price(null));
    const { pnl } = valueInstrument(
      terms,
      "ETH",
      scenarioGrid(twoGroupRiskParameters.groups[1]!.grid),
      twoGroupMarks,
    );
    expect(minimum.kind).toBe("minimum");
    expect(q.toDouble(pnl[39]!)).toBeCloseTo(29.8765432101, 9);
  });
});

describe("canonicalJson", () => {
  it("sorts keys at every depth, adds no white space, and leaves absent fields out", () => {
    expect(canonicalJson({ b: [1, { d: null, c: "é\n" }], a: true, B: undefined })).toBe(
      '{"a":true,"b":[1,{"c":"é\\n","d":null}]}',
    );
  });

  it("refuses what JSON cannot hold exactly", () => {
    for (const value of [0.5, Number.NaN, 2 ** 53, 1n, () => 1])
      expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});
