import { type Contract, ZeroAddress } from "ethers";
import { decodedError } from "../../../chain/errors.ts";
import { deployRegistry } from "../../../chain/registry.ts";
import { figure } from "../../narrator.ts";
import { deployMock, HOUR, sendTo } from "../stage.ts";
import { ETH, USDT } from "../tiny-exchange.ts";
import { knowing } from "./contracts.ts";
import { as, bluntly, DOLLAR, ETHER, held, type MoneyStage, PER_UNIT, step, TIMES } from "./money-stage.ts";
import { ordered } from "./orders.ts";
import { atVault, mostOf, NOBODY, type Withdrawal, withdrawalOf } from "./proofs.ts";

/** Withdrawals against the newest attestation: by the customer, by a relayer, to a contract; and every way to get more. */
export async function instantScene(stage: MoneyStage): Promise<boolean> {
  const { tell, vault, customers, exchangeBook, rows, people } = stage;
  const { alice, bob } = customers;
  const { stranger, relayer } = people;
  tell.heading("Withdrawals at once: a proof, and the operator's signature");

  const wish = { epoch: 1n, asset: USDT, extra: 1_000n * DOLLAR, recipient: alice.wallet.address };
  const use = await atVault(stage, "Withdraw");
  const proof = await tell.stage("Alice proves that 1,000 USDT are free", () =>
    withdrawalOf(stage, alice, { ...wish, use }),
  );
  await tell.stage("her proof, by others or for more", () => proofCheats(stage, proof));
  await tell.stage("her proof, without the operator", () => orderCheats(stage, proof));
  const order = await ordered(stage, proof);
  const paid = await step(
    stage,
    "withdraw an ERC-20 at once: the ledger learns the token",
    as(vault, alice.wallet, "withdraw", ...order),
  );
  exchangeBook.credit(alice, rows.usdt, -wish.extra);
  await tell.stage("her proof once more", () => repeatCheats(stage, proof, order));

  const relay = { relayer: relayer.address, fee: (ETHER / 100n) * PER_UNIT[ETH]! };
  const half = { epoch: 1n, asset: ETH, extra: ETHER / 2n, recipient: bob.wallet.address };
  const relayed = await tell.stage("Bob proves half an ether, a relayer's fee bound in the proof", async () =>
    withdrawalOf(stage, bob, { ...half, use: await atVault(stage, "Withdraw", relay) }),
  );
  await tell.stage("a relayer that wants more", () => relayCheats(stage, relayed, relay));
  const before = await held(stage, ETH, bob.wallet.address);
  const relayedOrder = await ordered(stage, relayed, { relay });
  const sent = await step(
    stage,
    "withdraw ether by a relayer, with a fee: the ledger learns the coin",
    as(vault, relayer, "withdraw", ...relayedOrder),
  );
  const came = (await held(stage, ETH, bob.wallet.address)) - before;
  exchangeBook.credit(bob, rows.eth, -half.extra);

  const receiver = await deployMock(stranger, "ReceiverMock");
  await tell.stage("a recipient that refuses, then re-enters", () => receiverCheats(stage, receiver));
  exchangeBook.credit(alice, rows.eth, -ETHER / 10n);
  tell.line(
    `Alice has her 1,000 USDT for ${figure(Number(paid.gasUsed))} gas; Bob has 0.49 ETH and sent nothing, the relayer 0.01 for its ${figure(Number(sent.gasUsed))} gas`,
  );
  return came === half.extra * PER_UNIT[ETH]! - relay.fee;
}

/** What is proved is all that counts: recipient, asset, amount, charge, vault and registry are in the proof. */
async function proofCheats(stage: MoneyStage, proof: Withdrawal): Promise<void> {
  const { trials, vault, otherVault, people, operator, customers, registryConfig } = stage;
  const { stranger } = people;
  // The operator himself sends, so that nothing but the proof can be wrong.
  const by =
    (changes: Partial<Withdrawal>, at = vault) =>
    async () => {
      const [w, relay, order] = await ordered(stage, { ...proof, ...changes });
      return bluntly(at, operator, "withdraw", w, relay, order, "0x");
    };
  const rows = "24, 25";
  await trials.attempt(rows, "to another recipient", "ProofsRejected", by({ recipient: stranger.address }));
  await trials.attempt(rows, "twice the amount", "ProofsRejected", by({ amount: 2n * proof.amount }));
  await trials.attempt(rows, "another token", "ProofsRejected", by({ asset: ETH }));
  await trials.attempt("44", "with a smaller charge", "ProofsRejected", by({ charge: proof.charge - 1n }));
  await trials.attempt("44", "for another account", "ProofsRejected", by({ key: proof.key + 1n }));
  const other = "at another vault of the same exchange";
  await trials.attempt("25", other, "ProofsRejected", by({}, otherVault));
  const number = "under the number of another epoch";
  await trials.attempt("25, 44", number, "EpochNotLatest", by({ epoch: 2n }));
  const place = { ...proof.place, index: proof.place.index + 1 };
  await trials.attempt("44", "from another batch", "BatchNotAttested", by({ place }));
  const none = "the operator alone, without a proof";
  await trials.attempt("30", none, "ProofsRejected", by({ proof: [...proof.proof.slice(0, 6), 1n, 2n] }));
  const shown = "the operator, with Alice's proof, to himself";
  await trials.attempt("24", shown, "ProofsRejected", by({ recipient: operator.address }));

  const exit = "an instant withdrawal's proof as a forced exit";
  await trials.attempt("25", exit, "ProofsRejected", () =>
    bluntly(vault, stranger, "requestExit", proof, NOBODY),
  );
  const twin = await deployRegistry(people.owner, registryConfig);
  const elsewhere = await deployMock(people.owner, "MarginVault", twin.address, operator.address, TIMES);
  const there = await knowing("MarginVault", await elsewhere.getAddress(), people.owner);
  const registry = "at a vault of another registry of the same exchange";
  await trials.attempt("25", registry, "NothingAttested", by({}, there));
  const thief = "from the ledger itself, by a stranger";
  await trials.attempt("25", thief, "ProofsRejected", () =>
    bluntly(stage.ledger, stranger, "spend", proof, `0x${"00".repeat(32)}`),
  );
  // More than there is has no proof.
  const { alice } = customers;
  const use = await atVault(stage, "Withdraw");
  const more = { epoch: 1n, recipient: alice.wallet.address, use };
  await trials.attempt("30", "one unit more than is held", "balance", async () => {
    const extra = (await mostOf(stage, alice, 1n, USDT)) + 1n;
    return withdrawalOf(stage, alice, { ...more, asset: USDT, extra });
  });
  const { dave } = customers;
  await trials.attempt("30, 45", "one unit of ether more than margin lets go", "charge", async () => {
    const extra = (await mostOf(stage, dave, 1n, ETH)) + 1n;
    return withdrawalOf(stage, dave, { ...more, asset: ETH, extra });
  });
}

async function orderCheats(stage: MoneyStage, proof: Withdrawal): Promise<void> {
  const { trials, vault, people, network } = stage;
  const { stranger } = people;
  const send = async (args: readonly unknown[]) => bluntly(vault, stranger, "withdraw", ...args);
  const honest = await ordered(stage, proof);
  const invalid = "OperatorSignatureInvalid";
  await trials.attempt("30", "without a signature", invalid, () => send([...honest.slice(0, 3), "0x"]));
  await trials.attempt("30", "with a stranger's signature", invalid, async () =>
    send(await ordered(stage, proof, { by: stranger })),
  );
  const exchange = "with the exchange's signature, which is not the operator's";
  await trials.attempt("30", exchange, invalid, async () =>
    send(await ordered(stage, proof, { by: people.exchange })),
  );
  await trials.attempt("30", "after the operator's deadline", "SignatureExpired", async () =>
    send(await ordered(stage, proof, { deadline: (await network.now()) - 1n })),
  );
  const [w, relay, order, signature] = honest;
  const later = { ...order, deadline: order.deadline + HOUR };
  await trials.attempt("30", "with a deadline put off", invalid, () => send([w, relay, later, signature]));
}

async function repeatCheats(stage: MoneyStage, proof: Withdrawal, order: readonly unknown[]): Promise<void> {
  const { trials, vault, people } = stage;
  const { stranger } = people;
  await trials.attempt("25", "the same proof with the same signature", "NothingOwed", () =>
    bluntly(vault, stranger, "withdraw", ...order),
  );
  await trials.attempt("25", "the same proof, signed for anew", "NothingOwed", async () =>
    bluntly(vault, stranger, "withdraw", ...(await ordered(stage, proof))),
  );
}

async function relayCheats(
  stage: MoneyStage,
  proof: Withdrawal,
  relay: { readonly relayer: string; readonly fee: bigint },
): Promise<void> {
  const { trials, vault, people, operator } = stage;
  const { stranger, relayer } = people;
  const by = (changes: Partial<typeof relay>) => async () => {
    const [w, given, order] = await ordered(stage, proof, { relay: { ...relay, ...changes } });
    return bluntly(vault, operator, "withdraw", w, given, order, "0x");
  };
  await trials.attempt(
    "24",
    "the relayer takes twice its fee",
    "ProofsRejected",
    by({ fee: 2n * relay.fee }),
  );
  const front = "a stranger takes the relayer's place";
  await trials.attempt("24", front, "ProofsRejected", by({ relayer: stranger.address }));
  await trials.attempt("24", "a fee for nobody", "RelayerMissing", by({ relayer: ZeroAddress }));
  const signed = "the relayer sends it with a signature for another fee";
  await trials.attempt("24", signed, "OperatorSignatureInvalid", async () => {
    const [w, , order, signature] = await ordered(stage, proof, { relay: NOBODY });
    return bluntly(vault, relayer, "withdraw", w, relay, order, signature);
  });
}

/** A tenth of an ether of Alice's to a contract that refuses it first, and then comes back while it is paid. */
async function receiverCheats(stage: MoneyStage, receiver: Contract): Promise<void> {
  const { trials, vault, customers } = stage;
  const { alice } = customers;
  const recipient = await receiver.getAddress();
  const use = await atVault(stage, "Withdraw");
  const proof = await withdrawalOf(stage, alice, {
    ...{ epoch: 1n, asset: ETH, extra: ETHER / 10n, recipient, use },
  });
  await sendTo(receiver, "setRefusing", true);
  await trials.attempt("24", "a recipient that takes no ether", "CoinRefused", async () =>
    bluntly(vault, alice.wallet, "withdraw", ...(await ordered(stage, proof))),
  );
  await sendTo(receiver, "setRefusing", false);
  const order = await ordered(stage, proof);
  await sendTo(
    receiver,
    "callNext",
    await vault.getAddress(),
    vault.interface.encodeFunctionData("withdraw", order),
  );
  await trials.attempt(
    "24",
    "a recipient that asks again while it is paid",
    "ReentrancyGuardReentrantCall",
    async () => {
      await as(vault, alice.wallet, "withdraw", ...order);
      if (await receiver.getFunction("callSucceeded").staticCall()) return;
      const data = await receiver.getFunction("callAnswer").staticCall();
      throw decodedError(vault.interface, { data });
    },
  );
}
