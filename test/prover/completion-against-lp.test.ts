import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MAX_QUANTITY } from "../../verifier/src/constants.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../verifier/src/policy/complete.ts";
import { COLUMN } from "../../verifier/src/policy/shape.ts";
import { exactOptimum } from "../support/exact-optimum.ts";
import { extrasPolicy } from "../support/extras.ts";
import { compiledFrom, fedBook, fedPolicy } from "../support/feeding.ts";
import { tinyMarks, tinyRiskParameters, twoGroupMarks, twoGroupRiskParameters } from "../support/policies.ts";
import { seeded } from "../support/random.ts";
import { oneSided, randomBook } from "../support/random-books.ts";
import { gridMarks, randomGrid } from "../support/random-grid.ts";
import { tieredBook, tieredPolicy } from "../support/tiers.ts";

/**
 * What whole numbers can lose against any: for each hedge one unit of refund and of charge, for each asset with tiers one unit of
 * credit and, where width times weight of a portion is above C, what a C-th of it is.
 */
function wholeUnits({ coefficients }: CompiledPolicy, level: "maintenance" | "initial"): bigint {
  let total = 0n;
  for (const { hedges, max } of coefficients.groups) {
    for (const hedge of hedges) {
      const largest = hedge.scenarios.reduce((sum, p) => sum + (p < 0n ? -p : p), 0n);
      total += hedge[level] - max[level] * largest;
    }
  }
  for (const { widths, weights, credit } of coefficients.tiers ?? []) {
    const parts = widths.map((width, t) => (width * weights[t]!) / MAX_QUANTITY);
    total += credit[level] * parts.reduce((sum, part) => sum + part, 1n);
  }
  return total;
}

/** Expects completion to be the optimum but for whole hedges; counts how many books were of which kind. */
function comparedWithOptimum(policy: CompiledPolicy, books: number, next: () => readonly Entry[]) {
  const seen = { equal: 0, hedged: 0, short: 0 };
  for (let i = 0; i < books; i++) {
    const holdings = next();
    const { report } = completeAccount(policy, holdings);
    const hedged = report.groups.some(({ hedges }) => hedges.some(({ units }) => units > 0n));
    const tiered = holdings.some(({ row }) => policy.layout.tieredAssets.includes(row / 2));
    // Hedges serve initial margin, or maintenance margin where a shortfall would be left.
    const level = report.shortfall > 0n ? "maintenance" : "initial";
    const came = level === "initial" ? report.initialSurplus : report.maintenanceSurplus;
    const [n, d] = exactOptimum(policy, holdings, COLUMN[level]);
    expect(came * d).toBeLessThanOrEqual(n);
    expect(n - came * d).toBeLessThanOrEqual(hedged || tiered ? wholeUnits(policy, level) * d : 0n);
    if (came * d === n) seen.equal++;
    if (hedged) seen.hedged++;
    if (level === "maintenance") seen.short++;
  }
  return seen;
}

describe("closed-form completion against the linear program, in exact fractions", () => {
  for (const [name, policy, accounts] of [
    ["tiny", compilePolicy(tinyRiskParameters, tinyMarks), 150],
    ["two groups", compilePolicy(twoGroupRiskParameters, twoGroupMarks), 25],
  ] as const) {
    test(`is the optimum, but for whole hedges, over ${accounts} books of policy "${name}"`, () => {
      const random = seeded(`exact optimum ${name}`);
      const seen = comparedWithOptimum(policy, accounts, () => randomBook(policy, random));
      for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(accounts / 25);
    });
  }

  test("is the optimum, but for whole hedges, where groups feed each other", () => {
    const policy = compiledFrom(compilePolicy(tinyRiskParameters, tinyMarks), fedPolicy);
    const random = seeded("exact optimum feeding");
    const seen = comparedWithOptimum(policy, 60, () => fedBook(policy.layout, random));
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(3);
  });

  test("is the optimum of clusters, floors and charges of model grid, over random parameters", () => {
    const random = seeded("exact optimum add-ons");
    const seen = { equal: 0, hedged: 0, short: 0 };
    for (let i = 0; i < 12; i++) {
      const policy = compilePolicy(randomGrid(random), gridMarks);
      const some = comparedWithOptimum(policy, 4, () => oneSided(policy, randomBook(policy, random)));
      for (const what of ["equal", "hedged", "short"] as const) seen[what] += some[what];
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(3);
  });

  test.each(["span", "tims"])("is the optimum, but for whole hedges, of the example of model %s", (model) => {
    const read = (name: string): unknown =>
      JSON.parse(readFileSync(new URL(`../../examples/${model}/${name}.json`, import.meta.url), "utf8"));
    const policy = compilePolicy(read("risk-parameters"), read("marks"));
    const random = seeded(`exact optimum ${model}`);
    const seen = comparedWithOptimum(policy, 10, () => randomBook(policy, random));
    expect(seen.equal).toBeGreaterThanOrEqual(10 - seen.hedged);
    expect(seen.equal).toBeGreaterThan(3);
    expect(seen.short).toBeGreaterThan(0);
  });

  test("is the optimum where a model has extras, and several assets hedge", () => {
    const policy = compiledFrom(compilePolicy(tinyRiskParameters, tinyMarks), extrasPolicy);
    const random = seeded("exact optimum extras");
    const seen = comparedWithOptimum(policy, 60, () => fedBook(policy.layout, random));
    // Coefficients of extras are 1, and hedges are used in full: nothing is lost to whole numbers.
    expect(seen.equal).toBe(60);
    expect(seen.hedged).toBeGreaterThan(3);
  });

  test("is the optimum, but for whole hedges and credits, where assets have tiers", () => {
    const policy = compiledFrom(compilePolicy(tinyRiskParameters, tinyMarks), tieredPolicy);
    const random = seeded("exact optimum tiers");
    const seen = comparedWithOptimum(policy, 60, () => tieredBook(policy.layout, random));
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(3);
  });
});
