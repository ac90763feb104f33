import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lintPolicy } from "../../../prover/src/linter/lint-policy.ts";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import {
  type SpanPosition,
  spanArray,
  spanMargin,
  spanScenarios,
} from "../../../verifier/src/models/span.ts";
import { type CompiledPolicy, compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { monthOf } from "../../../verifier/src/policy/compilers/span.ts";
import { completeAccount, residuals } from "../../../verifier/src/policy/complete.ts";
import { policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { black76, discountFactor } from "../../../verifier/src/policy/pricing.ts";
import * as q from "../../../verifier/src/policy/rational.ts";
import { riskArrayOf } from "../../../verifier/src/policy/risk-arrays.ts";
import {
  type Marks,
  PolicyFileError,
  parseRiskParameters,
  type SpanGroupParameters,
  type SpanPolicyParameters,
} from "../../../verifier/src/policy/schemas.ts";
import { lyingProver } from "../../support/lying-prover.ts";
import { seeded } from "../../support/random.ts";
import { randomBook } from "../../support/random-books.ts";

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const parameters: SpanPolicyParameters = read("../../../examples/span/risk-parameters.json");
const marks: Marks = read("../../../examples/span/marks.json");
const vector = read("../../vectors/span.json");
const edited = <T>(file: T, edit: (copy: T) => unknown): T => {
  const copy = structuredClone(file);
  edit(copy);
  return copy;
};
const compiled = (edit: (copy: SpanPolicyParameters) => unknown = () => {}) =>
  compilePolicy(edited(parameters, edit), marks);

const QUOTE = 1e12;
const LEVELS = ["maintenance", "initial"] as const;

/** Quote that an account's positions need at each level: what its assets count for, less its surplus; exact money units as doubles. */
function required(policy: CompiledPolicy, holdings: readonly Entry[]) {
  const { report } = completeAccount(policy, holdings);
  const counted = { maintenance: 0n, initial: 0n };
  for (const { row, quantity } of holdings) {
    const named = policy.rowTable.find((of) => of.row === row)!;
    if (!("asset" in named)) continue;
    const c = policy.coefficients.assets[named.asset]!;
    const isDebt = named.kind === "debt";
    counted.maintenance += quantity * (isDebt ? c.debtMaintenance : c.maintenance);
    counted.initial += quantity * (isDebt ? c.debtInitial : c.initial);
  }
  return {
    maintenance: Number(counted.maintenance - report.maintenanceSurplus) / QUOTE,
    initial: Number(counted.initial - report.initialSurplus) / QUOTE,
  };
}

/** A commodity's positions as the floating model takes them. */
function positionsOf(
  { rowTable, marks: at }: CompiledPolicy,
  group: SpanGroupParameters,
  holdings: readonly Entry[],
): SpanPosition[] {
  return group.instruments.flatMap((terms) => {
    const quantity = holdings.reduce((sum, { row, quantity: units }) => {
      const named = rowTable.find((of) => of.row === row)!;
      if (named.symbol !== terms.symbol) return sum;
      return sum + (Number(units) / 10 ** named.decimals) * (named.kind === "short" ? -1 : 1);
    }, 0);
    if (quantity === 0) return [];
    const { pnl, delta, value } = riskArrayOf(terms, group, at);
    const months = group.calendar?.months ?? [{ name: "all", tier: 1, until: "2099-01-01T00:00:00Z" }];
    const month = monthOf(terms, months);
    const isOption = terms.kind === "call" || terms.kind === "put";
    return [
      {
        quantity,
        array: pnl.map(q.toDouble),
        kind: isOption ? ("option" as const) : ("future" as const),
        month,
        tier: months.find(({ name }) => name === month)!.tier,
        delta: q.toDouble(delta),
        value: q.toDouble(value),
      },
    ];
  });
}

/** The floating model, and with the policy's substitute for the calendar charge; summed over commodities, before margin factors. */
function modelled(policy: CompiledPolicy, file: SpanPolicyParameters, holdings: readonly Entry[]) {
  let [exact, substitute] = [0, 0];
  let isExactBy = true;
  for (const group of file.groups) {
    const positions = positionsOf(policy, group, holdings);
    const spreads = (group.calendar?.spreads ?? []).map(({ tiers, charge }) => ({
      tiers,
      charge: Number(charge),
    }));
    const minimum = Number(group.shortOptionMinimum);
    const margin = spanMargin(positions, { calendarSpreads: spreads, shortOptionMinimum: minimum });
    exact += margin.requirement;
    const half = Math.max(0, ...spreads.map(({ charge }) => charge)) / 2;
    const byMonth = new Map<string, number>();
    for (const { month, quantity, delta } of positions)
      byMonth.set(month, (byMonth.get(month) ?? 0) + quantity * delta);
    const net = [...byMonth.values()].reduce((a, b) => a + b, 0);
    const gross = [...byMonth.values()].reduce((a, b) => a + Math.abs(b), 0);
    const losses = spanScenarios().map(
      ({ ranges }, s) => half * Math.sign(ranges) * net - (margin.scenarioPnl[s] ?? 0),
    );
    const worst = Math.max(0, ...losses);
    const risk = Math.max(worst + half * gross, margin.shortOptionMinimum);
    substitute += Math.max(0, risk - margin.netOptionValue);
    const against = spanScenarios()[losses.indexOf(worst)]?.ranges ?? 0;
    if (half * gross > 0 && against * net >= 0) isExactBy = false;
  }
  return { exact, substitute, isExactBy };
}

/**
 * What rounding may add, in quote, as docs/margin-models.md derives it: per unit held, one measured unit in the scenario and in each extra
 * that it counts, one money unit of the mark there and one charged to who owes it, one for the charge itself, and the pricing error.
 */
function bound(policy: CompiledPolicy, file: SpanPolicyParameters, holdings: readonly Entry[]) {
  const largest = { initial: 0, maintenance: 0 };
  for (const { row, quantity } of holdings) {
    const named = policy.rowTable.find((of) => of.row === row)!;
    if (!("group" in named)) continue;
    const { error } = riskArrayOf(named.terms, file.groups[named.group]!, policy.marks);
    const { max, extras = [] } = policy.coefficients.groups[named.group]!;
    const counted = [0, 1, 2].map((from) => extras.filter((e) => e.scenarios.at(15 + from) === -1n).length);
    const columns = 1 + Math.max(...counted);
    for (const level of LEVELS) {
      const factor = Number(file.marginFactor[level]);
      const perUnit = columns * -Number(max[level]) + 2 * factor + 1;
      const doubt = q.toDouble(error) * 10 ** -named.decimals * factor;
      largest[level] += Number(quantity) * (perUnit / QUOTE + doubt);
    }
  }
  return largest;
}

describe("policy span against the floating model", () => {
  it("asks what the worked example says for a future, a call bought and sold, and a covered write", () => {
    const policy = compiled((p) => Object.assign(p.groups[1]!, { shortOptionMinimum: "0" }));
    const [future, call] = ["SP-DEC26", "SP-DEC26-410-C"].map(
      (symbol) => policy.rowTable.find((named) => named.symbol === symbol)!.row,
    ) as [number, number];
    const one = (...rows: number[]) => rows.map((row) => ({ row, quantity: 100n }));
    const value = Number(marks.riskArrays!["SP-DEC26-410-C"]!.value);
    const cases: [number[], number][] = [
      [[future], vector.scanRisk.longFuture],
      [[call], vector.scanRisk.longCall - value],
      [[call + 1], vector.scanRisk.shortCall + value],
      [[future, call + 1], vector.scanRisk.coveredWrite + value],
    ];
    for (const [rows, expected] of cases) {
      const holdings = one(...rows);
      const came = required(policy, holdings);
      for (const level of LEVELS) {
        const model = expected * Number(parameters.marginFactor[level]);
        expect(came[level]).toBeGreaterThanOrEqual(model);
        expect(came[level] - model).toBeLessThanOrEqual(bound(policy, parameters, holdings)[level]);
        expect(came[level] - model).toBeLessThan(1e-8);
      }
    }
  });

  it.each<[string, (p: SpanPolicyParameters) => unknown, Partial<Record<"more" | "sold", number>>]>([
    ["without calendar charges", (p) => delete p.groups[0]!.calendar, {}],
    ["with one rate for calendar spreads", () => {}, {}],
    [
      "with a lower rate before it, and factors of large terms",
      (p) => {
        Object.assign(p, { marginFactor: { maintenance: "1.05", initial: "1.35" } });
        p.groups[0]!.calendar!.spreads.unshift({ tiers: [2, 1], charge: "400" });
      },
      { more: 20 },
    ],
    [
      "where the minimum of options sold decides",
      (p) => {
        for (const group of p.groups) group.shortOptionMinimum = "40000";
      },
      { sold: 60 },
    ],
  ])("is it within rounding, on the safe side, %s", (name, edit, least) => {
    const file = edited(parameters, edit);
    const policy = compilePolicy(file, marks);
    const matrix = policyMatrix(policy.coefficients);
    const random = seeded(`span ${name}`);
    const seen = { nothing: 0, equal: 0, more: 0, sold: 0 };
    for (let i = 0; i < 200; i++) {
      const holdings = randomBook(policy, random);
      const { auxiliaries, free, report } = completeAccount(policy, holdings);
      expect(residuals(matrix, holdings, auxiliaries, free).size).toBe(0);
      const came = required(policy, holdings);
      const model = modelled(policy, file, holdings);
      const most = bound(policy, file, holdings);
      for (const level of LEVELS) {
        const factor = Number(file.marginFactor[level]);
        const doubles = 1e-12 * (1 + factor * model.substitute) + 1e-7;
        expect(came[level]).toBeGreaterThanOrEqual(factor * model.exact - doubles);
        expect(came[level]).toBeGreaterThanOrEqual(factor * model.substitute - doubles);
        expect(came[level] - factor * model.substitute).toBeLessThanOrEqual(most[level] + doubles);
      }
      const isEqual = Math.abs(model.exact - model.substitute) <= 1e-9 * (1 + model.exact);
      if (!("more" in least) && model.isExactBy) expect(isEqual).toBe(true);
      seen[isEqual ? "equal" : "more"]++;
      if (model.exact === 0) seen.nothing++;
      const soldOnly = report.groups.some(
        ({ group, worstScenario }) => worstScenario === policy.groups[group]!.scenarios.length - 1,
      );
      if (soldOnly) seen.sold++;
    }
    for (const [what, count] of Object.entries({ equal: 30, nothing: 2, ...least }))
      expect(seen[what as keyof typeof seen], what).toBeGreaterThan(count);
  });

  it.each([
    ["1", "1"],
    ["1", "1.35"],
    ["2", "2"],
  ])(
    "never asks for a money unit less for one unit of a row, at factors %s and %s",
    (maintenance, initial) => {
      const file = edited(parameters, (p) => {
        p.marginFactor = { maintenance, initial };
        delete p.groups[0]!.calendar;
      });
      // Published digits beyond a money unit of the row: marks and changes of value are both rounded.
      const fine = edited(marks, (m) => {
        const call = m.riskArrays!["SP-DEC26-410-C"]!;
        call.value = `${call.value}.00000000009`;
        call.array = call.array.map((pnl) => `${pnl}.00000000009`);
      });
      const policy = compilePolicy(file, fine);
      for (const named of policy.rowTable) {
        if (!("group" in named)) continue;
        const group = file.groups[named.group]!;
        const { pnl, value } = riskArrayOf(named.terms, group, fine);
        const isOption = named.terms.kind === "call" || named.terms.kind === "put";
        const side = q.integer(named.kind === "short" ? -1n : 1n);
        const minimum = named.kind === "short" && isOption ? q.fromDecimal(group.shortOptionMinimum) : q.ZERO;
        const risk = pnl.map((r) => q.negate(q.multiply(side, r))).reduce(q.maximum, minimum);
        const requirement = q.maximum(q.ZERO, q.subtract(risk, q.multiply(side, value)));
        const needed = q.multiply(requirement, q.fromDecimal(initial), q.powerOfTen(12 - named.decimals));
        const { report } = completeAccount(policy, [{ row: named.row, quantity: 1n }]);
        expect(q.isLess(q.integer(-report.initialSurplus), needed), `${named.kind} ${named.symbol}`).toBe(
          false,
        );
      }
    },
  );

  it("charges calendar spreads that gain in every scenario, since scan risk is never below 0", () => {
    const [near, far] = ["BTC-25DEC26-70000-C", "BTC-26MAR27-70000-C"] as const;
    const published = (pnl: string) => ({ array: Array<string>(16).fill(pnl), delta: "0.5", value: "100" });
    const gaining = edited(marks, (m) => {
      Object.assign(m.riskArrays!, { [near]: published("10"), [far]: published("-10") });
    });
    const policy = compilePolicy(parameters, gaining);
    const row = (symbol: string) => policy.rowTable.find((named) => named.symbol === symbol)!.row;
    const spread = [
      { row: row(near), quantity: 10_000n },
      { row: row(far) + 1, quantity: 10_000n },
    ];
    expect(required(policy, spread).maintenance).toBeCloseTo(900 * 0.5, 6);
  });

  it("credits options bought within their commodity only, and never frees more than equity", () => {
    const policy = compiled();
    const row = (symbol: string) => policy.rowTable.find((named) => named.symbol === symbol)!.row;
    const bought = [{ row: row("BTC-25DEC26-70000-C"), quantity: 1_000_000n }];
    const other = [{ row: row("SP-DEC26"), quantity: 100n }];
    expect(required(policy, bought).initial).toBeLessThan(1e-4);
    expect(required(policy, [...bought, ...other]).initial).toBeCloseTo(11_000, 3);
    const { free, report } = completeAccount(policy, bought);
    expect(report.equity).toBeGreaterThan(0n);
    expect(free).toBeLessThanOrEqual(0n);
  });

  it("gives a lying prover no more: maxima and extras that keep every inequality never raise the surplus", () => {
    const policy = compiled();
    const random = seeded("span liar");
    const lie = lyingProver(policy, random);
    const seen = { possible: 0, impossible: 0, worse: 0 };
    for (let i = 0; i < 300; i++) {
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
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(50);
  });
});

describe("risk arrays", () => {
  it("that the marks lack are Black-76 at SPAN's scenarios, and the delta at the marks", () => {
    const [group] = parameters.groups;
    const put = group!.instruments.find(({ kind }) => kind === "put")!;
    const { forward, rate } = marks.expiries.btc!["2026-12-25T08:00:00Z"]!;
    const time = 35 / 365;
    const price = (f: number, volatility: number) =>
      black76({
        kind: "put",
        forward: f,
        strike: 50_000,
        volatility,
        time,
        discount: discountFactor(Number(rate), time),
      });
    const now = price(Number(forward), 0.6);
    const array = spanArray(({ ranges, volatility }) => {
      const moved = 0.6 * (volatility === "up" ? 1.2 : volatility === "down" ? 0.8 : 1);
      return price(Number(forward) * (1 + 0.15 * ranges), moved) - now;
    });
    const came = riskArrayOf(put, group!, marks);
    for (const [s, pnl] of came.pnl.entries()) expect(q.toDouble(pnl)).toBeCloseTo(array[s]!, 8);
    expect(q.toDouble(came.value)).toBe(now);
    const step = 0.01;
    const slope = (price(Number(forward) + step, 0.6) - price(Number(forward) - step, 0.6)) / (2 * step);
    expect(q.toDouble(came.delta)).toBeCloseTo(slope, 8);
    const future = riskArrayOf(group!.instruments[1]!, group!, marks);
    expect(future.pnl.map(q.toDouble)).toEqual(
      spanArray(({ ranges }) => 60_300 * 0.15 * ranges).map((x) => expect.closeTo(x, 8)),
    );
    expect(future.delta).toEqual(q.fromDecimal("1"));
  });

  it.each([
    [
      "an instrument that the policy lacks",
      (m: Marks) => Object.assign(m.riskArrays!, { XBT: m.riskArrays!["SP-DEC26"] }),
      'riskArrays.XBT: the policy does not know "XBT"',
    ],
    [
      "an option without a value",
      (m: Marks) => delete m.riskArrays!["SP-DEC26-410-C"]!.value,
      "riskArrays.SP-DEC26-410-C.value: an option needs one",
    ],
    [
      "a future with a value",
      (m: Marks) => Object.assign(m.riskArrays!["SP-DEC26"]!, { value: "1" }),
      "riskArrays.SP-DEC26.value: a future has none",
    ],
    ["15 scenarios", (m: Marks) => m.riskArrays!["SP-DEC26"]!.array.pop(), "expected 16 scenarios"],
    [
      "an array of yesterday",
      (m: Marks) => Object.assign(m.riskArrays!["SP-DEC26"]!, { observedAt: "2026-11-18T08:00:00Z" }),
      "riskArrays.SP-DEC26.observedAt: 172800 s before the marks",
    ],
  ])("are refused for %s", (_, edit, words) => {
    expect(() => compilePolicy(parameters, edited(marks, edit))).toThrow(PolicyFileError);
    expect(() => compilePolicy(parameters, edited(marks, edit))).toThrow(words);
  });

  it("are refused under another model", async () => {
    const { tinyMarks, tinyRiskParameters } = await import("../../support/policies.ts");
    expect(() => compilePolicy(tinyRiskParameters, { ...tinyMarks, riskArrays: {} })).toThrow(
      'riskArrays: model "grid" has none',
    );
  });
});

describe("risk parameters of model span", () => {
  it.each<[string, (p: SpanPolicyParameters) => unknown, string]>([
    [
      "a margin factor below 1",
      (p) => (p.marginFactor.maintenance = "0.999"),
      "marginFactor.maintenance: expected at least 1",
    ],
    [
      "a maintenance factor above initial",
      (p) => (p.marginFactor.maintenance = "1.2"),
      "marginFactor: expected initial",
    ],
    [
      "a range that takes all of the price",
      (p) => (p.groups[0]!.scan.range = "0.5"),
      "groups.0.scan.range: expected less than 0.5",
    ],
    [
      "a month twice",
      (p) => (p.groups[0]!.calendar!.months[1]!.name = "DEC26"),
      'calendar.months.1.name: month "DEC26" is listed twice',
    ],
    [
      "months out of order",
      (p) => p.groups[0]!.calendar!.months.reverse(),
      "calendar.months.1.until: expected months by date",
    ],
    [
      "an instrument without a month",
      (p) => p.groups[0]!.calendar!.months.pop(),
      "groups.0.instruments.2.expiry: expires after the last contract month",
    ],
    [
      "a spread of a tier without months",
      (p) => (p.groups[0]!.calendar!.spreads[0]!.tiers = [1, 3]),
      "calendar.spreads.0.tiers: no month is in tier 3",
    ],
    ["a negative charge", (p) => (p.groups[0]!.calendar!.spreads[0]!.charge = "-1"), "decimal of at least 0"],
    [
      "a grid, which is another model's",
      (p) => Object.assign(p.groups[0]!, { grid: {} }),
      'Unrecognized key: "grid"',
    ],
    [
      "an instrument in two commodities",
      (p) => p.groups[1]!.instruments.push(p.groups[0]!.instruments[0]!),
      '"BTC-PERP" is already taken',
    ],
  ])("are refused for %s, by name", (_, edit, words) => {
    expect(() => parseRiskParameters(edited(parameters, edit))).toThrow(words);
  });
});

describe("the linter", () => {
  it("accepts the example and other parameters, with a unit weight for each asset", async () => {
    const random = seeded("span parameters");
    const factors = [
      ["1", "1"],
      ["1", "1.25"],
      ["1.05", "1.35"],
      ["1.5", "2"],
    ] as const;
    const files = factors.map(([maintenance, initial], i) =>
      edited(parameters, (p) => {
        Object.assign(p, { marginFactor: { maintenance, initial } });
        for (const group of p.groups) {
          group.scan.range = `0.${10 + random.int(39)}`;
          group.shortOptionMinimum = i === 0 ? "0" : `${random.int(2_000)}`;
        }
        if (i === 1) delete p.groups[0]!.calendar;
      }),
    );
    for (const file of [parameters, ...files]) {
      const policy = compilePolicy(file, marks);
      const { accepted, findings, unitWeights } = await lintPolicy(policy.coefficients);
      expect(findings.filter(({ severity }) => severity === "refuse")).toEqual([]);
      expect(accepted).toBe(true);
      // Without hedges a unit that leaves costs what it counts for.
      expect(unitWeights).toEqual(policy.coefficients.assets.map(({ initial }) => initial));
    }
  });

  it("warns of futures sold, which only the scan charges, and not of options sold or of months", async () => {
    const { findings } = await lintPolicy(compiled().coefficients);
    const warned = findings.map(({ rule, where, words }) => [rule, where, words.match(/\(.*\)/)?.[0]]);
    expect(warned).toEqual([["uncharged-short", "group 1", "(0)"]]);
  });

  it("refuses the policy without its column in which nothing moves: sold options would free their premium", async () => {
    const { coefficients } = compiled();
    const still = 16;
    const groups = coefficients.groups.map((group) => ({
      ...group,
      instruments: group.instruments.map((n) => ({
        ...n,
        scenarios: n.scenarios.map((c, s) => (s === still || s === still + 1 ? 0n : c)),
      })),
    }));
    const { findings } = await lintPolicy({ ...coefficients, groups });
    const refused = findings.filter(({ severity }) => severity === "refuse").map(({ rule }) => rule);
    expect(refused).toContain("maintenance-within-equity");
  });
});
