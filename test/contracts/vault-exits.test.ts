// Forced exits: what an operator may try to keep somebody in, and what a user may try to freeze a vault or to be paid more.
import type { Contract } from "ethers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { attestOpened, ledgerOf, openWith, refusalOf, type StagedEpoch } from "../support/staged-ledger.ts";
import {
  attest,
  DAY,
  deployVault,
  deposit,
  freshAddress,
  held,
  inPurse,
  inToken,
  NOBODY,
  pass,
  pledge,
  proved,
  purseOf,
  type Relay,
  renew,
  requestExit,
  signApproval,
  stageVault,
  stateOf,
  TIMES,
  transact,
  UNIT_WEIGHT,
  type VaultStage,
  type Wish,
} from "../support/staged-vault.ts";

let chain: LocalChain;
let stage: VaultStage;
let vault: Contract;
let operator: Contract;
let old: StagedEpoch;
let last: StagedEpoch;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageVault(chain, "vault exits");
  for (const asset of [0, 1, 2]) await deposit(stage, asset, inToken(asset, 1_000_000n));
  old = await attest(stage, 1n);
  last = await attest(stage, 2n);
  vault = stage.vault.connect(stage.bob) as Contract;
  operator = stage.vault.connect(stage.operator) as Contract;
});
afterAll(() => chain.close());

/** Attests an epoch more: the newest one is the older one from now on. */
async function advance(): Promise<StagedEpoch> {
  [old, last] = [last, await attest(stage, last.epoch + 1n)];
  return last;
}

// Tests let days pass, and roots grow old.
beforeEach(async () => {
  if ((await chain.now()) - old.snapshotTime < 10n * DAY) return;
  await advance();
  await advance();
});

const MANY = (1n << 256n) - 1n;

const wish = (part: Partial<Wish> = {}): Wish => ({
  ...{ key: stage.next(), amount: 1000n, recipient: freshAddress(stage) },
  ...part,
});

/** An exit of an account that the older epoch has; the newest may have other things to say. */
async function exit(part: Partial<Wish> = {}, against = old) {
  const w = proved(stage, against, "Exit", wish(part));
  return { id: await requestExit(stage, w, part.relay), w };
}

/** A refusal of the newest epoch, of all that the exit asks for. */
const denial = (part: Pick<Wish, "key"> & Partial<Wish>, against = last) =>
  refusalOf(stage, against, { asset: 0, amount: 1000n, charge: 1000n * UNIT_WEIGHT, ...part });

const approve = (id: bigint) => transact(operator, "approveExit", [id, MANY, 0n, "0x"]);
const refuse = (id: bigint, refusal: ReturnType<typeof denial>) => transact(vault, "refuse", [id, refusal]);
const answer = (id: bigint, part: Wish, against = last, relay: Relay = NOBODY) =>
  transact(vault, "answer", [id, proved(stage, against, "Answer", { ...part, exit: id, relay }), relay]);
const freeze = (id: bigint) => call(vault, "freeze", id);

describe("paid", () => {
  test("into a purse, which the recipient empties to wherever she says, in each kind of token", async () => {
    for (const asset of [0, 1, 2]) {
      const recipient = stage.alice.address;
      const before = await inPurse(stage, asset, recipient);
      const { id } = await exit({ asset, recipient });
      expect(await call(vault, "owedOf", id)).toBe(inToken(asset, 1000n));
      await approve(id);
      expect(await stateOf(stage, id)).toBe("Paid");
      expect(await inPurse(stage, asset, recipient)).toBe(before + inToken(asset, 1000n));
    }
    await transact(vault, "openPurse", [stage.alice.address]);
    // A second time nothing happens.
    const purse = await purseOf(stage, stage.alice.address, stage.alice);
    const to = freshAddress(stage);
    const { token } = stage.rows[2]!;
    const theft = transact(purse.connect(stage.thief) as Contract, "collectTo", [token, stage.thief.address]);
    await expectRefusal(theft, "RecipientOnly", { recipient: stage.alice.address });
    await transact(purse, "collectTo", [token, to]);
    expect(await held(stage, 2, to)).toBe(inToken(2, 1000n));
    // Anybody may have it sent to the recipient herself.
    const before = await held(stage, 0, stage.alice.address);
    await transact(purse.connect(stage.thief) as Contract, "collect", [stage.rows[0]!.token]);
    expect(await held(stage, 0, stage.alice.address)).toBe(before + inToken(0, 1000n));
  });

  test("to a recipient that refuses coins, which its purse takes and sends elsewhere", async () => {
    const receiver = await deploy(stage.owner, "ReceiverMock");
    await transact(receiver, "setRefusing", [true]);
    const recipient = await receiver.getAddress();
    const { id } = await exit({ asset: 2, recipient });
    await approve(id);
    const purse = await purseOf(stage, recipient);
    const { token } = stage.rows[2]!;
    await expectRefusal(transact(purse, "collect", [token]), "CoinRefused", { to: recipient });
    const to = freshAddress(stage);
    const order = purse.interface.encodeFunctionData("collectTo", [token, to]);
    await transact(receiver, "execute", [await purse.getAddress(), order]);
    expect(await held(stage, 2, to)).toBe(inToken(2, 1000n));
  });

  test("a purse is emptied once, whoever its recipient calls on being paid", async () => {
    const receiver = await deploy(stage.owner, "ReceiverMock");
    const recipient = await receiver.getAddress();
    const { id } = await exit({ asset: 2, recipient });
    await approve(id);
    const purse = await purseOf(stage, recipient);
    const again = purse.interface.encodeFunctionData("collect", [stage.rows[2]!.token]);
    await transact(receiver, "callNext", [await purse.getAddress(), again]);
    await transact(purse, "collect", [stage.rows[2]!.token]);
    expect(await call(receiver, "callSucceeded")).toBe(true);
    expect(await held(stage, 2, recipient)).toBe(inToken(2, 1000n));
  });

  test("by the operator's signature over the exit as it stands, by nobody else's, once", async () => {
    const { id } = await exit();
    const other = await exit();
    const approval = { exit: id, most: inToken(0, 1000n), deadline: (await chain.now()) + 100n };
    const { most, deadline } = approval;
    const pay = (signature: string, until = deadline) =>
      transact(vault, "approveExit", [id, most, until, signature]);
    const sign = (part: Partial<typeof approval> = {}, by = stage.operator) =>
      signApproval(stage, by, { ...approval, ...part });
    for (const signature of [
      "0x",
      await sign({}, stage.thief),
      await sign({ exit: other.id }),
      await sign({ most: most + 1n }),
      await sign({ deadline: deadline + 1n }),
    ])
      await expectRefusal(pay(signature), "OperatorSignatureInvalid");
    await expectRefusal(pay(await sign({ deadline: 1n }), 1n), "SignatureExpired");
    await pay(await sign());
    await expectRefusal(pay(await sign()), "ExitNotPending", { id, state: 4n });
  });

  test("not more than the operator is ready to pay, whatever comes back in between", async () => {
    const { id, w } = await exit();
    const pledged = await pledge(stage, old, { ...wish(), key: w.key, amount: 400n });
    const most = await call<bigint>(vault, "owedOf", id);
    expect(most).toBe(inToken(0, 600n));
    await transact((await ledgerOf(stage)).connect(stage.bob) as Contract, "release", [pledged]);
    const paid = transact(operator, "approveExit", [id, most, 0n, "0x"]);
    await expectRefusal(paid, "OwedMore", { id, owed: inToken(0, 1000n), most });
    expect(await stateOf(stage, id)).toBe("Requested");
  });

  test("the relayer first, never more than there is", async () => {
    const relay = { relayer: freshAddress(stage), fee: inToken(0, 40n) };
    const { id, w } = await exit({ relay });
    await approve(id);
    expect(await inPurse(stage, 0, relay.relayer)).toBe(inToken(0, 40n));
    expect(await inPurse(stage, 0, w.recipient)).toBe(inToken(0, 960n));
    // A pledge leaves less than the fee: the relayer has that, and nobody is stuck.
    const less = await exit({ relay });
    await pledge(stage, old, { ...wish(), key: less.w.key, amount: 990n });
    await approve(less.id);
    expect(await inPurse(stage, 0, relay.relayer)).toBe(inToken(0, 50n));
    expect(await inPurse(stage, 0, less.w.recipient)).toBe(0n);
    const greedy = { ...relay, fee: inToken(0, 1000n) + 1n };
    await expectRefusal(exit({ relay: greedy }), "FeeAboveAmount");
    await expectRefusal(exit({ relay: { ...NOBODY, fee: 1n } }), "RelayerMissing");
  });

  test("not by taking what others have: a vault that is short pays nothing, and freezes in the end", async () => {
    const { id } = await exit({ asset: 1, amount: 900_000_000n });
    await expectRefusal(approve(id), "ERC20InsufficientBalance");
    await pass(chain, TIMES.response + 1n);
    await freeze(id);
  });

  test("after the next opening: counted for that epoch too, so its leaf can't be spent again", async () => {
    const { id, w } = await exit();
    const opened = await openWith(stage, last.epoch + 1n, stage.rows);
    await approve(id);
    const next = await attestOpened(stage, opened);
    const part = { ...wish(), key: w.key };
    await expectRefusal(requestExit(stage, proved(stage, next, "Exit", part)), "NothingOwed");
    [old, last] = [last, next];
  });
});

describe("requested", () => {
  test("with a proof for this vault, recipient and fee only, and once", async () => {
    const relay = { relayer: stage.bob.address, fee: 5n };
    const w = proved(stage, last, "Exit", wish({ relay }));
    const other = await (await deployVault(stage, stage.operator.address)).getAddress();
    const request = (what: typeof w, by: Relay = relay) => transact(vault, "requestExit", [what, by]);
    await expectRefusal(request({ ...w, recipient: stage.thief.address }), "ProofsRejected");
    await expectRefusal(request(w, { ...relay, relayer: stage.thief.address }), "ProofsRejected");
    await expectRefusal(request(w, { ...relay, fee: 6n }), "ProofsRejected");
    await expectRefusal(
      request(proved(stage, last, "Exit", wish({ relay, vault: other }))),
      "ProofsRejected",
    );
    await expectRefusal(request(proved(stage, last, "Withdraw", wish({ relay }))), "ProofsRejected");
    await request(w);
    await expectRefusal(request(w), "ClaimExists");
  });

  test("against any recent snapshot, of an epoch that is attested", async () => {
    await expectRefusal(
      transact(vault, "requestExit", [{ ...proved(stage, last, "Exit", wish()), epoch: 99n }, NOBODY]),
      "NotAttested",
      { epoch: 99n },
    );
    // A pause stops no exit, nor does an operator that is gone.
    const exchange = stage.vault.connect(stage.exchange) as Contract;
    await transact(exchange, "pauseDeposits", [true]);
    await transact(exchange, "nameOperator", [`0x${"0".repeat(40)}`]);
    await exit({}, old);
    await transact(exchange, "pauseDeposits", [false]);
    await transact(exchange, "nameOperator", [stage.operator.address]);
  });
});

describe("refused", () => {
  test("truly: the exit ends, and less may be asked for", async () => {
    const { id, w } = await exit();
    await refuse(id, denial(w));
    expect(await stateOf(stage, id)).toBe("Refused");
    await expectRefusal(approve(id), "ExitNotPending", { id, state: 2n });
    await pass(chain, TIMES.answer + 1n);
    await expectRefusal(freeze(id), "ExitNotPending", { id, state: 2n });
    await expectRefusal(answer(id, wish({ key: w.key, recipient: w.recipient })), "DeadlinePassed");
    const less = await exit({ key: w.key, amount: 999n });
    expect(await stateOf(stage, less.id)).toBe("Requested");
  });

  test("only by the newest attestation, which is newer than the exit's", async () => {
    const { id, w } = await exit({}, last);
    await expectRefusal(refuse(id, denial(w)), "RefusalNotNewer", {
      exitEpoch: last.epoch,
      latest: last.epoch,
    });
    const between = await exit({ key: w.key, amount: 900n }, old);
    const past = denial({ key: w.key, amount: 900n, charge: 4500n }, old);
    await expectRefusal(refuse(between.id, past), "RefusalNotNewer", { epoch: old.epoch });
  });

  test("only by a proof that speaks of the key, and of no more than what is asked for", async () => {
    const { id, w } = await exit();
    await expectRefusal(refuse(id, denial({ key: w.key + 1n })), "ProofsRejected");
    await expectRefusal(refuse(id, { ...denial(w), proof: denial({ key: 5n }).proof }), "ProofsRejected");
    await expectRefusal(refuse(id, denial({ key: w.key, asset: 1 })), "ProofsRejected");
    await expectRefusal(refuse(id, denial({ key: w.key, amount: 1001n })), "RefusalTooLarge");
    await expectRefusal(refuse(id, denial({ key: w.key, charge: 5001n })), "RefusalTooLarge");
    // A pledge in between changes what is owed, and does not spoil a refusal of less.
    const refusal = denial({ key: w.key, amount: 900n });
    await pledge(stage, old, wish({ key: w.key, asset: 1, amount: 100n, charge: 500n }));
    await refuse(id, refusal);
  });

  test("in time only, and one that is paid or refused not again", async () => {
    const late = await exit();
    await pass(chain, TIMES.response + 1n);
    await expectRefusal(refuse(late.id, denial(late.w)), "DeadlinePassed");
    await approve(late.id);
    await expectRefusal(refuse(late.id, denial(late.w)), "ExitNotRefusable", { state: 4n });
    const { id, w } = await exit();
    await refuse(id, denial(w));
    await expectRefusal(refuse(id, denial(w)), "ExitNotRefusable", { state: 2n });
    await expectRefusal(refuse(12_345n, denial(w)), "ExitNotRefusable", { state: 0n });
  });
});

describe("refused falsely", () => {
  test("and answered: paid by the newer leaf, refused no more, or frozen", async () => {
    const { id, w } = await exit();
    await refuse(id, denial(w));
    await answer(id, { key: w.key, amount: 1000n, recipient: w.recipient });
    expect(await stateOf(stage, id)).toBe("Answered");
    await expectRefusal(refuse(id, denial(w)), "ExitNotRefusable", { state: 3n });
    // Nor by an epoch that comes after.
    const later = await advance();
    await expectRefusal(refuse(id, denial(w, later)), "ExitNotRefusable", { state: 3n });
    await pass(chain, TIMES.response + 1n);
    await freeze(id);
    const approval = { exit: id, most: MANY, deadline: (await chain.now()) + 100n };
    const signature = await signApproval(stage, stage.operator, approval);
    await transact(vault, "approveExit", [id, MANY, approval.deadline, signature]);
    expect(await inPurse(stage, 0, w.recipient)).toBe(inToken(0, 1000n));
  });

  test("only a leaf that allows what was denied answers: a smaller claim is no evidence", async () => {
    const { id, w } = await exit();
    await refuse(id, denial(w));
    const right = { key: w.key, amount: 1000n, recipient: w.recipient };
    await expectRefusal(answer(id, { ...right, amount: 999n, charge: 5000n }), "AnswerTooSmall");
    await expectRefusal(answer(id, { ...right, charge: 4999n }), "AnswerTooSmall");
    await expectRefusal(answer(id, { ...right, key: w.key + 1n }), "AnswerDiffers", { id });
    await expectRefusal(answer(id, { ...right, recipient: stage.thief.address }), "AnswerDiffers");
    await expectRefusal(answer(id, { ...right, asset: 1 }), "AnswerDiffers");
    await expectRefusal(answer(id, right, old), "AnswerDiffers");
    await expectRefusal(answer(id, right, last, { ...NOBODY, fee: 1n }), "RelayerMissing");
    const exitProof = proved(stage, last, "Exit", right);
    await expectRefusal(transact(vault, "answer", [id, exitProof, NOBODY]), "ProofsRejected");
    const otherExit = proved(stage, last, "Answer", { ...right, exit: id + 1n });
    await expectRefusal(transact(vault, "answer", [id, otherExit, NOBODY]), "ProofsRejected");
    const pending = await exit();
    const early = { key: pending.w.key, amount: 1000n, recipient: pending.w.recipient };
    await expectRefusal(answer(pending.id, early), "ExitNotRefused", { state: 1n });
    await answer(id, right);
    await expectRefusal(answer(id, right), "ExitNotRefused", { state: 3n });
  });
});

describe("frozen", () => {
  test("not before the deadline, to the second", async () => {
    const { id } = await exit();
    const { deadline } = await call<{ deadline: bigint }>(vault, "exitOf", id);
    await chain.setNextTime(deadline);
    await chain.provider.send("evm_mine", []);
    await expectRefusal(freeze(id), "DeadlineNotPassed", { deadline });
    await pass(chain, 1n);
    await freeze(id);
    await approve(id);
  });

  test("not by an exit that was paid, that owes nothing, or that never was", async () => {
    const { id } = await exit();
    await approve(id);
    const { id: empty, w } = await exit();
    await pledge(stage, old, { ...wish(), key: w.key });
    expect(await call(vault, "owedOf", empty)).toBe(0n);
    await pass(chain, TIMES.response + 1n);
    await expectRefusal(freeze(id), "ExitNotPending", { state: 4n });
    await expectRefusal(freeze(empty), "NothingOwed", { key: w.key });
    await expectRefusal(freeze(99_999n), "ExitNotPending", { state: 0n });
    await approve(empty);
  });

  test("not by a pledge that hides the exit from the operator and is released at the deadline", async () => {
    // Neither can be paid nor refused while the pledge is in force: the operator's attempt ends it.
    for (const attempt of ["approve", "refuse"] as const) {
      const { id, w } = await exit();
      const pledged = await pledge(stage, old, { ...wish(), key: w.key });
      await (attempt === "approve" ? approve(id) : refuse(id, denial(w)));
      expect(await stateOf(stage, id)).toBe("Over");
      await transact((await ledgerOf(stage)).connect(stage.bob) as Contract, "release", [pledged]);
      await pass(chain, TIMES.response + 1n);
      await expectRefusal(freeze(id), "ExitNotPending", { state: 5n });
    }
  });
});

describe("a gate exits with what was pledged to it", () => {
  const gate = () => stage.vault.connect(stage.bob) as Contract;
  async function pledgeExit(part: Partial<Wish> = {}) {
    const w = wish(part);
    const pledgeId = await pledge(stage, old, w);
    await transact(gate(), "requestPledgeExit", [pledgeId]);
    return { id: await call<bigint>(vault, "exits"), pledgeId, w };
  }

  test("alone, at the vault that was named, to the recipient that was named, and the account not as well", async () => {
    const w = wish();
    const pledgeId = await pledge(stage, old, w);
    const stranger = stage.vault.connect(stage.thief) as Contract;
    await expectRefusal(transact(stranger, "requestPledgeExit", [pledgeId]), "GateOnly", {
      gate: stage.bob.address,
    });
    const vaultless = await pledge(stage, old, { ...wish(), vault: stage.thief.address });
    await expectRefusal(transact(gate(), "requestPledgeExit", [vaultless]), "PledgeElsewhere");
    await transact(gate(), "requestPledgeExit", [pledgeId]);
    const id = await call<bigint>(vault, "exits");
    await approve(id);
    expect(await inPurse(stage, 0, w.recipient)).toBe(inToken(0, 1000n));
    await expectRefusal(transact(gate(), "requestPledgeExit", [pledgeId]), "NothingOwed");
    const again = proved(stage, old, "Exit", { ...w });
    await expectRefusal(requestExit(stage, again), "NothingOwed", { key: w.key });
  });

  test("is over when the pledge is released", async () => {
    const { id, pledgeId } = await pledgeExit();
    await transact((await ledgerOf(stage)).connect(stage.bob) as Contract, "release", [pledgeId]);
    await pass(chain, TIMES.response + 1n);
    await expectRefusal(freeze(id), "NothingOwed");
    await approve(id);
    expect(await stateOf(stage, id)).toBe("Over");
  });

  test("is refused by a leaf that does not hold it by itself, whatever else the borrower pledged", async () => {
    const { id, w } = await pledgeExit();
    // The borrower pledges as much again to a friend, from an old leaf: that is not needed for the first pledge.
    await pledge(stage, old, { ...w, amount: 2000n });
    const more = { key: w.key, amount: 1001n, charge: 5001n };
    await expectRefusal(refuse(id, denial(more)), "RefusalTooLarge", { needed: 1000n, neededCharge: 5000n });
    await refuse(id, denial({ key: w.key }));
    expect(await stateOf(stage, id)).toBe("Refused");
  });

  test("a false refusal is answered by a renewal in its epoch", async () => {
    const { id, pledgeId, w } = await pledgeExit();
    await refuse(id, denial({ key: w.key }));
    await expectRefusal(transact(gate(), "answerByRenewal", [id]), "AnswerDiffers");
    const asAccount = { key: w.key, amount: 1000n, recipient: w.recipient };
    await expectRefusal(answer(id, asAccount), "AnswerDiffers");
    await renew(stage, last, pledgeId, w);
    await transact(gate(), "answerByRenewal", [id]);
    expect(await stateOf(stage, id)).toBe("Answered");
    await pass(chain, TIMES.response + 1n);
    await freeze(id);
    await approve(id);
    expect(await inPurse(stage, 0, w.recipient)).toBe(inToken(0, 1000n));
  });

  test("can't be refused by the epoch that it was renewed in", async () => {
    const { id, pledgeId, w } = await pledgeExit();
    await renew(stage, last, pledgeId, w);
    await expectRefusal(refuse(id, denial({ key: w.key })), "RefusalNotNewer");
    await approve(id);
  });
});

// Row 46.
test("an operator that attests for ever without the victim can't keep her in", async () => {
  const { id, w } = await exit({ recipient: stage.alice.address }, last);
  for (let i = 0; i < 3; i++) {
    await pass(chain, DAY / 2n);
    await advance();
  }
  const { epoch } = last;
  // No leaf of her key, no refusal: what there is speaks of others.
  await expectRefusal(refuse(id, denial({ key: w.key + 1n })), "ProofsRejected");
  await pass(chain, TIMES.response);
  await transact(vault, "freeze", [id]);
  const state = await call<{ isFrozen: boolean; epoch: bigint }>(vault, "escape");
  expect([state.isFrozen, state.epoch]).toEqual([true, epoch]);
  // From now on there is the escape only.
  for (const [name, ...args] of [
    ["requestExit", proved(stage, last, "Exit", wish()), NOBODY],
    ["approveExit", id, MANY, 0n, "0x"],
    ["refuse", id, denial(w)],
    ["freeze", id],
    ["requestPledgeExit", 1n],
    ["answerByRenewal", id],
    ["answer", id, proved(stage, last, "Answer", wish()), NOBODY],
    ["deposit", stage.rows[0]!.token, 1n, 1n],
    ["withdraw", proved(stage, last, "Withdraw", wish()), NOBODY, { paidBefore: 0n, deadline: 0n }, "0x"],
  ] as const)
    await expectRefusal(transact(operator, name, args), "VaultFrozen", { epoch });
});

describe("a snapshot is exited from until it is maxRootAge old, to the second", () => {
  /** A vault of its own, and the time from which on a snapshot is too old for it. */
  async function ageing() {
    const fresh = await deployVault(stage, stage.operator.address);
    const address = await fresh.getAddress();
    return { fresh: fresh.connect(stage.bob) as Contract, address, own: { ...stage, vault: fresh, address } };
  }

  async function at(time: bigint): Promise<void> {
    await chain.setNextTime(time);
    await chain.provider.send("evm_mine", []);
  }

  test("by an account, and a pledge by its gate, which anybody may be", async () => {
    const { fresh, own } = await ageing();
    const { snapshotTime } = old;
    const w = proved(own, old, "Exit", wish());
    await at(snapshotTime + TIMES.maxRootAge - 2n);
    // Of any age: a gate of the thief's own takes it. She has nothing any more, and her empty leaf was kept as long as she could exit.
    const id = await pledge(own, old, wish());
    await call(fresh, "requestPledgeExit", id);
    await at(snapshotTime + TIMES.maxRootAge + 1n);
    await expectRefusal(call(fresh, "requestPledgeExit", id), "RootTooOld", { snapshotTime });
    await expectRefusal(call(fresh, "requestExit", w, NOBODY), "RootTooOld", { snapshotTime });
  });

  test("from the newest at any age: an exchange that attests no more locks nobody in", async () => {
    const { fresh, own } = await ageing();
    const [account, pledged] = [proved(own, last, "Exit", wish()), wish()];
    const id = await pledge(own, last, pledged);
    await pass(chain, 10n * TIMES.maxRootAge);
    await transact(fresh, "requestPledgeExit", [id]);
    await transact(fresh, "requestExit", [account, NOBODY]);
    await pass(chain, TIMES.response + 1n);
    await transact(fresh, "freeze", [await call(fresh, "exits")]);
    await transact(fresh, "registerPledge", [id]);
    const claim = proved(own, last, "Claim", wish());
    await transact(fresh, "registerClaim", [claim, NOBODY]);
  });
});
