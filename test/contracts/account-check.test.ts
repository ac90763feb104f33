import { BaseContract, type Contract, ContractFactory, toBeHex } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorsWithoutWords } from "../../prover/src/chain/errors.ts";
import { circuitIdOf, deployKey } from "../../prover/src/chain/registry.ts";
import { FIELD, PUBLIC_SIGNALS } from "../../verifier/src/constants.ts";
import { pledgePayload } from "../../verifier/src/withdrawal/context.ts";
import { accountContext } from "../../verifier/src/withdrawal/gate-context.ts";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { type Mutation, mutantOf } from "../support/mutant.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import {
  attest,
  BTC,
  type GateStage,
  NEVER,
  publishMarks,
  type StatementWish,
  stageGate,
  statementOf,
  USD,
} from "../support/staged-gate.ts";
import { ledgerOf, type StagedEpoch, withdrawalOf } from "../support/staged-ledger.ts";
import { scalarsFrom, trapdoorKey, trapdoorSetup } from "../support/trapdoor.ts";

const HOUR = 3_600n;
const DAY = 24n * HOUR;
const PAYLOAD = 5n;

let chain: LocalChain;
let stage: GateStage;
/** The contract without its guards, of the same keys: what an attack gets where nothing stands in its way. */
let unguarded: Contract;
let leaf: StagedEpoch;
let marksAt: bigint;
let key: bigint;

// Each the guard that some attack below meets.
const CHECK = "AccountCheck.sol";
const off = (from: string, file = CHECK): Mutation => ({ file, from, to: "false" });
const GUARDS: readonly Mutation[] = [
  off("!isAttested"),
  off("block.timestamp - snapshotTime > maxLeafAge"),
  off("observationTime < snapshotTime"),
  off("block.timestamp - observationTime > maxMarksAge"),
  off("marks.rowTableHash != leafs.rowTableHash"),
  off("leafs.nextExpiry <= block.timestamp"),
  off("signals[j] >= FIELD", "lib/Groth16Single.sol"),
];

beforeAll(async () => {
  chain = await localChain();
  stage = await stageGate(chain, "account check");
  key = stage.next();
  const { abi, bytecode } = await mutantOf(CHECK, "AccountCheck", GUARDS);
  const { address } = await deployKey(stage.owner, stage.accountKey.packed);
  const made = await new ContractFactory(abi, bytecode, stage.owner).deploy(stage.registry, [address]);
  unguarded = BaseContract.from(await made.getAddress(), abi, stage.owner) as Contract;
  leaf = await attest(stage, 1n);
  marksAt = await publishMarks(stage);
});
afterAll(() => chain.close());

type Statement = Awaited<ReturnType<typeof statementOf>>;

const wish = (change: Partial<StatementWish> = {}): StatementWish => ({
  key,
  observationTime: marksAt,
  minimumFree: 1_000n,
  consumer: stage.owner.address,
  payload: PAYLOAD,
  ...change,
});
const judge = (
  statement: Statement,
  { on = stage.accountCheck, payload = PAYLOAD, maxLeafAge = DAY, maxMarksAge = HOUR } = {},
): Promise<{ proved: bigint; charge: bigint }> =>
  call(on, "judge", statement, toBeHex(payload, 32), maxLeafAge, maxMarksAge);

/** The statement as it would be proved to the contract without guards: its context names the contract. */
const provedTo = async (change: Partial<StatementWish> = {}, of = leaf): Promise<Statement[]> => [
  await statementOf(stage, of, wish(change)),
  await statementOf({ ...stage, accountCheck: unguarded }, of, wish(change)),
];

/** Refused with this error, and accepted by the contract without guards. */
async function refusedByGuard(
  statements: readonly Statement[],
  code: string,
  limits: Parameters<typeof judge>[1] = {},
): Promise<void> {
  await expectRefusal(judge(statements[0]!, limits), code);
  await judge(statements[1]!, { ...limits, on: unguarded });
}

describe("only an attested leaf of a known circuit is judged", () => {
  test("a proof of something else: every signal is bound (attack row 4)", async () => {
    const good = await statementOf(stage, leaf, wish());
    const edits: Partial<Statement>[] = [
      { key: key + 1n },
      { minimumFree: 1_001n },
      { observationTime: leaf.snapshotTime },
      { proof: good.proof.with(7, good.proof[1]!) },
    ];
    const other = await publishMarks(stage, { policyTree: 78n });
    for (const edit of [...edits, { observationTime: other }]) {
      const rejected = "proof" in edit ? "PointInvalid" : "ProofsRejected";
      if (edit.observationTime !== leaf.snapshotTime) {
        await expectRefusal(judge({ ...good, ...edit }), rejected);
      }
    }
    // The leaf's own policy is that of the same rows here, so this is another statement about it, and a true one.
    await judge({ ...good, observationTime: leaf.snapshotTime });
    await expectRefusal(judge({ ...good, circuitId: toBeHex(9n, 32) }), "AccountCircuitUnknown");
  });

  test("a root that is not the epoch's, or of another epoch's number (attack row 44)", async () => {
    const batches = leaf.batches.with(1, { ...leaf.batches[1]!, root: stage.next() });
    await refusedByGuard(await provedTo({}, { ...leaf, batches }), "BatchNotAttested");
    const second = await attest(stage, 2n);
    const renumbered = { ...leaf, epoch: 2n };
    marksAt = await publishMarks(stage);
    await refusedByGuard(await provedTo({}, renumbered), "BatchNotAttested");
    leaf = second;
    const [missing] = await provedTo({}, { ...leaf, epoch: 3n });
    await expectRefusal(judge(missing!), "BatchNotAttested", { epoch: 3n });
  });

  test("a key in its second encoding, which nothing was ever charged to (attack row 4)", async () => {
    const twin = async (statements: Promise<Statement[]>): Promise<Statement[]> =>
      (await statements).map((statement) => ({ ...statement, key: statement.key + FIELD }));
    await refusedByGuard(await twin(provedTo()), "SignalOutOfField");
  });

  test("for another caller, another payload or another chain's contract than proved (attack row 25)", async () => {
    const [good] = await provedTo();
    await judge(good!);
    await expectRefusal(judge(good!, { payload: PAYLOAD + 1n }), "ProofsRejected");
    await expectRefusal(
      judge(good!, { on: stage.accountCheck.connect(stage.relayer) as Contract }),
      "ProofsRejected",
    );
    await expectRefusal(judge(good!, { on: unguarded }), "ProofsRejected");
    const abroad = await statementOf({ ...stage, chain: { ...chain, chainId: 1n } }, leaf, wish());
    await expectRefusal(judge(abroad), "ProofsRejected");
  });
});

describe("a stale leaf is not judged by marks that it does not fit (attack row 45)", () => {
  test("when row 4 is another coin under the newer policy", async () => {
    const renamed = await publishMarks(stage, { rowTableHash: toBeHex(12n, 32) });
    await refusedByGuard(await provedTo({ observationTime: renamed }), "RowsDiffer");
  });

  test("when its option has expired, though the newer policy has no such row any more", async () => {
    const expiry = (await chain.now()) + 500n;
    const optioned = await attest(stage, 5n, { nextExpiry: expiry });
    const before = await publishMarks(stage, { nextExpiry: expiry });
    await judge((await provedTo({ observationTime: before }, optioned))[0]!);
    await chain.setNextTime(expiry);
    const after = await publishMarks(stage, { nextExpiry: NEVER }, expiry);
    for (const observationTime of [before, after]) {
      await refusedByGuard(await provedTo({ observationTime }, optioned), "RowsExpired");
    }
    leaf = await attest(stage, 6n);
    marksAt = await publishMarks(stage);
  });

  test("when leaf or marks are older than the caller allows, by a second", async () => {
    const age = (await chain.now()) - leaf.snapshotTime;
    await judge((await provedTo())[0]!, { maxLeafAge: age });
    await refusedByGuard(await provedTo(), "LeafTooOld", { maxLeafAge: age - 1n });
    const marksAge = (await chain.now()) - marksAt;
    await judge((await provedTo())[0]!, { maxMarksAge: marksAge });
    await chain.provider.send("evm_mine");
    await refusedByGuard(await provedTo(), "MarksTooOld", { maxMarksAge: marksAge });
  });

  test("when the marks are of before the snapshot, and better; or published by nobody", async () => {
    const before = await publishMarks(stage, {}, (await chain.now()) + 50n);
    const later = await attest(stage, 7n);
    await refusedByGuard(await provedTo({ observationTime: before }, later), "MarksBeforeLeaf");
    const never = later.snapshotTime + 1n;
    await expectRefusal(judge((await provedTo({ observationTime: never }, later))[0]!), "NotPublished", {
      observationTime: never,
    });
    leaf = later;
    marksAt = await publishMarks(stage);
  });
});

describe("a judgement", () => {
  test("counts what was paid and pledged since, at the newer unit weights", async () => {
    const owner = stage.owner.address;
    const ask = (action: "Spend" | "Pledge", payload: bigint, asset: number, amount: bigint) =>
      withdrawalOf(stage, leaf, { key, asset, amount, charge: 10n ** 20n, action, consumer: owner, payload });
    const ledger = await ledgerOf(stage);
    const zero = toBeHex(0, 32);
    await (await ledger.getFunction("spend").send(ask("Spend", 0n, 1, 3_000_000n), zero)).wait();
    const [before] = await provedTo();
    expect(await judge(before!)).toEqual([1_000n * 10n ** 6n, 3_000_000n * USD.unitWeight]);

    // 0.25 bitcoin at a price that has doubled.
    const dearer = await publishMarks(stage, { percent: 200n });
    const until = (await chain.now()) + DAY;
    const pledge = ask("Pledge", pledgePayload(0n, 0n, until), 0, 25_000_000n);
    const none = toBeHex(0, 20);
    await (await ledger.getFunction("pledge").send(pledge, none, until, zero)).wait();
    const [after] = await provedTo({ observationTime: dearer, minimumFree: 40_000_000_000n });
    const charge = 3_000_000n * USD.unitWeight + 25_000_000n * 2n * BTC.unitWeight;
    expect(await judge(after!)).toEqual([40_000_000_000n * 10n ** 6n, charge]);
    // Of another account nothing was paid.
    const [other] = await provedTo({ key: stage.next(), observationTime: dearer });
    expect((await judge(other!)).charge).toBe(0n);
  });

  test("is of the context that TypeScript computes", async () => {
    const { chainId } = chain;
    const accountCheck = BigInt(await stage.accountCheck.getAddress());
    const consumer = BigInt(stage.relayer.address);
    expect(await call(stage.accountCheck, "contextOf", stage.relayer.address, toBeHex(PAYLOAD, 32))).toBe(
      accountContext({ chainId, accountCheck, consumer, payload: PAYLOAD }),
    );
  });

  test("costs less than 400,000 gas", async () => {
    const [good] = await provedTo();
    const gas = await stage.accountCheck
      .getFunction("judge")
      .estimateGas(good, toBeHex(PAYLOAD, 32), DAY, HOUR);
    expect(gas).toBeLessThan(400_000n);
  });
});

describe("deployment", () => {
  const next = scalarsFrom("account keys");
  const setup = trapdoorSetup(next);
  const account = trapdoorKey(setup, PUBLIC_SIGNALS.account.length, next);
  const made = async (...keys: Uint8Array[]) => {
    const addresses: string[] = [];
    for (const packed of keys) addresses.push((await deployKey(stage.owner, packed)).address);
    return deploy(stage.owner, "AccountCheck", stage.registry, addresses);
  };
  /** Refusals of constructors come as the node's errors: the name is in its words. */
  const refused = async (attempt: Promise<unknown>, code: string): Promise<void> => {
    await expect(attempt).rejects.toThrow(code);
  };

  test("refuses a key twice, of another number of signals, or that nobody contributed to", async () => {
    await refused(made(account.packed, account.packed), "AccountCircuitTwice");
    await refused(made(trapdoorKey(setup, 8, next).packed), "KeyMalformed");
    await refused(made(trapdoorKey(setup, 7, next, setup.gamma).packed), "KeyWithoutContribution");
    await refused(
      deploy(stage.owner, "AccountCheck", stage.registry, [stage.owner.address]),
      "KeyWithoutCode",
    );
  });

  test("refuses a registry that names a ledger which is another's", async () => {
    // Answers with the true registry's ledger, whatever it is asked: push it, store it, return it.
    const answer = `0x601b8060095f395ff373${stage.ledger.slice(2)}5f5260205ff3`;
    const posing = await new ContractFactory([], answer, stage.owner).deploy();
    const made = deploy(stage.owner, "AccountCheck", await posing.getAddress(), []);
    await refused(made, "LedgerNotOfRegistry");
    await deploy(stage.owner, "AccountCheck", stage.registry, []);
  });

  test("takes several circuits, each under its own id", async () => {
    const check = await made(account.packed, stage.accountKey.packed);
    for (const { packed } of [account, stage.accountKey]) {
      expect(BigInt(await call(check, "keyOf", toBeHex(circuitIdOf(packed), 32)))).not.toBe(0n);
    }
    const statement = await statementOf({ ...stage, accountCheck: check, accountKey: account }, leaf, wish());
    await judge(statement, { on: check });
    // A proof under one circuit is none under the other.
    const id = toBeHex(circuitIdOf(stage.accountKey.packed), 32);
    await expectRefusal(judge({ ...statement, circuitId: id }, { on: check }), "ProofsRejected");
  });

  test("has words for each of its errors but those that no input reaches", () => {
    expect(errorsWithoutWords(stage.accountCheck.interface)).toEqual([]);
  });
});
