import { describe, expect, it } from "vitest";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount, UnknownRowError } from "../../../verifier/src/policy/complete.ts";
import { type AccountColumns, accountFigures, riskKernel } from "../../../verifier/src/policy/kernel.ts";
import { accountColumns } from "../../support/account-columns.ts";
import { plainMargin } from "../../support/plain-completion.ts";
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
/** With these refunds of a hedge: what is best for one level is not for the other, since a scenario lies between. */
const refunding = (maintenance: string, initial: string) =>
  compilePolicy(
    {
      ...twoGroupRiskParameters,
      groups: twoGroupRiskParameters.groups.map((group) => ({
        ...group,
        hedge: { ...group.hedge!, refund: { maintenance, initial } },
      })),
    },
    twoGroupMarks,
  );

function books(policy: CompiledPolicy, seed: string, count: number): Entry[][] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, i) => (i % 4 === 3 ? hugeBook : randomBook)(policy, random));
}

/** What of two exact numbers is left between them, as a double: neither of them need be one. */
const distance = (double: number, exact: bigint) => Math.abs(Number(BigInt(Math.round(double)) - exact));

/** A bound of less than one unit still lets a double be rounded to one. */
const within = (bound: number) => bound + 1;

describe("monitoring", () => {
  for (const [name, policy] of [
    ["tiny", tiny],
    ["two groups", two],
    ["less hedging for maintenance", refunding("0.03", "0.07")],
    ["less hedging for initial", refunding("0.06", "0.06")],
  ] as const) {
    const accounts = books(policy, `monitored ${name}`, 800);
    const kernel = riskKernel(policy);
    const columns = accountColumns(accounts);
    const figures = kernel.monitor(columns);
    const bounds = kernel.errorBounds(columns);

    it(`agrees with exact margin at each level's best hedge within its derived bound: policy "${name}"`, () => {
      const margin = plainMargin(policy);
      let hedged = 0;
      for (const [i, holdings] of accounts.entries()) {
        const exact = margin(holdings);
        const bound = within(bounds[i]!);
        expect(distance(figures.equity[i]!, exact.equity)).toBeLessThanOrEqual(bound);
        expect(distance(figures.initialSurplus[i]!, exact.initial.initial)).toBeLessThanOrEqual(bound);
        expect(distance(figures.maintenanceSurplus[i]!, exact.maintenance.maintenance)).toBeLessThanOrEqual(
          bound,
        );
        if (exact.initial.groups.some(({ hedges }) => hedges.some(({ units }) => units > 0n))) hedged++;
      }
      expect(hedged).toBeGreaterThan(150);
    });

    it(`agrees with what is proved: free collateral of accounts above maintenance margin, shortfall of all: policy "${name}"`, () => {
      const seen = { above: 0, below: 0, differ: 0 };
      for (const [i, holdings] of accounts.entries()) {
        const { report } = completeAccount(policy, holdings);
        const bound = within(bounds[i]!);
        const shortfall = Math.max(0, -figures.maintenanceSurplus[i]!);
        expect(distance(shortfall, report.shortfall)).toBeLessThanOrEqual(bound);
        // An account that is under-margined hedges for maintenance margin, which may leave less over initial margin.
        if (figures.initialSurplus[i]! >= bound) {
          expect(distance(figures.initialSurplus[i]!, report.initialSurplus)).toBeLessThanOrEqual(bound);
          seen.above++;
        } else {
          expect(Number(report.initialSurplus)).toBeLessThanOrEqual(figures.initialSurplus[i]! + bound);
          seen.below++;
        }
        if (figures.initialSurplus[i] !== Number(report.initialSurplus)) seen.differ++;
      }
      for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(50);
    });

    it(`has bounds that are worth something: below 10^-12 of the account, and a cent: policy "${name}"`, () => {
      for (const [i, holdings] of accounts.entries()) {
        const gross = holdings.reduce((sum, entry) => sum + size(policy, entry), 0);
        expect(bounds[i]!).toBeLessThan(1e-12 * gross + 1e10);
      }
    });

    it(`names a scenario that loses most, within the bound: policy "${name}"`, () => {
      let named = 0;
      for (const [i, holdings] of accounts.entries()) {
        const { initial } = plainMargin(policy)(holdings);
        for (let group = 0; group < kernel.groups; group++) {
          const worst = figures.worstScenario[i * kernel.groups + group]!;
          const exact = initial.groups.find((of) => of.group === group);
          const loss = worst < 0 ? 0n : -exact!.scenarioPnl[worst]!;
          expect(distance(Number(loss), exact?.scanRisk ?? 0n)).toBeLessThanOrEqual(within(bounds[i]!));
          if (worst >= 0 && worst === exact!.worstScenario) named++;
        }
      }
      expect(named).toBeGreaterThan(200);
    });
  }

  it("does not depend on what was valued before, nor on the arrays that it is given", () => {
    const kernel = riskKernel(two);
    const accounts = books(two, "independence", 60);
    const together = kernel.monitor(accountColumns(accounts));
    const figures = accountFigures(1, kernel.groups);
    for (const [i, holdings] of [...accounts.entries()].reverse()) {
      expect(kernel.monitor(accountColumns([holdings]), figures)).toBe(figures);
      expect(figures.equity[0]).toBe(together.equity[i]);
      expect(figures.maintenanceSurplus[0]).toBe(together.maintenanceSurplus[i]);
      expect(figures.initialSurplus[0]).toBe(together.initialSurplus[i]);
    }
  });

  it("gives an account without holdings nothing, and no scenario", () => {
    const figures = riskKernel(two).monitor(accountColumns([[], []]));
    expect([...figures.equity, ...figures.maintenanceSurplus, ...figures.initialSurplus]).toEqual(
      new Array(6).fill(0),
    );
    expect([...figures.worstScenario]).toEqual([-1, -1, -1, -1]);
  });

  it("refuses rows without a name, quantities that are none, and arrays that do not fit", () => {
    const kernel = riskKernel(tiny);
    const one = (row: number, quantity: number): AccountColumns => ({
      offsets: Uint32Array.of(0, 1),
      rows: Uint16Array.of(row),
      quantities: Float64Array.of(quantity),
    });
    for (const run of [kernel.monitor, kernel.errorBounds] satisfies ((a: AccountColumns) => unknown)[]) {
      expect(() => run(one(60_000, 1))).toThrow(UnknownRowError);
      expect(() => run({ ...one(0, 1), quantities: new Float64Array(2) })).toThrow("as many");
    }
    for (const quantity of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => kernel.monitor(one(0, quantity))).toThrow("quantity");
    expect(() => kernel.monitor(one(0, 1), accountFigures(2, 1))).toThrow("1 accounts");
  });
});

/** Money units, of either sign counted: what the account owns and owes, and what its instruments can move. */
function size({ coefficients, rowTable }: CompiledPolicy, { row, quantity }: Entry): number {
  const named = rowTable.find((of) => of.row === row)!;
  if ("asset" in named) return Number(coefficients.assets[named.asset]!.value * quantity);
  const { value, scenarios } = coefficients.groups[named.group]!.instruments[named.instrument]!;
  const moves = scenarios.map((pnl) => Math.abs(Number(pnl)));
  return Math.max(Number(value), ...moves.map((move) => 10 * move)) * Number(quantity);
}
