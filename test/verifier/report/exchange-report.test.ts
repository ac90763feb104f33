import { describe, expect, it } from "vitest";
import { readDemoExchange } from "../../../prover/src/demo/demo-exchange.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { exchangeReport } from "../../../verifier/src/report/exchange-report.ts";

const { policy, accounts } = await readDemoExchange(false);
const completions = accounts.map(({ holdings }) => completeAccount(policy, holdings));
const report = await exchangeReport(policy, accounts);
const sum = (amounts: readonly bigint[]) => amounts.reduce((a, b) => a + b, 0n);
const plus = (amount: bigint) => (amount > 0n ? amount : 0n);

describe("the margin report of an exchange", () => {
  it("sums what the proof states of each account", () => {
    const { totals } = report;
    expect(totals.equity - totals.negativeEquity).toBe(sum(completions.map((c) => c.report.equity)));
    expect(totals.shortfall).toBe(sum(completions.map((c) => c.report.shortfall)));
    expect(totals.free).toBe(sum(completions.map((c) => plus(c.free) * 1_000_000n)));
    const charges = completions.flatMap((c) => c.report.groups.map((group) => group.initialCharge));
    expect(sum(report.worstScenarios.map(({ charge }) => charge))).toBe(sum(charges));
  });

  it("counts every account in one bin, those under maintenance in the last", () => {
    const { histogram, counts } = report;
    expect(counts).toEqual({
      accounts: 123,
      withPositions: 21,
      underMaintenance: 1,
      underInitial: 1,
      negativeEquity: 0,
    });
    expect(histogram.reduce((total, bin) => total + bin.accounts, 0)).toBe(accounts.length);
    expect(histogram.at(-1)).toEqual({ from: 1, to: null, accounts: 1 });
  });

  it("names the accounts closest to maintenance, the worst first", () => {
    const { closest } = report;
    expect(closest[0]).toMatchObject({ userId: "under-maintenance-eth" });
    const used = closest.map(({ utilisation }) => utilisation!);
    expect(used).toEqual([...used].sort((a, b) => b - a));
    expect(closest).toHaveLength(10);
  });

  it("counts an account with debts and nothing to cover them as beyond every bound", async () => {
    const quote = policy.rowTable.find(({ kind, symbol }) => kind === "debt" && symbol === "usdt")!;
    const alone = [{ userId: "gone", holdings: [{ row: quote.row, quantity: 5n }] }];
    const { histogram, closest, counts } = await exchangeReport(policy, alone);
    expect(histogram.at(-1)!.accounts).toBe(1);
    expect(closest).toMatchObject([{ userId: "gone", utilisation: null }]);
    expect(counts).toMatchObject({ negativeEquity: 1, underMaintenance: 1 });
  });
});
