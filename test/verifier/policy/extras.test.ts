import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount, residuals } from "../../../verifier/src/policy/complete.ts";
import {
  type GroupCoefficients,
  type PolicyCoefficients,
  policyMatrix,
} from "../../../verifier/src/policy/matrix.ts";
import { extrasPolicy } from "../../support/extras.ts";
import { compiledFrom, fedBook } from "../../support/feeding.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";

const base = compilePolicy(tinyRiskParameters, tinyMarks);
const policy = compiledFrom(base, extrasPolicy);
const matrix = policyMatrix(extrasPolicy);
const { layout } = policy;

describe("completion of extras and of several hedges", () => {
  const withExpiry = (change: (group: GroupCoefficients) => GroupCoefficients): PolicyCoefficients => ({
    ...extrasPolicy,
    groups: extrasPolicy.groups.with(0, change(extrasPolicy.groups[0]!)),
  });
  const extra = (
    e: number,
    change: { maintenance?: bigint; column?: [number, bigint] },
  ): PolicyCoefficients =>
    withExpiry((group) => {
      const { maintenance, initial, scenarios } = group.extras![e]!;
      const [column, value] = change.column ?? [0, scenarios[0]!];
      const changed = {
        maintenance: change.maintenance ?? maintenance,
        initial,
        scenarios: scenarios.with(column, value),
      };
      return { ...group, extras: group.extras!.with(e, changed) };
    });

  it.each([
    [
      "an extra that is a credit",
      extra(0, { maintenance: 1n }),
      "extra 0: no closed form: it counts as a credit",
    ],
    ["an extra that is a profit", extra(0, { column: [1, 1n] }), "it is a profit in scenario 1"],
    ["a column with two ways out", extra(1, { column: [3, 1n] }), "extra 0 lifts column 3 too"],
    [
      "a charge on what is settled",
      extra(3, { column: [7, -1n] }),
      "it burdens column 7, which is settled before",
    ],
  ])("refuses %s", (_, coefficients, words) => {
    const broken = compiledFrom(base, coefficients);
    expect(() => completeAccount(broken, [{ row: layout.long(0, 0), quantity: 1n }])).toThrow(words);
  });

  it("refuses several hedges of which one is refunded less than its own worst scenario", () => {
    const parent = extrasPolicy.groups[1]!;
    const [first, second] = parent.hedges;
    const broken = compiledFrom(base, {
      ...extrasPolicy,
      groups: extrasPolicy.groups.with(1, {
        ...parent,
        hedges: [first!, { ...second!, maintenance: 7_999n }],
      }),
    });
    expect(() => completeAccount(broken, [])).toThrow(
      "hedge 1: several hedges have a closed form only where",
    );
  });

  it("refuses several hedges that don't have their worst scenario in common: they would hedge each other", () => {
    const parent = extrasPolicy.groups[1]!;
    const [first, second] = parent.hedges;
    const broken = compiledFrom(base, {
      ...extrasPolicy,
      groups: extrasPolicy.groups.with(1, {
        ...parent,
        hedges: [first!, { ...second!, scenarios: [500n, -2_000n, 0n] }],
      }),
    });
    expect(() => completeAccount(broken, [])).toThrow("a closed form only where");
  });

  it("refuses a column that lacks something and that no extra lifts", () => {
    const broken = compiledFrom(base, extra(2, { column: [7, 0n] }));
    expect(() => completeAccount(broken, [{ row: layout.short(0, 0), quantity: 1n }])).toThrow(
      "no extra makes up for what its extra column 4 lacks",
    );
  });

  it("takes the least that each column asks for, in order, and charges what follows", () => {
    const holdings = [
      { row: layout.short(0, 0), quantity: 2n },
      { row: layout.long(1, 0), quantity: 1n },
      { row: layout.asset(0), quantity: 1n },
    ];
    const { report, auxiliaries, free } = completeAccount(policy, holdings);
    const [child, parent] = report.groups;
    // Two short of the first contract: 2 * 41 are sold; of the two ways to lose, the second costs 2 * 501.
    expect(child!.extras).toEqual([0n, 202n, 82n, 1_002n]);
    expect(child!.addOns).toEqual({ maintenance: 2n * 82n, initial: 3n * 82n });
    expect(child!.scenarioPnl).toEqual([2n * 899n, -2n * 901n - 202n, -2n - 1_002n]);
    expect(parent!.hedges).toEqual([
      { hedge: 0, cap: 0, units: 1n },
      { hedge: 1, cap: 1, units: 0n },
    ]);
    expect(residuals(matrix, holdings, auxiliaries, free).size).toBe(0);
  });

  it("solves M z = 0 exactly for random books", () => {
    const random = seeded("extras");
    const seen = { hedged: 0, short: 0, extras: 0 };
    for (let round = 0; round < 300; round++) {
      const holdings = fedBook(layout, random);
      const { auxiliaries, free, report } = completeAccount(policy, holdings);
      expect(residuals(matrix, holdings, auxiliaries, free).size).toBe(0);
      if (report.groups.some(({ hedges }) => hedges.some(({ units }) => units > 0n))) seen.hedged++;
      if (report.shortfall > 0n) seen.short++;
      if (report.groups[0]?.extras.every((amount) => amount > 0n)) seen.extras++;
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(5);
  });
});
