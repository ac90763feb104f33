// Attacks on margin itself, through what the policy counts and what the equations let one account do. Rows of the list that other
// files try: 22 and 45 at the linter (test/prover/linter), 23 (rounding.test.ts), 39 (test/circuits/lib/auxiliary-word.test.ts and
// test/circuits/statements/batch-attacks.test.ts), tiers (epoch-tiers.test.ts).
import { describe, expect, test } from "vitest";
import { positiveMaximum } from "../../prover/src/linter/integers.ts";
import { lintPolicy, lintSystem } from "../../prover/src/linter/lint-policy.ts";
import { FREE_UNIT, MAX_QUANTITY } from "../../verifier/src/constants.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../verifier/src/policy/compile.ts";
import { auxiliaryEntries, completeAccount, residuals } from "../../verifier/src/policy/complete.ts";
import { type MatrixRow, policyMatrix } from "../../verifier/src/policy/matrix.ts";
import {
  policyRowLeaf,
  policyTree,
  policyTreePath,
  rootOfPolicyRow,
} from "../../verifier/src/policy/policy-tree.ts";
import { COLUMN, coarse, isTwinned, layoutOf } from "../../verifier/src/policy/shape.ts";
import { compiledFrom } from "../support/feeding.ts";
import { sufficientClaims } from "../support/hand-made.ts";
import { tinyMarks, tinyRiskParameters, twoGroupMarks, twoGroupRiskParameters } from "../support/policies.ts";
import { seeded } from "../support/random.ts";
import { oneSided, randomBook } from "../support/random-books.ts";
import { SHIPPED } from "../support/shipped-models.ts";
import { SCALE, tieredPolicy } from "../support/tiers.ts";

const two = compilePolicy(twoGroupRiskParameters, twoGroupMarks);
const tiny = compilePolicy(tinyRiskParameters, tinyMarks);
const shipped = SHIPPED.map(({ name, riskParameters, marks }) => ({
  name,
  policy: compilePolicy(riskParameters, marks),
}));
const freeOf = (policy: CompiledPolicy, book: readonly Entry[]) => completeAccount(policy, book).free;

describe("row 19: collateral of the exchange's own making, and positions split to look small", () => {
  const OWN = 3;

  test("an own token counts for nothing, however much of it an account has, and covers no debt", async () => {
    const random = seeded("own token");
    for (let i = 0; i < 60; i++) {
      const book = randomBook(two, random).filter(({ row }) => row !== two.layout.asset(OWN));
      const rich = [...book, { row: two.layout.asset(OWN), quantity: MAX_QUANTITY }];
      const [before, after] = [book, rich].map((of) => completeAccount(two, of));
      expect(after!.free).toBe(before!.free);
      expect(after!.report.shortfall).toBe(before!.report.shortfall);
    }
    const { unitWeights } = await lintPolicy(two.coefficients);
    expect(unitWeights[OWN]).toBe(0n);
  });

  test("an asset above its cap counts no more, to the last unit", () => {
    const policy = compiledFrom(tiny, tieredPolicy);
    const CAPPED = 2;
    const held = (quantity: bigint) => freeOf(policy, [{ row: policy.layout.asset(CAPPED), quantity }]);
    const cap = 7n * SCALE;
    expect(held(cap - 1n)).toBeLessThan(held(cap));
    for (const more of [1n, cap, 1_000_000n * cap]) expect(held(cap + more)).toBe(held(cap));
  });

  test("split over 100 accounts it counts more in each, but what the exchange must show of it is the same", () => {
    const policy = compiledFrom(tiny, tieredPolicy);
    const row = policy.layout.asset(2);
    const whale = [{ row, quantity: 700n * SCALE }];
    const split = Array.from({ length: 100 }, () => [{ row, quantity: 7n * SCALE }]);
    // No account's equations can see other accounts: the dodge works there.
    const apart = split.reduce((sum, book) => sum + freeOf(policy, book), 0n);
    expect(apart).toBe(100n * freeOf(policy, whale));
    // The aggregate sees it: the claim of the asset, public and proved to cover all that is owed of it, is that of the whale.
    const account = (holdings: Entry[]) => ({ holdings, auxiliaries: [], surplus: 0n });
    const claims = [[whale], split].map((books) => sufficientClaims(policy.layout, books.map(account)));
    expect(claims[1]).toEqual(claims[0]);
    expect(claims[0]![3]).toBe(700n * SCALE);
  });

  test.each(shipped)("split over 100 accounts, a book is asked for no less margin: $name", ({ policy }) => {
    const random = seeded("a hundred accounts");
    let compared = 0;
    for (let i = 0; i < 6; i++) {
      const book = oneSided(policy, randomBook(policy, random)).filter(({ quantity }) => quantity >= 100n);
      const part = book.map(({ row, quantity }) => ({ row, quantity: quantity / 100n }));
      const [whole, one] = [part.map((e) => ({ ...e, quantity: 100n * e.quantity })), part].map((of) =>
        completeAccount(policy, of),
      );
      expect(100n * one!.report.shortfall).toBeGreaterThanOrEqual(whole!.report.shortfall);
      if (one!.report.shortfall > 0n) continue;
      expect(100n * one!.free).toBeLessThanOrEqual(whole!.free);
      compared++;
    }
    expect(compared).toBeGreaterThan(0);
  });
});

describe("row 22: a row that two indices reach", () => {
  test.each(shipped)("no two roles have one row, fine or coarse, nor two names: $name", ({ policy }) => {
    const { layout, rowTable, coefficients } = policy;
    const rows = layout.roles.flatMap(({ row, role }) => (isTwinned(role) ? [row, coarse(row)] : [row]));
    expect(new Set(rows).size).toBe(rows.length);
    expect([...policyMatrix(coefficients).keys()].sort((a, b) => a - b)).toEqual(rows.sort((a, b) => a - b));
    expect(new Set(rowTable.map(({ row }) => row)).size).toBe(rowTable.length);
    expect(new Set(rowTable.map(({ kind, symbol }) => `${kind} ${symbol}`)).size).toBe(rowTable.length);
  });

  test("an index beyond the tree that ends in the same path opens no row: its number is in the leaf", () => {
    const tree = policyTree(tiny.coefficients);
    const row = tiny.layout.long(0, 0);
    const opened = tree.rows.get(row)!;
    const path = policyTreePath(tree, row);
    expect(rootOfPolicyRow(opened, path)).toBe(tree.root);
    for (const other of [row + 16 ** path.length, row + 2 ** 15, row + 2 ** 32]) {
      expect(policyRowLeaf({ ...opened, row: other })).not.toBe(policyRowLeaf(opened));
      expect(() => {
        const root = rootOfPolicyRow({ ...opened, row: other }, path);
        if (root !== tree.root) throw new RangeError("another root");
      }).toThrow(RangeError);
    }
  });
});

describe("row 45: one holding that hedges in two groups", () => {
  // BTC hedges in both groups of the policy, under one cap. Its mutant has a cap for the first group only.
  const [BTC, FIRST, SECOND] = [2, 0, 1];
  const shape = {
    ...two.coefficients.shape,
    groups: two.coefficients.shape.groups.map((group) => ({ ...group, hedges: [BTC] })),
  };
  const layout = layoutOf(shape);
  const hedge = two.coefficients.groups[FIRST]!.hedges[0]!;
  const second = two.coefficients.groups[SECOND]!;
  const coefficients = {
    ...two.coefficients,
    shape,
    groups: two.coefficients.groups.with(SECOND, {
      ...second,
      hedges: [{ ...hedge, scenarios: second.hedges[0]!.scenarios }],
    }),
  };
  const matrix = policyMatrix(coefficients);
  const cap = layout.capColumn(BTC);
  const mutant = new Map<number, MatrixRow>(matrix);
  for (const row of [layout.hedge(SECOND, 0), coarse(layout.hedge(SECOND, 0))])
    mutant.set(
      row,
      matrix.get(row)!.filter(([column]) => column !== cap),
    );

  /** Short a perp in each group, all of the one bitcoin hedging in both. */
  const UNITS = 100_000_000n;
  const holdings = [
    { row: layout.asset(BTC), quantity: UNITS },
    { row: layout.short(FIRST, 0), quantity: 10_000n },
    { row: layout.short(SECOND, 0), quantity: 2_000n },
  ];
  function forged(of: ReadonlyMap<number, MatrixRow>): { entries: Entry[]; free: bigint } {
    const entries = [FIRST, SECOND].flatMap((g) => auxiliaryEntries(layout.hedge(g, 0), UNITS));
    const sums = residuals(of, holdings, entries, 0n);
    for (const [g, { scenarios }] of shape.groups.entries()) {
      const pnl = Array.from({ length: scenarios }, (_, s) => sums.get(layout.scenarioColumn(g, s)) ?? 0n);
      const worst = positiveMaximum(pnl.map((p) => -p));
      entries.push(...auxiliaryEntries(layout.max(g), worst));
      for (const [s, p] of pnl.entries())
        entries.push(...auxiliaryEntries(layout.slackScenario(g, s), p + worst));
    }
    const left = residuals(of, holdings, entries, 0n);
    entries.push(...auxiliaryEntries(layout.equityPlus, left.get(COLUMN.equity)!));
    entries.push(...auxiliaryEntries(layout.slackMaintenance, left.get(COLUMN.maintenance)!));
    const initial = left.get(COLUMN.initial)!;
    entries.push(...auxiliaryEntries(layout.slackInitial, initial % FREE_UNIT));
    return { entries, free: initial / FREE_UNIT };
  }

  test("breaks the cap's equation, whatever its slack", () => {
    const { entries, free } = forged(matrix);
    expect([...residuals(matrix, holdings, entries, free)]).toEqual([[cap, -UNITS]]);
  });

  test("solves every equation where each group has a cap of its own, with more free than any honest use (mutant)", async () => {
    const { entries, free } = forged(mutant);
    expect(residuals(mutant, holdings, entries, free)).toEqual(new Map());
    const honest = [FIRST, SECOND].map((group) => {
      const others = coefficients.groups.map((of, g) =>
        g === group
          ? of
          : {
              ...of,
              hedges: of.hedges.map((h) => ({
                maintenance: 0n,
                initial: 0n,
                scenarios: h.scenarios.map(() => 0n),
              })),
            },
      );
      return freeOf(compiledFrom(two, { ...coefficients, groups: others }), holdings);
    });
    for (const best of honest) expect(free).toBeGreaterThan(best);
    const { accepted, findings } = await lintSystem({ layout, matrix: mutant });
    expect(accepted).toBe(false);
    expect(findings.find(({ rule }) => rule === "no-hedge-from-nothing")!.words).toContain(
      `hedge of group ${SECOND} with asset ${BTC}`,
    );
  });
});

describe("row 45: collateral withdrawn to the last unit", () => {
  test.each(shipped)(
    "free falls by no more than unit weights say, in any order: $name",
    async ({ policy }) => {
      const { unitWeights } = await lintPolicy(policy.coefficients);
      const random = seeded("withdrawn");
      let hedged = 0;
      for (let i = 0; i < 80; i++) {
        const book = oneSided(policy, randomBook(policy, random));
        const first = completeAccount(policy, book);
        if (first.report.groups.some(({ hedges }) => hedges.some(({ units }) => units > 0n))) hedged++;
        const account = new Map(book.map(({ row, quantity }) => [row, quantity]));
        let charge = 0n;
        for (const [asset, weight] of unitWeights.entries()) {
          const row = policy.layout.asset(asset);
          const held = account.get(row) ?? 0n;
          if (held === 0n) continue;
          const quantity = random.flag() === 1 ? held : random.below(held + 1n);
          account.set(row, held - quantity);
          charge += quantity * weight;
          const after = completeAccount(
            policy,
            [...account].map(([r, amount]) => ({ row: r, quantity: amount })),
          );
          // An account that ends short hedges for maintenance margin; its withdrawal would not be accepted at all.
          if (after.report.shortfall > 0n) continue;
          expect(first.free - after.free).toBeLessThanOrEqual((charge + FREE_UNIT - 1n) / FREE_UNIT);
          // Whatever was accepted leaves free collateral where it was charged against it.
          if (first.free * FREE_UNIT >= charge) expect(after.free).toBeGreaterThanOrEqual(0n);
        }
      }
      if (policy.layout.cappedAssets.length > 0) expect(hedged).toBeGreaterThan(0);
    },
  );
});
