import { describe, expect, test } from "vitest";
import { lintPolicy } from "../../../prover/src/linter/lint-policy.ts";
import type { LintReport, Rule } from "../../../prover/src/linter/report.ts";
import { AUXILIARY_BASE, ROW_FREE } from "../../../verifier/src/constants.ts";
import { residuals } from "../../../verifier/src/policy/complete.ts";
import type { ExtraCoefficients, PolicyCoefficients } from "../../../verifier/src/policy/matrix.ts";
import { fedPolicy } from "../../support/feeding.ts";
import { tinySystem } from "./support.ts";

type Draft<T> = T extends bigint | number ? T : { -readonly [K in keyof T]: Draft<T[K]> };

function edited(edit: (draft: Draft<PolicyCoefficients>) => void): PolicyCoefficients {
  const draft = structuredClone(fedPolicy) as Draft<PolicyCoefficients>;
  edit(draft);
  return draft;
}

/** The policy with a fourth column in its last group, which instruments lower and one extra offsets. */
function withExtra(extra: ExtraCoefficients): PolicyCoefficients {
  const last = fedPolicy.groups[3]!;
  const groups = [
    ...fedPolicy.groups.slice(0, 3),
    {
      ...last,
      instruments: last.instruments.map((n) => ({ ...n, scenarios: [...n.scenarios, -100n] })),
      hedges: last.hedges.map((h) => ({ ...h, scenarios: [...h.scenarios, 0n] })),
      extras: [extra],
    },
  ];
  const shapes = fedPolicy.shape.groups.with(3, {
    ...fedPolicy.shape.groups[3]!,
    extras: 1,
    extraColumns: 1,
  });
  return { ...fedPolicy, shape: { ...fedPolicy.shape, groups: shapes }, groups };
}

function refusals(policy: PolicyCoefficients, report: LintReport): Rule[] {
  const { matrix } = tinySystem(policy);
  const refused = report.findings.filter(({ severity }) => severity === "refuse");
  for (const { rule, counterexample } of refused) {
    const { kind, quantities, gain } = counterexample!;
    const entries = [...quantities]
      .filter(([row]) => row !== ROW_FREE)
      .map(([row, quantity]) => ({ row, quantity }));
    expect(residuals(matrix, entries, [], quantities.get(ROW_FREE) ?? 0n), rule).toEqual(new Map());
    expect(gain, rule).toBeGreaterThan(0n);
    if (kind === "account") expect(entries.every(({ quantity }) => quantity >= 0n)).toBe(true);
  }
  return [...new Set(refused.map(({ rule }) => rule))];
}

async function refusedFor(policy: PolicyCoefficients): Promise<Rule[]> {
  const report = await lintPolicy(policy);
  expect(report.accepted).toBe(false);
  return refusals(policy, report);
}

describe("a policy whose groups feed each other", () => {
  test("is accepted with a certificate for every group that ends in a maximum", async () => {
    const report = await lintPolicy(fedPolicy);
    expect(refusals(fedPolicy, report)).toEqual([]);
    expect(report.accepted).toBe(true);
    const charged = report.certificates.filter(({ rule }) => rule === "scenarios-are-charged");
    expect(charged).toHaveLength(2);
    // A hedge of the last group: 5 times the best scenario beside what it refunds and what the asset counts.
    expect(report.unitWeights[0]).toBe(5_100_000n + 600_000n + 5n * 9_000n);
  });

  test("is refused when gains weigh more than losses", async () => {
    const greedy = edited((p) => {
      p.groups[0]!.feed![1]!.pos.parent = 11n;
    });
    const rules = await refusedFor(greedy);
    expect(rules).toContain("gains-within-losses");
    expect(rules).toContain("scenarios-are-charged");
  });

  test("is refused when a profit is credited in a margin, or a loss", async () => {
    for (const which of ["pos", "neg"] as const) {
      for (const level of ["maintenance", "initial"] as const) {
        const credited = edited((p) => {
          p.groups[1]!.feed![0]![which][level] = 1n;
        });
        expect(await refusedFor(credited)).toContain("gains-within-losses");
      }
    }
  });

  test("is accepted when both sides are charged, and gains not at all or as losses", async () => {
    const charged = edited((p) => {
      for (const side of [p.groups[0]!.feed![0]!.pos, p.groups[0]!.feed![0]!.neg]) {
        side.maintenance = -1n;
        side.initial = -2n;
      }
      p.groups[1]!.feed![0]!.pos.parent = 0n;
      p.groups[1]!.feed![2]!.pos.parent = 10n;
    });
    expect(refusals(charged, await lintPolicy(charged))).toEqual([]);
  });

  test("is refused when a maximum is a profit of the parent", async () => {
    const rules = await refusedFor(
      edited((p) => {
        p.groups[2]!.max.parent = 1n;
      }),
    );
    expect(rules).toContain("fed-max-is-charged");
    expect(rules).toContain("scenarios-are-charged");
  });

  test("is refused when a hedge of a group that feeds refunds more than the haircut", async () => {
    const [first, ...others] = fedPolicy.shape.groups;
    const hedged = (refund: bigint): PolicyCoefficients => ({
      ...fedPolicy,
      shape: { ...fedPolicy.shape, groups: [{ ...first!, hedges: [0] }, ...others] },
      groups: fedPolicy.groups.with(0, {
        ...fedPolicy.groups[0]!,
        hedges: [{ maintenance: refund, initial: refund, scenarios: [-900n, 0n, 900n] }],
      }),
    });
    const sound = await lintPolicy(hedged(500_000n));
    expect(refusals(hedged(500_000n), sound)).toEqual([]);
    // What leaves at worst is still the hedge of the last group.
    expect(sound.unitWeights[0]).toBe(5_100_000n + 600_000n + 5n * 9_000n);
    expect(await refusedFor(hedged(900_001n))).toEqual(["maintenance-within-equity"]);
  });
});

describe("extras", () => {
  test("are accepted when they cost margin", async () => {
    const policy = withExtra({ maintenance: -3n, initial: -4n, scenarios: [0n, 0n, 0n, 1n] });
    const report = await lintPolicy(policy);
    expect(refusals(policy, report)).toEqual([]);
    expect(report.accepted).toBe(true);
  });

  test("are refused when they offset losses for nothing", async () => {
    const free = withExtra({ maintenance: 0n, initial: 0n, scenarios: [0n, 0n, 0n, 1n] });
    expect(await refusedFor(free)).toEqual(["scenarios-are-charged"]);
    const scenarios = withExtra({ maintenance: 0n, initial: 0n, scenarios: [1n, 1n, 1n, 0n] });
    expect(await refusedFor(scenarios)).toEqual(["extras-never-profit", "scenarios-are-charged"]);
  });

  test("are refused when they buy a profit in a scenario, though they cost margin", async () => {
    const bought = withExtra({ maintenance: -1n, initial: -1n, scenarios: [0n, 1_000_000_000n, 0n, 0n] });
    expect(await refusedFor(bought)).toEqual(["extras-never-profit"]);
  });

  test("are refused when they are credits", async () => {
    const credit = withExtra({ maintenance: 1n, initial: 1n, scenarios: [0n, 0n, 0n, 0n] });
    const report = await lintPolicy(credit);
    expect(refusals(credit, report)).toEqual(
      expect.arrayContaining(["free-within-equity", "no-slack-from-nothing"]),
    );
    const found = report.findings.find(({ rule }) => rule === "free-within-equity")!;
    expect([...found.counterexample!.quantities.keys()].every((row) => row >= AUXILIARY_BASE)).toBe(true);
    expect(found.words).toContain("extra 0 of group 3");
  });
});
