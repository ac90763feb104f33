import { describe, expect, it } from "vitest";
import { MAX_QUANTITY } from "../../../verifier/src/constants.ts";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { bestHedge } from "../../../verifier/src/policy/hedge.ts";
import type { GroupCoefficients } from "../../../verifier/src/policy/matrix.ts";
import { GroupSummer } from "../../../verifier/src/policy/scenario-sums.ts";
import { layoutOf } from "../../../verifier/src/policy/shape.ts";
import { plainCompletion } from "../../support/plain-completion.ts";
import {
  tinyMarks,
  tinyRiskParameters,
  twoGroupMarks,
  twoGroupRiskParameters,
} from "../../support/policies.ts";
import { type Random, seeded } from "../../support/random.ts";
import { hugeBook, randomBook } from "../../support/random-books.ts";

const WORD_LIMIT = 1n << 62n;

/** The book grown so that its largest sum by scenario is near what 64-bit words are used for. */
function nearTheLimit(policy: CompiledPolicy, book: readonly Entry[], random: Random): Entry[] {
  const { groups } = completeAccount(policy, book).report;
  let most = 1n;
  for (const pnl of groups.flatMap(({ scenarioPnl }) => scenarioPnl)) {
    const size = pnl < 0n ? -pnl : pnl;
    if (size > most) most = size;
  }
  const factor = (WORD_LIMIT * (1n + random.below(400n))) / (100n * most);
  return book.map(({ row, quantity }) => {
    const grown = quantity * factor + random.below(factor + 1n);
    // What has outgrown its entry stays as it was.
    return { row, quantity: grown <= MAX_QUANTITY ? grown : quantity };
  });
}

describe("completion in words and in wide integers", () => {
  for (const [name, policy] of [
    ["tiny", compilePolicy(tinyRiskParameters, tinyMarks)],
    ["two groups", compilePolicy(twoGroupRiskParameters, twoGroupMarks)],
  ] as const) {
    it(`is what the matrix says, to the last unit, below, about and above the limit of words: policy "${name}"`, () => {
      const random = seeded(`words ${name}`);
      const plain = plainCompletion(policy);
      let hedged = 0;
      for (let round = 0; round < 600; round++) {
        const small = randomBook(policy, random);
        const book =
          round % 3 === 0
            ? small
            : round % 3 === 1
              ? nearTheLimit(policy, small, random)
              : hugeBook(policy, random);
        const came = completeAccount(policy, book);
        expect(came).toEqual(plain(book));
        if (came.report.groups.some(({ hedges }) => hedges.some(({ units }) => units > 0n))) hedged++;
      }
      expect(hedged).toBeGreaterThan(100);
    });
  }

  it("hands nothing of one account on to the next", () => {
    const policy = compilePolicy(twoGroupRiskParameters, twoGroupMarks);
    const random = seeded("one after the other");
    const [first, second] = [randomBook(policy, random), randomBook(policy, random)];
    const alone = completeAccount(policy, first);
    const copy = structuredClone(alone);
    completeAccount(policy, second);
    expect(alone).toEqual(copy);
    expect(completeAccount(policy, first)).toEqual(copy);
  });
});

describe("GroupSummer", () => {
  it("finds the hedge that exact lines find, plateaus and ties included, whatever the doubles proposed", () => {
    const random = seeded("proposed hedges");
    const seen = { none: 0, all: 0, inside: 0, wide: 0 };
    for (let round = 0; round < 4_000; round++) {
      const scenarios = 1 + random.int(12);
      // Small numbers tie and make plateaus; at 2^59 doubles are off by hundreds of units; beyond 2^62 words end.
      const bits = [4, 30, 59, 66][round % 4]!;
      const number = (size: number) => random.bits(size) - (1n << BigInt(size - 1));
      const numbers = (size: number) => Array.from({ length: scenarios }, () => number(size));
      const refund = random.flag() === 1 ? 0n : random.bits(3);
      const hedge = { maintenance: refund, initial: refund + 1n, scenarios: numbers(round % 8 < 4 ? 4 : 20) };
      const group: GroupCoefficients = {
        instruments: [],
        max: { maintenance: -4n, initial: -5n },
        hedges: [hedge],
      };
      const layout = layoutOf({ assets: 1, groups: [{ instruments: 1, scenarios, hedges: [0] }] });
      const summer = new GroupSummer(layout, group, 0);
      const rows = [numbers(bits), numbers(bits)];
      const prepared = rows.map((row) => summer.row(row));
      const quantities = [1n + random.bits(2), 1n + random.bits(2)];
      const held = random.bits([5, 20, 39, 60][random.int(4)]!);
      const sums = summer.sum(
        prepared.map((row, i) => ({ scenarios: row, quantity: quantities[i]! })),
        held,
      );
      const exact = rows[0]!.map((pnl, s) => pnl * quantities[0]! + rows[1]![s]! * quantities[1]!);
      for (const [level, charge] of [
        ["maintenance", 4n],
        ["initial", 5n],
      ] as const) {
        const lines = exact.map((pnl, s) => ({
          constant: charge * pnl,
          slope: hedge[level] + charge * hedge.scenarios[s]!,
        }));
        const best = bestHedge([{ constant: 0n, slope: hedge[level] }, ...lines], held);
        expect(sums.bestHedge(level)).toBe(best);
        expect(sums.hedgedBy(best)).toEqual(exact.map((pnl, s) => pnl + best * hedge.scenarios[s]!));
        if (best === 0n) seen.none++;
        else if (best === held) seen.all++;
        else seen.inside++;
      }
      if (bits > 64) seen.wide++;
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(400);
  });

  it("computes with coefficients at the very limit of the matrix", () => {
    const limit = (1n << 96n) - 1n;
    const layout = layoutOf({ assets: 1, groups: [{ instruments: 1, scenarios: 2, hedges: [] }] });
    const max = { maintenance: -1n, initial: -1n };
    const summer = new GroupSummer(layout, { instruments: [], max, hedges: [] }, 0);
    const [huge, small] = [summer.row([limit, -limit]), summer.row([3n, -4n])];
    const sum = (scenarios: typeof huge, quantity: bigint) =>
      summer.sum([{ scenarios, quantity }], 0n).hedgedBy(0n);
    expect(sum(huge, MAX_QUANTITY)).toEqual([limit * MAX_QUANTITY, -limit * MAX_QUANTITY]);
    expect(sum(small, 5n)).toEqual([15n, -20n]);
    expect(sum(small, MAX_QUANTITY)).toEqual([3n * MAX_QUANTITY, -4n * MAX_QUANTITY]);
  });
});
