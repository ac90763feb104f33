import { describe, expect, test } from "vitest";
import { lintPolicy, lintSystem } from "../../../prover/src/linter/lint-policy.ts";
import type { LintReport, Rule } from "../../../prover/src/linter/report.ts";
import { boundProvedBy, faceOf, unitBound } from "../../../prover/src/linter/unit-weights.ts";
import { FREE_UNIT, MAX_QUANTITY, ROW_FREE } from "../../../verifier/src/constants.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount, residuals } from "../../../verifier/src/policy/complete.ts";
import type { MatrixRow, PolicyCoefficients } from "../../../verifier/src/policy/matrix.ts";
import { COLUMN, coarse, layoutOf } from "../../../verifier/src/policy/shape.ts";
import { compiledFrom } from "../../support/feeding.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";
import { SCALE, tieredBook, tieredPolicy } from "../../support/tiers.ts";
import { tinySystem } from "./support.ts";

type Draft<T> = T extends bigint | number ? T : { -readonly [K in keyof T]: Draft<T[K]> };

const layout = layoutOf(tieredPolicy.shape);

function edited(edit: (draft: Draft<PolicyCoefficients>) => void): PolicyCoefficients {
  const draft = structuredClone(tieredPolicy) as Draft<PolicyCoefficients>;
  edit(draft);
  return draft;
}

function refusals(matrix: ReadonlyMap<number, MatrixRow>, report: LintReport): Rule[] {
  const refused = report.findings.filter(({ severity }) => severity === "refuse");
  for (const { rule, counterexample } of refused) {
    if (counterexample === undefined) continue;
    const { kind, quantities, gain } = counterexample;
    const entries = [...quantities]
      .filter(([row]) => row !== ROW_FREE)
      .map(([row, quantity]) => ({ row, quantity }));
    expect(residuals(matrix, entries, [], quantities.get(ROW_FREE) ?? 0n), rule).toEqual(new Map());
    expect(gain, rule).toBeGreaterThan(0n);
    if (kind === "account") expect(entries.every(({ quantity }) => quantity >= 0n)).toBe(true);
  }
  return [...new Set(refused.map(({ rule }) => rule))];
}

async function refusedFor(policy: PolicyCoefficients): Promise<readonly [Rule[], LintReport]> {
  const report = await lintPolicy(policy);
  expect(report.accepted).toBe(false);
  return [refusals(tinySystem(policy).matrix, report), report];
}

/** M with one coefficient of a row moved, and of its coarse row where it has one. */
function bent(row: number, column: number, by: bigint) {
  const system = tinySystem(tieredPolicy);
  const matrix = new Map(system.matrix);
  for (const [at, amount] of [
    [row, by],
    [coarse(row), by << 40n],
  ] as const) {
    if (!matrix.has(at)) continue;
    const terms = new Map(matrix.get(at));
    terms.set(column, (terms.get(column) ?? 0n) + amount);
    matrix.set(
      at,
      [...terms].filter(([, c]) => c !== 0n).sort(([a], [b]) => a - b),
    );
  }
  return { layout: system.layout, matrix };
}

describe("a policy whose assets have tiers", () => {
  test("is accepted, and a unit that leaves takes the first tier's weight", async () => {
    const report = await lintPolicy(tieredPolicy);
    expect(refusals(tinySystem(tieredPolicy).matrix, report)).toEqual([]);
    expect(report.accepted).toBe(true);
    // 9 of initial margin for each of 380,000 and 15,000 units of credit, and what whole numbers may cost: two credits.
    expect(report.unitWeights[0]).toBe(9n * 380_000n + 2n * 9n);
    expect(report.unitWeights[2]).toBe(9n * 15_000n + 2n * 9n);
    expect(report.findings.filter(({ rule }) => rule === "accepted-assets")).toEqual([]);
    const few = await lintPolicy(tieredPolicy, { acceptedAssets: 2 });
    expect(few.findings.map(({ rule }) => rule)).toContain("accepted-assets");
  });

  test("is accepted with an asset's own weight beside its tiers, as long as both are within its value", async () => {
    const both = (own: bigint) =>
      edited((p) => {
        Object.assign(p.assets[0]!, { maintenance: own, initial: own });
      });
    const within = await lintPolicy(both(200_000n));
    expect(refusals(tinySystem(both(200_000n)).matrix, within)).toEqual([]);
    expect(within.unitWeights[0]).toBe(200_000n + 9n * 380_000n + 2n * 9n);
    const [rules] = await refusedFor(both(200_001n));
    expect(rules).toEqual(["maintenance-within-equity"]);
  });

  test("is accepted when it is padded with tiers of zeros", async () => {
    const zero = edited((p) => {
      p.assets[2] = { value: 0n, maintenance: 0n, initial: 0n, debtMaintenance: 0n, debtInitial: 0n };
      p.tiers![1] = { widths: [0n], weights: [0n], lastWeight: 0n, credit: { maintenance: 0n, initial: 0n } };
    });
    expect(refusals(tinySystem(zero).matrix, await lintPolicy(zero))).toEqual([]);
  });
});

describe("45: refuses a policy", () => {
  test("whose weights rise: a later portion would be filled first", async () => {
    for (const rise of [
      edited((p) => {
        p.tiers![0]!.weights[1] = 380_001n;
      }),
      edited((p) => {
        p.tiers![1]!.lastWeight = 15_001n;
      }),
    ]) {
      const [rules, { findings }] = await refusedFor(rise);
      expect(rules).toContain("tiers-never-rise");
      const { words } = findings.find(({ rule }) => rule === "tiers-never-rise")!;
      expect(words).toMatch(/it would count more of the asset the more is held/);
    }
  });

  test("whose credit counts more than the asset is worth, in either margin", async () => {
    // 380,000 units of credit by unit of the asset, which is worth 4,000,000: 10 is fine, 11 is not.
    const [maintenance] = await refusedFor(
      edited((p) => {
        p.tiers![0]!.credit.maintenance = 11n;
      }),
    );
    expect(maintenance).toContain("maintenance-within-equity");
    const [initial] = await refusedFor(
      edited((p) => {
        p.tiers![0]!.credit = { maintenance: 11n, initial: 11n };
      }),
    );
    expect(initial).toEqual(expect.arrayContaining(["free-within-equity", "maintenance-within-equity"]));
  });

  test("whose credit is larger in initial margin than in maintenance margin", async () => {
    const [rules, { findings }] = await refusedFor(
      edited((p) => {
        p.tiers![0]!.credit = { maintenance: 8n, initial: 9n };
      }),
    );
    expect(rules).toContain("initial-implies-maintenance");
    expect(findings[0]!.words).toContain("credit of asset 0");
  });

  test("whose first portion counts more than it takes", async () => {
    const [rules] = await refusedFor(
      edited((p) => {
        p.tiers![0]!.weights[0] = 410_000n;
      }),
    );
    expect(rules).toContain("maintenance-within-equity");
  });

  test("that lets a borrowed unit count more than its debt costs", async () => {
    const [rules, { findings }] = await refusedFor(
      edited((p) => {
        Object.assign(p.assets[0]!, { debtMaintenance: -4_000_000n, debtInitial: -3_400_000n });
      }),
    );
    expect(rules).toEqual(expect.arrayContaining(["debt-costs-its-value", "borrowed-unit-gains"]));
    expect(findings.find(({ rule }) => rule === "borrowed-unit-gains")!.words).toContain(
      "portion 0 of asset 0",
    );
  });

  test.each<[string, Rule, number, number, bigint]>([
    ["whose credit is counted twice", "maintenance-within-equity", layout.credit(0), COLUMN.maintenance, 10n],
    [
      "whose credit is one C too cheap",
      "maintenance-within-equity",
      layout.credit(0),
      layout.creditColumn(0),
      MAX_QUANTITY - 1n,
    ],
    [
      "whose portion counts without taking",
      "no-slack-from-nothing",
      layout.portion(0, 1),
      layout.splitColumn(0),
      3n * SCALE,
    ],
    [
      "whose rest counts without taking",
      "no-slack-from-nothing",
      layout.rest(0),
      layout.splitColumn(0),
      MAX_QUANTITY,
    ],
    ["whose portion is itself a margin", "structure", layout.portion(2, 0), COLUMN.initial, 1n],
    ["whose slack of split adds", "structure", layout.slackSplit(0), layout.splitColumn(0), 2n],
    ["whose slack of credit adds", "structure", layout.slackCredit(0), layout.creditColumn(0), 2n],
    [
      "whose debt lowers no split but adds to it",
      "structure",
      layout.debt(0),
      layout.splitColumn(0),
      MAX_QUANTITY,
    ],
    [
      "whose other asset counts in the split",
      "structure",
      layout.asset(1),
      layout.splitColumn(0),
      MAX_QUANTITY,
    ],
  ])("%s", async (_, rule, row, column, by) => {
    const system = bent(row, column, by);
    const report = await lintSystem(system);
    expect(report.accepted).toBe(false);
    expect(refusals(system.matrix, report)).toContain(rule);
  });

  test("whose portion has a coarse row", async () => {
    const system = tinySystem(tieredPolicy);
    const row = layout.portion(0, 0);
    const twin = system.matrix.get(row)!.map(([column, c]) => [column, c << 40n] as const);
    const report = await lintSystem({ layout, matrix: new Map([...system.matrix, [coarse(row), twin]]) });
    const found = report.findings.filter(({ rule }) => rule === "structure");
    expect(found.map(({ where, words }) => `${where}: ${words}`)).toEqual([
      "portion 0 of asset 0: it has a coarse row, so it holds more than its width",
    ]);
  });
});

describe("unitWeight of a tiered asset", () => {
  const compiled = compiledFrom(compilePolicy(tinyRiskParameters, tinyMarks), tieredPolicy);

  test("bounds the fall of free for any withdrawals of random accounts, in any order", async () => {
    const { unitWeights } = await lintPolicy(tieredPolicy);
    const random = seeded("tiered withdrawals");
    let largest = 0n;
    for (let i = 0; i < 600; i++) {
      const account = new Map(tieredBook(layout, random).map(({ row, quantity }) => [row, quantity]));
      const free = (): bigint =>
        completeAccount(
          compiled,
          [...account].filter(([, q]) => q > 0n).map(([row, quantity]) => ({ row, quantity })),
        ).free;
      const before = free();
      let charge = 0n;
      for (let withdrawal = 0; withdrawal < 4; withdrawal++) {
        const asset = 2 * random.int(2);
        const held = account.get(layout.asset(asset)) ?? 0n;
        const quantity = random.flag() ? random.below(held + 1n) : held < 1n ? held : 1n;
        account.set(layout.asset(asset), held - quantity);
        charge += quantity * unitWeights[asset]!;
        const fall = before - free();
        expect(fall).toBeLessThanOrEqual((charge + FREE_UNIT - 1n) / FREE_UNIT);
        if (charge > 0n && (fall * FREE_UNIT * 100n) / charge > largest)
          largest = (fall * FREE_UNIT * 100n) / charge;
      }
    }
    expect(largest).toBeGreaterThanOrEqual(99n);
  });

  test("taken from the rest alone would let free fall further than charged", () => {
    // The mutant: only the vertex at which the rest gives way, as if every account held more than its portions.
    const system = tinySystem(tieredPolicy);
    const row = layout.rest(0);
    const face = faceOf(system, 0, COLUMN.initial, row);
    const change = new Map([
      [row, -1n],
      [layout.credit(0), -80_000n],
    ]);
    const mutant = boundProvedBy(face, change, 1n)!;
    expect(mutant.numerator).toBe(9n * 80_000n);
    expect(unitBound(system, 0, COLUMN.initial)!.numerator).toBeGreaterThan(mutant.numerator);
    const free = (quantity: bigint) =>
      completeAccount(compiled, [{ row: layout.asset(0), quantity }]).free * FREE_UNIT;
    expect(free(SCALE) - free(0n)).toBeGreaterThan(SCALE * mutant.numerator);
  });
});
