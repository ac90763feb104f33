import { describe, expect, it } from "vitest";
import { accountSignals } from "../../../verifier/src/account/statement.ts";
import { bestHedges, judgeAccount, largestFree } from "../../../verifier/src/account/surplus.ts";
import { FREE_UNIT, MAX_QUANTITY } from "../../../verifier/src/constants.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { policyTree } from "../../../verifier/src/policy/policy-tree.ts";
import { FULL, holdingsOf, JUDGED, judged, judgedAccount } from "../../support/account-circuit.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";
import { hugeBook, randomBook } from "../../support/random-books.ts";
import { SHIPPED } from "../../support/shipped-models.ts";

const tiny = compilePolicy(tinyRiskParameters, tinyMarks);

describe("an account judged row by row", () => {
  it.each([
    ["tiny", tiny],
    ["two groups", judged.policy],
  ])("has exactly the free collateral of its completion, hedges included: %s", (_, policy) => {
    const random = seeded("judged books");
    const tree = policyTree(policy.coefficients);
    let positive = 0;
    let hedging = 0;
    for (let i = 0; i < 300; i++) {
      const book = randomBook(policy, random);
      const { free, report } = completeAccount(policy, book);
      const hedges = bestHedges(policy, tree, book);
      const account = judgeAccount(tree, book, hedges);
      // A shortfall makes the completion choose its hedges for maintenance: the same ones are compared.
      expect(account.surplus).toBe(report.initialSurplus);
      const shown = largestFree(account);
      expect(shown).toBe(free < 0n ? undefined : free);
      if (shown !== undefined) positive++;
      if (hedges.length > 0) hedging++;
      // Without them never more.
      expect(judgeAccount(tree, book, []).surplus).toBeLessThanOrEqual(account.surplus);
    }
    expect(positive).toBeGreaterThan(30);
    expect(hedging).toBeGreaterThan(30);
    // Hedges beyond one entry's quantity are cut.
    for (let i = 0; i < 20; i++) {
      const book = hugeBook(policy, random);
      const { surplus } = judgeAccount(tree, book, bestHedges(policy, tree, book));
      expect(surplus).toBeLessThanOrEqual(completeAccount(policy, book).report.initialSurplus);
    }
  });

  it.each(SHIPPED.map(({ name, riskParameters, marks }) => [name, riskParameters, marks] as const))(
    "never has more than its completion at a shipped policy, as far as its rows can be opened: %s",
    (_, riskParameters, marks) => {
      const policy = compilePolicy(riskParameters, marks);
      const tree = policyTree(policy.coefficients);
      const random = seeded("judged at shipped policies");
      for (let i = 0; i < 60; i++) {
        const book = randomBook(policy, random).filter(({ row }) => tree.rows.has(row));
        const { initialSurplus } = completeAccount(policy, book).report;
        for (const hedges of [[], bestHedges(policy, tree, book)])
          expect(judgeAccount(tree, book, hedges).surplus).toBeLessThanOrEqual(initialSurplus);
      }
    },
  );
});

describe("what can't be judged is refused", () => {
  const random = seeded("judged refusals");
  const { opening, request } = judgedAccount(random, holdingsOf(FULL));
  const judging = (hedges: { row: number; units: bigint }[]) => () =>
    judgeAccount(judged.tree, opening.holdings, hedges);

  it("one unit more than there is, in words without a number of it", () => {
    expect(accountSignals(opening, request).minimumFree).toBe(request.minimumFree);
    const more = { ...request, minimumFree: request.minimumFree + 1n };
    expect(() => accountSignals(opening, more)).toThrow(
      /^the account has less above its initial margin than is to be shown$/,
    );
    for (const change of [{ minimumFree: -1n }, { minimumFree: 1n << 64n }, { context: -1n }])
      expect(() => accountSignals(opening, { ...request, ...change })).toThrow(/out of its range/);
  });

  it("a holding whose row is not in the tree: a debt can't be left out because nobody knows it", () => {
    expect(() => judgeAccount(judged.tree, [{ row: 9_999, quantity: 1n }], [])).toThrow(
      "row 9999 has no leaf in the policy's tree",
    );
    expect(judgeAccount(judged.tree, [{ row: 9_999, quantity: 0n }], []).surplus).toBe(0n);
  });

  it("a hedge beyond the holding, of an asset as if it were a hedge, twice in a group, or below zero", () => {
    const { ethHedge, eth } = JUDGED;
    judging([{ row: ethHedge, units: FULL.eth! }])();
    expect(judging([{ row: ethHedge, units: FULL.eth! + 1n }])).toThrow(/holds less than it hedges/);
    expect(judging([{ row: eth, units: 1n }])).toThrow(/one hedge to a group/);
    const half = { row: ethHedge, units: FULL.eth! / 2n };
    expect(judging([half, half])).toThrow(/one hedge to a group/);
    expect(() => judgeAccount(judged.tree, [], [half])).toThrow(/holds less than it hedges/);
  });

  it("rounds down to the unit of free, and shows nothing below zero", () => {
    expect(largestFree({ surplus: FREE_UNIT - 1n, groups: [] })).toBe(0n);
    expect(largestFree({ surplus: -1n, groups: [] })).toBe(undefined);
    expect(largestFree({ surplus: FREE_UNIT << 70n, groups: [] })).toBe(MAX_QUANTITY);
  });
});
