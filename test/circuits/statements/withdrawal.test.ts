import { beforeAll, describe, expect, it } from "vitest";
import { FIELD, FREE_UNIT, MAX_QUANTITY, PUBLIC_SIGNALS } from "../../../verifier/src/constants.ts";
import type { AccountOpening } from "../../../verifier/src/withdrawal/opening.ts";
import {
  balanceOf,
  type WithdrawalRequest,
  withdrawalSignalList,
  withdrawalSignals,
} from "../../../verifier/src/withdrawal/statement.ts";
import { acceptsInputs } from "../../support/attack.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import { accountInBatch, inputsOf, randomHoldings, randomRequest } from "../../support/withdrawal.ts";

const random = seeded("withdrawal");
const ASSET = 7;

/** What the account may take at most of asset 7. */
function most(account: AccountOpening): { amount: bigint; charge: bigint } {
  return { amount: balanceOf(account.holdings, ASSET), charge: FREE_UNIT * account.free };
}

const account = (blocks: number, free = random.bits(64)) =>
  accountInBatch(random, { holdings: randomHoldings(random, blocks, ASSET), free });

describe.each([
  ["withdrawal-1", 1],
  ["withdrawal-4", 4],
])("%s", (name, blocks) => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(name);
  });
  const proves = async (opening: AccountOpening, request: WithdrawalRequest): Promise<void> => {
    const witness = await circuit.witness(inputsOf(opening, request, blocks));
    expect(circuit.publicSignals(witness)).toEqual(withdrawalSignalList(withdrawalSignals(opening, request)));
  };
  const refuses = async (opening: AccountOpening, request: WithdrawalRequest): Promise<void> => {
    expect(() => withdrawalSignals(opening, request)).toThrow();
    expect(await acceptsInputs(circuit, inputsOf(opening, request, blocks))).toBe(false);
  };

  it("has its public signals in the order of the table", () => {
    const names = PUBLIC_SIGNALS.withdrawal.map((_, i) => circuit.signal(1 + i).replace("main.", ""));
    expect(names).toEqual(PUBLIC_SIGNALS.withdrawal);
    const { outputs, publicInputs } = circuit.system.r1cs;
    expect(outputs + publicInputs).toBe(PUBLIC_SIGNALS.withdrawal.length);
  });

  it("refuses what lies one unit beyond: amount, charge, and both below zero", async () => {
    const opening = account(blocks, 5_000_000n);
    const { amount, charge } = most(opening);
    const request = randomRequest(random, { asset: ASSET, amount, charge });
    await proves(opening, request);
    for (const change of [
      { amount: amount + 1n },
      { charge: charge + 1n },
      { amount: FIELD - 1n },
      { charge: FIELD - 1n },
    ]) {
      await refuses(opening, { ...request, ...change });
    }
  });

  it("row 47: refuses an account that is under its initial margin, whatever it asks for", async () => {
    const opening = accountInBatch(random, { holdings: randomHoldings(random, 1, ASSET), under: 1 });
    await refuses(opening, randomRequest(random, { asset: ASSET }));
  });

  it("refuses an amount of an asset that the account does not hold", async () => {
    const opening = account(1);
    await refuses(opening, randomRequest(random, { asset: 101, amount: 1n }));
    await proves(opening, randomRequest(random, { asset: 101 }));
  });

  it.each(Array.from({ length: blocks }, (_, i) => i + 1))(
    "shows what the reference says of random accounts of %i blocks",
    async (own) => {
      const opening = account(own);
      const { amount, charge } = most(opening);
      for (const part of [
        {},
        { amount, charge },
        { amount: random.below(amount + 1n), charge: random.below(charge + 1n) },
      ]) {
        await proves(opening, randomRequest(random, { asset: ASSET, ...part }));
      }
    },
  );

  it("adds the largest balance that fits, and charges the largest free", async () => {
    const holdings = Array.from({ length: 6 * blocks }, () => ({ row: 2 * ASSET, quantity: MAX_QUANTITY }));
    const opening = accountInBatch(random, { holdings, free: MAX_QUANTITY });
    await proves(opening, randomRequest(random, { asset: ASSET, ...most(opening) }));
    await refuses(opening, randomRequest(random, { asset: ASSET, amount: most(opening).amount + 1n }));
  });

  it("proves nothing for an account without holdings, and asset 0 for one with its first row", async () => {
    const empty = accountInBatch(random, { free: 0n });
    await proves(empty, randomRequest(random, { asset: 0 }));
    await refuses(empty, randomRequest(random, { asset: 0, amount: 1n }));
    const first = accountInBatch(random, { holdings: [{ row: 0, quantity: 9n }] });
    await proves(first, randomRequest(random, { asset: 0, amount: 9n }));
  });
});
