import { describe, expect, it } from "vitest";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { type CompiledPolicy, compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount, UnknownRowError } from "../../../verifier/src/policy/complete.ts";
import { accountFigures, riskKernel } from "../../../verifier/src/policy/kernel.ts";
import { linkedKernel } from "../../../verifier/src/policy/kernel-linked.ts";
import { kernelTables } from "../../../verifier/src/policy/kernel-tables.ts";
import { accountColumns } from "../../support/account-columns.ts";
import { extrasPolicy } from "../../support/extras.ts";
import { compiledFrom, fedBook, fedPolicy } from "../../support/feeding.ts";
import {
  tinyMarks,
  tinyRiskParameters,
  twoGroupMarks,
  twoGroupRiskParameters,
} from "../../support/policies.ts";
import { type Random, seeded } from "../../support/random.ts";
import { hugeBook, randomBook } from "../../support/random-books.ts";
import { gridMarks, randomGrid } from "../../support/random-grid.ts";
import { SHIPPED } from "../../support/shipped-models.ts";
import { tieredBook, tieredPolicy } from "../../support/tiers.ts";

const tiny = compilePolicy(tinyRiskParameters, tinyMarks);
const two = compilePolicy(twoGroupRiskParameters, twoGroupMarks);
const fed = compiledFrom(tiny, fedPolicy);
const extras = compiledFrom(tiny, extrasPolicy);
const tiered = compiledFrom(tiny, tieredPolicy);
const random = seeded("random grids, monitored");
const grids = Array.from({ length: 10 }, () => compilePolicy(randomGrid(random), gridMarks));

const books = (
  policy: CompiledPolicy,
  of: (policy: CompiledPolicy, random: Random) => Entry[],
  count: number,
) => {
  const draw = seeded("linked books");
  return Array.from({ length: count }, () => of(policy, draw));
};
const either = (policy: CompiledPolicy, draw: Random) =>
  (draw.int(4) === 0 ? hugeBook : randomBook)(policy, draw);
/** What of two exact numbers is left between them, less the one unit that a double may be rounded by. */
const distance = (double: number, exact: bigint) => Number(BigInt(Math.round(double)) - exact);

describe("monitoring of policies with links, extras, several hedges and tiers", () => {
  const all: [string, CompiledPolicy, Entry[][]][] = [
    ["groups that feed others", fed, books(fed, ({ layout }, draw) => fedBook(layout, draw), 300)],
    ["extras and two hedges", extras, books(extras, ({ layout }, draw) => fedBook(layout, draw), 300)],
    ["tiers", tiered, books(tiered, ({ layout }, draw) => tieredBook(layout, draw), 300)],
    ...SHIPPED.map(({ name, riskParameters, marks }): [string, CompiledPolicy, Entry[][]] => {
      const policy = compilePolicy(riskParameters, marks);
      return [name, policy, books(policy, either, 60)];
    }),
    ...grids.map((policy, i): [string, CompiledPolicy, Entry[][]] => [
      `random grid ${i}`,
      policy,
      books(policy, either, 60),
    ]),
  ];

  it.each(all)("agrees with what is proved within its derived bound: %s", (_, policy, accounts) => {
    const kernel = riskKernel(policy);
    const columns = accountColumns(accounts);
    const figures = kernel.monitor(columns);
    const bounds = kernel.errorBounds(columns);
    let above = 0;
    for (const [i, holdings] of accounts.entries()) {
      const { report } = completeAccount(policy, holdings);
      const bound = bounds[i]! + 1;
      expect(Math.abs(distance(figures.equity[i]!, report.equity))).toBeLessThanOrEqual(bound);
      const shortfall = Math.max(0, -figures.maintenanceSurplus[i]!);
      expect(Math.abs(distance(shortfall, report.shortfall))).toBeLessThanOrEqual(bound);
      // Completion has one hedge for both levels, which is the best for one of them.
      const searched = report.groups.some(({ hedges }) => hedges.some(({ units }) => units > 0n));
      for (const [double, exact, best] of [
        [figures.initialSurplus[i]!, report.initialSurplus, report.shortfall === 0n],
        [figures.maintenanceSurplus[i]!, report.maintenanceSurplus, report.shortfall > 0n],
      ] as const) {
        const off = distance(double, exact);
        expect(off).toBeGreaterThanOrEqual(-bound);
        if (best || !searched) expect(off).toBeLessThanOrEqual(bound);
      }
      if (report.shortfall === 0n) above++;
    }
    expect(above).toBeGreaterThan(accounts.length / 20);
  });

  it.each(all)(
    "has bounds that are worth something, 10^-11 of the account and a cent: %s",
    (_, policy, accounts) => {
      const bounds = riskKernel(policy).errorBounds(accountColumns(accounts));
      for (const [i, holdings] of accounts.entries()) {
        const gross = holdings.reduce((sum, entry) => sum + sizeOf(policy, entry), 0);
        expect(bounds[i]!).toBeLessThan(1e-11 * gross + 1e10);
      }
    },
  );

  it("is the same kernel for policies that have none of these: to the roundings of both", () => {
    const accounts = books(two, either, 200);
    const columns = accountColumns(accounts);
    const plain = riskKernel(two);
    const [came, bounds] = [plain.monitor(columns), plain.errorBounds(columns)];
    const linked = linkedKernel(two, kernelTables(two));
    const figures = accountFigures(accounts.length, plain.groups);
    linked.monitor(columns, figures);
    for (const [i] of accounts.entries()) {
      const bound = bounds[i]! + linked.errorBound(columns, i);
      expect(Math.abs(figures.initialSurplus[i]! - came.initialSurplus[i]!)).toBeLessThanOrEqual(bound);
      expect(Math.abs(figures.maintenanceSurplus[i]! - came.maintenanceSurplus[i]!)).toBeLessThanOrEqual(
        bound,
      );
      expect(figures.equity[i]).toBe(came.equity[i]);
    }
  });

  it("names the parent's worst scenario, and none in a group that hands its scenarios on", () => {
    const accounts = all[0]![2];
    const { monitor, groups } = riskKernel(fed);
    const { worstScenario } = monitor(accountColumns(accounts));
    let named = 0;
    for (const [i, holdings] of accounts.entries()) {
      const { report } = completeAccount(fed, holdings);
      for (let g = 0; g < groups; g++) {
        const exact = report.groups.find(({ group }) => group === g);
        if (g < 2 || exact === undefined) expect(worstScenario[i * groups + g]).toBe(-1);
        else if (report.shortfall === 0n && worstScenario[i * groups + g] === (exact.worstScenario ?? -1))
          named++;
      }
    }
    expect(named).toBeGreaterThan(50);
  });

  it("does not depend on what was valued before", () => {
    const accounts = all[1]![2].slice(0, 40);
    const kernel = riskKernel(extras);
    const together = kernel.monitor(accountColumns(accounts));
    for (const [i, holdings] of [...accounts.entries()].reverse()) {
      const { initialSurplus, maintenanceSurplus } = kernel.monitor(accountColumns([holdings]));
      expect(initialSurplus[0]).toBe(together.initialSurplus[i]);
      expect(maintenanceSurplus[0]).toBe(together.maintenanceSurplus[i]);
    }
  });

  it("refuses rows without a name, quantities that are none, and policies without a closed form", () => {
    const kernel = riskKernel(extras);
    const one = (row: number, quantity: number) => ({
      offsets: Uint32Array.of(0, 1),
      rows: Uint16Array.of(row),
      quantities: Float64Array.of(quantity),
    });
    expect(() => kernel.monitor(one(60_000, 1))).toThrow(UnknownRowError);
    expect(() => kernel.errorBounds(one(60_000, 1))).toThrow(UnknownRowError);
    expect(() => kernel.monitor(one(0, Number.NaN))).toThrow("quantity");
    const parent = extrasPolicy.groups[1]!;
    const [first, second] = parent.hedges;
    const open = compiledFrom(tiny, {
      ...extrasPolicy,
      groups: extrasPolicy.groups.with(1, { ...parent, hedges: [first!, { ...second!, initial: 0n }] }),
    });
    expect(() => riskKernel(open)).toThrow("a closed form only where");
  });
});

/** Money units, of either sign counted: what the account owns and owes, and what its instruments can move. */
function sizeOf({ coefficients, rowTable }: CompiledPolicy, { row, quantity }: Entry): number {
  const named = rowTable.find((of) => of.row === row)!;
  if ("asset" in named) return Number(coefficients.assets[named.asset]!.value * quantity);
  const { value, scenarios } = coefficients.groups[named.group]!.instruments[named.instrument]!;
  const moves = scenarios.map((pnl) => Math.abs(Number(pnl)));
  return Math.max(Number(value), ...moves.map((move) => 10 * move)) * Number(quantity);
}
