import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../../verifier/src/constants.ts";
import { openedAccount } from "../../../verifier/src/withdrawal/opening.ts";
import { succeedsOnlyWithout } from "../../support/attack.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import {
  accountInBatch,
  BLOCK,
  type Inputs,
  inputsOf,
  mutantWithdrawal,
  OPENED,
  stoppedByOneGuard,
  WITHDRAWAL,
  WITHDRAWAL_3,
} from "../../support/withdrawal.ts";

const random = seeded("withdrawal, how much");
/** 700 of asset 2, of which 7 are owed back; 5,000 units of 10^-6 free. */
const account = accountInBatch(random, {
  holdings: [
    { row: 4, quantity: 700n },
    { row: 5, quantity: 7n },
  ],
  free: 5_000n,
});
const request = { recipient: 77n, asset: 2, amount: 700n, charge: 5_000_000_000n, context: 88n };
const honest = inputsOf(account, request, 3);
const solving =
  (inputs: Inputs) =>
  (circuit: Circuit): Promise<bigint[]> =>
    circuit.solve(inputs);

/** The honest inputs with one entry of one block replaced, and counted or not. */
function withEntry(block: number, k: number, row: bigint, quantity: bigint, named: bigint): Inputs {
  const put = (name: string, value: bigint): bigint[][] =>
    (honest[name] as bigint[][]).map((line, i) => (i === block ? line.with(k, value) : line));
  return { ...honest, row: put("row", row), quantity: put("quantity", quantity), named: put("named", named) };
}

describe("a withdrawal takes no more than there is", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(WITHDRAWAL_3);
  });

  describe("(mutant: amount, charge and asset without their limits)", () => {
    let mutant: Circuit;
    beforeAll(async () => {
      mutant = await mutantWithdrawal(
        "limits",
        [WITHDRAWAL, "AtMost(balanceBits)(amount, balance);"],
        [WITHDRAWAL, "AtMost(chargeBits)(charge, FREE_UNIT() * free);"],
        [WITHDRAWAL, "_ <== Bits(ROW_BITS() - 1)(asset);"],
      );
    });

    it.each([
      ["an amount one unit too high", { amount: 701n }],
      ["a charge one unit too high", { charge: 5_000_000_001n }],
    ])("rejects %s", async (_, change) => {
      await stoppedByOneGuard(circuit, mutant, solving({ ...honest, ...change }));
    });

    it("rejects a debt named as an asset: half of (r + 5)", async () => {
      const named = [0, 1, 2].map((block) =>
        [0, 1, 2, 3, 4, 5].map((k) => (block === 2 && k === 1 ? 1n : 0n)),
      );
      const debt = { ...honest, named, asset: (FIELD + 5n) / 2n, amount: 7n };
      await stoppedByOneGuard(circuit, mutant, solving(debt));
    });
  });

  describe("row 8: rejects a word opened in another way (mutant: limbs without their range)", () => {
    let mutant: Circuit;
    beforeAll(async () => {
      mutant = await mutantWithdrawal(
        "ranges",
        [BLOCK, "_ <== Bits(QUANTITY_BITS())(quantity[k]);"],
        [BLOCK, "_ <== Bits(QUANTITY_BITS())(free);"],
      );
    });
    const shown = openedAccount(account);

    it("a debt of 7 as a holding of 7 + 2^64", async () => {
      const reopened = { ...withEntry(2, 1, 4n, 7n + (1n << 64n), 1n), amount: 707n + (1n << 64n) };
      const forged = await stoppedByOneGuard(circuit, mutant, solving(reopened));
      expect(mutant.outputs(forged)).toEqual({ ...shown });
    });

    it("row 47: an account that is under as one with 2^64 more", async () => {
      const under = accountInBatch(random, { ...account, under: 1 });
      const inputs = {
        ...inputsOf(under, request, 3),
        free: 5_000n + (1n << 64n),
        charge: (10n ** 6n) << 64n,
      };
      const forged = await stoppedByOneGuard(circuit, mutant, solving(inputs));
      expect(mutant.outputs(forged)).toEqual({ ...openedAccount(under) });
    });
  });

  it("row 47: rejects an account that is under (mutant: under is what the leaf says)", async () => {
    const mutant = await mutantWithdrawal("under", [
      WITHDRAWAL,
      "account.under <== 0;",
      "account.under <== context;",
    ]);
    const under = accountInBatch(random, { ...account, under: 1 });
    const inputs = { ...inputsOf(under, request, 3), context: 1n };
    const forged = await stoppedByOneGuard(circuit, mutant, solving(inputs));
    expect(mutant.outputs(forged)).toEqual({ ...openedAccount(under) });
  });

  it("rejects holdings in a block before the account's first (mutant: they count)", async () => {
    const mutant = await mutantWithdrawal("before", [WITHDRAWAL, "account.begun[i] * held[i]", "held[i]"]);
    const invented = { ...withEntry(0, 0, 4n, 1_000n, 1n), amount: 1_700n };
    await stoppedByOneGuard(circuit, mutant, solving(invented));
    // Standing there they do not hurt.
    expect(circuit.accepts(await circuit.solve({ ...invented, amount: 700n }))).toBe(true);
  });

  // The last block counts twice where it begins for a second time.
  it.each([
    ["two beginnings", "count === 1;", [1n, 0n, 1n], 1_000n + 2n * 700n],
    ["a beginning that is taken back", "Boolean()(first[i]);", [1n, FIELD - 1n, 1n], 1_000n + 700n],
  ])("row 10: rejects %s after a block of inventions (mutant: no %s)", async (name, guard, first, amount) => {
    const mutant = await mutantWithdrawal(name.replaceAll(" ", "-"), [OPENED, guard]);
    const invented = { ...withEntry(0, 0, 4n, 1_000n, 1n), first, amount };
    const forged = await succeedsOnlyWithout(circuit, mutant, solving(invented));
    expect(mutant.outputs(forged)).toEqual({ ...openedAccount(account) });
  });
});
