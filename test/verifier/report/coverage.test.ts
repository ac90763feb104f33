import { describe, expect, it } from "vitest";
import { readDemoExchange } from "../../../prover/src/demo/demo-exchange.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import type { RiskParameters } from "../../../verifier/src/policy/schemas.ts";
import { coverage, coveredRatio } from "../../../verifier/src/report/coverage.ts";
import { coverageFigures, coverageTable, coveredText } from "../../../verifier/src/report/coverage-tables.ts";
import { coverageSection } from "../../../verifier/src/report/render-html.ts";

const { policy, accounts, reserves } = await readDemoExchange(false);
const { collateral } = policy.riskParameters;
const claims = [reserves.insurance, ...collateral.map(({ symbol }) => reserves.claims[symbol] ?? 0n)];
const totals = new Map<number, bigint>();
for (const { holdings } of accounts) {
  for (const { row, quantity } of [...holdings, ...completeAccount(policy, holdings).auxiliaries]) {
    totals.set(row, (totals.get(row) ?? 0n) + quantity);
  }
}
const covered = coverage(policy, totals, claims);

/** A second way: by symbol and side from the row table, account by account, without rows of a layout. */
function held(kind: string, symbol: string): bigint {
  const row = policy.rowTable.find((named) => named.kind === kind && named.symbol === symbol)?.row;
  return accounts
    .flatMap(({ holdings }) => holdings)
    .filter((entry) => entry.row === row)
    .reduce((sum, { quantity }) => sum + quantity, 0n);
}

describe("coverage by asset", () => {
  it("is what accounts own and owe, counted account by account, beside what is declared", () => {
    for (const { symbol, owed, lent, declared } of covered.assets) {
      expect([owed, lent], symbol).toEqual([held("asset", symbol), held("debt", symbol)]);
      expect(declared, symbol).toBe(reserves.claims[symbol] ?? 0n);
      expect(declared + lent >= owed, symbol).toBe(true);
    }
    const shown = new Set(covered.assets.map(({ symbol }) => symbol));
    for (const { symbol } of collateral) {
      if (shown.has(symbol)) continue;
      expect([held("asset", symbol), held("debt", symbol), reserves.claims[symbol] ?? 0n]).toEqual([
        0n,
        0n,
        0n,
      ]);
    }
    expect(covered.assets.length + covered.empty).toBe(policy.layout.shape.assets);
  });

  it("needs as much insurance as accounts are short and below zero in all, however much that is", () => {
    const { decimals, row } = policy.rowTable.find(
      ({ kind, symbol }) => kind === "debt" && symbol === "usdt",
    )!;
    // More than 2^64 of 10^-12 of the quote currency, which take a coarse row.
    const broke = { holdings: [{ row, quantity: 30_000_000n * 10n ** BigInt(decimals) }] };
    const sums = new Map(totals);
    for (const { row: of, quantity } of [
      ...broke.holdings,
      ...completeAccount(policy, broke.holdings).auxiliaries,
    ])
      sums.set(of, (sums.get(of) ?? 0n) + quantity);
    for (const [list, shown] of [
      [accounts, covered],
      [[...accounts, broke], coverage(policy, sums, claims)],
    ] as const) {
      const reports = list.map(({ holdings }) => completeAccount(policy, holdings).report);
      const needed = reports.reduce(
        (sum, { shortfall, equity }) => sum + shortfall + (equity < 0n ? -equity : 0n),
        0n,
      );
      expect(shown.insurance).toEqual({ declared: reserves.insurance, needed });
      expect(needed).toBeGreaterThan(0n);
    }
  });

  it("adds up at mark prices to the accounts' equity but for open positions' value, the most owed first", () => {
    const positions = accounts
      .flatMap(({ holdings }) => holdings)
      .filter(({ row }) => row >= 2 * policy.layout.shape.assets);
    // Longs equal shorts in each instrument, so positions are worth nothing together.
    const net = new Map<string, bigint>();
    for (const { row, quantity } of positions) {
      const { symbol, kind } = policy.rowTable.find((named) => named.row === row)!;
      net.set(symbol, (net.get(symbol) ?? 0n) + (kind === "long" ? quantity : -quantity));
    }
    expect([...net.values()].every((sum) => sum === 0n)).toBe(true);
    const equity = accounts.reduce(
      (sum, { holdings }) => sum + completeAccount(policy, holdings).report.equity,
      0n,
    );
    expect(covered.worth.owed - covered.worth.lent).toBe(equity);
    const worths = covered.assets.map(({ worth }) => worth);
    expect(worths).toEqual([...worths].sort((a, b) => (a > b ? -1 : a < b ? 1 : 0)));
  });

  it.each([
    [999n, 0n, 1_000n, 0.999, "99.9 %"],
    [999_999n, 0n, 1_000_000n, 0.999, "99.9 %"],
    [100n, 900n, 1_000n, 1, "100 %"],
    [4n, 0n, 3n, 1.333, "133.3 %"],
    [4n, 0n, 0n, null, "nothing owed"],
  ])("rounds the ratio of %i declared and %i lent to %i owed down", (declared, lent, owed, ratio, words) => {
    expect(coveredRatio({ declared, lent, owed })).toBe(ratio);
    expect(coveredText({ covered: ratio })).toBe(words);
  });

  it("shows what contracts read where anything was read, and padding that is owed something all the same", () => {
    expect(coverageTable(covered).columns).not.toContain("read on chain");
    const [first] = covered.assets;
    const read = coverage(
      policy,
      totals,
      claims,
      new Map([[collateral.findIndex(({ symbol }) => symbol === first!.symbol), 7n]]),
    );
    const table = coverageTable(read);
    expect(table.columns).toContain("read on chain");
    expect(table.rows[0]![4]).toMatch(/7$/);
    expect(table.rows[1]![4]).toBe("not read");
    const last = collateral.length - 1;
    const riskParameters = {
      ...policy.riskParameters,
      collateral: collateral.slice(0, last),
    } as RiskParameters;
    const unnamed = new Map([...totals, [policy.layout.asset(last), 5n]]);
    const odd = coverage({ ...policy, riskParameters }, unnamed, claims.slice(0, -1));
    expect(odd.assets).toContainEqual(
      expect.objectContaining({ symbol: `asset ${last}`, owed: 5n, declared: 0n }),
    );
  });

  it("is drawn with a description, a table of all assets, and amounts to the unit", () => {
    const html = coverageSection(covered).text;
    const [first] = covered.assets;
    expect(html).toContain(`<desc id="coverage-text">${first!.symbol} ${coveredText(first!)}`);
    expect(html.match(/<tr>/g)).toHaveLength(covered.assets.length + 1);
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
    const figures = coverageFigures(covered);
    expect(figures.every(({ bad }) => bad !== true)).toBe(true);
    const short = { ...covered, insurance: { declared: 0n, needed: 1n } };
    expect(coverageFigures(short).at(-1)!.bad).toBe(true);
  });
});
