import { beforeAll, describe, expect, it } from "vitest";
import { FIELD, FREE_UNIT, MAX_QUANTITY, PUBLIC_SIGNALS } from "../../../verifier/src/constants.ts";
import { type AccountOpening, withoutSecret } from "../../../verifier/src/withdrawal/opening.ts";
import { type Demand, refusalSignalList, refusalSignals } from "../../../verifier/src/withdrawal/refusal.ts";
import { withdrawalSignals } from "../../../verifier/src/withdrawal/statement.ts";
import { acceptsInputs } from "../../support/attack.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import { refusalInputsOf } from "../../support/refusal-circuit.ts";
import { accountInBatch, randomHoldings } from "../../support/withdrawal.ts";

const random = seeded("refusal");
const ASSET = 7;

const account = (blocks: number, part: Partial<AccountOpening> = {}) =>
  accountInBatch(random, { holdings: randomHoldings(random, blocks, ASSET), free: random.bits(60), ...part });

describe.each([
  ["refusal-1", 1],
  ["refusal-4", 4],
])("%s", (name, blocks) => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(name);
  });
  const mayWithdraw = (opening: AccountOpening, demand: Demand): boolean => {
    try {
      withdrawalSignals(opening, { ...demand, recipient: 1n, context: 2n });
      return true;
    } catch {
      return false;
    }
  };
  /** Either a withdrawal or a refusal, never both; whatever the prover claims. */
  const decides = async (opening: AccountOpening, demand: Demand, refused: boolean): Promise<void> => {
    const leaf = withoutSecret(opening);
    expect(mayWithdraw(opening, demand)).toBe(!refused);
    const inputs = refusalInputsOf(leaf, demand, blocks);
    if (refused) {
      const witness = await circuit.witness(inputs);
      expect(circuit.publicSignals(witness)).toEqual(refusalSignalList(refusalSignals(leaf, demand)));
      return;
    }
    expect(() => refusalSignals(leaf, demand)).toThrow(/it can't be refused/);
    for (const tooLittle of [0n, 1n])
      for (const tooDear of [0n, 1n])
        expect(await acceptsInputs(circuit, { ...inputs, tooLittle, tooDear })).toBe(false);
  };

  it("has its public signals in the order of the table", () => {
    const names = PUBLIC_SIGNALS.refusal.map((_, i) => circuit.signal(1 + i).replace("main.", ""));
    expect(names).toEqual(PUBLIC_SIGNALS.refusal);
    const { outputs, publicInputs } = circuit.system.r1cs;
    expect(outputs + publicInputs).toBe(PUBLIC_SIGNALS.refusal.length);
  });

  it.each(Array.from({ length: blocks }, (_, i) => i + 1))(
    "refuses exactly what an account of %i blocks may not withdraw, to the unit",
    async (own) => {
      const opening = account(own);
      const amount = opening.holdings.reduce((sum, e) => (e.row === 2 * ASSET ? sum + e.quantity : sum), 0n);
      const charge = FREE_UNIT * opening.free;
      await decides(opening, { asset: ASSET, amount, charge }, false);
      await decides(opening, { asset: ASSET, amount: amount + 1n, charge }, true);
      await decides(opening, { asset: ASSET, amount, charge: charge + 1n }, true);
      await decides(opening, { asset: ASSET, amount: amount + 1n, charge: charge + 1n }, true);
      await decides(opening, { asset: ASSET, amount: (1n << 128n) - 1n, charge: (1n << 128n) - 1n }, true);
    },
  );

  it("refuses everything of an account that is under, even nothing at all", async () => {
    const opening = account(1, { under: 1 });
    await decides(opening, { asset: ASSET, amount: 0n, charge: 0n }, true);
  });

  it("refuses nothing of an account without holdings but what is more than nothing: the leaf of an owner of before", async () => {
    const empty = accountInBatch(random, { free: 0n });
    for (const asset of [0, ASSET, (1 << 14) - 1]) {
      await decides(empty, { asset, amount: 0n, charge: 0n }, false);
      await decides(empty, { asset, amount: 1n, charge: 0n }, true);
      await decides(empty, { asset, amount: 0n, charge: 1n }, true);
    }
  });

  it("counts the largest balance that fits, and the largest free", async () => {
    const holdings = Array.from({ length: 6 * blocks }, () => ({ row: 2 * ASSET, quantity: MAX_QUANTITY }));
    const opening = accountInBatch(random, { holdings, free: MAX_QUANTITY });
    const amount = BigInt(6 * blocks) * MAX_QUANTITY;
    const charge = FREE_UNIT * MAX_QUANTITY;
    await decides(opening, { asset: ASSET, amount, charge }, false);
    await decides(opening, { asset: ASSET, amount: amount + 1n, charge }, true);
    await decides(opening, { asset: ASSET, amount, charge: charge + 1n }, true);
  });

  it("has no use for numbers below zero, nor the reference for any out of range", async () => {
    const leaf = withoutSecret(account(1));
    const demand = { asset: ASSET, amount: 0n, charge: 0n };
    const inputs = refusalInputsOf(leaf, demand, blocks);
    for (const change of [{ amount: FIELD - 1n }, { charge: FIELD - 1n }])
      expect(await acceptsInputs(circuit, { ...inputs, ...change, tooLittle: 1n, tooDear: 1n })).toBe(false);
    for (const change of [{ amount: -1n }, { charge: 1n << 128n }, { asset: 1 << 14 }, { asset: 0.5 }])
      expect(() => refusalSignals(leaf, { ...demand, ...change })).toThrow(/out of its range/);
  });
});
