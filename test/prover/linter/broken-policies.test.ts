import { describe, expect, test } from "vitest";
import { lintPolicy, lintSystem } from "../../../prover/src/linter/lint-policy.ts";
import type { LintReport, Rule } from "../../../prover/src/linter/report.ts";
import type { System } from "../../../prover/src/linter/system.ts";
import { AUXILIARY_BASE, COARSE_SHIFT, FIELD, ROW_FREE } from "../../../verifier/src/constants.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { residuals } from "../../../verifier/src/policy/complete.ts";
import { type PolicyCoefficients, policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { COLUMN, coarse, layoutOf } from "../../../verifier/src/policy/shape.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { SHIPPED } from "../../support/shipped-models.ts";
import { gainOf, tinySystem } from "./support.ts";

/** Two groups that feed a cluster, with charges and floors by extras, and a group hedged by its underlying. */
const linked = (() => {
  const { riskParameters, marks } = SHIPPED.find(({ name }) => name === "examples/grid")!;
  return compilePolicy(riskParameters, marks).coefficients;
})();

type Draft<T> = T extends bigint | number ? T : { -readonly [K in keyof T]: Draft<T[K]> };

const sound = compilePolicy(tinyRiskParameters, tinyMarks).coefficients;

function edited(edit: (draft: Draft<PolicyCoefficients>) => void, of = sound): PolicyCoefficients {
  const draft = structuredClone(of) as Draft<PolicyCoefficients>;
  edit(draft);
  return draft;
}

/** M with `amount` added to one coefficient, and 2^40 times that to its coarse twin: what a wrong compiler or circuit would make. */
function bent(row: number, column: number, amount: bigint, policy = sound): System {
  const system = tinySystem(policy);
  const matrix = new Map(system.matrix);
  const add = (at: number, by: bigint): void => {
    const terms = new Map(matrix.get(at));
    terms.set(column, (terms.get(column) ?? 0n) + by);
    matrix.set(
      at,
      [...terms].filter(([, c]) => c !== 0n).sort(([a], [b]) => a - b),
    );
  };
  add(row, amount);
  if (row >= AUXILIARY_BASE) add(coarse(row), amount << COARSE_SHIFT);
  return { layout: system.layout, matrix };
}

/** Every counterexample of the report solves the equations, has no negative quantity if it is an account, and gains what it says. */
function expectProven(system: System, report: LintReport): void {
  for (const { rule, where, severity, counterexample } of report.findings) {
    if (severity !== "refuse" || counterexample === undefined) continue;
    const { kind, quantities, gain } = counterexample;
    const entries = [...quantities]
      .filter(([row]) => row !== ROW_FREE)
      .map(([row, quantity]) => ({ row, quantity }));
    expect(residuals(system.matrix, entries, [], quantities.get(ROW_FREE) ?? 0n), rule).toEqual(new Map());
    expect(gain, rule).toBeGreaterThan(0n);
    if (kind === "change") continue;
    expect(
      entries.every(({ quantity }) => quantity >= 0n),
      rule,
    ).toBe(true);
    expect(gainOf(system, rule, quantities, where), rule).toBe(gain);
  }
}

function refusals(report: LintReport): Rule[] {
  return [...new Set(report.findings.filter((f) => f.severity === "refuse").map((f) => f.rule))];
}

async function expectRefused(policy: PolicyCoefficients, rule: Rule): Promise<LintReport> {
  const report = await lintPolicy(policy);
  expect(report.accepted).toBe(false);
  expect(refusals(report)).toContain(rule);
  expectProven({ layout: layoutOf(policy.shape), matrix: policyMatrix(policy) }, report);
  return report;
}

async function expectBentRefused(system: System, ...rules: Rule[]): Promise<LintReport> {
  const report = await lintSystem(system);
  expect(report.accepted).toBe(false);
  expect(refusals(report)).toEqual(expect.arrayContaining(rules));
  expectProven(system, report);
  return report;
}

describe("refuses a policy", () => {
  test("whose group maximum is credited in initial margin", async () => {
    const report = await expectRefused(
      edited((p) => {
        p.groups[0]!.max.initial = 1n;
      }),
      "free-within-equity",
    );
    // Nothing but auxiliaries: free collateral out of nothing.
    const found = report.findings.find((f) => f.rule === "free-within-equity")!;
    expect([...found.counterexample!.quantities.keys()].every((row) => row >= AUXILIARY_BASE)).toBe(true);
    expect(found.words).toContain("maximum of group 0");
  });

  test("whose group maximum is credited in maintenance margin", async () => {
    const report = await expectRefused(
      edited((p) => {
        p.groups[0]!.max.maintenance = 1n;
      }),
      "no-slack-from-nothing",
    );
    const found = report.findings.find((f) => f.rule === "no-slack-from-nothing")!;
    expect(found.words).toMatch(/^maintenance slack without holdings or shortfall: .*maximum of group 0/);
  });

  test("whose hedge refunds more initial margin than the haircut of the asset took", async () => {
    const refunding = (initial: bigint) =>
      edited((p) => {
        Object.assign(p.groups[0]!.hedges[0]!, {
          initial,
          maintenance: 60_000_000n,
          scenarios: [0n, 0n, 0n],
        });
      });
    expect(refusals(await lintPolicy(refunding(90_000_000n)))).toEqual([]);
    const report = await expectRefused(refunding(90_000_001n), "free-within-equity");
    expect(report.findings[0]!.words).toMatch(/asset 0.*hedge of group 0 with asset 0/);
  });

  test("whose hedge refunds more maintenance margin than the haircut took, a double credit in that column alone", async () => {
    const refunding = (maintenance: bigint) =>
      edited((p) => {
        Object.assign(p.groups[0]!.hedges[0]!, { maintenance, scenarios: [0n, 0n, 0n] });
      });
    expect(refusals(await lintPolicy(refunding(60_000_000n)))).toEqual([]);
    const report = await expectRefused(refunding(60_000_001n), "maintenance-within-equity");
    expect(refusals(report)).toEqual(["maintenance-within-equity"]);
  });

  test("accepts a refund beyond the haircut while what the hedge must be paired with costs more", async () => {
    const generous = edited((p) => {
      Object.assign(p.groups[0]!.hedges[0]!, { initial: 90_000_001n, maintenance: 60_000_001n });
    });
    const report = await lintPolicy(generous);
    expect(refusals(report)).toEqual([]);
    // No multiplier of the usual structure certifies this: scenarios must have some.
    const system = tinySystem(generous);
    const { multipliers } = report.certificates.find((c) => c.rule === "free-within-equity")!;
    expect([0, 1, 2].some((s) => multipliers.has(system.layout.scenarioColumn(0, s)))).toBe(true);
  });

  test("in which 2^60 + 1 is credited where 2^60 was taken, which doubles cannot tell apart", async () => {
    const [small, large] = [1n << 60n, (1n << 60n) + 1n];
    expect(Number(small)).toBe(Number(large));
    const value = 1n << 70n;
    const withRefund = (refund: bigint) =>
      edited((p) => {
        const haircut = { maintenance: value - small, initial: value - small };
        p.assets[0] = { value, ...haircut, debtMaintenance: -2n * value, debtInitial: -2n * value };
        Object.assign(p.groups[0]!.hedges[0]!, {
          maintenance: refund,
          initial: refund,
          scenarios: [0n, 0n, 0n],
        });
      });
    expect(refusals(await lintPolicy(withRefund(small)))).toEqual([]);
    await expectRefused(withRefund(large), "free-within-equity");
    await expectRefused(withRefund(large), "maintenance-within-equity");
  });

  test("in which an asset counts for one unit of 2^70 more than it is worth", async () => {
    const value = 1n << 70n;
    const weighing = (initial: bigint) =>
      edited((p) => {
        p.assets[1] = {
          value,
          maintenance: initial,
          initial,
          debtMaintenance: -value - 1n,
          debtInitial: -value - 1n,
        };
      });
    expect(refusals(await lintPolicy(weighing(value)))).toEqual([]);
    await expectRefused(weighing(value + 1n), "free-within-equity");
  });

  test("in which a borrowed unit hedges for nothing", async () => {
    const cheap = (debtInitial: bigint) =>
      edited((p) => {
        Object.assign(p.assets[0]!, { debtInitial, debtMaintenance: -660_000_000n });
      });
    expect(refusals(await lintPolicy(cheap(-660_000_000n)))).toEqual([]);
    const report = await expectRefused(cheap(-659_999_999n), "borrowed-unit-gains");
    const found = report.findings.find((f) => f.rule === "borrowed-unit-gains")!;
    expect(found.counterexample!.gain).toBe(1n);
    expect(found.words).toContain(
      "owing a unit costs 659999999, holding it gains up to 660000000 as hedge of group 0",
    );
  });

  test("in which a borrowed unit hedges for nothing in maintenance margin", async () => {
    // Weight 0.9, refund 0.08, and 4 times the measured profit of 0.15 / 5 in the best scenario: 1.1 of 600,000,000.
    const cheap = (debtMaintenance: bigint) =>
      edited((p) => {
        p.assets[0]!.debtMaintenance = debtMaintenance;
      });
    expect(refusals(await lintPolicy(cheap(-660_000_000n)))).toEqual([]);
    expect(refusals(await expectRefused(cheap(-659_999_999n), "borrowed-unit-gains"))).toEqual([
      "borrowed-unit-gains",
    ]);
  });

  test("in which a debt costs less than its value", async () => {
    const report = await expectRefused(
      edited((p) => {
        p.assets[1]!.debtInitial = -999_999n;
      }),
      "debt-costs-its-value",
    );
    expect(refusals(report)).toEqual(expect.arrayContaining(["free-within-equity", "pairs-never-gain"]));
  });

  test("in which the debt of an asset of weight 0 is free", async () => {
    const report = await expectRefused(
      edited((p) => {
        p.assets[1] = {
          value: 1_000_000n,
          maintenance: 0n,
          initial: 0n,
          debtMaintenance: 0n,
          debtInitial: 0n,
        };
      }),
      "debt-costs-its-value",
    );
    // Asset and debt sum to nothing, so comparing the two alone would pass it.
    expect(refusals(report)).not.toContain("pairs-never-gain");
    expect(refusals(report)).toContain("free-within-equity");
  });

  test("in which a long and a short of one instrument add initial margin", async () => {
    const report = await expectRefused(
      edited((p) => {
        const n = p.groups[0]!.instruments[1]!;
        n.shortInitial = 1n - n.initial;
      }),
      "pairs-never-gain",
    );
    expect(report.findings[0]).toMatchObject({ where: "long and short of instrument 1 in group 0, initial" });
    expect(report.findings[0]!.counterexample!.gain).toBe(1n);
  });

  test("in which a long and a short of one instrument add maintenance margin", async () => {
    await expectRefused(
      edited((p) => {
        const n = p.groups[0]!.instruments[0]!;
        n.maintenance = -n.shortMaintenance + 1n;
      }),
      "pairs-never-gain",
    );
  });

  test("in which an option that no scenario moves is sold for less than its mark", async () => {
    await expectRefused(
      edited((p) => {
        const n = p.groups[0]!.instruments[1]!;
        // Ten, because each short also loses the unit by which its scenarios are rounded, charged five times.
        n.shortInitial = -n.value + 10n;
        n.initial = n.value - 10n;
        n.scenarios = [0n, 0n, 0n];
      }),
      "free-within-equity",
    );
  });

  test("whose initial margin asks for less than its maintenance margin", async () => {
    const report = await expectRefused(
      edited((p) => {
        p.assets[0]!.initial = p.assets[0]!.maintenance + 1n;
        p.assets[0]!.debtInitial = -800_000_000n;
      }),
      "initial-implies-maintenance",
    );
    expect(refusals(report)).toEqual(["initial-implies-maintenance"]);
  });

  test("whose group maximum weighs more in maintenance than in initial margin", async () => {
    await expectRefused(
      edited((p) => {
        p.groups[0]!.max.maintenance = p.groups[0]!.max.initial - 1n;
      }),
      "initial-implies-maintenance",
    );
  });

  test("with coefficients that are not canonical, too large, negative where none may be, or of another shape", async () => {
    const broken = [
      edited((p) => {
        p.assets[0]!.debtInitial = FIELD - 750_000_000n;
      }),
      edited((p) => {
        p.groups[0]!.instruments[0]!.scenarios[2] = -(1n << 96n);
      }),
      edited((p) => {
        p.assets[1]!.value = -1n;
      }),
      edited((p) => {
        p.groups[0]!.hedges = [];
      }),
      edited((p) => {
        p.shape.groups[0]!.hedges = [2];
      }),
    ];
    for (const policy of broken) {
      const report = await lintPolicy(policy);
      expect(report).toMatchObject({ accepted: false, findings: [{ rule: "coefficients" }] });
    }
  });
});

describe("refuses a policy with clusters and extras", () => {
  const [BTC, CLUSTER] = [0, 3];
  const broken = (edit: (draft: Draft<PolicyCoefficients>) => void) =>
    edited((p) => {
      // All scenarios of a cluster are handed on by one object, which a clone keeps as one.
      for (const group of p.groups)
        if (group.feed !== undefined) group.feed = group.feed.map((fed) => structuredClone(fed));
      edit(p);
    }, linked);
  const wordsOf = ({ findings }: LintReport, rule: Rule) =>
    findings.filter((f) => f.rule === rule).map(({ where, words }) => `${where}: ${words}`);

  test("which it accepts as it is", async () => {
    expect(await lintPolicy(linked)).toMatchObject({ accepted: true, findings: [] });
  });

  test("in which a member's gains weigh more than its losses", async () => {
    const report = await expectRefused(
      broken((p) => {
        p.groups[BTC]!.feed![2]!.pos.parent = 6n;
      }),
      "gains-within-losses",
    );
    expect(wordsOf(report, "gains-within-losses")[0]).toMatch(
      /^what scenario 2 of group 0 feeds, scenario 2 of group 3: a unit of profit with a unit of loss adds 1 there/,
    );
  });

  test("in which a member's loss is a profit of the cluster", async () => {
    const report = await expectRefused(
      broken((p) => {
        Object.assign(p.groups[BTC]!.feed![2]!, {
          pos: { maintenance: 0n, initial: 0n, parent: -1n },
          neg: { maintenance: 0n, initial: 0n, parent: 1n },
        });
      }),
      "gains-within-losses",
    );
    expect(wordsOf(report, "gains-within-losses")[0]).toContain("where it should be a charge");
  });

  test("in which what is handed on is credited in initial margin as well", async () => {
    const report = await expectRefused(
      broken((p) => {
        for (const { pos } of p.groups[BTC]!.feed!) pos.initial = 1n;
      }),
      "free-within-equity",
    );
    expect(wordsOf(report, "free-within-equity")[0]).toMatch(
      /more free collateral than equity: .*profit fed from scenario \d of group 0.* gains /,
    );
  });

  test("whose cluster is credited for its worst scenario", async () => {
    const report = await expectRefused(
      broken((p) => {
        p.groups[CLUSTER]!.max.maintenance = 4n;
      }),
      "no-slack-from-nothing",
    );
    expect(wordsOf(report, "no-slack-from-nothing")[0]).toMatch(/maximum of group 3/);
  });

  test("whose charge on naked shorts is a credit", async () => {
    const report = await expectRefused(
      broken((p) => {
        p.groups[BTC]!.extras![0]!.initial = 1n;
      }),
      "free-within-equity",
    );
    expect(wordsOf(report, "free-within-equity")[0]).toMatch(/extra 0 of group 0/);
  });

  test("in which naked shorts cost more in maintenance than in initial margin", async () => {
    await expectRefused(
      broken((p) => {
        p.groups[BTC]!.extras![0]!.maintenance = p.groups[BTC]!.extras![0]!.initial - 1n;
      }),
      "initial-implies-maintenance",
    );
  });

  test("whose extra makes up for naked shorts and costs nothing", async () => {
    const report = await expectRefused(
      broken((p) => {
        Object.assign(p.groups[BTC]!.extras![0]!, { maintenance: 0n, initial: 0n });
      }),
      "scenarios-are-charged",
    );
    expect(wordsOf(report, "scenarios-are-charged")[0]).toMatch(
      /profit in a scenario of group 0 without holdings or a maximum: .*extra 0 of group 0/,
    );
  });

  test("whose floor adds where it should lose", async () => {
    const report = await expectRefused(
      broken((p) => {
        const floor = p.groups[BTC]!.extras!.at(-1)!;
        floor.scenarios[floor.scenarios.indexOf(-1n)] = 1n;
      }),
      "scenarios-are-charged",
    );
    expect(wordsOf(report, "scenarios-are-charged").join()).toMatch(/extra \d of group 0/);
  });
});

describe("refuses a matrix", () => {
  const { layout } = tinySystem(sound);

  test("whose auxiliary is a credit in equity only", async () => {
    await expectBentRefused(bent(layout.max(0), COLUMN.equity, 1n), "no-equity-from-nothing", "structure");
  });

  test("whose auxiliary is a credit in maintenance only", async () => {
    const report = await expectBentRefused(
      bent(layout.slackScenario(0, 1), COLUMN.maintenance, 100n),
      "no-slack-from-nothing",
      "structure",
    );
    const found = report.findings.find((f) => f.rule === "no-slack-from-nothing")!;
    expect(found.words).toContain("slack of scenario 1 in group 0");
  });

  test("in which what is held is credited twice: in its row and in what is left of its cap", async () => {
    const report = await expectBentRefused(
      bent(layout.slackCap(0), COLUMN.initial, 100_000_000n),
      "free-within-equity",
      "structure",
    );
    const found = report.findings.find((f) => f.rule === "free-within-equity")!;
    expect(found.words).toMatch(/asset 0.*unhedged rest of asset 0/);
  });

  test("whose hedge has no cap", async () => {
    const report = await expectBentRefused(
      bent(layout.hedge(0, 0), layout.capColumn(0), 1n),
      "no-hedge-from-nothing",
      "free-within-equity",
    );
    expect(report.findings.find((f) => f.rule === "no-hedge-from-nothing")!.words).toMatch(
      /^a hedge without the asset that hedges: .*1 x hedge of group 0 with asset 0/,
    );
  });

  test("in which a scenario is profitable without holdings or a charge", async () => {
    await expectBentRefused(
      bent(layout.shortfall, layout.scenarioColumn(0, 2), 1n),
      "scenarios-are-charged",
      "structure",
    );
  });

  test("in which an asset pays scenarios out of its own row, past its cap", async () => {
    await expectBentRefused(
      bent(layout.asset(1), layout.scenarioColumn(0, 0), 5n),
      "structure",
      "pairs-never-gain",
    );
  });

  test("whose slack is heavier than one", async () => {
    await expectBentRefused(bent(layout.slackMaintenance, COLUMN.maintenance, -1n), "structure");
  });

  test("whose coarse row is not exactly 2^40 times its fine row", async () => {
    const { matrix } = tinySystem(sound);
    const twin = coarse(layout.max(0));
    const heavier = new Map(matrix).set(
      twin,
      matrix.get(twin)!.map(([column, c]) => [column, column === COLUMN.initial ? c + 1n : c] as const),
    );
    const report = await lintSystem({ layout, matrix: heavier });
    expect(refusals(report)).toEqual(["structure"]);
    expect(report.findings[0]!.where).toBe("maximum of group 0");
  });
});
