import { describe, expect, it } from "vitest";
import type { Pmrm2Portfolio } from "../../../verifier/src/models/derive-pmrm2-types.ts";
import { type CompiledPolicy, compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { pmrm2ParametersOf } from "../../../verifier/src/policy/compilers/derive-pmrm2-terms.ts";
import { type Completion, completeAccount, residuals } from "../../../verifier/src/policy/complete.ts";
import { policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { toDouble } from "../../../verifier/src/policy/rational.ts";
import { marginParts } from "../../../verifier/src/report/components.ts";
import { deriveBook, modelPortfolio, pmrm2File, randomDerive } from "../../support/derive-books.ts";
import { roundingBounds, substituted } from "../../support/derive-bounds.ts";
import { pmrm2Cases } from "../../support/derive-pmrm2.ts";
import { decimal, portfolioPolicy } from "../../support/derive-policy.ts";
import { seeded } from "../../support/random.ts";

const MONEY = 1e12;

/** Expects an amount of the policy (money units) to be the model's (quote), below it by at most `bound`. */
function expectSafe(
  came: bigint | number,
  model: number,
  bound: number,
  floating: number,
  what: string,
): void {
  const below = model - Number(came) / MONEY;
  expect(below, `${what}: ${below} below ${model}`).toBeLessThanOrEqual(bound);
  expect(below, `${what}: ${-below} above ${model}`).toBeGreaterThanOrEqual(-floating);
}

/** Scenarios of the underlying's group, in quote; null where the account holds no position. */
function scenarioPnl(policy: CompiledPolicy, { report }: Completion): number[] | null {
  const parent = report.groups.at(-1);
  const scale = toDouble(policy.groups.at(-1)!.scale);
  return parent === undefined ? null : parent.scenarioPnl.map((pnl) => Number(pnl) / scale);
}

const cases = pmrm2Cases();

describe("the policy compiled from a published case of Derive's portfolio margin", () => {
  it("is made of the case's numbers to the last digit", () => {
    const doubles = [0.1, 1e-7, 2.5e-9, 95663.50604855, 1e21, 0.8200000000000001, -0.045];
    for (const value of doubles) expect(Number(decimal(value))).toBe(value);
  });

  it.each(cases)("$name: scenarios, contingencies and margins", ({ portfolio, parameters, result }) => {
    const { policy, holdings } = portfolioPolicy(portfolio, parameters);
    const completion = completeAccount(policy, holdings);
    const { report } = completion;
    const model = substituted(portfolio, parameters);
    // Cash has more digits than a row: it is rounded down to 10^-7.
    const cash = 1.1e-7;
    const { floating, ...bounds } = roundingBounds(policy, holdings, portfolio, parameters);
    const scenarios = scenarioPnl(policy, completion);
    for (const [s, pnl] of scenarios?.slice(0, -1).entries() ?? [])
      expectSafe(pnl, model.scenarioPnl[s]!, bounds.scenario, bounds.scenario, `scenario ${s}`);
    if (scenarios !== null) {
      const basis = result.ForwardContingency;
      expectSafe(scenarios.at(-1)!, basis, bounds.scenario, bounds.scenario, "basis contingency");
    }
    for (const level of ["maintenance", "initial"] as const) {
      const bound = bounds[level] + cash;
      const surplus = level === "initial" ? report.initialSurplus : report.maintenanceSurplus;
      const published = level === "initial" ? result.IM : result.MM;
      expectSafe(surplus, model.model[level], bound, floating, level);
      // What is published is computed in doubles, and printed with about as many digits.
      expectSafe(
        surplus,
        published,
        bound + 1e-9 * Math.abs(published),
        1e-9 * Math.abs(published) + 1e-9,
        level,
      );
      expect(bound).toBeLessThan(1e-9 * (Math.abs(published) + notional(portfolio)) + cash);
    }
    expectContingencies(policy, completion, holdings, model.model, bounds.initial + cash);
    expect(
      residuals(policyMatrix(policy.coefficients), holdings, completion.auxiliaries, completion.free).size,
    ).toBe(0);
  });

  it("has no tilt whose substitute decides a margin", () => {
    for (const { portfolio, parameters } of cases) {
      const { model, maintenance, initial } = substituted(portfolio, parameters);
      expect([maintenance, initial]).toEqual([model.maintenance, model.initial]);
    }
  });
});

function notional({ spot, expiries, perp }: Pmrm2Portfolio): number {
  const contracts = expiries.flatMap(({ options }) => options.map(({ amount }) => Math.abs(amount)));
  return spot * contracts.reduce((a, b) => a + b, Math.abs(perp.amount));
}

/** Components of the report add up to each contingency of the model. */
function expectContingencies(
  policy: CompiledPolicy,
  completion: Completion,
  holdings: Parameters<typeof marginParts>[1],
  {
    maintenanceContingencies: m,
    initialContingencies: i,
    worstPnl,
    initialFactor,
  }: ReturnType<typeof substituted>["model"],
  bound: number,
): void {
  const { components } = marginParts(policy, holdings, completion);
  const parent = policy.groups.length - 1;
  const sum = (level: "maintenance" | "initial", ...kinds: string[]) => {
    const found = components[level].filter(
      ({ kind, group }) => kinds.includes(kind) || kinds.includes(`${kind} ${group}`),
    );
    return found.reduce((total, { amount }) => total + Number(amount) / MONEY, 0);
  };
  const close = (came: number, charge: number, what: string) =>
    expect(Math.abs(came + charge), `${what}: came ${came}, charge ${charge}`).toBeLessThanOrEqual(bound);
  close(sum("maintenance", "addOns"), m.options, "options, maintenance");
  close(sum("initial", "addOns"), m.options + i.options, "options, initial");
  close(sum("maintenance", `buffers ${parent}`), m.perp, "perp, maintenance");
  // Collateral alone is charged its own worst scenario in its weight.
  const alone = completion.report.groups.length === 0 ? -worstPnl : 0;
  const { maintenance: factor } =
    policy.riskParameters.model === "derive-pmrm2"
      ? policy.riskParameters.marginFactor
      : { maintenance: "0" };
  close(sum("maintenance", "haircut", "refund"), m.collateral + Number(factor) * alone, "collateral");
  close(
    sum("initial", "haircut", "refund", "buffers"),
    m.collateral + m.perp + i.collateral + i.perp + i.confidence + initialFactor * alone,
    "collateral, perp and confidence, initial",
  );
}

describe("policies of model derive-pmrm2 with random parameters", () => {
  it("ask of random books what the model asks, and more by rounding and substitutes alone", () => {
    const random = seeded("derive books");
    const seen = { short: 0, tilted: 0, substitute: 0, basis: 0, hedged: 0, naked: 0, full: 0 };
    for (let round = 0; round < 40; round++) {
      const files = randomDerive(random, { moves: 6, expiries: 3, strikes: 3 });
      const policy = compilePolicy(files.riskParameters, files.marks);
      const matrix = policyMatrix(policy.coefficients);
      const { layout } = policy;
      const slackCaps = layout.cappedAssets.map((asset) => layout.slackCap(asset));
      const file = pmrm2File(policy.riskParameters);
      const parameters = pmrm2ParametersOf(file, file.groups[0]!);
      for (let book = 0; book < 15; book++) {
        const holdings = deriveBook(policy, random);
        const portfolio = modelPortfolio(policy, holdings);
        const completion = completeAccount(policy, holdings);
        const { report, auxiliaries, free } = completion;
        const { model } = substituted(portfolio, parameters);
        // Options are as unsure as the perp always: whether one is held is not public.
        const least = (confidence: number) => Math.min(confidence, portfolio.perp.confidence);
        const asIfPerp = {
          ...portfolio,
          expiries: portfolio.expiries.map((e) => ({ ...e, confidence: least(e.confidence) })),
        };
        const most = substituted(asIfPerp, parameters);
        const { floating, ...bounds } = roundingBounds(policy, holdings, portfolio, parameters);
        for (const level of ["maintenance", "initial"] as const) {
          const surplus = level === "initial" ? report.initialSurplus : report.maintenanceSurplus;
          expectSafe(surplus, most[level], bounds[level], floating, level);
          expectSafe(surplus, model[level], Number.POSITIVE_INFINITY, floating, level);
        }
        // The least hedge that is best may leave some collateral out of the scenarios; the margin is the same.
        const isFull = !auxiliaries.some(({ row }) => slackCaps.includes(row));
        const scenarios = isFull ? scenarioPnl(policy, completion) : null;
        for (const [s, pnl] of scenarios?.slice(0, -1).entries() ?? [])
          expectSafe(pnl, most.scenarioPnl[s]!, bounds.scenario, bounds.scenario, `scenario ${s}`);
        expect(residuals(matrix, holdings, auxiliaries, free).size).toBe(0);
        const worst = report.groups.at(-1)?.worstScenario ?? null;
        if (report.shortfall > 0n) seen.short++;
        if (worst !== null && parameters.scenarios[worst]?.kind === "skew") seen.tilted++;
        if (worst === parameters.scenarios.length) seen.basis++;
        if (isFull) seen.full++;
        if (most.initial < model.initial - bounds.initial) seen.substitute++;
        if (report.groups.some(({ hedges }) => hedges.some(({ units }) => units > 0n))) seen.hedged++;
        if (report.groups.some(({ addOns }) => addOns.initial > 0n)) seen.naked++;
      }
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(10);
  });
});
