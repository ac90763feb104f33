import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FREE_UNIT } from "../../verifier/src/constants.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../verifier/src/policy/complete.ts";
import type { GroupCoefficients, PolicyCoefficients } from "../../verifier/src/policy/matrix.ts";
import * as q from "../../verifier/src/policy/rational.ts";
import { independentSurplus } from "../support/independent-checker.ts";
import { tinyMarks, tinyRiskParameters, twoGroupMarks, twoGroupRiskParameters } from "../support/policies.ts";
import { type Random, seeded } from "../support/random.ts";
import { randomBook } from "../support/random-books.ts";

// An attested account must be at least as safe as the published formula says in exact fractions. Every rounding on the way
// (coefficients, scenario P&L and its mirrored short, whole hedges, free) may take from the account and never give.

const example = (name: string): CompiledPolicy => {
  const [riskParameters, marks] = ["risk-parameters", "marks"].map((file) =>
    JSON.parse(readFileSync(new URL(`../../examples/${name}/${file}.json`, import.meta.url), "utf8")),
  );
  return compilePolicy(riskParameters, marks);
};
const demo = example("demo");
const grid = example("grid");
const two = compilePolicy(twoGroupRiskParameters, twoGroupMarks);
const tiny = compilePolicy(tinyRiskParameters, tinyMarks);
const LEVELS = ["maintenance", "initial"] as const;

/** Surplus over both margins by the published formula, in money units, as exact fractions. */
function exactly(
  policy: CompiledPolicy,
  holdings: readonly Entry[],
): Record<"maintenance" | "initial", q.Rational> {
  const names = new Map(policy.rowTable.map((named) => [named.row, named]));
  const positions = holdings.map(({ row, quantity }) => {
    const { symbol, kind } = names.get(row)!;
    return { symbol, side: kind, units: quantity };
  });
  const surplus = (level: "maintenance" | "initial") =>
    q.multiply(independentSurplus(policy.riskParameters, policy.marks, level, positions), q.powerOfTen(12));
  return { maintenance: surplus("maintenance"), initial: surplus("initial") };
}

/** Everything an account is attested to have is covered by the exact formula. Returns by how much at least. */
function expectNotFavoured(policy: CompiledPolicy, holdings: readonly Entry[]): q.Rational {
  const { report, free } = completeAccount(policy, holdings);
  const exact = exactly(policy, holdings);
  const room = q.subtract(exact.initial, q.integer(FREE_UNIT * free));
  expect(room.n).toBeGreaterThanOrEqual(0n);
  expect(q.isLess(exact.initial, q.integer(report.initialSurplus))).toBe(false);
  expect(q.isLess(exact.maintenance, q.integer(report.maintenanceSurplus))).toBe(false);
  expect(q.isLess(q.integer(report.shortfall), q.negate(exact.maintenance))).toBe(false);
  return room;
}

const merged = (...books: readonly (readonly Entry[])[]): Entry[] => {
  const sums = new Map<number, bigint>();
  for (const { row, quantity } of books.flat()) sums.set(row, (sums.get(row) ?? 0n) + quantity);
  return [...sums].map(([row, quantity]) => ({ row, quantity })).sort((a, b) => a.row - b.row);
};

describe("row 23: rounding is never in the exchange's favour", () => {
  for (const [name, policy, accounts] of [
    ["of the demo", demo, 400],
    ["with both presets", two, 400],
    ["with a cluster, floors and charges", grid, 400],
    ["of three scenarios", tiny, 1_200],
  ] as const) {
    test(`free, surplus and shortfall of ${accounts} random portfolios under the policy ${name}`, () => {
      const random = seeded(`rounding ${name}`);
      let [margin, shortfalls] = [0, 0];
      for (let i = 0; i < accounts; i++) {
        const book = randomBook(policy, random);
        expectNotFavoured(policy, book);
        const { report } = completeAccount(policy, book);
        if (report.groups.length > 0) margin++;
        if (report.shortfall > 0n) shortfalls++;
      }
      expect(margin).toBeGreaterThan(accounts / 4);
      expect(shortfalls).toBeGreaterThan(accounts / 20);
    });
  }

  test("one unit of any row alone, where rounding weighs most", () => {
    for (const policy of [demo, two, tiny, grid]) {
      for (const { row } of policy.rowTable) {
        for (const quantity of [1n, 2n, 3n]) expectNotFavoured(policy, [{ row, quantity }]);
      }
    }
  });

  test("a long and a short of one instrument in one account, which mirror one rounded P&L", () => {
    const random = seeded("both sides");
    for (const policy of [demo, two, grid]) {
      for (const named of policy.rowTable) {
        if (named.kind !== "long") continue;
        const quantity = 1n + random.bits(24);
        const sides = [
          { row: named.row, quantity },
          { row: named.row + 1, quantity },
        ];
        expectNotFavoured(policy, sides);
        expect(completeAccount(policy, sides).free).toBeLessThan(0n);
      }
    }
  });

  test("an account split over several: together they have no more free and no less shortfall than the one", () => {
    const random = seeded("split");
    let short = 0;
    for (let i = 0; i < 1_000; i++) {
      const policy = [demo, two, tiny, grid][i % 4]!;
      const parts = splitOf(random, randomBook(policy, random));
      const [left, right] = parts.map((part) => completeAccount(policy, part));
      const whole = completeAccount(policy, merged(...parts));
      const shortfall = left!.report.shortfall + right!.report.shortfall;
      expect(shortfall).toBeGreaterThanOrEqual(whole.report.shortfall);
      // Where a shortfall is left, hedges serve maintenance margin, and free is not the largest it could be.
      if (shortfall > 0n) short++;
      else expect(left!.free + right!.free).toBeLessThanOrEqual(whole.free);
    }
    expect(short).toBeGreaterThan(100);
    expect(short).toBeLessThan(900);
  });

  test("equity: what one account owns of an asset and another owes cancels exactly over all accounts", () => {
    const random = seeded("equity");
    for (const policy of [demo, two]) {
      const books = Array.from({ length: 40 }, () => randomBook(policy, random));
      const sum = books.reduce((equity, book) => equity + completeAccount(policy, book).report.equity, 0n);
      const { assets, groups } = policy.coefficients;
      let expected = 0n;
      for (const { row, quantity } of books.flat()) {
        const named = policy.rowTable.find((r) => r.row === row)!;
        const value =
          "asset" in named
            ? assets[named.asset]!.value
            : groups[named.group]!.instruments[named.instrument]!.value;
        expected += (named.kind === "debt" || named.kind === "short" ? -value : value) * quantity;
      }
      expect(sum).toBe(expected);
    }
  });
});

/** Each holding cut in two at a random place. */
function splitOf(random: Random, book: readonly Entry[]): [Entry[], Entry[]] {
  const cuts = book.map(({ row, quantity }) => ({ row, quantity, cut: random.below(quantity + 1n) }));
  const part = (of: (c: (typeof cuts)[number]) => bigint): Entry[] =>
    cuts.map((c) => ({ row: c.row, quantity: of(c) })).filter(({ quantity }) => quantity > 0n);
  return [part((c) => c.cut), part((c) => c.quantity - c.cut)];
}

describe("a compiler that rounds the other way is found out", () => {
  // Mutants: one coefficient larger by what rounding in its row comes to at most, so that it is certainly above the exact one.
  const QUANTITY = 1n << 40n;
  const bumped = (edit: (c: PolicyCoefficients) => Partial<PolicyCoefficients>): CompiledPolicy => ({
    ...two,
    coefficients: { ...two.coefficients, ...edit(two.coefficients) },
  });
  const asset = (more: Partial<Record<keyof PolicyCoefficients["assets"][number], bigint>>) =>
    bumped(({ assets }) => ({
      assets: assets.map((a, k) =>
        k === 2
          ? {
              ...a,
              ...Object.fromEntries(
                Object.entries(more).map(([key, by]) => [key, a[key as keyof typeof a] + by]),
              ),
            }
          : a,
      ),
    }));
  const perp = (edit: (n: GroupCoefficients["instruments"][number]) => object) =>
    bumped(({ groups }) => ({
      groups: groups.map((group, g) =>
        g === 0
          ? { ...group, instruments: group.instruments.map((n, i) => (i === 0 ? { ...n, ...edit(n) } : n)) }
          : group,
      ),
    }));
  const { layout } = two;
  const of = (row: number): Entry[] => [{ row, quantity: QUANTITY }];
  const favours = (policy: CompiledPolicy, book: readonly Entry[]): boolean => {
    const { report } = completeAccount(policy, book);
    const exact = exactly(two, book);
    return LEVELS.some((level) => {
      const came = level === "initial" ? report.initialSurplus : report.maintenanceSurplus;
      return q.isLess(exact[level], q.integer(came));
    });
  };
  const hedged = [
    { row: layout.asset(2), quantity: QUANTITY },
    { row: layout.short(0, 0), quantity: QUANTITY / 5_000n },
  ];

  test.each([
    ["collateral rounded up", asset({ initial: 1n }), of(layout.asset(2))],
    ["collateral rounded up for maintenance", asset({ maintenance: 1n }), of(layout.asset(2))],
    ["a debt rounded down", asset({ debtInitial: 1n }), of(layout.debt(2))],
    ["a debt rounded down for maintenance", asset({ debtMaintenance: 1n }), of(layout.debt(2))],
    ["a long's buffer rounded down", perp((n) => ({ initial: n.initial + 5n })), of(layout.long(0, 0))],
    [
      "a short's buffer rounded down",
      perp((n) => ({ shortMaintenance: n.shortMaintenance + 9n })),
      of(layout.short(0, 0)),
    ],
    [
      "a loss rounded down",
      perp((n) => ({ scenarios: n.scenarios.map((p) => p + 3n) })),
      of(layout.long(0, 0)),
    ],
    [
      "a short's loss rounded down",
      perp((n) => ({ scenarios: n.scenarios.map((p) => p - 3n) })),
      of(layout.short(0, 0)),
    ],
    [
      "a refund rounded up",
      bumped(({ groups }) => ({
        groups: groups.map((group, g) =>
          g === 0
            ? { ...group, hedges: group.hedges.map((h) => ({ ...h, initial: h.initial + 12n })) }
            : group,
        ),
      })),
      hedged,
    ],
  ])("%s", (_, mutant, book) => {
    expect(favours(two, book)).toBe(false);
    expect(favours(mutant, book)).toBe(true);
  });
});
