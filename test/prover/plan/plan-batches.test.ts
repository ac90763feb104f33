import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompletedAccount } from "../../../prover/src/plan/account.ts";
import { accountSize, accountWords } from "../../../prover/src/plan/account-words.ts";
import { assembleBatch, orderAccounts } from "../../../prover/src/plan/assemble.ts";
import { BatchPlanner } from "../../../prover/src/plan/plan-batches.ts";
import { AUXILIARY_BASE } from "../../../verifier/src/constants.ts";
import { paddingBlock, paddingWord } from "../../../verifier/src/encodings/batch.ts";

const CAPACITY = { blocks: 18, words: 49 };

function accountOf(holdings: number, auxiliaries: number, userId = "u"): CompletedAccount {
  return {
    userId,
    owner: 0n,
    holdings: Array.from({ length: holdings }, (_, i) => ({ row: 2 * i, quantity: 1n })),
    auxiliaries: Array.from({ length: auxiliaries }, (_, i) => ({
      row: AUXILIARY_BASE + 2 * i,
      quantity: 1n,
    })),
    free: 0n,
  };
}

function planned(accounts: readonly CompletedAccount[], capacity = CAPACITY) {
  const planner = new BatchPlanner(capacity);
  const batches: CompletedAccount[][] = [];
  for (const account of accounts) {
    const full = planner.add(account);
    if (full !== undefined) batches.push(full);
  }
  batches.push(...planner.finish());
  return { batches, waste: planner.waste() };
}

describe("sizes of accounts", () => {
  it.each([
    [0, 0, 1, 1],
    [6, 3, 1, 1],
    [7, 4, 2, 2],
    [12, 6, 2, 2],
    [13, 7, 3, 3],
  ])("%i holdings and %i auxiliaries take %i blocks and %i words", (holdings, auxiliaries, blocks, words) => {
    const account = accountOf(holdings, auxiliaries);
    expect(accountSize(account)).toEqual({ blocks, words });
    expect(accountWords(account.auxiliaries)).toHaveLength(words);
  });

  it("fills up the last word with increasing rows of quantity 0", () => {
    const entry = (row: number, quantity: bigint) => ({ row: AUXILIARY_BASE + row, quantity });
    expect(accountWords([entry(4, 9n)])).toEqual([[entry(4, 9n), entry(5, 0n), entry(6, 0n)]]);
    expect(accountWords([])).toEqual([[entry(0, 0n), entry(1, 0n), entry(2, 0n)]]);
  });

  it.each([
    ["twice", [3, 3]],
    ["in descending order", [4, 3]],
    ["descending across words", [1, 2, 3, 2]],
  ])("refuses an auxiliary row %s", (_, rows) => {
    const entries = rows.map((row) => ({ row: AUXILIARY_BASE + row, quantity: 1n }));
    expect(() => accountWords(entries)).toThrow(/does not come after row/);
  });
});

describe("planning batches", () => {
  it("refuses an account that is larger than an empty batch in blocks or in words, naming it", () => {
    const planner = new BatchPlanner(CAPACITY);
    for (const account of [accountOf(109, 3, "wide"), accountOf(1, 148, "deep")]) {
      expect(() => planner.add(account)).toThrow(
        expect.objectContaining({ code: "ACCOUNT_TOO_LARGE", userId: account.userId }),
      );
    }
    expect(() => planner.add(accountOf(108, 147))).not.toThrow();
  });

  it("puts every account in exactly one batch, and none over capacity", () => {
    const sizes = fc.array(fc.tuple(fc.integer({ min: 0, max: 108 }), fc.integer({ min: 0, max: 147 })), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(sizes, (list) => {
        const accounts = list.map(([holdings, auxiliaries], i) => accountOf(holdings, auxiliaries, `${i}`));
        const { batches, waste } = planned(accounts);
        expect(new Set(batches.flat())).toEqual(new Set(accounts));
        expect(batches.flat()).toHaveLength(accounts.length);
        for (const batch of batches) {
          const used = batch.map(accountSize);
          expect(used.reduce((sum, size) => sum + size.blocks, 0)).toBeLessThanOrEqual(CAPACITY.blocks);
          expect(used.reduce((sum, size) => sum + size.words, 0)).toBeLessThanOrEqual(CAPACITY.words);
        }
        const blocks = accounts.reduce((sum, account) => sum + accountSize(account).blocks, 0);
        expect(waste).toMatchObject({ batches: batches.length, accounts: accounts.length, blocks });
        expect(waste.emptyBlocks).toBe(batches.length * CAPACITY.blocks - blocks);
        expect(waste.wastedShare).toBeGreaterThanOrEqual(0);
        expect(waste.wastedShare).toBeLessThan(1);
      }),
      { numRuns: 50 },
    );
  });

  it("holds a bounded number of accounts, however many there are", () => {
    const planner = new BatchPlanner(CAPACITY);
    let open = 0;
    let most = 0;
    for (let i = 0; i < 10_000; i++) {
      // Blocks run out for one half, words for the other.
      const full = planner.add(i % 2 ? accountOf(60, 1) : accountOf(1, 80));
      open += 1 - (full?.length ?? 0);
      most = Math.max(most, open);
    }
    expect(most).toBeLessThanOrEqual(4_096);
  });
});

describe("assembling a batch", () => {
  const opened = (leaf: bigint, holdings: number, auxiliaries: number) => ({
    identity: leaf + 100n,
    leaf,
    ...accountOf(holdings, auxiliaries),
    free: -5n,
  });

  it("orders accounts by blocks, ties by leaf, and names the slot of each leaf", () => {
    const ordered = orderAccounts([opened(9n, 7, 1), opened(8n, 1, 1), opened(2n, 13, 1), opened(3n, 6, 1)]);
    expect(ordered.map(({ account, slot }) => [account.leaf, slot])).toEqual([
      [3n, 0],
      [8n, 1],
      [9n, 3],
      [2n, 6],
    ]);
  });

  it("starts every account with first and, but for the batch's first word, with a step; padding comes last", () => {
    const ordered = orderAccounts([opened(2n, 7, 4), opened(1n, 0, 0)]);
    const { blocks, words } = assembleBatch(ordered, { blocks: 5, words: 6 }, [1n, 2n, 3n]);
    expect(blocks.map((block) => block.first)).toEqual([1, 1, 0, 1, 1]);
    expect(blocks.map((block) => block.identity)).toEqual([101n, 102n, 0n, 0n, 0n]);
    expect(blocks.map((block) => [block.free, block.under])).toEqual([
      [5n, 1],
      [0n, 0],
      [5n, 1],
      [0n, 0],
      [0n, 0],
    ]);
    expect(words.map((word) => word.step)).toEqual([0, 1, 0, 1, 1, 1]);
    expect(blocks.slice(3)).toEqual([paddingBlock(), paddingBlock()]);
    expect(words.slice(3)).toEqual([paddingWord(), paddingWord(), paddingWord()]);
  });

  it("refuses more than fits and a batch of padding only", () => {
    const blinds = [1n, 2n, 3n] as const;
    const two = orderAccounts([opened(1n, 1, 1), opened(2n, 1, 1)]);
    expect(() => assembleBatch(two, { blocks: 1, words: 9 }, blinds)).toThrow(/came 2 and 2/);
    expect(() => assembleBatch(two, { blocks: 9, words: 1 }, blinds)).toThrow(/came 2 and 2/);
    expect(() => assembleBatch([], { blocks: 9, words: 9 }, blinds)).toThrow(/at least one account/);
  });
});
