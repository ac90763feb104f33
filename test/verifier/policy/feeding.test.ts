import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount, residuals } from "../../../verifier/src/policy/complete.ts";
import { type PolicyCoefficients, policyHash, policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { layoutOf, type Shape, shapeNumbers } from "../../../verifier/src/policy/shape.ts";
import { compiledFrom, fedBook, fedPolicy } from "../../support/feeding.ts";
import { FED } from "../../support/hand-made.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";

const policy = compiledFrom(compilePolicy(tinyRiskParameters, tinyMarks), fedPolicy);
const matrix = policyMatrix(fedPolicy);
const { layout } = policy;

describe("completion of groups that feed others", () => {
  it("weighs gains and losses of a scenario, and a maximum, as they enter the parent", () => {
    const holdings = [
      { row: layout.asset(1), quantity: 100n },
      { row: layout.long(0, 0), quantity: 10n },
      { row: layout.short(1, 0), quantity: 3n },
      { row: layout.long(2, 0), quantity: 1n },
    ];
    const { report, auxiliaries } = completeAccount(policy, holdings);
    expect(report.groups.map(({ group, scenarioPnl }) => [group, scenarioPnl])).toEqual([
      [0, [-9_000n, 0n, 9_000n]],
      [1, [2_997n, -3n, -3_003n]],
      [2, [-400n, 400n]],
      [3, [-90_000n + 9n * 2_997n, -30n - 4_000n, 81_000n - 30_030n]],
    ]);
    expect(report.groups[3]!.scanRisk).toBe(90_000n - 9n * 2_997n);
    expect(report.groups[3]!.worstScenario).toBe(0);
    const of = (row: number) => auxiliaries.find((entry) => entry.row === row)?.quantity ?? 0n;
    expect([of(layout.pos(0, 0)), of(layout.neg(0, 0))]).toEqual([0n, 9_000n]);
    expect([of(layout.pos(1, 0)), of(layout.neg(1, 0))]).toEqual([2_997n, 0n]);
    expect(of(layout.max(2))).toBe(400n);
    const rows = auxiliaries.map(({ row }) => row);
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
  });

  it("solves M z = 0 exactly, with profits, losses, hedges and shortfalls", () => {
    const random = seeded("feeding");
    const seen = { hedged: 0, short: 0, gains: 0, losses: 0 };
    for (let round = 0; round < 300; round++) {
      const holdings = fedBook(layout, random);
      const { auxiliaries, free, report } = completeAccount(policy, holdings);
      expect(residuals(matrix, holdings, auxiliaries, free).size).toBe(0);
      if (report.groups.some(({ hedges }) => hedges.some(({ units }) => units > 0n))) seen.hedged++;
      if (report.shortfall > 0n) seen.short++;
      if (auxiliaries.some(({ row }) => row === layout.pos(0, 2))) seen.gains++;
      if (auxiliaries.some(({ row }) => row === layout.neg(0, 2))) seen.losses++;
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(10);
  });
});

describe("a shape with groups that feed others", () => {
  it("keeps rows and columns of plain groups, and their shape numbers", () => {
    const plain: Shape = { assets: 1, groups: [{ instruments: 2, scenarios: 3, hedges: [0] }] };
    expect(shapeNumbers(plain)).toEqual([1n, 1n, 2n, 3n, 1n, 0n]);
    const said = { ...plain, groups: [{ ...plain.groups[0]!, extras: 0, extraColumns: 0 }] };
    expect(shapeNumbers(said)).toEqual(shapeNumbers(plain));
    expect(layoutOf(said).roles).toEqual(layoutOf(plain).roles);
    expect(layoutOf(said).columns).toBe(layoutOf(plain).columns);
  });

  it("has its own numbers for each way to feed", () => {
    const [first, second, third, last] = FED.groups;
    const shapes: Shape[] = [
      FED,
      { ...FED, groups: [first!, { ...second!, feeds: { by: "max", parent: 3, column: 1 } }, third!, last!] },
      { ...FED, groups: [first!, { ...second!, feeds: { by: "max", parent: 2, column: 2 } }, third!, last!] },
      {
        ...FED,
        groups: [{ ...first!, feeds: { by: "scenarios", parent: 3 } }, second!, third!, last!],
      },
      { ...FED, groups: [first!, second!, third!, { ...last!, extras: 3 }] },
      { ...FED, groups: [first!, second!, third!, { ...last!, extraColumns: 3 }] },
    ];
    const lists = shapes.map((shape) => shapeNumbers(shape).join());
    expect(new Set(lists).size).toBe(shapes.length);
  });

  it("is refused when a group feeds an earlier one, other scenarios, or a column that is not there", () => {
    const group = { instruments: 1, scenarios: 2, hedges: [] };
    const shape = (feeds: NonNullable<Shape["groups"][number]["feeds"]>, scenarios = 2): Shape => ({
      assets: 1,
      groups: [
        { ...group, feeds },
        { ...group, scenarios },
      ],
    });
    expect(() => layoutOf(shape({ by: "scenarios", parent: 0 }))).toThrow("later group");
    expect(() => layoutOf(shape({ by: "scenarios", parent: 2 }))).toThrow("later group");
    expect(() => layoutOf(shape({ by: "scenarios", parent: 1 }, 3))).toThrow("3 scenarios");
    expect(() => layoutOf(shape({ by: "max", parent: 1, column: 2 }))).toThrow("no column 2");
    expect(() => layoutOf(shape({ by: "scenarios", parent: 1 })).max(0)).toThrow("no maximum of group 0");
  });

  it("wants coefficients of that shape", () => {
    const groups = fedPolicy.groups;
    const wrong: PolicyCoefficients[] = [
      { ...fedPolicy, groups: groups.with(0, { ...groups[0]!, feed: groups[0]!.feed!.slice(1) }) },
      { ...fedPolicy, groups: groups.with(0, { ...groups[0]!, max: groups[3]!.max }) },
      { ...fedPolicy, groups: groups.with(2, { ...groups[2]!, max: { maintenance: 0n, initial: 0n } }) },
      { ...fedPolicy, groups: groups.with(3, { ...groups[3]!, max: { ...groups[3]!.max, parent: 0n } }) },
      { ...fedPolicy, groups: groups.with(3, { ...groups[3]!, extras: groups[3]!.hedges }) },
    ];
    for (const one of wrong) expect(() => policyHash(one)).toThrow("do not have the shape");
  });
});
