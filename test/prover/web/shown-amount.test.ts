import { describe, expect, it } from "vitest";
import { shownAmount } from "../../../prover/web/src/shown-amount.ts";

const ONE = 10n ** 18n;
/** The token has 18 decimals, its row 8; the account holds five of it. */
const token = { token: "0x00", symbol: "T", decimals: 18, asset: 1, rowDecimals: 8 };
const bundle = { holdings: [{ row: 2, quantity: 5n * 10n ** 8n }] };
const parts = { asked: ONE / 2n, paid: ONE, pledged: ONE };
const shown = (needed: { asset: number; amount: bigint }, from = token) =>
  shownAmount(bundle, from, needed, parts);

describe("what the withdrawal page proves", () => {
  it("is what was asked for, and no amount that an endpoint says instead", () => {
    for (const amount of [250_000_001n, 249_999_999n, 500_000_000n, 0n]) {
      expect(() => shown({ asset: 1, amount })).toThrow(/another amount or asset.*Nothing was proved/);
    }
  });

  it("is of the asset that was chosen, and of no other", () => {
    expect(() => shown({ asset: 0, amount: 250_000_000n })).toThrow(/another amount or asset/);
  });

  it("is told in its parts, and as a part of the file's holding, which no endpoint says", () => {
    expect(shown({ asset: 1, amount: 250_000_000n })).toEqual({
      ...{ symbol: "T", all: "2.5", paid: "1.0", pledged: "1.0", percent: "50" },
    });
    // An endpoint that gives a token more decimals than it has makes the same words mean more.
    const coarse = { ...token, decimals: 17 };
    expect(shown({ asset: 1, amount: 2_500_000_000n }, coarse).percent).toBe("500");
  });

  it("is rounded as the ledger rounds it, upwards", () => {
    const one = { asked: 1n, paid: 0n, pledged: 0n };
    expect(() => shownAmount(bundle, token, { asset: 1, amount: 1n }, one)).not.toThrow();
    expect(() => shownAmount(bundle, token, { asset: 1, amount: 0n }, one)).toThrow();
    const fine = { ...token, decimals: 6 };
    expect(() => shownAmount(bundle, fine, { asset: 1, amount: 100n }, one)).not.toThrow();
  });
});
