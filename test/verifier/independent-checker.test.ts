import { describe, expect, it } from "vitest";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../verifier/src/policy/complete.ts";
import * as q from "../../verifier/src/policy/rational.ts";
import { independentSurplus, type Position } from "../support/independent-checker.ts";
import { tinyMarks, tinyRiskParameters, twoGroupMarks, twoGroupRiskParameters } from "../support/policies.ts";
import { type Random, seeded } from "../support/random.ts";
import { randomBook } from "../support/random-books.ts";

const MONEY = q.powerOfTen(12);
const LEVELS = ["maintenance", "initial"] as const;

/**
 * How far below the exact surplus that of M z = 0 may lie, in money units. Each unit held loses less than 1 by rounding
 * its own coefficient, and less than the max's coefficient by rounding its scenario P&L; an option's unit, what its
 * doubles may err; hedging collateral both of the first, and one unit, since a hedge is a whole number of them.
 */
function bound(policy: CompiledPolicy, holdings: readonly Entry[], level: "maintenance" | "initial"): bigint {
  const names = new Map(policy.rowTable.map((named) => [named.row, named]));
  const factor = (g: number) => -policy.coefficients.groups[g]!.max[level];
  let total = 0n;
  for (const { row, quantity } of holdings) {
    const named = names.get(row)!;
    if ("asset" in named) {
      const hedging = policy.layout.shape.groups.findIndex(({ hedges }) => hedges.includes(named.asset));
      total += quantity * (hedging < 0 ? 1n : 2n + factor(hedging));
      if (hedging >= 0) total += policy.coefficients.assets[named.asset]!.value;
      continue;
    }
    // 2^-42 of the notional in the largest move, +500 %, is several times what the compiler charges.
    const { price } = policy.marks.spot[policy.riskParameters.groups[named.group]!.underlying]!;
    const option = named.terms.kind === "call" || named.terms.kind === "put";
    const doubt = option
      ? BigInt(Math.ceil((8 * Number(price) * 10 ** (12 - named.decimals)) / 2 ** 42))
      : 0n;
    total += quantity * (1n + factor(named.group) + doubt);
  }
  return total;
}

/** A random book whose quote balance is moved so that its surplus at `level` is within a few units of 0. */
function atBoundary(policy: CompiledPolicy, random: Random, level: "maintenance" | "initial"): Entry[] {
  const quote = policy.riskParameters.collateral.findIndex((c) => c.symbol === policy.riskParameters.quote);
  const [owned, owed] = [policy.layout.asset(quote), policy.layout.debt(quote)];
  const rest = randomBook(policy, random).filter(({ row }) => row !== owned && row !== owed);
  const { report } = completeAccount(policy, rest);
  const surplus = level === "maintenance" ? report.maintenanceSurplus : report.initialSurplus;
  const { assets } = policy.coefficients;
  const of = assets[quote]!;
  const name = level === "maintenance" ? "Maintenance" : "Initial";
  const unit = surplus < 0n ? of[level] : -of[`debt${name}`];
  const needed = (surplus < 0n ? -surplus : surplus) / unit + BigInt(random.int(5)) - 2n;
  if (needed <= 0n) return rest;
  const balance = { row: surplus < 0n ? owned : owed, quantity: needed };
  return [...rest, balance].sort((a, b) => a.row - b.row);
}

const policies = [
  { name: "tiny", policy: compilePolicy(tinyRiskParameters, tinyMarks), accounts: 8_500 },
  { name: "two groups", policy: compilePolicy(twoGroupRiskParameters, twoGroupMarks), accounts: 1_500 },
];

interface Comparison {
  readonly level: "maintenance" | "initial";
  readonly passes: boolean;
  /** Surplus under M, and the exact one rounded down, in money units. */
  readonly came: bigint;
  readonly exact: bigint;
  readonly tolerance: bigint;
}

/** Both margins of random accounts, two in three of them near a boundary, under M and by the independent checker. */
function* comparisons(
  policy: CompiledPolicy,
  accounts: number,
  seed: string,
  checked = policy.riskParameters,
) {
  const names = new Map(policy.rowTable.map((named) => [named.row, named]));
  const random = seeded(seed);
  for (let account = 0; account < accounts; account++) {
    const near = account % 3;
    const holdings = near < 2 ? atBoundary(policy, random, LEVELS[near]!) : randomBook(policy, random);
    const positions = holdings.map(({ row, quantity }): Position => {
      const { symbol, kind } = names.get(row)!;
      return { symbol, side: kind, units: quantity };
    });
    const { report, free } = completeAccount(policy, holdings);
    for (const level of LEVELS) {
      const comparison: Comparison = {
        level,
        passes: level === "initial" ? free >= 0n : report.shortfall === 0n,
        came: level === "initial" ? report.initialSurplus : report.maintenanceSurplus,
        exact: q.floor(q.multiply(independentSurplus(checked, policy.marks, level, positions), MONEY)),
        tolerance: bound(policy, holdings, level),
      };
      yield { ...comparison, short: report.shortfall > 0n };
    }
  }
}

describe("the margin formula, computed from the policy files without M", () => {
  for (const { name, policy, accounts } of policies) {
    it(`agrees with M z = 0 over ${accounts} accounts of policy "${name}": never below it, and equal up to the bound`, () => {
      const seen = { sufficient: 0, insufficient: 0, atBoundary: 0 };
      for (const { level, passes, came, exact, tolerance, short } of comparisons(policy, accounts, name)) {
        // The rounded policy is never more generous than the exact formula.
        expect(came).toBeLessThanOrEqual(exact);
        if (passes) expect(exact).toBeGreaterThanOrEqual(0n);
        // Hedges serve initial margin, or maintenance where that leaves a shortfall: then initial is below 0 either way.
        const isOptimised = short === (level === "maintenance");
        if (isOptimised) expect(exact - came).toBeLessThanOrEqual(tolerance);
        if (short) expect(passes).toBe(false);
        else if (!passes) expect(exact).toBeLessThanOrEqual(tolerance);
        if (passes) seen.sufficient++;
        else seen.insufficient++;
        if (exact <= tolerance && exact >= -tolerance) seen.atBoundary++;
      }
      expect(seen.sufficient).toBeGreaterThan(accounts / 4);
      expect(seen.insufficient).toBeGreaterThan(accounts / 4);
      expect(seen.atBoundary).toBeGreaterThan(accounts / 10);
    });
  }

  it("disagrees when any one parameter of the file moves by a hundred-thousandth", () => {
    const { policy } = policies[0]!;
    const file = tinyRiskParameters;
    const [btc, ...others] = file.collateral;
    const [group] = file.groups;
    const edits: (typeof file)[] = [
      {
        ...file,
        collateral: [{ ...btc!, weight: { maintenance: "0.90001", initial: "0.85001" } }, ...others],
      },
      {
        ...file,
        collateral: [{ ...btc!, debtWeight: { maintenance: "1.20001", initial: "1.25001" } }, ...others],
      },
      { ...file, marginFactor: { maintenance: "0.80001", initial: "1.00001" } },
      ...(["linear", "optionLong", "optionShort"] as const).map((kind) => {
        const { maintenance, initial } = group!.buffers[kind];
        const more = { maintenance: `${maintenance}01`, initial: `${initial}001` };
        return { ...file, groups: [{ ...group!, buffers: { ...group!.buffers, [kind]: more } }] };
      }),
      {
        ...file,
        groups: [
          { ...group!, hedge: { asset: "BTC", refund: { maintenance: "0.08001", initial: "0.10001" } } },
        ],
      },
    ];
    for (const edited of edits) {
      const differs = [...comparisons(policy, 300, "edited", edited)].filter(
        ({ came, exact, tolerance, short, level }) =>
          came > exact || (short === (level === "maintenance") && exact - came > tolerance),
      );
      expect(differs.length).toBeGreaterThan(5);
    }
  });
});
