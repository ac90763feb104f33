import { describe, expect, it } from "vitest";
import { lintPolicy } from "../../../prover/src/linter/lint-policy.ts";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount, residuals } from "../../../verifier/src/policy/complete.ts";
import { policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { PRICING_ERROR } from "../../../verifier/src/policy/pricing.ts";
import * as q from "../../../verifier/src/policy/rational.ts";
import { type GridParameters, PolicyFileError } from "../../../verifier/src/policy/schemas.ts";
import { accountReport } from "../../../verifier/src/report/account-report.ts";
import { componentName } from "../../../verifier/src/report/tables.ts";
import { independentSurplus } from "../../support/independent-checker.ts";
import { seeded } from "../../support/random.ts";
import { oneSided, randomBook } from "../../support/random-books.ts";
import { gridMarks, randomGrid } from "../../support/random-grid.ts";

const random = seeded("grid add-ons");
const files = Array.from({ length: 24 }, () => randomGrid(random));
const policies = files.map((file) => compilePolicy(file, gridMarks));
const QUOTE = 10n ** 12n;

/** Holdings by symbol, in whole contracts: above 0 long or owned, below 0 short or owed. */
function book({ rowTable }: CompiledPolicy, amounts: Record<string, number>): Entry[] {
  return Object.entries(amounts)
    .map(([symbol, amount]) => {
      const kinds = amount > 0 ? ["asset", "long"] : ["debt", "short"];
      const named = rowTable.find((of) => of.symbol === symbol && kinds.includes(of.kind))!;
      return { row: named.row, quantity: BigInt(Math.round(Math.abs(amount) * 10 ** named.decimals)) };
    })
    .sort((a, b) => a.row - b.row);
}

/** One group of BTC on a grid of -10, 0 and +10 %, 62,000 calls and puts, and whatever is given. */
function plain(
  addOns: Partial<GridParameters["groups"][number]>,
  clusters?: GridParameters["clusters"],
): GridParameters {
  const base = files[0]!;
  const none = { maintenance: "0", initial: "0" };
  const scenarios = ["-0.1", "0", "0.1"].map((spot) => ({
    kind: "move" as const,
    spot,
    volatility: "same" as const,
    weight: "1",
  }));
  return {
    ...base,
    marginFactor: { maintenance: "0.8", initial: "1" },
    groups: base.groups.map(({ name, underlying, instruments }) => ({
      name,
      underlying,
      instruments,
      grid: { scenarios, volatility: base.groups[0]!.grid.volatility! },
      buffers: { linear: none, optionLong: none, optionShort: none },
      ...(name === "BTC-near" ? addOns : {}),
    })),
    clusters,
  } as GridParameters;
}
const marginOf = (file: GridParameters, amounts: Record<string, number>) => {
  const policy = compilePolicy(JSON.parse(JSON.stringify(file)), gridMarks);
  const { report } = completeAccount(policy, book(policy, amounts));
  return {
    initial: Number(report.equity - report.initialSurplus) / 1e12,
    maintenance: Number(report.equity - report.maintenanceSurplus) / 1e12,
  };
};
const SPOT = 61_234.567;
const PERP = 61_250.25;

describe("floors and charges of model grid", () => {
  it("charge a naked short per expiry and strike, calls and puts together, whatever is bought elsewhere", () => {
    const nakedShort = { maintenance: "0.02", initial: "0.05" };
    const [without, charged] = [plain({}), plain({ nakedShort })];
    const series = { "BTC-62000-call": -3, "BTC-62000-put": 2 };
    for (const level of ["maintenance", "initial"] as const) {
      const more = marginOf(charged, series)[level] - marginOf(without, series)[level];
      // Contracts of the put are half a coin.
      expect(more).toBeCloseTo(2 * SPOT * Number(nakedShort[level]), 4);
    }
    const covered = { "BTC-62000-call": -1, "BTC-62000-put": 2 };
    expect(marginOf(charged, covered).initial).toBeCloseTo(marginOf(without, covered).initial, 4);
  });

  it("floor scan risk by gross minimum charges, which compete with it and don't add to it", () => {
    const grossMinimum = { linear: "0.3", optionLong: "0", optionShort: "0.01" };
    // The perp's own scan risk is 10 %, the floor 30 % of spot.
    expect(marginOf(plain({ grossMinimum }), { "BTC-PERP": -2 }).initial).toBeCloseTo(0.6 * SPOT, 4);
    expect(marginOf(plain({ grossMinimum }), { "BTC-PERP": 2 }).maintenance).toBeCloseTo(0.48 * SPOT, 4);
    const less = { ...grossMinimum, linear: "0.05" };
    expect(marginOf(plain({ grossMinimum: less }), { "BTC-PERP": -2 }).initial).toBeCloseTo(0.2 * PERP, 4);
    // Gross: a hedged pair is charged for both sides.
    const flat = { "BTC-62000-call": -1, "BTC-62000-put": 2, "BTC-PERP": 1 };
    expect(marginOf(plain({ grossMinimum }), flat).initial).toBeGreaterThan(0.31 * SPOT - 1e-4);
  });

  it("take net and hedged delta, as a charge or as a floor", () => {
    const rates = { maintenance: "0.01", initial: "0.02" };
    const charge = { as: "charge" as const, net: rates, hedged: { maintenance: "0.01", initial: "0.01" } };
    const one = { "BTC-PERP": 3 };
    const added = marginOf(plain({ delta: charge }), one).initial - marginOf(plain({}), one).initial;
    expect(added).toBeCloseTo(3 * PERP * 0.02, 4);
    // A conversion has almost no delta: what is left is hedged.
    const conversion = { "BTC-PERP": 1, "BTC-62000-call": -1, "BTC-62000-put": 2 };
    const hedged =
      marginOf(plain({ delta: charge }), conversion).initial - marginOf(plain({}), conversion).initial;
    expect(hedged).toBeGreaterThan(0.0099 * PERP);
    expect(hedged).toBeLessThan(0.0105 * PERP);
    const floor = { as: "floor" as const, net: "0.2", hedged: "0.1" };
    expect(marginOf(plain({ delta: floor }), one).initial).toBeCloseTo(3 * PERP * 0.2, 4);
    expect(marginOf(plain({ delta: { ...floor, net: "0.06" } }), one).initial).toBeCloseTo(3 * PERP * 0.1, 4);
  });
});

describe("clusters of model grid", () => {
  const cluster = (offset: string, independent?: string): GridParameters["clusters"] => [
    { name: "all", groups: ["BTC-near", "ETH"], offset, ...(independent ? { independent } : {}) },
  ];
  const [btc, eth] = [0.1 * PERP, 10 * 0.1 * 2986.1];

  it("count gains of one member against losses of another in part, at each scenario number", () => {
    const pair = { "BTC-PERP": 1, "ETH-PERP": -10 };
    for (const offset of ["0", "0.6", "1"]) {
      const { initial, maintenance } = marginOf(plain({}, cluster(offset)), pair);
      const most = Math.max(btc - Number(offset) * eth, eth - Number(offset) * btc);
      expect(initial).toBeCloseTo(most, 4);
      expect(maintenance).toBeCloseTo(0.8 * most, 4);
    }
    expect(marginOf(plain({}), pair).initial).toBeCloseTo(btc + eth, 4);
  });

  it("would ask too little of members that need not move together, which the independent share makes up for", () => {
    // Long one and short the other: at a common scenario number never both lose, not even where nothing is offset.
    const pair = { "BTC-PERP": 1, "ETH-PERP": -10 };
    expect(marginOf(plain({}, cluster("0")), pair).initial).toBeLessThan(0.7 * (btc + eth));
    expect(marginOf(plain({}, cluster("0.9", "1")), pair).initial).toBeCloseTo(btc + eth, 4);
    expect(marginOf(plain({}, cluster("0.9", "0.7")), pair).initial).toBeCloseTo(0.7 * (btc + eth), 4);
    const together = { "BTC-PERP": 1, "ETH-PERP": 10 };
    expect(marginOf(plain({}, cluster("0.9", "0.7")), together).initial).toBeCloseTo(btc + eth, 4);
  });

  it("are hedged in their parent, where all members have one underlying", () => {
    const file = plain({}, [
      {
        name: "BTC",
        groups: ["BTC-near", "BTC-far"],
        offset: "1",
        hedge: { asset: "BTC", refund: { maintenance: "0.08", initial: "0.1" } },
      },
    ]);
    const policy = compilePolicy(JSON.parse(JSON.stringify(file)), gridMarks);
    const holdings = book(policy, { BTC: 1, "BTC-PERP": -1 });
    const { report } = completeAccount(policy, holdings);
    const parent = report.groups.find(({ group }) => group === 3)!;
    expect(parent.hedges[0]!.units).toBeGreaterThan(99_000_000n);
    expect(Number(parent.scanRisk)).toBeLessThan(100e12);
  });

  it("show in an account's report: what members hand on, the parent's worst scenario, add-ons by group", () => {
    const file = plain({ nakedShort: { maintenance: "0.02", initial: "0.05" } }, cluster("0.5", "1"));
    const policy = compilePolicy(JSON.parse(JSON.stringify(file)), gridMarks);
    const report = accountReport(policy, book(policy, { USDT: 90_000, "BTC-62000-call": -1, "ETH-PERP": 4 }));
    expect(report.groups.map(({ name }) => name)).toEqual(["BTC-near", "ETH", "all"]);
    const [member, , parent] = report.groups;
    expect(member!.worst).toBeNull();
    expect(member!.scenarios.some(({ pnl }) => pnl < -1_000n * QUOTE)).toBe(true);
    expect(parent!.worst!.name).toBe("each member's own worst scenario");
    const names = report.components.initial.map((component) => componentName(component, report.policy));
    expect(names).toContain("BTC-near: add-ons of the model");
    expect(names).toContain("all: scan risk (worst scenario)");
    const sum = report.components.initial.reduce((total, { amount }) => total + amount, 0n);
    expect(sum).toBe(report.surplus.initial);
  });
});

describe("random policies with add-ons", () => {
  it("never favour an account against exact fractions, and lose no more than the rounding that is documented", () => {
    const seen = { clusters: 0, hedged: 0, short: 0, addOns: 0 };
    for (const [f, file] of files.entries()) {
      const policy = policies[f]!;
      const matrix = policyMatrix(policy.coefficients);
      for (let b = 0; b < 12; b++) {
        const holdings = oneSided(policy, randomBook(policy, random));
        const { auxiliaries, free, report } = completeAccount(policy, holdings);
        expect(residuals(matrix, holdings, auxiliaries, free).size).toBe(0);
        const level = report.shortfall > 0n ? "maintenance" : "initial";
        const exact = surplusExactly(file, policy, holdings, level);
        const came = level === "initial" ? report.initialSurplus : report.maintenanceSurplus;
        const room = q.subtract(exact, q.integer(came));
        expect(room.n).toBeGreaterThanOrEqual(0n);
        expect(q.toDouble(q.lowestTerms(room))).toBeLessThanOrEqual(rounding(policy, holdings));
        if (report.groups.some(({ group }) => group >= file.groups.length)) seen.clusters++;
        if (report.groups.some(({ hedges }) => hedges.some(({ units }) => units > 0n))) seen.hedged++;
        if (report.groups.some(({ addOns }) => addOns.initial > 0n)) seen.addOns++;
        if (level === "maintenance") seen.short++;
      }
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20);
  });

  it("pass the linter, with a bound on what each unit that leaves costs", async () => {
    for (const { coefficients } of policies) {
      const { accepted, findings, unitWeights } = await lintPolicy(coefficients);
      expect(findings).toEqual([]);
      expect(accepted).toBe(true);
      for (const [k, { initial }] of coefficients.assets.entries())
        expect(unitWeights[k]).toBeGreaterThanOrEqual(initial);
    }
  });
});

describe("a compiler that rounds an add-on the other way is found out", () => {
  const none = { linear: "0", optionLong: "0", optionShort: "0" };
  const rates = { maintenance: "0.0123456789", initial: "0.0246913578" };
  const heavy = { maintenance: "0.3333333", initial: "0.3333333" };
  const light = { maintenance: "0.02", initial: "0.02" };
  it.each<[string, Parameters<typeof plain>[0], string, bigint]>([
    ["a minimum of a long", { grossMinimum: { ...none, linear: "0.3333333" } }, "BTC-PERP", 1n],
    ["a minimum of a short", { grossMinimum: { ...none, linear: "0.3333333" } }, "BTC-PERP", -1n],
    ["a naked short", { nakedShort: rates }, "BTC-62000-call", -1n],
    ["net delta, long", { delta: { as: "floor", net: "0.3333333", hedged: "0" } }, "BTC-PERP", 1n],
    ["net delta, short", { delta: { as: "charge", net: heavy, hedged: light } }, "BTC-PERP", -1n],
  ])("%s", (_, addOns, symbol, side) => {
    const file = JSON.parse(JSON.stringify(plain(addOns))) as GridParameters;
    const policy = compilePolicy(file, gridMarks);
    const holdings = [{ ...book(policy, { [symbol]: Number(side) })[0]!, quantity: 1n << 40n }];
    const room = (of: CompiledPolicy) => {
      const { report } = completeAccount(of, holdings);
      const exact = surplusExactly(file, of, holdings, "initial");
      return q.subtract(exact, q.integer(report.initialSurplus)).n;
    };
    expect(room(policy)).toBeGreaterThanOrEqual(0n);
    // Twenty units less of what each extra column asks for: more than all rounding of the row and the error of its price.
    const { groups } = policy.coefficients;
    const first = policy.layout.shape.groups[0]!.scenarios;
    const eased = groups[0]!.instruments.map((row) => ({
      ...row,
      scenarios: row.scenarios.map((c, s) => (s < first ? c : c + 20n * side)),
    }));
    const mutant = { ...policy.coefficients, groups: groups.with(0, { ...groups[0]!, instruments: eased }) };
    expect(room({ ...policy, coefficients: mutant })).toBeLessThan(0n);
  });
});

function surplusExactly(
  file: GridParameters,
  policy: CompiledPolicy,
  holdings: readonly Entry[],
  level: "maintenance" | "initial",
): q.Rational {
  const names = new Map(policy.rowTable.map((named) => [named.row, named]));
  const positions = holdings.map(({ row, quantity }) => {
    const { symbol, kind } = names.get(row)!;
    return { symbol, side: kind, units: quantity };
  });
  return q.multiply(independentSurplus(file, gridMarks, level, positions), q.integer(QUOTE));
}

/** The bound of docs/margin-as-policy.md, in money units. */
function rounding(
  { rowTable, coefficients, riskParameters }: CompiledPolicy,
  holdings: readonly Entry[],
): number {
  const clusters = riskParameters.model === "grid" ? riskParameters.clusters : undefined;
  let bound = 0;
  for (const { row, quantity } of holdings) {
    const named = rowTable.find((of) => of.row === row)!;
    bound += Number(quantity);
    if (!("group" in named)) continue;
    const { extras = [], feed = [] } = coefficients.groups[named.group]!;
    const fineness = -Number(feed[0]?.neg.parent ?? -1n);
    const charges = extras.reduce((sum, { initial }) => sum - Number(initial), 0);
    const most = Number(-coefficients.groups.at(clusters ? -1 : 0)!.max.initial);
    bound += Number(quantity) * (most * fineness * (1 + extras.length) + charges);
    const { terms } = named;
    if (terms.kind !== "call" && terms.kind !== "put") continue;
    const contracts = (Number(quantity) / 10 ** named.decimals) * Number(terms.contractSize);
    // Forwards and strikes are below 70,000 and rise by less than half.
    bound += contracts * 2 * PRICING_ERROR * (1 + 1.2) * 2 * 105_000 * 1e12;
  }
  const unit = (c: bigint) => Number(c < 0n ? -c : c);
  for (const { hedges } of coefficients.groups)
    for (const { initial, scenarios } of hedges)
      bound += unit(initial) + 6 * Math.max(...scenarios.map(unit)) + 7 * Number(holdings[0]?.quantity ?? 0n);
  return bound;
}

describe("parameters that no closed form or no linear policy can say", () => {
  const valid = () =>
    structuredClone(files.find(({ clusters: [cluster] = [] }) => cluster?.groups.length === 3)!);
  const refused = (edit: (file: ReturnType<typeof valid>) => void): string => {
    const file = valid();
    edit(file);
    try {
      compilePolicy(file, gridMarks);
    } catch (error) {
      expect(error).toBeInstanceOf(PolicyFileError);
      return (error as Error).message;
    }
    return "accepted";
  };
  const hedge = { asset: "BTC", refund: { maintenance: "0.08", initial: "0.1" } };

  it("accepts the file that the others are made from", () => {
    expect(refused(() => {})).toBe("accepted");
  });

  it.each<[string, (file: GridParameters) => void, string]>([
    [
      "a floor whose hedged rate is more than twice its net rate",
      (f) => Object.assign(f.groups[0]!, { delta: { as: "floor", net: "0.01", hedged: "0.021" } }),
      "groups.0.delta: net must be at least half of hedged",
    ],
    [
      "a charge whose hedged rate is more than twice its net rate at one level",
      (f) =>
        Object.assign(f.groups[0]!, {
          delta: {
            as: "charge",
            net: { maintenance: "0.01", initial: "0.01" },
            hedged: { maintenance: "0.02", initial: "0.03" },
          },
        }),
      "groups.0.delta.net.initial: net must be at least half of hedged",
    ],
    [
      "a net delta that costs less in initial margin",
      (f) =>
        Object.assign(f.groups[0]!, {
          delta: {
            as: "charge",
            net: { maintenance: "0.02", initial: "0.02" },
            hedged: { maintenance: "0", initial: "0.01" },
          },
        }),
      "expected net less half of hedged to be at least as much in initial",
    ],
    [
      "naked shorts that cost less in initial margin",
      (f) => Object.assign(f.groups[0]!, { nakedShort: { maintenance: "0.02", initial: "0.01" } }),
      "groups.0.nakedShort: expected initial to be at least maintenance",
    ],
    [
      "a hedge in a member",
      (f) => Object.assign(f.groups[0]!, { hedge }),
      'group "BTC-near" has a hedge: a member hands its scenarios on',
    ],
    [
      "a hedge of a cluster with several underlyings",
      (f) => Object.assign(f.clusters![0]!, { hedge }),
      "clusters.0.hedge: the groups have several underlyings",
    ],
    [
      "a hedge of a cluster whose groups have grids of their own",
      (f) => {
        const [first, second] = f.groups;
        f.clusters![0]!.groups = [first!.name, second!.name];
        f.clusters![0]!.hedge = hedge;
        if ("scenarios" in second!.grid) second!.grid = structuredClone(second!.grid);
        if ("scenarios" in second!.grid && second!.grid.scenarios[0]!.kind === "move")
          second!.grid.scenarios[0]!.spot = "-0.01";
      },
      "clusters.0: hedge: the groups' grids differ",
    ],
    [
      "a group that is nowhere",
      (f) => f.clusters![0]!.groups.push("XRP"),
      'clusters.0.groups.3: there is no group "XRP"',
    ],
    [
      "a group in two clusters",
      (f) => f.clusters!.push({ name: "other", groups: ["ETH", "BTC-far"], offset: "0" }),
      'clusters.1.groups.0: group "ETH" is in cluster "cluster" already',
    ],
    [
      "a cluster with the name of a group",
      (f) => Object.assign(f.clusters![0]!, { name: "ETH" }),
      'clusters.0.name: "ETH" is the name of another group',
    ],
    [
      "an offset above 1: gains would weigh more than losses",
      (f) => Object.assign(f.clusters![0]!, { offset: "1.01" }),
      'clusters.0.offset: expected a fraction from "0" to "1"',
    ],
    [
      "an offset of three decimals",
      (f) => Object.assign(f.clusters![0]!, { offset: "0.123" }),
      "clusters.0: offset: expected at most two decimals",
    ],
    [
      "members whose scenarios don't correspond by number",
      (f) => {
        const { grid } = f.groups[2]!;
        if ("scenarios" in grid) f.groups[2]!.grid = { ...grid, scenarios: grid.scenarios.toReversed() };
      },
      'those of group "ETH" and "BTC-near" differ in kind, direction, volatility or weight at number 0',
    ],
    [
      "a member with fewer scenarios than others",
      (f) => {
        const { grid } = f.groups[2]!;
        if ("scenarios" in grid) f.groups[2]!.grid = { ...grid, scenarios: grid.scenarios.slice(0, -1) };
      },
      "are not as many",
    ],
  ])("refuses %s", (_, edit, words) => {
    expect(refused(edit as (file: ReturnType<typeof valid>) => void)).toContain(words);
  });
});
