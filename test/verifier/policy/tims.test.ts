import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lintPolicy } from "../../../prover/src/linter/lint-policy.ts";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import {
  type TimsClass,
  type TimsPosition,
  timsMargin,
  timsMoves,
} from "../../../verifier/src/models/tims.ts";
import { type CompiledPolicy, compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount, residuals } from "../../../verifier/src/policy/complete.ts";
import { policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { black76, discountFactor, PRICING_ERROR } from "../../../verifier/src/policy/pricing.ts";
import {
  type InstrumentTerms,
  type Marks,
  parseRiskParameters,
  type TimsClassParameters,
  type TimsPolicyParameters,
} from "../../../verifier/src/policy/schemas.ts";
import { lyingProver } from "../../support/lying-prover.ts";
import { seeded } from "../../support/random.ts";
import { randomBook } from "../../support/random-books.ts";

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const parameters: TimsPolicyParameters = read("../../../examples/tims/risk-parameters.json");
const marks: Marks = read("../../../examples/tims/marks.json");
const edited = (edit: (copy: TimsPolicyParameters) => unknown): TimsPolicyParameters => {
  const copy = structuredClone(parameters);
  edit(copy);
  return copy;
};
const QUOTE = 1e12;
const LEVELS = ["maintenance", "initial"] as const;

/** Value of one long contract after a move of the underlying, in quote: futures by their change. */
function worth(terms: InstrumentTerms, { underlying }: TimsClassParameters, move: number): number {
  const size = Number(terms.contractSize);
  if (terms.kind === "perp") throw new RangeError("the example has none");
  const { forward, rate, volatility } = marks.expiries[underlying]![terms.expiry]!;
  if (terms.kind === "future") return size * Number(forward) * move;
  const time = (Date.parse(terms.expiry) - Date.parse(marks.observedAt)) / (365 * 86_400_000);
  const option = {
    kind: terms.kind,
    forward: Number(forward) * (1 + move),
    strike: Number(terms.strike),
    volatility: Number(volatility[terms.strike]),
    time,
    discount: discountFactor(Number(rate), time),
  };
  return size * black76(option);
}

/** What an account has under the floating model: equity as the model counts it, and the requirement before margin factors. */
function modelled(policy: CompiledPolicy, file: TimsPolicyParameters, holdings: readonly Entry[]) {
  const counted = { maintenance: 0, initial: 0 };
  const positions = new Map<string, TimsPosition[]>(file.groups.map(({ name }) => [name, []]));
  const units = new Map<string, number>();
  for (const { row, quantity } of holdings) {
    const named = policy.rowTable.find((of) => of.row === row)!;
    const amount = (Number(quantity) / 10 ** named.decimals) * (named.kind === "short" ? -1 : 1);
    if ("group" in named) {
      units.set(named.symbol, (units.get(named.symbol) ?? 0) + amount);
      continue;
    }
    const price = Number(marks.spot[named.symbol]!.price);
    const hedged = file.groups.find(({ hedge }) => hedge?.asset === named.symbol);
    const { weight, debtWeight } = file.collateral[named.asset]!;
    for (const level of LEVELS) {
      const factor = named.kind === "debt" ? -Number(debtWeight[level]) : hedged ? 1 : Number(weight[level]);
      counted[level] += amount * price * factor;
    }
    // Shares count in full, and stand in their class: the example's haircut is what they lose at their worst point.
    if (hedged && named.kind === "asset") {
      const pnl = timsMoves(Number(hedged.points.down), Number(hedged.points.up)).map((m) => price * m);
      positions.get(hedged.name)!.push({ quantity: amount, pnl, minimumCharge: 0 });
    }
  }
  for (const group of file.groups) {
    const moves = timsMoves(Number(group.points.down), Number(group.points.up));
    for (const terms of group.instruments) {
      const quantity = units.get(terms.symbol) ?? 0;
      const now = worth(terms, group, 0);
      const isOption = terms.kind === "call" || terms.kind === "put";
      const charge = Number(group.minimumCharge[isOption ? "option" : "linear"]) * Number(terms.contractSize);
      positions.get(group.name)!.push({
        quantity,
        pnl: moves.map((move) => worth(terms, group, move) - now),
        minimumCharge: isOption && quantity > 0 ? Math.min(charge, now) : charge,
      });
      for (const level of LEVELS) counted[level] += quantity * now;
    }
  }
  const classOf = (name: string): TimsClass => ({ name, positions: positions.get(name)! });
  const { productGroups = [] } = file;
  const grouped = productGroups.flatMap(({ classes }) => classes);
  const margin = timsMargin([
    ...productGroups.map(({ name, offset, classes }) => ({
      name,
      offset: Number(offset),
      classes: classes.map(classOf),
    })),
    ...file.groups
      .filter(({ name }) => !grouped.includes(name))
      .map(({ name }) => ({ name, offset: 1, classes: [classOf(name)] })),
  ]);
  const surplus = (level: (typeof LEVELS)[number]) =>
    counted[level] - Number(file.marginFactor[level]) * margin.requirement;
  return { margin, maintenance: surplus("maintenance"), initial: surplus("initial") };
}

/** What rounding may take, in quote, as docs/margin-as-policy.md says of grids with floors and clusters. */
function bound(policy: CompiledPolicy, file: TimsPolicyParameters, holdings: readonly Entry[]) {
  const most = { maintenance: 0, initial: 0 };
  const { maintenance: q, initial: p } = policy.coefficients.groups.at(-1)!.max;
  const charge = { maintenance: -Number(q), initial: -Number(p) };
  for (const { row, quantity } of holdings) {
    const named = policy.rowTable.find((of) => of.row === row)!;
    const { terms } = named as { terms?: InstrumentTerms };
    for (const level of LEVELS) {
      if (terms === undefined || !("group" in named)) {
        const value = Number(policy.coefficients.assets["asset" in named ? named.asset : 0]!.value);
        most[level] += (Number(quantity) * (2 + charge[level]) + value) / QUOTE;
        continue;
      }
      const { extras = [], feed } = policy.coefficients.groups[named.group]!;
      const fineness = feed === undefined ? 1 : -Number(feed[0]!.neg.parent);
      const perUnit = 1 + charge[level] * fineness * (1 + extras.length);
      let doubt = 0;
      if (terms.kind === "call" || terms.kind === "put") {
        const { underlying, points } = file.groups[named.group]!;
        const { forward } = marks.expiries[underlying]![terms.expiry]!;
        const scale =
          Number(terms.contractSize) * (Number(forward) * (1 + Number(points.up)) + Number(terms.strike));
        doubt = 2 * PRICING_ERROR * scale * (1 + Number(file.marginFactor[level])) * 10 ** -named.decimals;
      }
      most[level] += Number(quantity) * (perUnit / QUOTE + doubt);
    }
  }
  return most;
}

const rowOf = (policy: CompiledPolicy, symbol: string, kind: string) =>
  policy.rowTable.find((named) => named.symbol === symbol && named.kind === kind)!.row;

describe("policy tims against the floating model", () => {
  it("asks for what a pair of indices, a covered call and a strangle need, computed by hand", () => {
    const policy = compilePolicy(parameters, marks);
    const need = (...holdings: [string, "long" | "short" | "asset", bigint][]) => {
      const entries = holdings
        .map(([symbol, kind, quantity]) => ({ row: rowOf(policy, symbol, kind), quantity }))
        .sort((a, b) => a.row - b.row);
      const { report } = completeAccount(policy, entries);
      return Number(report.equity - report.maintenanceSurplus) / QUOTE;
    };
    const contract = 10_000n;
    // 50 units at 4,212 that fall by 8 %, against 50 at 1,605 that are sold and fall by 10 %: 90 % of that gain counts.
    const pair = need(["BROAD-18DEC26", "long", contract], ["GROWTH-18DEC26", "short", contract]);
    const down = 50 * 4_212 * 0.08 - 0.9 * 50 * 1_605 * 0.1;
    const up = 50 * 1_605 * 0.1 - 0.9 * 50 * 4_212 * 0.06;
    expect(pair).toBeCloseTo(Math.max(down, up), 6);
    expect(need(["BROAD-18DEC26", "long", contract])).toBeCloseTo(50 * 4_212 * 0.08, 6);
    // Far from the money neither option loses much at any point, so the least of $37.50 for each decides.
    const options = parameters.groups[2]!.instruments;
    const wide = edited((p) => {
      p.groups[2]!.points = { down: "0.001", up: "0.001" };
      p.groups[2]!.instruments = options;
    });
    const calm = compilePolicy(wide, marks);
    const { report } = completeAccount(calm, [
      { row: rowOf(calm, "XYZ-18DEC26-55-C", "short"), quantity: contract },
      { row: rowOf(calm, "XYZ-18DEC26-45-P", "short"), quantity: 2n * contract },
    ]);
    expect(Number(report.equity - report.maintenanceSurplus) / QUOTE).toBeCloseTo(3 * 37.5, 6);
    // Shares alone cost their fall of 15 %; beside two calls sold, what both lose together at the worst point.
    const shares: [string, "asset", bigint] = ["xyz", "asset", 2_000_000n];
    expect(need(shares)).toBeCloseTo(0.15 * 200 * 50, 6);
    const call = options[0]!;
    const after = [-0.15, 0.15].map(
      (m) =>
        200 * 50 * m - 2 * (worth(call, parameters.groups[2]!, m) - worth(call, parameters.groups[2]!, 0)),
    );
    expect(need(shares, [call.symbol, "short", 2n * contract])).toBeCloseTo(-Math.min(...after), 2);
  });

  it.each<[string, (p: TimsPolicyParameters) => unknown]>([
    ["with an offset of 0.9", () => {}],
    [
      "with an offset of 1, and factors of large terms",
      (p) => {
        p.productGroups![0]!.offset = "1";
        p.marginFactor = { maintenance: "0.75", initial: "1.05" };
        for (const group of p.groups) delete group.hedge;
      },
    ],
    [
      "with an offset of 0",
      (p) => {
        p.productGroups![0]!.offset = "0";
      },
    ],
    [
      "with minimum charges that decide",
      (p) => {
        for (const group of p.groups) {
          group.points = { down: "0.01", up: "0.02" };
          group.minimumCharge = { linear: "20", option: "9" };
          delete group.hedge;
        }
      },
    ],
  ])("is it within rounding, on the safe side, %s", (name, edit) => {
    const file = edited(edit);
    const policy = compilePolicy(file, marks);
    const matrix = policyMatrix(policy.coefficients);
    const random = seeded(`tims ${name}`);
    const seen = { minimum: 0, risk: 0, hedged: 0, offset: 0 };
    for (let i = 0; i < 200; i++) {
      const holdings = randomBook(policy, random);
      const { auxiliaries, free, report } = completeAccount(policy, holdings);
      expect(residuals(matrix, holdings, auxiliaries, free).size).toBe(0);
      const model = modelled(policy, file, holdings);
      const most = bound(policy, file, holdings);
      const came = { maintenance: report.maintenanceSurplus, initial: report.initialSurplus };
      const hedged = report.groups.some(({ hedges }) => hedges.some(({ units }) => units > 0n));
      if (hedged) seen.hedged++;
      for (const level of LEVELS) {
        // A hedge that is best for one level may not be for the other.
        if (hedged && (level === "initial") === report.shortfall > 0n) continue;
        const size = holdings.reduce((sum, { quantity }) => sum + Number(quantity), 0);
        const doubles = 1e-11 * (1 + Math.abs(model[level]) + model.margin.requirement + size * 1e-4) + 1e-6;
        const short = model[level] - Number(came[level]) / QUOTE;
        expect(short).toBeGreaterThanOrEqual(-doubles);
        expect(short).toBeLessThanOrEqual(most[level] + doubles);
      }
      for (const { risk, minimumCharge } of model.margin.groups)
        if (risk > 0 || minimumCharge > 0) seen[minimumCharge > risk ? "minimum" : "risk"]++;
      const [members] = model.margin.groups;
      if (members!.pnl.some((pnl) => pnl > 0)) seen.offset++;
    }
    expect(seen.risk).toBeGreaterThan(30);
    if (file.productGroups![0]!.offset !== "0") expect(seen.offset).toBeGreaterThan(10);
    if (name.includes("decide")) expect(seen.minimum).toBeGreaterThan(100);
    if (file.groups[2]!.hedge) expect(seen.hedged).toBeGreaterThan(20);
  });

  it("takes the sum of what classes lose on their own where the file says so, which an offset of 0 alone does not", () => {
    const offset = edited((p) => Object.assign(p.productGroups![0]!, { offset: "0" }));
    const independent = edited((p) => Object.assign(p.productGroups![0]!, { offset: "0", independent: "1" }));
    const charge = (file: TimsPolicyParameters) => {
      const policy = compilePolicy(file, marks);
      const holdings = [
        { row: rowOf(policy, "BROAD-18DEC26", "long"), quantity: 10_000n },
        { row: rowOf(policy, "GROWTH-18DEC26", "short"), quantity: 10_000n },
      ];
      return -Number(completeAccount(policy, holdings).report.maintenanceSurplus) / QUOTE;
    };
    const [broad, growth] = [50 * 4_212 * 0.08, 50 * 1_605 * 0.1];
    expect(charge(offset)).toBeCloseTo(Math.max(broad, growth), 6);
    expect(charge(independent)).toBeCloseTo(broad + growth, 6);
  });

  it("gives a lying prover no more: gains and losses stated wastefully, and small extras, never raise the surplus", () => {
    const policy = compilePolicy(
      edited((p) => {
        for (const group of p.groups) delete group.hedge;
      }),
      marks,
    );
    const random = seeded("tims liar");
    const lie = lyingProver(policy, random);
    const seen = { possible: 0, impossible: 0, worse: 0 };
    for (let i = 0; i < 200; i++) {
      const holdings = randomBook(policy, random);
      const { initialSurplus } = completeAccount(policy, holdings).report;
      for (let again = 0; again < 5; again++) {
        const surplus = lie(holdings);
        if (surplus === undefined) seen.impossible++;
        else {
          expect(surplus).toBeLessThanOrEqual(initialSurplus);
          seen[surplus < initialSurplus ? "worse" : "possible"]++;
        }
      }
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20);
  });
});

describe("risk parameters of model tims", () => {
  it.each<[string, (p: TimsPolicyParameters) => unknown, string]>([
    [
      "an offset above 1, which would reward a position split into gain and loss",
      (p) => (p.productGroups![0]!.offset = "1.1"),
      "productGroups.0.offset: expected a fraction",
    ],
    [
      "an offset of three decimals",
      (p) => (p.productGroups![0]!.offset = "0.905"),
      "productGroups.0.offset: expected at most two decimals",
    ],
    [
      "a class that is not there",
      (p) => (p.productGroups![0]!.classes = ["BROAD", "X"]),
      'productGroups.0.classes.1: there is no group "X"',
    ],
    [
      "a class twice",
      (p) => p.productGroups!.push({ name: "AGAIN", classes: ["GROWTH", "XYZ"], offset: "0.5" }),
      "productGroups.1.classes.0",
    ],
    [
      "a hedge in a product group",
      (p) => p.productGroups![0]!.classes.push("XYZ"),
      'group "XYZ" has a hedge',
    ],
    [
      "a product group with the name of a class",
      (p) => (p.productGroups![0]!.name = "XYZ"),
      "productGroups.0.name",
    ],
    [
      "a fall by all of the price",
      (p) => (p.groups[0]!.points.down = "1"),
      "groups.0.points.down: a price falls by less than all of it",
    ],
    [
      "points that do not move",
      (p) => (p.groups[0]!.points.up = "0.0"),
      "groups.0.points.up: expected a move above 0",
    ],
    [
      "an issuer-affiliated share that hedges",
      (p) =>
        Object.assign(p.collateral.find(({ symbol }) => symbol === p.groups[2]!.hedge!.asset)!, {
          weight: { maintenance: "0", initial: "0" },
          issuerAffiliated: true,
        }),
      "is issuer-affiliated: a refund",
    ],
    [
      "a refund above the haircut",
      (p) => (p.groups[2]!.hedge!.refund.maintenance = "0.16"),
      "groups.2.hedge.refund: weight plus refund exceeds 1",
    ],
    [
      "a grid, which is another model's",
      (p) => Object.assign(p.groups[0]!, { grid: {} }),
      'Unrecognized key: "grid"',
    ],
  ])("are refused for %s, by name", (_, edit, words) => {
    expect(() => parseRiskParameters(edited(edit))).toThrow(words);
  });
});

describe("the linter", () => {
  it("accepts the example and other parameters, with a unit weight for each asset", async () => {
    const random = seeded("tims parameters");
    const files = ["0", "0.5", "1"].map((offset, i) =>
      edited((p) => {
        Object.assign(p.productGroups![0]!, { offset, ...(i === 1 ? { independent: "0.4" } : {}) });
        p.marginFactor = { maintenance: `0.${70 + random.int(30)}`, initial: "1" };
        // Other weights than those that the factors above would give leave the haircut a part of its own.
        for (const group of p.groups.slice(0, 2))
          group.minimumCharge = { linear: `${random.int(5)}`, option: `0.${random.int(1_000)}1` };
      }),
    );
    for (const file of [parameters, ...files]) {
      const policy = compilePolicy(file, marks);
      const { accepted, findings, unitWeights } = await lintPolicy(policy.coefficients);
      expect(findings.filter(({ severity }) => severity === "refuse")).toEqual([]);
      expect(accepted).toBe(true);
      for (const [k, { initial }] of policy.coefficients.assets.entries())
        expect(unitWeights[k]).toBeGreaterThanOrEqual(initial);
    }
  });
});
