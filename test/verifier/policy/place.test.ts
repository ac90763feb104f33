import { describe, expect, it } from "vitest";
import { lintPolicy } from "../../../prover/src/linter/lint-policy.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount, residuals } from "../../../verifier/src/policy/complete.ts";
import { policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { placesOf } from "../../../verifier/src/policy/place.ts";
import type { GroupShape } from "../../../verifier/src/policy/shape.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";
import { randomBook } from "../../support/random-books.ts";

const ends = (instruments: number): GroupShape => ({ instruments, scenarios: 3, hedges: [0] });
const feeds = (parent: number, instruments = 2): GroupShape => ({
  instruments,
  scenarios: 3,
  hedges: [],
  feeds: { by: "scenarios", parent },
});

describe("places of groups in a larger shape", () => {
  it.each([
    ["as they stand, where that fits", [ends(1), ends(2)], [ends(2), ends(2), ends(9)], [0, 1]],
    ["past places without room", [ends(3)], [ends(2), ends(3)], [1]],
    ["past places that feed something", [ends(1)], [feeds(1), ends(1)], [1]],
    [
      "next to the parent that a child's place has",
      [feeds(1), ends(1)],
      [ends(1), feeds(3), ends(1), ends(1)],
      [1, 3],
    ],
    [
      "of two children under one parent",
      [feeds(2), feeds(2), ends(1)],
      [feeds(2), feeds(4), ends(1), feeds(4), ends(1)],
      [1, 3, 4],
    ],
    ["nowhere, when a parent has no room", [feeds(1), ends(2)], [feeds(1), ends(1)], null],
    [
      "nowhere, when children would have two parents",
      [feeds(2), feeds(2), ends(1)],
      [feeds(2), feeds(3), ends(1), ends(1)],
      null,
    ],
    [
      "nowhere, when spare extra columns have no spare extra",
      [ends(1)],
      [{ ...ends(1), extraColumns: 1 }],
      null,
    ],
    ["nowhere, when an asset may not hedge there", [ends(1)], [{ ...ends(1), hedges: [] }], null],
  ])("takes places %s", (_, groups, shape, places) => {
    expect(placesOf(groups, shape)).toEqual(places);
  });

  it("gives up at once on many groups of which the last fits nowhere", () => {
    const groups = Array.from({ length: 60 }, (_, g) => ends(g === 59 ? 3 : 1));
    const shape = Array.from({ length: 120 }, () => ends(2));
    expect(placesOf(groups, shape)).toBeNull();
  });

  it("moves a policy's rows and columns and nobody's margin", () => {
    const plain = compilePolicy(tinyRiskParameters, tinyMarks);
    const shape = { assets: 3, groups: [feeds(2), ends(1), { ...ends(3), extras: 2, extraColumns: 1 }] };
    const moved = compilePolicy({ ...tinyRiskParameters, shape }, tinyMarks);
    expect(moved.groups.map(({ name }) => name)).toEqual(["", "", "BTC"]);
    expect(moved.rowTable.map(({ symbol }) => symbol)).toEqual(plain.rowTable.map(({ symbol }) => symbol));
    const rows = new Map(plain.rowTable.map(({ row }, i) => [row, moved.rowTable[i]!.row]));
    const matrix = policyMatrix(moved.coefficients);
    const random = seeded("places");
    for (let i = 0; i < 50; i++) {
      const holdings = randomBook(plain, random);
      const there = holdings.map(({ row, quantity }) => ({ row: rows.get(row)!, quantity }));
      const [before, after] = [completeAccount(plain, holdings), completeAccount(moved, there)];
      expect(after.free).toBe(before.free);
      expect(after.report.shortfall).toBe(before.report.shortfall);
      expect(residuals(matrix, there, after.auxiliaries, after.free).size).toBe(0);
    }
  });

  it("leaves the linter's judgement as it was", async () => {
    const shape = { assets: 3, groups: [feeds(2), ends(1), { ...ends(3), extras: 2, extraColumns: 1 }] };
    const moved = compilePolicy({ ...tinyRiskParameters, shape }, tinyMarks);
    const { accepted, unitWeights } = await lintPolicy(moved.coefficients);
    const plain = await lintPolicy(compilePolicy(tinyRiskParameters, tinyMarks).coefficients);
    expect([accepted, unitWeights]).toEqual([true, [...plain.unitWeights, 0n]]);
  });

  it("names what is missing when a group fits nowhere", () => {
    const shape = { assets: 2, groups: [ends(1)] };
    expect(() => compilePolicy({ ...tinyRiskParameters, shape }, tinyMarks)).toThrow(
      'shape: group "BTC", instruments: 2 needed, the shape has 1',
    );
  });
});
