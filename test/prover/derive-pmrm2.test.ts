import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { certifies } from "../../prover/src/linter/claim.ts";
import { lintPolicy } from "../../prover/src/linter/lint-policy.ts";
import { ruleClaims } from "../../prover/src/linter/rules.ts";
import { closedBySlacks } from "../../prover/src/linter/system.ts";
import { ROW_FREE } from "../../verifier/src/constants.ts";
import { compilePolicy } from "../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../verifier/src/policy/complete.ts";
import { policyMatrix } from "../../verifier/src/policy/matrix.ts";
import type { DerivePmrm2Parameters, Marks } from "../../verifier/src/policy/schemas.ts";
import { COLUMN } from "../../verifier/src/policy/shape.ts";
import { deriveBook, randomDerive } from "../support/derive-books.ts";
import { exactOptimum } from "../support/exact-optimum.ts";
import { seeded } from "../support/random.ts";

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../examples/derive-pmrm2/${name}.json`, import.meta.url), "utf8"));

/** The example with 39 scenarios and 60 options in six expiries. */
function fullSize() {
  const riskParameters: DerivePmrm2Parameters = read("risk-parameters");
  const marks: Marks = read("marks");
  const [group] = riskParameters.groups;
  const { scenarios, instruments } = group!;
  for (let s = scenarios.length; s < 39; s++)
    scenarios.push({ kind: "move", spot: `0.0${s}`, volatility: "up", dampening: "1" });
  const [near] = Object.values(marks.expiries.eth!);
  instruments.splice(1);
  for (const day of ["2026-11-06", "2026-11-13", "2026-11-27", "2026-12-25", "2027-03-26", "2027-06-25"]) {
    const expiry = `${day}T08:00:00Z`;
    const strikes = ["2200", "2400", "2600", "3000", "3500"];
    const volatility = Object.fromEntries(strikes.map((strike) => [strike, "0.7"]));
    marks.expiries.eth![expiry] = { ...near!, volatility };
    for (const strike of strikes) {
      for (const kind of ["call", "put"] as const)
        instruments.push({
          kind,
          symbol: `${kind}-${strike}-${day}`,
          decimals: 6,
          contractSize: "1",
          expiry,
          strike,
        });
    }
  }
  return compilePolicy(riskParameters, marks);
}

describe("policies of model derive-pmrm2", () => {
  it("pass the linter at full size by multipliers that need no search", async () => {
    const policy = fullSize();
    expect(policy.layout.columns).toBe(585);
    const system = { layout: policy.layout, matrix: policyMatrix(policy.coefficients) };
    for (const { rule, where, problem, guesses } of ruleClaims(system))
      expect(
        guesses.some((guess) => certifies(problem, guess)),
        `${rule}, ${where}`,
      ).toBe(true);
    const report = await lintPolicy(policy.coefficients);
    expect(report.findings).toEqual([]);
    expect(report.unitWeights.every((weight) => weight > 0n)).toBe(true);
  });

  it("pass the linter with random parameters", async () => {
    const random = seeded("derive lint");
    for (let round = 0; round < 30; round++) {
      const { riskParameters, marks } = randomDerive(random, { moves: 5, expiries: 3, strikes: 3 });
      const report = await lintPolicy(compilePolicy(riskParameters, marks).coefficients);
      expect(report.findings.filter(({ severity }) => severity === "refuse")).toEqual([]);
    }
  });

  it("are refused where a debt of what cancels risk costs less than the best it can do", async () => {
    const riskParameters: DerivePmrm2Parameters = read("risk-parameters");
    Object.assign(riskParameters.collateral[1]!, { debtWeight: { maintenance: "1", initial: "1" } });
    const { findings } = await lintPolicy(compilePolicy(riskParameters, read("marks")).coefficients);
    expect(findings.map(({ rule, where }) => `${rule}: ${where}`)).toEqual([
      "borrowed-unit-gains: debt of asset 1, initial",
      "borrowed-unit-gains: debt of asset 1, maintenance",
    ]);
  });

  it("are refused where any extra lifts its column and burdens nothing", async () => {
    const random = seeded("derive free extras");
    const { riskParameters, marks } = randomDerive(random, { moves: 1, expiries: 1, strikes: 1 });
    const { coefficients } = compilePolicy(riskParameters, marks);
    const [expiry] = coefficients.groups;
    const { length } = expiry!.extras!;
    // One of each kind: what a negative value loses (of a move, and of a tilt), a tilt, the basis, and what is sold naked.
    expect(length).toBeGreaterThanOrEqual(5);
    for (const [e, extra] of expiry!.extras!.entries()) {
      const lifts = extra.scenarios.map((c) => (c < 0n ? 0n : c));
      const extras = expiry!.extras!.with(e, { maintenance: 0n, initial: 0n, scenarios: lifts });
      const groups = coefficients.groups.with(0, { ...expiry!, extras });
      const { findings } = await lintPolicy({ ...coefficients, groups });
      expect(
        findings.map(({ rule, where }) => `${rule}: ${where}`),
        `extra ${e}`,
      ).toEqual(["scenarios-are-charged: group 0"]);
    }
  });

  it("are completed to the optimum over all auxiliaries, in exact fractions", () => {
    const random = seeded("derive optimum");
    const seen = { hedged: 0, short: 0, charged: 0 };
    for (let round = 0; round < 12; round++) {
      const { riskParameters, marks } = randomDerive(random, { moves: 2, expiries: 2, strikes: 2 });
      const policy = compilePolicy(riskParameters, marks);
      for (let book = 0; book < 4; book++) {
        const holdings = deriveBook(policy, random);
        const { report } = completeAccount(policy, holdings);
        const level = report.shortfall > 0n ? "maintenance" : "initial";
        const came = level === "initial" ? report.initialSurplus : report.maintenanceSurplus;
        const [n, d] = exactOptimum(policy, holdings, COLUMN[level]);
        expect(came * d).toBe(n);
        if (report.groups.some(({ hedges }) => hedges.some(({ units }) => units > 0n))) seen.hedged++;
        if (report.groups.some(({ extras }) => extras.some((amount) => amount > 0n))) seen.charged++;
        if (level === "maintenance") seen.short++;
      }
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(5);
  });

  it("give an account no more free collateral for other auxiliaries", () => {
    const random = seeded("derive adversary");
    const { riskParameters, marks } = randomDerive(random, { moves: 4, expiries: 2, strikes: 2 });
    const policy = compilePolicy(riskParameters, marks);
    const matrix = policyMatrix(policy.coefficients);
    const system = { layout: policy.layout, matrix };
    const changeable = policy.layout.roles.filter(({ role }) =>
      ["max", "pos", "neg", "extra", "hedge"].includes(role.kind),
    );
    let solved = 0;
    for (let round = 0; round < 600; round++) {
      const holdings = deriveBook(policy, random);
      const { auxiliaries, free, report } = completeAccount(policy, holdings);
      if (report.groups.length === 0) continue;
      const changed = new Map([...holdings, ...auxiliaries].map(({ row, quantity }) => [row, quantity]));
      for (let i = 0; i <= random.int(3); i++) {
        const { row } = changeable[random.int(changeable.length)]!;
        const by = random.bits(1 + random.int(50)) - random.bits(1 + random.int(50));
        changed.set(row, (changed.get(row) ?? 0n) + by);
      }
      // What is left in a scenario is fed on, slacks take up the rest; what is over in initial could be claimed as free.
      changed.set(ROW_FREE, free);
      const closed = new Map(closedBySlacks(system, changed));
      const claimed = closed.get(policy.layout.slackInitial) ?? 0n;
      closed.delete(policy.layout.slackInitial);
      closed.delete(ROW_FREE);
      if ([...closed.values()].some((quantity) => quantity < 0n)) continue;
      solved++;
      const honest = auxiliaries.find(({ row }) => row === policy.layout.slackInitial)?.quantity ?? 0n;
      expect(claimed).toBeLessThanOrEqual(honest);
    }
    expect(solved).toBeGreaterThan(100);
  });
});
