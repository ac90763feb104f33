import { describe, expect, it } from "vitest";
import type {
  AssetCoefficients,
  MatrixRow,
  PolicyCoefficients,
} from "../../../verifier/src/policy/matrix.ts";
import { COLUMN } from "../../../verifier/src/policy/shape.ts";
import {
  accepted,
  accounts,
  BTC,
  complete,
  exchange,
  held,
  INSURANCE,
  layout,
  matrix,
  mutant,
  policy,
  ROW,
  succeedsOnlyAgainst,
  USDT,
} from "../../support/attacked-exchange.ts";
import { amountOf, completeByHand, type HandMadeAccount, sufficientClaims } from "../../support/hand-made.ts";

const SOLVENCY = "lib/solvency.circom";
const noInsurance = () =>
  mutant("no-insurance", SOLVENCY, "_ <== Bits(SURPLUS_BITS())(claims[0] - shortfall - equityMinus);");
const noAssetCheck = () =>
  mutant("no-asset-check", SOLVENCY, "_ <== Bits(SURPLUS_BITS())(claims[k + 1] + lent - owed);");
const noSides = () =>
  mutant("no-sides", SOLVENCY, "holdings[2 * (assets + n)] === holdings[2 * (assets + n) + 1];");

const equityShown = (people: readonly HandMadeAccount[]) =>
  people.reduce((sum, account) => sum + amountOf(account, layout.equityPlus), 0n);
const worth = (claims: readonly bigint[]) =>
  [1n, ...policy.assets.map(({ value }) => value)].reduce((sum, value, k) => sum + value * claims[k]!, 0n);

describe("Epoch: solvency under attack", () => {
  it("18: rejects a dummy user whose debt stands for what is owed to others (mutant: no insurance)", async () => {
    const dummy = complete(held([ROW.usdtDebt, 5_000_000n]));
    expect(amountOf(dummy, layout.equityMinus)).toBe(5_000_000n * 10n ** 12n);
    const people = [...accounts, dummy];
    const claims = [INSURANCE, BTC, USDT - 5_000_000n];
    await succeedsOnlyAgainst(noInsurance(), exchange(people, { claims }));
    expect(await accepted(exchange(people, { claims: sufficientClaims(layout, people) }))).toBe(true);
  });

  it("18: rejects junk in place of an asset that is owed, whatever its worth (mutant: assets unchecked)", async () => {
    const claims = [INSURANCE, BTC - 1n, USDT + 10n ** 9n];
    expect(worth(claims)).toBeGreaterThan(worth([INSURANCE, BTC, USDT]));
    await succeedsOnlyAgainst(noAssetCheck(), exchange(accounts, { claims }));
  });

  it("19: rejects a hedge without another side (mutant: sides unchecked)", async () => {
    const lonely = [...accounts, complete(held([ROW.usdt, 1_000_000n], [ROW.short, 5n]))];
    await succeedsOnlyAgainst(noSides(), exchange(lonely, { claims: sufficientClaims(layout, lonely) }));
  });

  it("43: rejects one unit less than is owed, and accepts exactly that and more", async () => {
    for (const k of [1, 2]) {
      for (const [by, fine] of [
        [-1n, false],
        [0n, true],
        [1n, true],
      ] as const) {
        const claims = [INSURANCE, BTC, USDT].map((claim, i) => (i === k ? claim + by : claim));
        expect(await accepted(exchange(accounts, { claims })), `asset ${k - 1}, ${by}`).toBe(fine);
      }
    }
  });

  it("43: rejects one unit of insurance less than accounts lack, and accepts exactly that", async () => {
    const poor = complete(held([ROW.usdtDebt, 100n], [ROW.btc, 0n]));
    const people = [...accounts, poor];
    const [insurance, btc, usdt] = sufficientClaims(layout, people) as [bigint, bigint, bigint];
    const lacking = amountOf(poor, layout.shortfall) + amountOf(poor, layout.equityMinus);
    expect(insurance).toBe(INSURANCE + lacking);
    const short = { claims: [insurance - 1n, btc, usdt] };
    await succeedsOnlyAgainst(noInsurance(), exchange(people, short));
    expect(await accepted(exchange(people, { claims: [insurance, btc, usdt] }))).toBe(true);
  });

  it("43: accepts an asset of which more is lent than owed without any claim, up to 2^128 of it", async () => {
    const borrower = complete(held([ROW.btcDebt, 500n], [ROW.usdt, 9_000_000n]));
    const people = [...accounts, borrower];
    const [insurance, btc, usdt] = sufficientClaims(layout, people) as [bigint, bigint, bigint];
    expect(btc).toBe(0n);
    for (const claimed of [0n, (1n << 128n) - 1n]) {
      expect(await accepted(exchange(people, { claims: [insurance, claimed, usdt] }))).toBe(true);
    }
  });

  describe("36: counterweights that the circuit derives", () => {
    type Edit = (terms: MatrixRow) => MatrixRow;
    const equity =
      (value: bigint): Edit =>
      (terms) => [[COLUMN.equity, value], ...terms.filter(([column]) => column !== COLUMN.equity)];

    /** Accounts completed for an M with some rows changed: what a prover does whose circuit is wrong. */
    const cheat = (people: readonly HandMadeAccount[], ...edits: [row: number, edit: Edit][]) => {
      const wrong = new Map(matrix);
      for (const [row, edit] of edits) wrong.set(row, edit(matrix.get(row)!));
      return people.map(({ holdings }) => completeByHand(layout, wrong, holdings));
    };

    it("rejects a debt that costs its owner nothing (mutant: column 0 of a debt not derived)", async () => {
      // Dave borrows what the exchange owes to others: the totals agree, and no account is the poorer for it.
      const dave = complete(held([ROW.usdt, 2_000_000n], [ROW.usdtDebt, 70_000_000n]));
      const cheated = cheat([...accounts, dave], [ROW.btcDebt, equity(0n)], [ROW.usdtDebt, equity(0n)]);
      const claims = sufficientClaims(layout, cheated);
      const from = "debt <== -coefficients[0] + owedMargins;";
      const free = mutant("free-debt", "lib/asset-rows.circom", from, "debt <== owedMargins;");
      await succeedsOnlyAgainst(free, exchange(cheated, { claims }));
      expect(equityShown(cheated)).toBeGreaterThan(worth(claims));
    });

    it("rejects a long and a short that sum to +1 (mutant: column 0 of a short not derived)", async () => {
      const pair = complete(held([ROW.long, 1n << 10n], [ROW.short, 1n << 10n]));
      const shorts = [0, 1].map((n): [number, Edit] => {
        const { value } = policy.groups[0]!.instruments[n]!;
        return [layout.short(0, n), equity(1n - value)];
      });
      const cheated = cheat([...accounts, pair], ...shorts);
      expect(amountOf(pair, layout.equityPlus)).toBe(0n);
      expect(amountOf(cheated.at(-1)!, layout.equityPlus)).toBe(1n << 10n);
      const from = "row[2 * n + 1] <== -term[at] +";
      const plus = mutant(
        "short-plus-one",
        "lib/group-rows.circom",
        from,
        "row[2 * n + 1] <== 1 - term[at] +",
      );
      await succeedsOnlyAgainst(plus, exchange(cheated, { claims: sufficientClaims(layout, cheated) }));
    });

    it("rejects P&L that is rounded up for the short side (mutant: no unit less)", async () => {
      const up: Edit = (terms) => terms.map(([column, c]) => [column, column > COLUMN.initial ? c + 1n : c]);
      const cheated = cheat(accounts, [layout.short(0, 0), up], [layout.short(0, 1), up]);
      const rounded = mutant("short-up", "lib/group-rows.circom", "- pnl - everyColumn;", "- pnl;");
      await succeedsOnlyAgainst(rounded, exchange(cheated, { claims: sufficientClaims(layout, cheated) }));
    });

    it("rejects a negative price (mutant: value without its range)", async () => {
      const [btc, usdt] = policy.assets as [AssetCoefficients, AssetCoefficients];
      const inverted: PolicyCoefficients = { ...policy, assets: [{ ...btc, value: -btc.value }, usdt] };
      const cheated = cheat(accounts, [ROW.btc, equity(-btc.value)], [ROW.btcDebt, equity(btc.value)]);
      const from = "_ <== Bits(COEFFICIENT_BITS())(coefficients[0]);";
      const claims = sufficientClaims(layout, cheated);
      await succeedsOnlyAgainst(
        mutant("any-price", "lib/asset-rows.circom", from),
        exchange(cheated, { policy: inverted, claims }),
      );
    });
  });
});
