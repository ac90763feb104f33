import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { send } from "../../prover/src/chain/sending.ts";
import { type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { attest } from "../support/staged-gate.ts";
import { refusalOf, type StagedEpoch } from "../support/staged-ledger.ts";
import {
  approve,
  asking,
  BITCOIN,
  balanceOf,
  borrow,
  by,
  COIN,
  DOLLAR,
  dueLoan,
  firstEpoch,
  HOUR,
  LOAN,
  loanOf,
  PLENTY,
  type PoolStage,
  paid,
  passes,
  renew,
  stagePool,
  TERMS,
  TIMES,
} from "../support/staged-pool.ts";

let chain: LocalChain;
let stage: PoolStage;
let pool: PoolStage["pool"];
/** A snapshot of the chain, which each test starts from: a vault freezes once. */
let start: string | undefined;
let first: StagedEpoch;
let epoch: StagedEpoch;
beforeAll(async () => {
  chain = await localChain();
  stage = await stagePool(chain);
  pool = stage.pool;
  first = await firstEpoch(stage);
});
beforeEach(async () => {
  if (start !== undefined) await chain.provider.send("evm_revert", [start]);
  start = await chain.provider.send("evm_snapshot");
  epoch = first;
});
afterAll(() => chain.close());

const debtOf = (id: bigint): Promise<bigint> => call(pool, "debtOf", id);

describe("a due loan is collected", () => {
  test("by an exit; its collateral is sold at a falling price, and the surplus is the borrower's", async () => {
    const id = await dueLoan(stage, epoch);
    const { exitId } = await loanOf(stage, id);
    await expectRefusal(call(pool, "exit", id), "ExitPending", { exitId });
    await expectRefusal(call(pool, "collect", id), "NothingToCollect");
    await expectRefusal(call(by(stage.thief, pool), "buy", id, PLENTY), "NothingForSale");
    await paid(stage, id);
    await expectRefusal(call(pool, "collect", id), "NothingToCollect");
    const debt = await debtOf(id);
    // Twice 60,000, for a dollar of 1.000001.
    const start = await call<bigint>(pool, "priceOf", id);
    expect(start > 119_990n * DOLLAR && start <= 120_001n * DOLLAR).toBe(true);
    await passes(stage, 7n * HOUR);
    const price = await call<bigint>(pool, "priceOf", id);
    expect(price > 35_990n * DOLLAR && price < 36_010n * DOLLAR).toBe(true);
    await expectRefusal(call(by(stage.thief, pool), "buy", id, price - DOLLAR), "PriceAboveLimit");
    await send(by(stage.thief, pool), "buy", [id, price]);
    expect(await balanceOf(stage.btc, stage.thief)).toBe(BITCOIN);
    expect(await debtOf(id)).toBe(0n);
    await expectRefusal(call(by(stage.thief, pool), "buy", id, PLENTY), "NothingForSale");
    // The credit is no lender's and pays no other loan.
    const credit = await call<bigint>(pool, "creditOf", stage.alice.address);
    expect(credit > 1_900n * DOLLAR && credit <= price - debt).toBe(true);
    const cash = await balanceOf(stage.usd, pool);
    expect(await call(pool, "totalAssets")).toBe(cash - credit);
    const shares = await call<bigint>(pool, "balanceOf", stage.lender.address);
    await send(by(stage.lender, pool), "redeem", [shares, stage.lender.address, stage.lender.address]);
    await send(by(stage.alice, pool), "takeCredit", []);
    expect(await call(pool, "totalCredit")).toBe(0n);
    expect(await balanceOf(stage.usd, stage.alice)).toBe(200_000n * DOLLAR + LOAN + credit);
  });

  test("what a sale lacks is borne by all lenders alike", async () => {
    await send(by(stage.thief, pool), "deposit", [100_000n * DOLLAR, stage.thief.address]);
    const id = await dueLoan(stage, epoch);
    await paid(stage, id);
    await passes(stage, 9n * HOUR);
    const price = await call<bigint>(pool, "priceOf", id);
    await send(by(stage.alice, pool), "buy", [id, price]);
    const deficit = await debtOf(id);
    expect(deficit > 22_000n * DOLLAR && deficit < 22_050n * DOLLAR).toBe(true);
    const worth = async (who: HardhatEthersSigner): Promise<bigint> =>
      call(pool, "previewRedeem", await call(pool, "balanceOf", who.address));
    const [one, two] = [await worth(stage.lender), await worth(stage.thief)];
    expect(one + two).toBeLessThanOrEqual(await balanceOf(stage.usd, pool));
    expect(one > 88_900n * DOLLAR && one < 89_100n * DOLLAR).toBe(true);
    expect(one - two < DOLLAR / 1_000n && two - one < DOLLAR / 1_000n).toBe(true);
    await expectRefusal(call(by(stage.alice, pool), "repay", id, 1n), "LoanUnknown");
  });

  test("unless it is repaid meanwhile: then the collateral is the borrower's again, wherever it is", async () => {
    // In the pool, for sale.
    const sale = await dueLoan(stage, epoch);
    await paid(stage, sale);
    await send(by(stage.alice, pool), "repay", [sale, PLENTY]);
    expect(await balanceOf(stage.btc, stage.alice)).toBe(BITCOIN);
    await expectRefusal(call(by(stage.thief, pool), "buy", sale, PLENTY), "NothingForSale");
    // In the purse.
    epoch = await attest(stage, 2n);
    const purse = await dueLoan(stage, epoch);
    await approve(stage, purse);
    await send(by(stage.alice, pool), "repay", [purse, PLENTY]);
    await send(by(stage.thief, pool), "collect", [purse]);
    expect(await balanceOf(stage.btc, stage.alice)).toBe(2n * BITCOIN);
    // At the exchange: the exit is over.
    epoch = await attest(stage, 3n);
    const key = stage.next();
    const asked = await dueLoan(stage, epoch, { key });
    await send(by(stage.alice, pool), "repay", [asked, PLENTY]);
    await approve(stage, asked);
    await expectRefusal(call(pool, "collect", asked), "NothingToCollect");
    expect(await call(stage.ledgerContract, "pledgedOf", key, stage.btc)).toBe(0n);
  });

  test("two loans out of one purse, each for its own", async () => {
    const [one, two] = [await borrow(stage, epoch), await borrow(stage, epoch, { coins: 2n })];
    await passes(stage, TERMS.maxLeafAge + 1n);
    for (const id of [one, two]) await send(pool, "exit", [id]);
    await approve(stage, two);
    await expectRefusal(call(pool, "collect", one), "NothingToCollect");
    await paid(stage, one);
    await send(pool, "collect", [two]);
    expect([(await loanOf(stage, one)).lot, (await loanOf(stage, two)).lot]).toEqual([BITCOIN, 2n * BITCOIN]);
    expect(await balanceOf(stage.btc, pool)).toBe(3n * BITCOIN);
  });

  test("a refused exit is asked for again; a loan that brings nothing is written off at last, not forgiven", async () => {
    const key = stage.next();
    const id = await dueLoan(stage, epoch, { key });
    epoch = await attest(stage, 2n);
    const { exitId } = await loanOf(stage, id);
    const refusal = refusalOf(stage, epoch, { key, asset: 0, amount: COIN, charge: 0n });
    await send(stage.vault, "refuse", [exitId, refusal]);
    await expectRefusal(call(pool, "exit", id), "ExitPending");
    await passes(stage, TIMES.answer + 1n);
    await send(pool, "exit", [id]);
    const again = (await loanOf(stage, id)).exitId!;
    expect(again).not.toBe(exitId);
    await expectRefusal(call(pool, "writeOff", id), "CollectTimeNotOver");
    const before = await call<bigint>(pool, "totalAssets");
    await passes(stage, TERMS.term + TERMS.collectTime);
    await send(by(stage.thief, pool), "writeOff", [id]);
    expect(before - (await call<bigint>(pool, "totalAssets"))).toBeGreaterThan(LOAN - DOLLAR);
    const owed = await debtOf(id);
    expect(owed).toBeGreaterThan(LOAN);
    await expectRefusal(call(pool, "writeOff", id), "LoanUnknown");
    // It comes late, and is sold for the lenders, not given to the borrower.
    await paid(stage, id);
    expect(await balanceOf(stage.btc, stage.alice)).toBe(0n);
    expect(await debtOf(id)).toBe(owed);
    await passes(stage, 5n * HOUR);
    await send(by(stage.thief, pool), "buy", [id, PLENTY]);
    expect(await debtOf(id)).toBe(0n);
  });

  test("in the escape, pro rata: every loan is due once the vault is frozen (attack row 46)", async () => {
    const key = stage.next();
    const id = await dueLoan(stage, epoch, { key });
    const young = await (async () => {
      epoch = await attest(stage, 2n);
      return borrow(stage, epoch);
    })();
    expect(await call(pool, "isDue", young)).toBe(false);
    // The vault was robbed of all but one bitcoin, and nobody answers.
    await chain.provider.send("hardhat_impersonateAccount", [await stage.vault.getAddress()]);
    await chain.provider.send("hardhat_setBalance", [await stage.vault.getAddress(), "0xde0b6b3a7640000"]);
    const robber = await chain.provider.getSigner(await stage.vault.getAddress());
    await (
      await stage.btc
        .connect(robber as never)
        .getFunction("transfer")
        .send(stage.thief, 9n * BITCOIN)
    ).wait();
    await passes(stage, TIMES.response + 1n);
    await send(stage.vault, "freeze", [(await loanOf(stage, id)).exitId]);
    expect(await call(pool, "isDue", young)).toBe(true);
    await renew(stage, epoch, id, key);
    for (const loan of [id, young]) await send(pool, "exit", [loan]);
    // Nothing more is lent on what this vault has: a pledge that it never pays would cost the borrower nothing.
    const late = call(by(stage.alice, pool), "borrow", ...(await asking(stage, epoch)));
    await expectRefusal(late, "VaultFrozen", { epoch: epoch.epoch });
    await passes(stage, TIMES.claim + 1n);
    for (const loan of [id, young]) {
      await send(stage.vault, "payClaim", [(await loanOf(stage, loan)).claimId]);
      await send(pool, "collect", [loan]);
      expect((await loanOf(stage, loan)).lot).toBe(BITCOIN / 2n);
    }
  });
});
