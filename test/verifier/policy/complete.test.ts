import { describe, expect, it } from "vitest";
import { AUXILIARY_BASE, MAX_QUANTITY } from "../../../verifier/src/constants.ts";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import {
  auxiliaryEntries,
  completeAccount,
  residuals,
  UnknownRowError,
} from "../../../verifier/src/policy/complete.ts";
import { policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { loadSolver, optimum } from "../../support/account-program.ts";
import {
  tinyMarks,
  tinyRiskParameters,
  twoGroupMarks,
  twoGroupRiskParameters,
} from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";
import { hugeBook, randomBook } from "../../support/random-books.ts";

const tiny = compilePolicy(tinyRiskParameters, tinyMarks);
const two = compilePolicy(twoGroupRiskParameters, twoGroupMarks);
const padded = compilePolicy(
  {
    ...twoGroupRiskParameters,
    shape: {
      assets: 6,
      groups: [
        { instruments: 5, scenarios: 17, hedges: [0, 2, 4] },
        { instruments: 3, scenarios: 41, hedges: [0] },
        { instruments: 2, scenarios: 2, hedges: [1] },
      ],
    },
  },
  twoGroupMarks,
);
const policies = [tiny, two, padded].map((policy) => ({ policy, matrix: policyMatrix(policy.coefficients) }));

const isAscending = (entries: readonly Entry[]) =>
  entries.every(({ row }, i) => i === 0 || row > entries[i - 1]!.row);

describe("completeAccount", () => {
  it("refuses a holding in a row of padding, an auxiliary row, and a quantity beyond 64 bits", () => {
    expect(() => completeAccount(padded, [{ row: 8, quantity: 1n }])).toThrow(UnknownRowError);
    expect(() => completeAccount(tiny, [{ row: AUXILIARY_BASE, quantity: 1n }])).toThrow(UnknownRowError);
    expect(() => completeAccount(tiny, [{ row: 0, quantity: MAX_QUANTITY + 1n }])).toThrow("2^64");
    expect(() => completeAccount(tiny, [{ row: 0, quantity: -1n }])).toThrow("2^64");
  });

  it("solves M z = 0 exactly, with entries in range and rows strictly ascending", () => {
    const random = seeded("completion");
    const seen = { shortfall: 0, under: 0, hedged: 0, coarse: 0, negative: 0 };
    for (const { policy, matrix } of policies) {
      for (let round = 0; round < 600; round++) {
        const holdings = round % 5 === 4 ? hugeBook(policy, random) : randomBook(policy, random);
        const { auxiliaries, free, report } = completeAccount(policy, holdings);
        expect(residuals(matrix, holdings, auxiliaries, free).size).toBe(0);
        expect(isAscending(auxiliaries)).toBe(true);
        expect(auxiliaries.every(({ quantity }) => quantity > 0n && quantity <= MAX_QUANTITY)).toBe(true);
        if (report.shortfall > 0n) seen.shortfall++;
        if (free < 0n) seen.under++;
        if (report.equity < 0n) seen.negative++;
        if (report.groups.some(({ hedges }) => hedges.some(({ units }) => units > 0n))) seen.hedged++;
        if (auxiliaries.some(({ row }) => row % 2 === 1)) seen.coarse++;
      }
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(50);
  });

  it("finds the optimum that a linear solver finds over the matrix alone", async () => {
    const highs = await loadSolver();
    const random = seeded("optimum");
    let short = 0;
    for (const { policy, matrix } of policies) {
      for (let round = 0; round < 70; round++) {
        const holdings = randomBook(policy, random);
        const { free, report } = completeAccount(policy, holdings);
        const size = holdings.reduce(
          (sum, { row, quantity }) =>
            sum + Math.max(...matrix.get(row)!.map(([, c]) => Math.abs(Number(c * quantity)) / 1e12)),
          1,
        );
        const close = (came: number, expected: number) =>
          expect(Math.abs(came - expected)).toBeLessThan(1e-7 * size);
        const shortfall = Number(report.shortfall) / 1e12;
        close(shortfall, optimum(highs, policy, matrix, holdings, "shortfall"));
        if (shortfall === 0) close(Number(free) / 1e6, optimum(highs, policy, matrix, holdings, "free"));
        else short++;
      }
    }
    expect(short).toBeGreaterThan(20);
  });

  it("gives an account without instruments three auxiliaries, and one for each hedging asset it holds", () => {
    const holdings = [
      { row: two.layout.asset(1), quantity: 10_000_001n },
      { row: two.layout.asset(3), quantity: 12n },
    ];
    const { layout } = two;
    const rows = completeAccount(two, holdings).auxiliaries.map(({ row }) => row);
    expect(rows).toEqual([layout.equityPlus, layout.slackMaintenance, layout.slackInitial]);
    const hedging = [...holdings, { row: layout.asset(2), quantity: 5n }].sort((a, b) => a.row - b.row);
    const withCap = completeAccount(two, hedging).auxiliaries.map(({ row }) => row);
    expect(withCap).toContain(layout.slackCap(2));
    expect(withCap.every((row) => row <= layout.slackCap(2) + 1)).toBe(true);
  });

  it("gives an empty account no auxiliaries and no free collateral", () => {
    expect(completeAccount(tiny, [])).toMatchObject({ auxiliaries: [], free: 0n });
  });

  it("rounds free collateral towards minus infinity, with less than 10^6 left over", () => {
    const owed = completeAccount(tiny, [{ row: tiny.layout.debt(1), quantity: 1n }]);
    expect(owed.free).toBe(-1n);
    expect(owed.report.initialSurplus).toBe(-1_000_000n);
    const random = seeded("free");
    for (let round = 0; round < 300; round++) {
      const { free, report } = completeAccount(two, randomBook(two, random));
      const left = report.initialSurplus - free * 1_000_000n;
      expect(left >= 0n && left < 1_000_000n).toBe(true);
    }
  });

  it("hedges a short perp with the coin, so that a covered position needs little more than its buffers", () => {
    const { layout } = two;
    const held = 100_000_000n; // 1 BTC
    const covered = [
      { row: layout.asset(2), quantity: held },
      { row: layout.short(0, 0), quantity: 10_000n },
    ];
    const { report, free } = completeAccount(two, covered);
    const spotOnly = completeAccount(two, covered.slice(0, 1));
    const [group] = report.groups;
    expect(group!.hedges[0]!.units).toBeGreaterThan((held * 9n) / 10n);
    expect(free).toBeGreaterThan((spotOnly.free * 105n) / 100n);
    expect(report.initialSurplus).toBeLessThan(report.equity);
  });

  it("reports the scenario that loses most, and the charge at both levels in the ratio of the factors", () => {
    const { report } = completeAccount(tiny, [{ row: tiny.layout.long(0, 0), quantity: 10_000n }]);
    const [group] = report.groups;
    expect(tiny.groups[0]!.scenarios[group!.worstScenario!]!.name).toContain("spot -15 %");
    expect(group!.initialCharge * 4n).toBe(group!.maintenanceCharge * 5n);
    // One BTC of a perp marked at 60010.5 loses 15 % of that.
    expect(group!.initialCharge).toBe(9_001_575_000_000_000n);
    const gain = completeAccount(tiny, [{ row: tiny.layout.long(0, 1), quantity: 0n }]);
    expect(gain.report.groups).toEqual([]);
  });

  it("completes more than 20,000 spot accounts a second", () => {
    const spot = [0, 1, 3].map((asset) => ({ row: two.layout.asset(asset), quantity: 1_234_567n }));
    const start = performance.now();
    for (let i = 0; i < 20_000; i++) completeAccount(two, spot);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe("auxiliaryEntries", () => {
  it("uses the fine row below 2^64 and whole multiples of 2^40 beyond", () => {
    expect(auxiliaryEntries(40_000, 0n)).toEqual([]);
    expect(auxiliaryEntries(40_000, MAX_QUANTITY)).toEqual([{ row: 40_000, quantity: MAX_QUANTITY }]);
    expect(auxiliaryEntries(40_000, MAX_QUANTITY + 1n)).toEqual([{ row: 40_001, quantity: 1n << 24n }]);
    expect(auxiliaryEntries(40_000, (1n << 70n) + 5n)).toEqual([
      { row: 40_000, quantity: 5n },
      { row: 40_001, quantity: 1n << 30n },
    ]);
    expect(auxiliaryEntries(40_000, (1n << 104n) - 1n)).toHaveLength(2);
    expect(() => auxiliaryEntries(40_000, 1n << 104n)).toThrow("2^104");
    expect(() => auxiliaryEntries(40_000, -1n)).toThrow("negative");
  });
});

describe("residuals", () => {
  it("shows a wrong unit in any auxiliary or in free, in the columns that it enters", () => {
    const { policy, matrix } = policies[1]!;
    const holdings = randomBook(policy, seeded("one unit"));
    const { auxiliaries, free } = completeAccount(policy, holdings);
    expect(auxiliaries.length).toBeGreaterThan(10);
    for (const [i, { row }] of auxiliaries.entries()) {
      const edited = auxiliaries.map((entry, j) =>
        j === i ? { row, quantity: entry.quantity - 1n } : entry,
      );
      const wrong = residuals(matrix, holdings, edited, free);
      expect([...wrong.keys()].sort()).toEqual(
        matrix
          .get(row)!
          .map(([column]) => column)
          .sort(),
      );
    }
    expect([...residuals(matrix, holdings, auxiliaries, free + 1n)]).toEqual([[2, -1_000_000n]]);
    expect(() => residuals(matrix, [{ row: 999, quantity: 1n }], [], 0n)).toThrow(UnknownRowError);
  });
});
