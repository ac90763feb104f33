import { toBeHex, ZeroHash } from "ethers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withWords } from "../../prover/src/chain/errors.ts";
import { send } from "../../prover/src/chain/sending.ts";
import { loanPayload } from "../../verifier/src/withdrawal/gate-context.ts";
import type { LocalChain } from "../support/chain.ts";
import { deploy, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { attest, publishMarks } from "../support/staged-gate.ts";
import { type StagedEpoch, withdrawalOf } from "../support/staged-ledger.ts";
import {
  answerTo,
  asking,
  BITCOIN,
  balanceOf,
  borrow,
  by,
  COIN,
  DAY,
  DOLLAR,
  firstEpoch,
  LOAN,
  PLENTY,
  type PoolStage,
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

describe("a loan is taken", () => {
  test("by the borrower who proved for it, of the amount that was proved for (attack row 24)", async () => {
    const ask = await asking(stage, epoch);
    const [proof, until] = ask;
    await expectRefusal(call(by(stage.thief, pool), "borrow", ...ask), "ProofsRejected");
    await expectRefusal(call(by(stage.alice, pool), "borrow", proof, until, LOAN - 1n), "ProofsRejected");
    await expectRefusal(call(by(stage.alice, pool), "borrow", proof, until + 1n, LOAN), "ProofsRejected");
    await send(by(stage.alice, pool), "borrow", [...ask]);
    expect(await balanceOf(stage.usd, stage.alice)).toBe(200_000n * DOLLAR + LOAN);
    // The same proof is no second loan, nor the same free another pool's.
    await expectRefusal(call(by(stage.alice, pool), "borrow", ...ask), "NothingOwed");
    await expectRefusal(
      call(by(stage.alice, pool), "borrow", ...(await asking(stage, epoch, { key: proof.key }))),
      "NothingOwed",
    );
  });

  test("of at most the pledge's worth times the limit, at marks of now", async () => {
    // Price 1.000001 for what is worth 1 and less than that more.
    const most = (35_000n * DOLLAR * DOLLAR) / (DOLLAR + 1n);
    await expectRefusal(
      call(by(stage.alice, pool), "borrow", ...(await asking(stage, epoch, { amount: most + 1n }))),
      "WorthTooLittle",
      {
        limit: 35_000n * 10n ** 12n,
      },
    );
    await call(by(stage.alice, pool), "borrow", ...(await asking(stage, epoch, { amount: most })));
    await publishMarks(stage, { percent: 90n });
    await expectRefusal(
      call(by(stage.alice, pool), "borrow", ...(await asking(stage, epoch, { amount: most }))),
      "WorthTooLittle",
    );
    await passes(stage, TERMS.maxMarksAge + 1n);
    await expectRefusal(
      call(by(stage.alice, pool), "borrow", ...(await asking(stage, epoch))),
      "PolicyTooOld",
    );
  });

  test("of a token that the policy has a price for", async () => {
    const foreign = await deploy(stage.alice, "TokenMock", "Foreign", 6);
    const args = [stage.accountCheck, stage.vault, foreign, stage.btc, TERMS];
    const elsewhere = await deploy(stage.alice, "LendingPool", ...args);
    const ask = await asking({ ...stage, pool: elsewhere }, epoch);
    await expectRefusal(call(elsewhere, "borrow", ...ask), "TokenNotInPolicy", {
      token: await foreign.getAddress(),
    });
  });

  test("on a pledge of the collateral that outlasts it, out of the cash there is", async () => {
    const soon = (await chain.now()) + TERMS.term + TERMS.collectTime - 1n;
    await expectRefusal(
      call(by(stage.alice, pool), "borrow", ...(await asking(stage, epoch, { until: soon }))),
      "PledgeTooShort",
    );
    await expectRefusal(
      call(by(stage.alice, pool), "borrow", ...(await asking(stage, epoch, { asset: 1 }))),
      "CollateralDiffers",
    );
    await expectRefusal(
      call(by(stage.alice, pool), "borrow", ...(await asking(stage, epoch, { amount: 0n }))),
      "AmountMissing",
    );
    const all = { coins: 3n, amount: 100_001n * DOLLAR };
    await expectRefusal(
      call(by(stage.alice, pool), "borrow", ...(await asking(stage, epoch, all))),
      "CashTooLittle",
    );
  });
});

describe("a pledge is bound to its loan", () => {
  test("until the loan is repaid, to the last unit of interest", async () => {
    const key = stage.next();
    const id = await borrow(stage, epoch, { key });
    for (const who of [stage.alice, stage.thief]) {
      await expectRefusal(call(by(who, stage.ledgerContract), "release", id), "PledgeNotReleasable");
    }
    await passes(stage, (73n * DAY) / 4n);
    // Half a per cent in 18.25 days.
    const debt = await debtOf(id);
    expect(debt > LOAN + 169n * DOLLAR && debt < LOAN + 171n * DOLLAR).toBe(true);
    await send(by(stage.thief, pool), "repay", [id, 1_000n * DOLLAR]);
    await expectRefusal(call(by(stage.alice, stage.ledgerContract), "release", id), "PledgeNotReleasable");
    const before = await balanceOf(stage.usd, pool);
    await send(by(stage.alice, pool), "repay", [id, PLENTY]);
    expect((await balanceOf(stage.usd, pool)) - before + 1_000n * DOLLAR).toBeGreaterThanOrEqual(debt);
    expect(await debtOf(id)).toBe(0n);
    await expectRefusal(call(by(stage.alice, pool), "repay", id, 1n), "LoanUnknown");
    // Free again: she spends it elsewhere.
    const demand = { key, asset: 0, amount: COIN, charge: PLENTY, consumer: stage.owner.address };
    const spend = withdrawalOf(stage, epoch, { ...demand, action: "Spend" });
    expect((await call<{ amount: bigint }>(stage.ledgerContract, "spend", spend, ZeroHash)).amount).toBe(
      BITCOIN,
    );
    // Lenders earned it, and nothing was lost on the way.
    const shares = await call<bigint>(pool, "balanceOf", stage.lender.address);
    await send(by(stage.lender, pool), "redeem", [shares, stage.lender.address, stage.lender.address]);
    const earned = (await balanceOf(stage.usd, stage.lender)) - 200_000n * DOLLAR;
    expect(earned > 169n * DOLLAR && earned < 172n * DOLLAR).toBe(true);
  });
});

describe("a loan is called", () => {
  test("and answered for by its own account, at today's marks, in time", async () => {
    const key = stage.next();
    const id = await borrow(stage, epoch, { key });
    const good = await answerTo(stage, epoch, id, { key });
    await expectRefusal(call(pool, "answer", id, good), "NotToAnswer", { answerBy: 0n });
    await send(by(stage.thief, pool), "call", [id]);
    await expectRefusal(call(by(stage.thief, pool), "call", id), "CalledAlready");
    await expectRefusal(
      call(pool, "answer", id, await answerTo(stage, epoch, id, { key, dollars: 65_999n })),
      "PledgesNotCovered",
    );
    await expectRefusal(
      call(pool, "answer", id, await answerTo(stage, epoch, id, { key: stage.next() })),
      "AnotherAccount",
    );
    const another = await answerTo(stage, epoch, id, { key, payload: id + 1n });
    await expectRefusal(call(pool, "answer", id, another), "ProofsRejected");
    // The market has fallen: pledges are still covered, but carry less than 34,000 / 0.85.
    const fallen = await answerTo(stage, epoch, id, { key, percent: 79n });
    await expectRefusal(call(pool, "answer", id, fallen), "WorthTooLittle");
    await send(by(stage.thief, pool), "answer", [
      id,
      await answerTo(stage, epoch, id, { key, percent: 81n }),
    ]);
    expect(await call(pool, "isDue", id)).toBe(false);
    await expectRefusal(call(by(stage.thief, pool), "call", id), "CalledTooSoon");
    await passes(stage, TERMS.callInterval);
    await send(by(stage.thief, pool), "call", [id]);
    const late = await answerTo(stage, epoch, id, { key });
    await passes(stage, TERMS.grace + 1n);
    await expectRefusal(call(pool, "answer", id, late), "NotToAnswer");
    expect(await call(pool, "isDue", id)).toBe(true);
  });

  test("by a leaf of the epoch that its pledge was renewed in (attack row 45: a stale one)", async () => {
    const key = stage.next();
    const id = await borrow(stage, epoch, { key });
    await send(pool, "call", [id]);
    const before = epoch;
    epoch = await attest(stage, 2n);
    await renew(stage, epoch, id, key);
    const stale = await answerTo(stage, epoch, id, { key });
    epoch = before;
    const older = await answerTo(stage, epoch, id, { key });
    await expectRefusal(call(pool, "answer", id, older), "AnotherEpoch", { epoch: 1n, expected: 2n });
    await send(pool, "answer", [id, stale]);
  });
});

describe("a loan is due", () => {
  test("when its pledge is not renewed, until it is; at the end of its term; not before", async () => {
    const key = stage.next();
    const id = await borrow(stage, epoch, { key });
    await expectRefusal(call(pool, "exit", id), "NotDue");
    await expectRefusal(call(pool, "exit", id + 1n), "LoanUnknown");
    await passes(stage, TERMS.maxLeafAge + 1n);
    expect(await call(pool, "isDue", id)).toBe(true);
    epoch = await attest(stage, 2n);
    // What was lost by trading can't be renewed.
    await expectRefusal(renew(stage, epoch, id, key, COIN - 1n), "PledgeNotCovered");
    await renew(stage, epoch, id, key);
    expect(await call(pool, "isDue", id)).toBe(false);
    await passes(stage, TERMS.term);
    epoch = await attest(stage, 3n);
    await renew(stage, epoch, id, key);
    expect(await call(pool, "isDue", id)).toBe(true);
  });
});

describe("shares", () => {
  test("are not rounded away by a donation before the second lender", async () => {
    const fresh = await deploy(
      stage.alice,
      "LendingPool",
      stage.accountCheck,
      stage.vault,
      stage.usd,
      stage.btc,
      TERMS,
    );
    for (const one of [stage.thief, stage.lender])
      await send(by(one, stage.usd), "approve", [await fresh.getAddress(), PLENTY]);
    await send(by(stage.thief, fresh), "deposit", [1n, stage.thief.address]);
    await send(by(stage.thief, stage.usd), "transfer", [await fresh.getAddress(), 50_000n * DOLLAR]);
    await send(by(stage.lender, fresh), "deposit", [40_000n * DOLLAR, stage.lender.address]);
    const shares = await call<bigint>(fresh, "balanceOf", stage.lender.address);
    expect(await call(fresh, "previewRedeem", shares)).toBeGreaterThan(39_900n * DOLLAR);
  });

  test("are redeemed out of cash only, and no rounding is in a lender's favour", async () => {
    await borrow(stage, epoch, { coins: 2n, amount: 69_999n * DOLLAR });
    const cash = await balanceOf(stage.usd, pool);
    expect(await call(pool, "maxWithdraw", stage.lender.address)).toBe(cash);
    const most = ((await call<bigint>(pool, "maxRedeem", stage.lender.address)) * 999n) / 1_000n;
    await expectRefusal(
      call(by(stage.lender, pool), "withdraw", cash + 1n, stage.lender.address, stage.lender.address),
      "ERC4626ExceededMaxWithdraw",
    );
    await send(by(stage.lender, pool), "redeem", [most, stage.lender.address, stage.lender.address]);
    await passes(stage, DAY + 1n);
    const assets = 7n;
    const shares = await call<bigint>(pool, "previewDeposit", assets);
    expect(await call(pool, "previewRedeem", shares)).toBeLessThanOrEqual(assets);
  });
});

test("a token that calls back in the middle of a transfer finds the pool shut (attack row 24)", async () => {
  const hostile = await deploy(stage.thief, "HostileTokenMock", "EVIL", 6);
  const own = await deploy(
    stage.thief,
    "LendingPool",
    stage.accountCheck,
    stage.vault,
    hostile,
    stage.btc,
    TERMS,
  );
  const address = await own.getAddress();
  await send(hostile, "mint", [stage.thief.address, 100n]);
  await send(hostile, "approve", [address, 100n]);
  const shut = own.interface.getError("ReentrancyGuardReentrantCall")!.selector;
  // Each would go through on its own: nothing is deposited, redeemed or paid out.
  const inner = [
    ["deposit", [0n, stage.thief.address]],
    ["redeem", [0n, stage.thief.address, await hostile.getAddress()]],
    ["takeCredit", []],
  ] as const;
  const outer = [
    ["deposit", [10n, stage.thief.address]],
    ["withdraw", [5n, stage.thief.address, stage.thief.address]],
  ] as const;
  for (const [method, args] of outer) {
    for (const [name, words] of inner) {
      await send(hostile, "callNext", [address, own.interface.encodeFunctionData(name, [...words])]);
      await send(own, method, [...args]);
      expect(await call(hostile, "callSucceeded"), `${name} in ${method}`).toBe(false);
      expect(await call(hostile, "callAnswer")).toBe(shut);
    }
  }
  for (const [name, words] of inner) await call(own, name, ...words.map((word) => word));
});

test("terms that contradict each other or the vault's times are refused", async () => {
  const made = (terms: Partial<typeof TERMS>, collateral = stage.btc) =>
    withWords(pool.interface, () =>
      deploy(stage.alice, "LendingPool", stage.accountCheck, stage.vault, stage.usd, collateral, {
        ...TERMS,
        ...terms,
      }),
    );
  for (const terms of [
    { borrowLimit: TERMS.callLimit },
    { borrowLimit: 0n },
    { callLimit: 10_000n },
    { saleTime: 0n },
    { maxLeafAge: TIMES.maxRootAge },
    { collectTime: 2n * TIMES.response + TIMES.answer + TIMES.claim },
  ]) {
    await expectRefusal(made(terms), "TermsInvalid");
  }
  await expectRefusal(made({}, stage.usd), "TermsInvalid");
  expect(toBeHex(await call<bigint>(pool, "loanPayload", stage.alice.address, 5n), 32)).toBe(
    toBeHex(loanPayload(BigInt(stage.alice.address), 5n), 32),
  );
});
