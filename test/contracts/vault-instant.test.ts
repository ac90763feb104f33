// Withdrawals that the operator signs: what a thief, a relayer and a careless operator may try.
import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEpoch } from "../../prover/src/chain/registry.ts";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import {
  attestOpened,
  attestWith,
  ledgerOf,
  openWith,
  type StagedEpoch,
  withdrawalOf,
} from "../support/staged-ledger.ts";
import {
  attest,
  deployVault,
  deposit,
  freshAddress,
  held,
  inToken,
  NOBODY,
  type Order,
  pass,
  payloadOf,
  pledge,
  proved,
  type Relay,
  signOrder,
  stageVault,
  transact,
  type VaultStage,
  type Withdrawal,
} from "../support/staged-vault.ts";

let chain: LocalChain;
let stage: VaultStage;
let one: StagedEpoch;
let last: StagedEpoch;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageVault(chain, "vault instant");
  for (const asset of [0, 1, 2]) await deposit(stage, asset, inToken(asset, 1_000_000n));
  one = await attest(stage, 1n);
  last = await attest(stage, 2n);
});
afterAll(() => chain.close());

const soon = async (): Promise<Order> => ({ paidBefore: 0n, deadline: (await chain.now()) + 1000n });

/** Sends a withdrawal with the operator's signature, as a stranger. */
async function withdraw(
  withdrawal: Withdrawal,
  { relay = NOBODY as Relay, order, signature }: { relay?: Relay; order?: Order; signature?: string } = {},
) {
  const signed = order ?? (await soon());
  const by = signature ?? (await signOrder(stage, stage.operator, withdrawal, relay, signed));
  return transact(stage.vault.connect(stage.bob) as Contract, "withdraw", [withdrawal, relay, signed, by]);
}

const wish = (part: Partial<Parameters<typeof proved>[3]> = {}) => ({
  ...{ key: stage.next(), amount: 1000n, recipient: freshAddress(stage) },
  ...part,
});

describe("pays", () => {
  test("each kind of token to the recipient, whoever sends it", async () => {
    for (const asset of [0, 1, 2]) {
      const w = proved(stage, last, "Withdraw", wish({ asset, amount: 1000n }));
      await withdraw(w);
      expect(await held(stage, asset, w.recipient)).toBe(inToken(asset, 1000n));
    }
  });

  test("the operator without a signature", async () => {
    const w = proved(stage, last, "Withdraw", wish());
    const vault = stage.vault.connect(stage.operator) as Contract;
    await transact(vault, "withdraw", [w, NOBODY, { paidBefore: 0n, deadline: 0n }, "0x"]);
    expect(await held(stage, 0, w.recipient)).toBe(inToken(0, 1000n));
  });

  test("two in one epoch: the second what it shows beyond the first", async () => {
    const { key, recipient } = wish();
    await withdraw(proved(stage, last, "Withdraw", wish({ key, recipient, amount: 700n })));
    const order = { ...(await soon()), paidBefore: inToken(0, 700n) };
    await withdraw(proved(stage, last, "Withdraw", wish({ key, recipient, amount: 1000n })), { order });
    expect(await held(stage, 0, recipient)).toBe(inToken(0, 1000n));
  });

  test("a relayer out of the amount, and never more than the amount", async () => {
    const relay = { relayer: freshAddress(stage), fee: inToken(0, 30n) };
    const w = proved(stage, last, "Withdraw", wish({ relay }));
    await withdraw(w, { relay });
    expect(await held(stage, 0, relay.relayer)).toBe(inToken(0, 30n));
    expect(await held(stage, 0, w.recipient)).toBe(inToken(0, 970n));
    const greedy = { ...relay, fee: inToken(0, 1000n) + 1n };
    const above = proved(stage, last, "Withdraw", wish({ relay: greedy }));
    await expectRefusal(withdraw(above, { relay: greedy }), "FeeAboveAmount", { fee: greedy.fee });
    const unnamed = { ...NOBODY, fee: 1n };
    const lost = proved(stage, last, "Withdraw", wish({ relay: unnamed }));
    await expectRefusal(withdraw(lost, { relay: unnamed }), "RelayerMissing", { fee: 1n });
  });
});

describe("a proof that is seen on its way is of no use to anybody else", () => {
  test("another recipient, amount, charge, asset, key, epoch or fee", async () => {
    const relay = { relayer: stage.bob.address, fee: 5n };
    const w = proved(stage, last, "Withdraw", wish({ relay }));
    const order = await soon();
    const others: Partial<Withdrawal>[] = [
      { recipient: stage.thief.address },
      { amount: w.amount + 1n },
      { charge: w.charge + 1n },
      { asset: 1 },
      { key: w.key + 1n },
    ];
    for (const other of others) {
      // Even an operator who signs it can't have it paid.
      await expectRefusal(withdraw({ ...w, ...other }, { relay, order }), "ProofsRejected");
    }
    for (const other of [{ ...relay, relayer: stage.thief.address }, { ...relay, fee: 6n }, NOBODY])
      await expectRefusal(withdraw(w, { relay: other, order }), "ProofsRejected");
    await expectRefusal(withdraw({ ...w, epoch: 1n }, { relay, order }), "EpochNotLatest");
    // One epoch's root under the number of another.
    const root = one.batches[0]!.root;
    await expectRefusal(withdraw({ ...w, root }, { relay, order }), "BatchNotAttested");
    await withdraw(w, { relay, order });
  });

  test("made for an exit, an escape, another vault or another contract", async () => {
    const other = await (await deployVault(stage, stage.operator.address)).getAddress();
    const part = wish();
    for (const w of [
      proved(stage, last, "Exit", part),
      proved(stage, last, "Answer", { ...part, exit: 1n }),
      proved(stage, last, "Claim", part),
      proved(stage, last, "Withdraw", { ...part, vault: other }),
      withdrawalOf(stage, last, {
        ...{ ...part, asset: 0, charge: 5000n, consumer: stage.address },
        ...{ action: "Pledge", payload: payloadOf("Withdraw") },
      }),
    ])
      await expectRefusal(withdraw(w), "ProofsRejected");
  });

  test("made for another chain or another registry", async () => {
    const elsewhere = { ...stage, chain: { ...chain, chainId: chain.chainId + 1n } };
    const split = proved(elsewhere, last, "Withdraw", wish());
    await expectRefusal(withdraw(split), "ProofsRejected");
    const registry = await stageVault(chain, "another registry");
    const foreign = proved({ ...stage, registry: registry.registry }, last, "Withdraw", wish());
    await expectRefusal(withdraw(foreign), "ProofsRejected");
    const ledger = proved({ ...stage, ledger: registry.ledger }, last, "Withdraw", wish());
    await expectRefusal(withdraw(ledger), "ProofsRejected");
  });

  test("sent twice pays once", async () => {
    const w = proved(stage, last, "Withdraw", wish());
    const order = await soon();
    await withdraw(w, { order });
    await expectRefusal(withdraw(w, { order }), "NothingOwed", { key: w.key, epoch: 2n });
    expect(await held(stage, 0, w.recipient)).toBe(inToken(0, 1000n));
  });
});

describe("nothing leaves without the operator's signature", () => {
  test("missing, a stranger's, or for other numbers", async () => {
    const w = proved(stage, last, "Withdraw", wish());
    const order = await soon();
    const sign = (part: Partial<Withdrawal>, relay: Relay = NOBODY, by = order) =>
      signOrder(stage, stage.operator, { ...w, ...part }, relay, by);
    const bad = [
      "0x",
      await signOrder(stage, stage.thief, w, NOBODY, order),
      await signOrder(stage, stage.exchange, w, NOBODY, order),
      await sign({ key: w.key + 1n }),
      await sign({ epoch: 3n }),
      await sign({ recipient: stage.thief.address }),
      await sign({ asset: 1 }),
      await sign({ amount: w.amount - 1n }),
      await sign({ charge: w.charge - 1n }),
      await sign({}, { relayer: stage.thief.address, fee: 0n }),
      await sign({}, { ...NOBODY, fee: 1n }),
      await sign({}, NOBODY, { ...order, paidBefore: 1n }),
      await sign({}, NOBODY, { ...order, deadline: order.deadline + 1n }),
    ];
    const operator = stage.operator.address;
    for (const signature of bad)
      await expectRefusal(withdraw(w, { order, signature }), "OperatorSignatureInvalid", { operator });
    await withdraw(w, { order });
  });

  test("for another vault, or on another chain", async () => {
    const w = proved(stage, last, "Withdraw", wish());
    const order = await soon();
    const vault = await (await deployVault(stage, stage.operator.address)).getAddress();
    const signature = await signOrder(stage, stage.operator, w, NOBODY, order, vault);
    await expectRefusal(withdraw(w, { order, signature }), "OperatorSignatureInvalid");
    const elsewhere = { ...stage, chain: { ...chain, chainId: chain.chainId + 1n } };
    const split = await signOrder(elsewhere, stage.operator, w, NOBODY, order);
    await expectRefusal(withdraw(w, { order, signature: split }), "OperatorSignatureInvalid");
  });

  test("expired by a second", async () => {
    const w = proved(stage, last, "Withdraw", wish());
    const deadline = (await chain.now()) + 10n;
    const order = { paidBefore: 0n, deadline };
    await pass(chain, 11n);
    await expectRefusal(withdraw(w, { order }), "SignatureExpired", { deadline });
  });

  test("used once: it does not pay again what a pledge gives back", async () => {
    const { key, recipient } = wish();
    const id = await pledge(stage, last, { key, amount: 500n, recipient });
    const w = proved(stage, last, "Withdraw", wish({ key, recipient, amount: 1000n }));
    const order = await soon();
    await withdraw(w, { order });
    expect(await held(stage, 0, recipient)).toBe(inToken(0, 500n));
    const ledger = (await ledgerOf(stage)).connect(stage.bob) as Contract;
    await transact(ledger, "release", [id]);
    const paid = inToken(0, 500n);
    await expectRefusal(withdraw(w, { order }), "PaidSinceOrder", { paidBefore: 0n, paid });
    expect(await held(stage, 0, recipient)).toBe(inToken(0, 500n));
    // The operator may well sign for the rest.
    await withdraw(w, { order: { ...order, paidBefore: paid } });
    expect(await held(stage, 0, recipient)).toBe(inToken(0, 1000n));
  });

  test("an operator that nobody named signs nothing", async () => {
    const exchange = stage.vault.connect(stage.exchange) as Contract;
    await transact(exchange, "nameOperator", [`0x${"0".repeat(40)}`]);
    const w = proved(stage, last, "Withdraw", wish());
    await expectRefusal(withdraw(w, { signature: "0x" }), "OperatorSignatureInvalid");
    await expectRefusal(withdraw(w, { signature: `0x${"0".repeat(130)}` }), "OperatorSignatureInvalid");
    await transact(exchange, "nameOperator", [stage.operator.address]);
  });
});

describe("hostile tokens and receivers", () => {
  test("a token that re-enters while it pays is not let in", async () => {
    const token = await deploy(stage.owner, "HostileTokenMock", "ODD", 18);
    const rows = [{ token: await token.getAddress(), decimals: 8, unitWeight: 5n }];
    await transact(token, "mint", [stage.address, inToken(0, 10_000n)]);
    const odd = await attestWith(stage, 3n, rows);
    const relay = NOBODY;
    const second = proved(stage, odd, "Withdraw", wish());
    const order = await soon();
    const signature = await signOrder(stage, stage.operator, second, relay, order);
    const inner = stage.vault.interface.encodeFunctionData("withdraw", [second, relay, order, signature]);
    await transact(token, "callNext", [stage.address, inner]);
    const w = proved(stage, odd, "Withdraw", wish());
    await withdraw(w);
    expect(await call(token, "callSucceeded")).toBe(false);
    const answer = stage.vault.interface.parseError(await call(token, "callAnswer"));
    expect(answer?.name).toBe("ReentrancyGuardReentrantCall");
    expect(await call(token, "balanceOf", stage.address)).toBe(inToken(0, 9000n));
  });

  test("no return value, a refusal, a black list, a fee on the way out", async () => {
    const silent = await deploy(stage.owner, "SilentTokenMock", 18);
    const odd = await deploy(stage.owner, "HostileTokenMock", "ODD", 18);
    const rows = await Promise.all(
      [silent, odd].map(async (token) => ({ token: await token.getAddress(), decimals: 8, unitWeight: 5n })),
    );
    for (const token of [silent, odd]) await transact(token, "mint", [stage.address, inToken(0, 10_000n)]);
    const epoch = await attestWith(stage, 4n, rows);
    const quiet = proved(stage, epoch, "Withdraw", wish());
    await withdraw(quiet);
    expect(await call(silent, "balanceOf", quiet.recipient)).toBe(inToken(0, 1000n));

    const w = proved(stage, epoch, "Withdraw", wish({ asset: 1 }));
    await transact(odd, "setBanned", [w.recipient, true]);
    await expectRefusal(withdraw(w), "Banned", { account: w.recipient });
    await transact(odd, "setBanned", [w.recipient, false]);
    await transact(odd, "setRefusing", [true]);
    await expectRefusal(withdraw(w), "SafeERC20FailedOperation");
    await transact(odd, "setRefusing", [false]);
    // What a token takes on the way is the recipient's loss: the vault is debited once.
    await transact(odd, "setFee", [7n]);
    await withdraw(w);
    expect(await call(odd, "balanceOf", stage.address)).toBe(inToken(0, 9000n));
  });

  test("a receiver that re-enters is not let in; one that refuses coins is not paid at once", async () => {
    last = await attest(stage, 5n);
    const receiver = await deploy(stage.owner, "ReceiverMock");
    const recipient = await receiver.getAddress();
    const second = proved(stage, last, "Withdraw", wish({ asset: 2 }));
    const order = await soon();
    const signature = await signOrder(stage, stage.operator, second, NOBODY, order);
    const inner = stage.vault.interface.encodeFunctionData("withdraw", [second, NOBODY, order, signature]);
    await transact(receiver, "callNext", [stage.address, inner]);
    await withdraw(proved(stage, last, "Withdraw", wish({ asset: 2, recipient })));
    expect(await call(receiver, "callSucceeded")).toBe(false);
    expect(await held(stage, 2, recipient)).toBe(inToken(2, 1000n));

    await transact(receiver, "setRefusing", [true]);
    const refused = proved(stage, last, "Withdraw", wish({ asset: 2, recipient }));
    await expectRefusal(withdraw(refused), "CoinRefused", { to: recipient });
  });
});

describe("when", () => {
  test("not against an old root, and not while an epoch is open", async () => {
    const old = proved(stage, one, "Withdraw", wish());
    await expectRefusal(withdraw(old), "EpochNotLatest", { epoch: 1n, latest: 5n });
    const w = proved(stage, last, "Withdraw", wish());
    const opened = await openWith(stage, 6n, stage.rows);
    await expectRefusal(withdraw(w), "InstantWithdrawalsFrozen", { openedEpoch: 6n });
    const now = await attestOpened(stage, opened);
    await expectRefusal(withdraw(w), "EpochNotLatest", { epoch: 5n, latest: 6n });
    await withdraw(proved(stage, now, "Withdraw", wish()));
    last = now;
  });

  test("a pause of deposits stops no withdrawal", async () => {
    const exchange = stage.vault.connect(stage.exchange) as Contract;
    await transact(exchange, "pauseDeposits", [true]);
    await withdraw(proved(stage, last, "Withdraw", wish()));
    await transact(exchange, "pauseDeposits", [false]);
  });

  test("an opening that is never attested stops withdrawals for a while only", async () => {
    const snapshotTime = (await chain.now()) + 50n;
    await openEpoch(stage.exchange, stage.registry, { epoch: 7n, snapshotTime });
    const w = proved(stage, last, "Withdraw", wish());
    await expectRefusal(withdraw(w), "InstantWithdrawalsFrozen");
    await pass(chain, 8n * 86_400n);
    await withdraw(w);
  });
});
