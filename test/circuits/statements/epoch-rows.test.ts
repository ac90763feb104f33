// Rows that nothing may stand in, or that would cost nothing: attack row 36 beyond the derived counterweights.
import { describe, expect, it } from "vitest";
import { AUXILIARY_BASE, ROW_BITS } from "../../../verifier/src/constants.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount, UnknownRowError } from "../../../verifier/src/policy/complete.ts";
import { type PolicyCoefficients, policyMatrix } from "../../../verifier/src/policy/matrix.ts";
import { COLUMN } from "../../../verifier/src/policy/shape.ts";
import {
  accepted,
  accounts,
  BTC,
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
import type { Table } from "../../support/epoch.ts";
import { amountOf, completeByHand, type HandMadeAccount, sufficientClaims } from "../../support/hand-made.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";

const EPOCH = "statements/epoch.circom";
const noTables = () =>
  mutant("no-tables", EPOCH, "t === totalFractions.out;\n    w === weightFractions.out;");
const noAssetCheck = () =>
  mutant("no-asset-check", "lib/solvency.circom", "_ <== Bits(SURPLUS_BITS())(claims[k + 1] + lent - owed);");
const freeDebt = () =>
  mutant(
    "free-debt",
    "lib/asset-rows.circom",
    "debt <== -coefficients[0] + owedMargins;",
    "debt <== owedMargins;",
  );

/** An entry beside all others that no equation of its account sees. */
const withEntry = (account: HandMadeAccount, row: number, quantity: bigint): HandMadeAccount =>
  row < AUXILIARY_BASE
    ? { ...account, holdings: [...account.holdings, { row, quantity }] }
    : { ...account, auxiliaries: [...account.auxiliaries, { row, quantity }] };

/** The tables as they open without a row. */
const without = (row: number) => (truth: Table) => new Map([...truth].filter(([other]) => other !== row));

describe("36: rows without a role", () => {
  it.each([
    ["the first row after the holdings", layout.holdings],
    ["the last row that an entry can name", 2 ** ROW_BITS - 1],
    ["the first row after the auxiliaries", AUXILIARY_BASE + layout.auxiliaries],
  ])(
    "rejects an entry in %s, which is in no table (mutant: totals and weights unchecked)",
    async (_, row) => {
      const [first, ...others] = accounts;
      const parts = exchange([withEntry(first!, row, 5n), ...others]);
      const tables = { totals: without(row), weights: without(row) };
      await succeedsOnlyAgainst(noTables(), { ...parts, ...tables });
      expect(await accepted(exchange([withEntry(first!, row, 0n), ...others]))).toBe(true);
    },
  );

  it("rejects a balance that is moved to such a row, so that nobody owes it (mutant: the same)", async () => {
    const row = layout.holdings;
    const owner = completeByHand(layout, matrix, held([ROW.usdt, 1_000n]));
    const hidden = withEntry(completeByHand(layout, matrix, []), row, 1_000n);
    const claims = [INSURANCE, BTC, USDT];
    expect(await accepted(exchange([...accounts, owner], { claims }))).toBe(false);
    const tables = { totals: without(row), weights: without(row) };
    await succeedsOnlyAgainst(noTables(), { ...exchange([...accounts, hidden], { claims }), ...tables });
  });
});

describe("36: debts that weigh nothing", () => {
  const nothing = { value: 0n, maintenance: 0n, initial: 0n, debtMaintenance: 0n, debtInitial: 0n };
  const [btc, usdt] = policy.assets as [(typeof policy.assets)[0], (typeof policy.assets)[0]];
  const loan = 70_000_000n;

  it("are refused in a row of padding, before a proof is asked for", () => {
    const shape = { ...tinyRiskParameters.shape!, assets: 4 };
    const padded = compilePolicy({ ...tinyRiskParameters, shape }, tinyMarks);
    for (const asset of [2, 3]) {
      const holdings = [
        { row: padded.layout.asset(1), quantity: 5n },
        { row: padded.layout.debt(asset), quantity: 1n },
      ];
      expect(() => completeAccount(padded, holdings)).toThrow(UnknownRowError);
    }
  });

  it("gain nothing in a row of padding where a prover does not refuse them", async () => {
    // USDT is padding here: nobody else holds it, and a debt of it is a debt of nothing.
    const zero: PolicyCoefficients = { ...policy, assets: [btc, nothing] };
    const rows = policyMatrix(zero);
    const books = [held([ROW.btc, 40n]), held([ROW.btcDebt, 12n], [ROW.btc, 50n])];
    const people = books.map((book) => completeByHand(layout, rows, book));
    const debtor = completeByHand(layout, rows, held([ROW.usdtDebt, loan]));
    expect(debtor.auxiliaries).toEqual([]);
    expect(debtor.surplus).toBe(0n);
    const claims = sufficientClaims(layout, people);
    for (const [by, fine] of [
      [0n, true],
      [-1n, false],
    ] as const) {
      const shown = claims.map((claim, k) => (k === 1 ? claim + by : claim));
      const parts = exchange([...people, debtor], { policy: zero, claims: shown });
      expect(await accepted(parts), `claim of BTC ${by}`).toBe(fine);
    }
  });

  it("cost their value where the asset has weight 0 and its debt no margin (mutant: column 0 not derived)", async () => {
    const unlent: PolicyCoefficients = { ...policy, assets: [btc, { ...nothing, value: usdt.value }] };
    const rows = policyMatrix(unlent);
    expect(rows.get(ROW.usdtDebt)).toEqual([[COLUMN.equity, -usdt.value]]);
    const owed = held([ROW.usdt, loan]);
    const borrowed = held([ROW.usdtDebt, loan]);
    const honest = [owed, borrowed].map((book) => completeByHand(layout, rows, book));
    expect(amountOf(honest[1]!, layout.equityMinus)).toBe(loan * usdt.value);
    // The same with a row of zeros: who is owed is owed by somebody with nothing to lose, and no reserve is claimed.
    const wrong = new Map([...rows, [ROW.usdtDebt, []] as const]);
    const cheated = [owed, borrowed].map((book) => completeByHand(layout, wrong, book));
    const claims = sufficientClaims(layout, cheated);
    expect(claims).toEqual([0n, 0n, 0n]);
    await succeedsOnlyAgainst(freeDebt(), exchange(cheated, { policy: unlent, claims }));
    expect(await accepted(exchange(honest, { policy: unlent, claims }))).toBe(false);
    const insured = sufficientClaims(layout, honest);
    expect(await accepted(exchange(honest, { policy: unlent, claims: insured }))).toBe(true);
  });
});

describe("36: an accepted asset without a reserve", () => {
  it.each([
    ["BTC", 1],
    ["USDT", 2],
  ])("rejects claims that leave %s out though it is owed (mutant: assets unchecked)", async (_, k) => {
    const claims = [INSURANCE, BTC, USDT].map((claim, i) => (i === k ? 0n : claim));
    await succeedsOnlyAgainst(noAssetCheck(), exchange(accounts, { claims }));
  });
});
