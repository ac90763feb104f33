import { BaseContract, type Contract, ContractFactory, toBeHex, ZeroAddress, ZeroHash } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send } from "../../prover/src/chain/sending.ts";
import {
  type LedgerAction,
  pledgePayload,
  renewalPayload,
  withdrawalContext,
} from "../../verifier/src/withdrawal/context.ts";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { type Mutation, mutantOf } from "../support/mutant.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import {
  attest,
  BTC,
  type GateStage,
  knowing,
  publishMarks,
  stageGate,
  statementOf,
} from "../support/staged-gate.ts";
import { ledgerOf, type StagedEpoch, withdrawalOf } from "../support/staged-ledger.ts";

const DAY = 86_400n;
const PLENTY = 10n ** 20n;
/** One bitcoin in units of its row, and of its token. */
const COIN = 10n ** 8n;
const SCALE = 10n ** 10n;

let chain: LocalChain;
let stage: GateStage;
let ledger: Contract;
let gate: Contract;
let other: Contract;
/** A gate without guards. */
let careless: Contract;
let first: StagedEpoch;
let until: bigint;

const GATE = "gate/Gate.sol";
const off = (from: string): Mutation => ({ file: GATE, from, to: "false" });
const GUARDS: readonly Mutation[] = [
  off("withdrawal.epoch != newest"),
  off("withdrawal.recipient != address(this)"),
  off("statement.key != pledge.key"),
  off("statement.epoch != pledge.epoch"),
  { file: GATE, from: "if (registry.isFresh(maxAge)) return;", to: "if (maxAge != 2 ** 256 - 1) return;" },
];

beforeAll(async () => {
  chain = await localChain();
  stage = await stageGate(chain, "gate");
  ledger = await ledgerOf(stage);
  const args = [stage.registry, await stage.accountCheck.getAddress()];
  gate = await knowing(await deploy(stage.owner, "GateHarness", ...args), "Ledger", "AccountCheck");
  other = await knowing(await deploy(stage.owner, "GateHarness", ...args), "Ledger");
  const { abi, bytecode } = await mutantOf("mocks/GateHarness.sol", "GateHarness", GUARDS);
  const made = await new ContractFactory(abi, bytecode, stage.owner).deploy(...args);
  careless = BaseContract.from(await made.getAddress(), abi, stage.owner) as Contract;
  await expectRefusal(call(gate, "requireFresh", DAY), "SolvencyNotFresh", { snapshotTime: 0n });
  first = await attest(stage, 1n);
  until = (await chain.now()) + 30n * DAY;
});
afterAll(() => chain.close());

interface Wish {
  readonly at?: Contract;
  readonly coins?: bigint;
  readonly charge?: bigint;
  readonly against?: StagedEpoch;
  readonly recipient?: string;
  readonly vault?: string;
  readonly until?: bigint;
  readonly payload?: bigint;
}

/** A proof that the key's account has so many bitcoin, made for a pledge at a gate. */
async function proofFor(key: bigint, wish: Wish = {}) {
  const { at = gate, coins = 1n, charge = PLENTY, against = first, payload = 0n } = wish;
  const consumer = await at.getAddress();
  const terms = pledgePayload(payload, BigInt(wish.vault ?? ZeroAddress), wish.until ?? until);
  const demand = { key, asset: 0, amount: coins * COIN, charge, action: "Pledge" as const, consumer };
  return withdrawalOf(stage, against, {
    ...demand,
    payload: terms,
    ...(wish.recipient === undefined ? {} : { recipient: wish.recipient }),
  });
}
const sent = (proof: unknown, { at = gate, vault = ZeroAddress, payload = 0n, ...wish }: Wish = {}) =>
  [at, "pledge", [proof, vault, wish.until ?? until, toBeHex(payload, 32), DAY]] as const;
/** Pledges, and returns the pledge's number. */
async function pledge(key: bigint, wish: Wish = {}): Promise<bigint> {
  await send(...sent(await proofFor(key, wish), wish));
  return ledger.getFunction("pledgeCount").staticCall();
}
const refused = async (proof: unknown, code: string, wish: Wish = {}, fields = {}) => {
  const [at, method, args] = sent(proof, wish);
  await expectRefusal(call(at, method, ...args), code, fields);
};
const accepted = (proof: unknown, wish: Wish) => {
  const [at, method, args] = sent(proof, wish);
  return call(at, method, ...args);
};

/** A proof for the ledger itself, by a consumer that is an account of the stage. */
const direct = (key: bigint, action: LedgerAction, against: StagedEpoch, coins: bigint, payload = 0n) =>
  withdrawalOf(stage, against, {
    ...{
      key,
      asset: 0,
      amount: coins * COIN,
      charge: PLENTY,
      action,
      consumer: stage.owner.address,
      payload,
    },
  });
const spend = (key: bigint, against: StagedEpoch, coins: bigint) =>
  call<{ amount: bigint }>(ledger, "spend", direct(key, "Spend", against, coins), ZeroHash);
const renewal = async (id: bigint, key: bigint, against: StagedEpoch, coins: bigint, charge = PLENTY) =>
  withdrawalOf(stage, against, {
    ...{ key, asset: 0, amount: coins * COIN, charge, action: "Renew" as const },
    ...{ consumer: await gate.getAddress(), payload: renewalPayload(id) },
  });

describe("a pledge is taken", () => {
  test("only with a proof for this gate, vault, end and payload (attack row 24: front-run with another)", async () => {
    const key = stage.next();
    const vault = stage.custody.address;
    const wish = { vault, payload: 7n };
    const proof = await proofFor(key, wish);
    const elsewhere = await proofFor(key, { ...wish, recipient: await other.getAddress() });
    await refused(elsewhere, "ProofsRejected", { ...wish, at: other });
    await refused(proof, "ProofsRejected", { ...wish, vault: ZeroAddress });
    await refused(proof, "ProofsRejected", { ...wish, payload: 8n });
    await refused(proof, "ProofsRejected", { ...wish, until: until + 1n });
    for (const edit of [{ key: key + 1n }, { amount: 2n * COIN }, { charge: PLENTY + 1n }, { asset: 1 }]) {
      await refused({ ...proof, ...edit }, "ProofsRejected", wish);
    }
    // Not as another action, and not by the account itself, which would be its own gate.
    await expectRefusal(call(ledger, "spend", proof, ZeroHash), "ProofsRejected");
    await accepted(proof, wish);
  });

  test("only for the gate itself to collect (mutant: paid to whom the account says)", async () => {
    const recipient = stage.relayer.address;
    await refused(await proofFor(stage.next(), { recipient }), "RecipientNotGate", {}, { recipient });
    const wish = { recipient, at: careless };
    await accepted(await proofFor(stage.next(), wish), wish);
  });

  test("only against the newest attestation, and only while that is fresh (mutant: any root)", async () => {
    const key = stage.next();
    const rich = first;
    first = await attest(stage, 2n);
    await refused(await proofFor(key, { against: rich }), "EpochNotNewest", {}, { epoch: 1n, newest: 2n });
    const wish = { against: rich, at: careless };
    await accepted(await proofFor(key, wish), wish);

    const age = (await chain.now()) - first.snapshotTime;
    await call(gate, "requireFresh", age);
    await expectRefusal(call(gate, "requireFresh", age - 1n), "SolvencyNotFresh", {
      snapshotTime: first.snapshotTime,
    });
    await chain.setNextTime(first.snapshotTime + DAY + 1n);
    await chain.provider.send("evm_mine");
    await refused(await proofFor(key), "SolvencyNotFresh");
    await accepted(await proofFor(key, { at: careless }), { at: careless });
    first = await attest(stage, 3n);
  });
});

describe("one free backs one thing (attack row 44)", () => {
  test("the same free is not pledged to two gates, nor twice to one", async () => {
    const key = stage.next();
    await pledge(key, { coins: 2n });
    await refused(await proofFor(key, { coins: 2n }), "NothingOwed", {}, { key });
    await refused(await proofFor(key, { coins: 2n, at: other }), "NothingOwed", { at: other });
    // Only what is beyond the first.
    await pledge(key, { coins: 3n, at: other });
    const [token] = await Promise.all([stage.tokens[0]!.getAddress()]);
    expect(await call(ledger, "pledgedOf", key, token)).toBe(3n * COIN * SCALE);
    // Enough bitcoin, but no margin to let them go.
    const charge = 3n * COIN * BTC.unitWeight;
    await refused(await proofFor(key, { coins: 9n, charge }), "NothingOwed");
  });

  test("a pledge of one epoch is not spent in the next, by withdrawal or pledge", async () => {
    const key = stage.next();
    await pledge(key, { coins: 2n });
    first = await attest(stage, first.epoch + 1n);
    await expectRefusal(spend(key, first, 2n), "NothingOwed");
    await refused(await proofFor(key, { coins: 2n, at: other }), "NothingOwed", { at: other });
    expect((await spend(key, first, 3n)).amount).toBe(COIN * SCALE);
  });

  test("what was withdrawn is not pledged, whichever epoch is proved", async () => {
    const key = stage.next();
    await send(ledger, "spend", [direct(key, "Spend", first, 2n), ZeroHash]);
    await refused(await proofFor(key, { coins: 2n }), "NothingOwed");
  });
});

describe("a pledge is covered", () => {
  test("for as long as its snapshot is young; then only if the account still has it", async () => {
    const key = stage.next();
    const id = await pledge(key, { coins: 2n });
    const covered = (on = gate, maxAge = DAY) => call(on, "isCovered", id, maxAge);
    const age = (await chain.now()) - first.snapshotTime;
    expect(await covered(gate, age)).toBe(true);
    expect(await covered(gate, age - 1n)).toBe(false);
    expect(await covered(other), "another gate's").toBe(false);

    first = await attest(stage, first.epoch + 1n);
    // The account has lost half a bitcoin's worth since: of the coin, or of the margin.
    const renew = async (coins: bigint, charge = PLENTY, on = gate) =>
      send(on, "renew", [id, await renewal(id, key, first, coins, charge)]);
    await expectRefusal(renew(1n), "PledgeNotCovered", { needed: 2n * COIN });
    const needed = 2n * COIN * BTC.unitWeight;
    await expectRefusal(renew(2n, needed - 1n), "PledgeNotCovered", { neededCharge: needed });
    const strangers = await renewal(id, stage.next(), first, 2n);
    await expectRefusal(call(gate, "renew", id, strangers), "PledgeOfAnother");
    await renew(2n, needed, gate.connect(stage.relayer) as Contract);
    await expectRefusal(renew(2n), "PledgeNotNewer");
    await chain.setNextTime(first.snapshotTime + DAY);
    await chain.provider.send("evm_mine");
    expect(await covered()).toBe(true);
    await chain.provider.send("evm_mine");
    expect(await covered()).toBe(false);
    first = await attest(stage, first.epoch + 1n);
  });

  test("until its gate releases it, or its end has come", async () => {
    const key = stage.next();
    const soon = (await chain.now()) + 1_000n;
    const [one, two] = [await pledge(key, { until: soon }), await pledge(key, { coins: 2n, until: soon })];
    for (const stranger of [other, ledger, ledger.connect(stage.relayer) as Contract]) {
      await expectRefusal(call(stranger, "release", one), "PledgeNotReleasable", { until: soon });
    }
    await send(gate, "release", [one]);
    await expectRefusal(call(gate, "release", one), "PledgeUnknown");
    expect(await call(gate, "isCovered", one, DAY)).toBe(false);
    expect(await call(gate, "isCovered", two, DAY)).toBe(true);
    // Free again, but for the other one.
    expect((await spend(key, first, 2n)).amount).toBe(COIN * SCALE);

    await chain.setNextTime(soon);
    await chain.provider.send("evm_mine");
    expect(await call(gate, "isCovered", two, DAY)).toBe(false);
    await send(ledger.connect(stage.relayer) as Contract, "release", [two]);
    expect((await spend(key, first, 2n)).amount).toBe(2n * COIN * SCALE);
  });
});

describe("a pledge's account is judged", () => {
  const DOLLAR = 10n ** 6n;
  const about = async (key: bigint, observationTime: bigint, dollars: bigint, on: Contract, of = first) =>
    statementOf(stage, of, {
      ...{ key, observationTime, minimumFree: dollars * DOLLAR, consumer: await on.getAddress() },
    });
  const judge = (on: Contract, id: bigint, statement: unknown) =>
    call<{ covers: boolean; free: bigint }>(on, "judge", id, statement, ZeroHash, DAY, DAY);

  test("by its own leaf in the epoch that was proved last (mutant: another's, or an older one)", async () => {
    const [key, rich] = [stage.next(), stage.next()];
    const [id, mine] = [await pledge(key), await pledge(key, { at: careless, coins: 2n })];
    const at = await publishMarks(stage);
    await expectRefusal(judge(gate, id, await about(rich, at, 10n ** 6n, gate)), "AnotherAccount");
    await judge(careless, mine, await about(rich, at, 10n ** 6n, careless));

    const before = first;
    first = await attest(stage, first.epoch + 1n);
    await send(gate, "renew", [id, await renewal(id, key, first, 2n)]);
    const newer = await publishMarks(stage);
    const stale = await about(key, newer, 10n ** 6n, gate, before);
    await expectRefusal(judge(gate, id, stale), "AnotherEpoch", { expected: first.epoch });
    const fresh = await about(key, newer, 140_000n, gate);
    // Two bitcoin of pledges at both gates.
    expect((await judge(gate, id, fresh)).free).toBe((140_000n - 2n * 66_000n) * 10n ** 12n);
    await judge(careless, mine, await about(rich, newer, 10n ** 6n, careless));
  });

  test("to cover its pledges or not, at the marks of today", async () => {
    const key = stage.next();
    const id = await pledge(key);
    const at = await publishMarks(stage);
    expect(await judge(gate, id, await about(key, at, 66_000n, gate))).toEqual([true, 0n]);
    const short = (await about(key, at, 65_999n, gate)) as object;
    expect(await judge(gate, id, short)).toEqual([false, 0n]);
    // The market has moved: what is pledged takes more with it.
    const dearer = await publishMarks(stage, { percent: 150n });
    expect((await judge(gate, id, await about(key, dearer, 66_000n, gate))).covers).toBe(false);
    expect((await judge(gate, id, await about(key, dearer, 99_000n, gate))).covers).toBe(true);
  });
});

test("a gate and its account check are of one ledger", async () => {
  const elsewhere = await stageGate(chain, "another exchange");
  const made = deploy(stage.owner, "GateHarness", elsewhere.registry, await stage.accountCheck.getAddress());
  await expect(made).rejects.toThrow("AccountCheckElsewhere");
  await deploy(stage.owner, "GateHarness", elsewhere.registry, ZeroAddress);
});

test("contexts are those that TypeScript computes", async () => {
  const consumer = await gate.getAddress();
  const payload = pledgePayload(7n, BigInt(stage.custody.address), until);
  const use = { chainId: chain.chainId, ledger: BigInt(stage.ledger), consumer: BigInt(consumer), payload };
  expect(await call(ledger, "contextOf", 2, consumer, toBeHex(payload, 32))).toBe(
    withdrawalContext({ ...use, action: "Pledge" }),
  );
});
