import { describe, expect, test } from "vitest";
import { FREE_UNIT } from "../../../verifier/src/constants.ts";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import type { GroupCoefficients, PolicyCoefficients } from "../../../verifier/src/policy/matrix.ts";
import {
  type PolicyRow,
  policyRowLeaf,
  policyTree,
  policyTreePath,
  policyTreeRows,
  rootOfPolicyRow,
} from "../../../verifier/src/policy/policy-tree.ts";
import { fedPolicy } from "../../support/feeding.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";
import { SHIPPED } from "../../support/shipped-models.ts";

const tiny = compilePolicy(tinyRiskParameters, tinyMarks);
const { coefficients, layout } = tiny;
const tree = policyTree(coefficients);

/** Surplus over initial margin as a statement about one account sees it: opened rows and nothing else. */
function surplus(rows: readonly PolicyRow[], quantities: readonly bigint[]): bigint {
  const scenarios = new Map<number, bigint[]>();
  const charges = new Map<number, bigint>();
  let sum = 0n;
  for (const [i, row] of rows.entries()) {
    sum += row.initial * quantities[i]!;
    if (row.group === 0) continue;
    const sums = scenarios.get(row.group) ?? row.scenarios.map(() => 0n);
    scenarios.set(
      row.group,
      sums.map((one, s) => one + row.scenarios[s]! * quantities[i]!),
    );
    charges.set(row.group, row.maxInitial);
  }
  for (const [group, sums] of scenarios) {
    const [worst] = [0n, ...sums].sort((a, b) => (a < b ? -1 : 1));
    sum -= worst! * charges.get(group)!;
  }
  return sum;
}

describe("a statement that opens an account's rows", () => {
  const policies = SHIPPED.map(({ name, riskParameters, marks }) => [name, riskParameters, marks] as const);

  test.each([["tiny", tinyRiskParameters, tinyMarks] as const, ...policies])(
    "never sees more surplus than is proved, and as much where nothing else helps: %s",
    (_, riskParameters, marks) => {
      const policy = compilePolicy(riskParameters, marks);
      const { layout: of } = policy;
      const named = new Set(policy.rowTable.map(({ row }) => row));
      const rows = policyTreeRows(policy.coefficients).filter(({ row }) => named.has(row));
      const helped = [...of.cappedAssets, ...of.tieredAssets].map((k) =>
        rows.findIndex(({ row }) => row === of.asset(k)),
      );
      const random = seeded("policy tree");
      for (let i = 0; i < 150; i++) {
        const quantities = rows.map(() => (random.int(3) === 0 ? 0n : random.bits(4 + random.int(36))));
        if (i % 3 === 0) for (const at of helped) quantities[at] = 0n;
        const entries: Entry[] = rows.flatMap(({ row }, at) =>
          quantities[at]! > 0n ? [{ row, quantity: quantities[at]! }] : [],
        );
        const { free: proved } = completeAccount(policy, entries);
        const seen = surplus(rows, quantities);
        // Both round down to the unit of free.
        const floor = seen >= 0n ? seen / FREE_UNIT : -((-seen + FREE_UNIT - 1n) / FREE_UNIT);
        expect(floor).toBeLessThanOrEqual(proved);
        if (i % 3 === 0) expect(floor).toBe(proved);
      }
    },
  );
});

describe("a row is opened as it is, or not at all", () => {
  test("each number of a row, its number included, is in its leaf", () => {
    const base = tree.rows.get(layout.long(0, 0))!;
    const leaf = policyRowLeaf(base);
    const edits: PolicyRow[] = [
      { ...base, row: base.row + 1 },
      { ...base, cap: base.cap + 1 },
      { ...base, group: base.group + 1 },
      { ...base, maxMaintenance: base.maxMaintenance + 1n },
      { ...base, maxInitial: base.maxInitial + 1n },
      { ...base, equity: base.equity + 1n },
      { ...base, maintenance: base.maintenance + 1n },
      { ...base, initial: base.initial + 1n },
      { ...base, scenarios: base.scenarios.map((one, s) => (s === 2 ? one + 1n : one)) },
      // A scenario less, or one more of zero, is another length.
      { ...base, scenarios: base.scenarios.slice(0, 2) },
      { ...base, scenarios: [...base.scenarios, 0n] },
    ];
    const path = policyTreePath(tree, base.row);
    expect(rootOfPolicyRow(base, path)).toBe(tree.root);
    for (const edit of edits) {
      expect(policyRowLeaf(edit)).not.toBe(leaf);
      expect(rootOfPolicyRow(edit, path)).not.toBe(tree.root);
    }
  });

  test("hedges are paired with their asset by its cap, and instruments with their group by its columns", () => {
    const [asset, hedge] = [tree.rows.get(layout.asset(0))!, tree.rows.get(layout.hedge(0, 0))!];
    expect([asset.cap, hedge.cap]).toEqual([layout.capColumn(0), layout.capColumn(0)]);
    expect(tree.rows.get(layout.asset(1))!.cap).toBe(0);
    expect([hedge.group, tree.rows.get(layout.short(0, 1))!.group]).toEqual([3, 3]);
    expect(hedge.maxInitial).toBe(coefficients.groups[0]!.max.initial);
  });

  test("rows of the shape's auxiliaries have no leaf, nor has a path of another shape a root", () => {
    for (const row of [layout.equityPlus, layout.shortfall, layout.max(0), layout.holdings, 0xffff]) {
      expect(() => policyTreePath(tree, row)).toThrow(`row ${row} has no leaf`);
    }
    const path = policyTreePath(tree, 0);
    for (const other of [path.slice(1), [...path, path[0]!], [path[0]!.slice(1), ...path.slice(1)]])
      expect(() => rootOfPolicyRow(tree.rows.get(0)!, other)).toThrow(RangeError);
  });

  test("groups that feed others, or whose maximum leaves columns open, cannot be opened as if they were plain", () => {
    const groups = (policy: PolicyCoefficients) => new Set(policyTreeRows(policy).map(({ group }) => group));
    // Three groups of 3, 3 and 2 columns feed the last one.
    expect(groups(fedPolicy)).toEqual(new Set([0, 3 + 3 + 3 + 2]));
    const [group] = coefficients.shape.groups;
    const open = { ...coefficients.shape, groups: [{ ...group!, extraColumns: 1 }] };
    const wider = (row: { scenarios: readonly bigint[] }) => ({ ...row, scenarios: [...row.scenarios, 0n] });
    const [data] = coefficients.groups as [GroupCoefficients];
    expect(
      groups({
        ...coefficients,
        shape: open,
        groups: [
          {
            ...data,
            instruments: data.instruments.map((row) => ({ ...row, ...wider(row) })),
            hedges: data.hedges.map((row) => ({ ...row, ...wider(row) })),
          },
        ],
      }),
    ).toEqual(new Set([0]));
  });
});
