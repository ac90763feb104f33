import { bestHedges, judgeAccount, largestFree } from "@plimsoll/verifier/account/surplus.ts";
import { policyTree } from "@plimsoll/verifier/policy/policy-tree.ts";
import { accountContext } from "@plimsoll/verifier/withdrawal/gate-context.ts";
import { openBundle } from "@plimsoll/verifier/withdrawal/opening.ts";
import { type Contract, toBeHex, ZeroHash } from "ethers";
import { proveAccount } from "../../../account/prove-account.ts";
import { certifiedPublication } from "../../../chain/certified-publication.ts";
import { withWords } from "../../../chain/errors.ts";
import { publishPolicy } from "../../../chain/policy-registry.ts";
import { open } from "../openings.ts";
import { publishFor, refreshFeed, signPolicy } from "../policies.ts";
import { DAY, HOUR, sendTo } from "../stage.ts";
import { ETH, USDT } from "../tiny-exchange.ts";
import { isCheap } from "./gas-limit.ts";
import { attestBook } from "./money-epochs.ts";
import { as, bluntly, DOLLAR, ETHER, type MoneyStage, type Person, step } from "./money-stage.ts";
import { ordered } from "./orders.ts";
import {
  atVault,
  bundleOf,
  circuitOf,
  keyOf,
  mostOf,
  placeOf,
  pledgedTo,
  renewed,
  withdrawalOf,
} from "./proofs.ts";
import { bundlesOf } from "./second-leaf.ts";

const LOAN = 1_500n * DOLLAR;
const NEW_PRICE = 2_990n;
const MAX_AGE = 2n * DAY;

/** Dave pledges an ether at a lender's gate, borrows, renews in epoch 2, answers a call at new marks, and repays. */
export async function gateScene(stage: MoneyStage): Promise<boolean> {
  const { tell, gate, bank, customers, usdt, trials, vault, people, ledger } = stage;
  const { dave } = customers;
  tell.heading("A pledge: free collateral backs a loan and stays where it is");
  const until = (await stage.network.now()) + 60n * DAY;
  const gateAddress = await gate.getAddress();
  const vaultAddress = await vault.getAddress();
  const use = await pledgedTo(stage, gateAddress, 0n, until);
  const wish = { epoch: 1n, asset: ETH, extra: ETHER, recipient: gateAddress, use };
  const proof = await tell.stage("Dave proves that an ether is free, for this gate", () =>
    withdrawalOf(stage, dave, wish),
  );
  const args = [proof, vaultAddress, until, ZeroHash] as const;
  const byBank =
    (changes: Partial<typeof proof>, end = until) =>
    () =>
      bluntly(gate, bank, "pledge", { ...proof, ...changes }, vaultAddress, end, ZeroHash, MAX_AGE);
  await trials.attempt(
    "24",
    "a pledge of twice as much",
    "ProofsRejected",
    byBank({ amount: 2n * proof.amount }),
  );
  await trials.attempt("24", "a pledge for longer", "ProofsRejected", byBank({}, until + DAY));
  await trials.attempt(
    "24",
    "a pledge that would be paid to the lender",
    "RecipientNotGate",
    byBank({ recipient: bank.address }),
  );
  await trials.attempt("44", "his proof pledged past the gate, by the lender", "ProofsRejected", () =>
    bluntly(ledger, bank, "pledge", ...args),
  );
  await step(stage, "pledge at a gate", as(gate, bank, "pledge", ...args, MAX_AGE));
  await sendTo(usdt, "mint", bank.address, 10n * LOAN);
  await sendTo(usdt.connect(bank) as Contract, "transfer", dave.wallet.address, LOAN);
  tell.line("1 ETH of Dave's counts as spent; the lender pays him 1,500 USDT");

  await tell.stage("spent, pledged or taken a second time", () => pledgeCheats(stage, args));
  await nextEpoch(stage);

  const renewal = await tell.stage("Dave proves in epoch 2 that the pledge is still covered", () =>
    withdrawalOf(stage, dave, { ...wish, epoch: 2n, extra: 0n, use: renewed(gateAddress, 1n) }),
  );
  await trials.attempt("44", "a pledge renewed with the proof that it was made with", "PledgeNotNewer", () =>
    bluntly(ledger, bank, "renew", 1n, proof),
  );
  await trials.attempt("44", "a pledge renewed for less", "ProofsRejected", () =>
    bluntly(ledger, bank, "renew", 1n, { ...renewal, amount: renewal.amount - 1n }),
  );
  await step(stage, "renew a pledge", as(gate, dave.wallet, "renew", 1n, renewal));

  await tell.stage("the lender calls; Dave is judged at new marks", () => called(stage, dave));
  await sendTo(usdt.connect(dave.wallet) as Contract, "transfer", bank.address, LOAN);
  await trials.attempt("44", "a stranger releases the pledge", "PledgeNotReleasable", () =>
    bluntly(ledger, people.stranger, "release", 1n),
  );
  await step(stage, "release a pledge", as(gate, bank, "release", 1n));
  await trials.attempt("44", "a pledge released twice", "PledgeUnknown", () =>
    bluntly(gate, bank, "release", 1n),
  );
  const half = { epoch: 2n, asset: ETH, extra: ETHER / 2n, recipient: dave.wallet.address };
  const { gasUsed } = await tell.stage("Dave repays; released, half of it is withdrawn", async () => {
    const paid = await withdrawalOf(stage, dave, { ...half, use: await atVault(stage, "Withdraw") });
    const order = await ordered(stage, paid);
    return step(
      stage,
      "withdraw ether at once: an account's first",
      as(vault, dave.wallet, "withdraw", ...order),
    );
  });
  await tell.stage("Carol pledges 4,000 USDT to the bank, which is no contract", () => toTheBank(stage));
  const pledged = await ledger
    .getFunction("pledgedOf")
    .staticCall(keyOf(customers.carol), stage.tokens[USDT]);
  return isCheap(tell, gasUsed) && pledged === 4_000n * DOLLAR;
}

/** Pledge 2, which outlives the exchange. */
async function toTheBank(stage: MoneyStage): Promise<void> {
  const { ledger, bank, vault, customers } = stage;
  const until = (await stage.network.now()) + 60n * DAY;
  const proof = await withdrawalOf(stage, customers.carol, {
    ...{ epoch: 2n, asset: USDT, extra: 4_000n * DOLLAR, recipient: bank.address },
    use: await pledgedTo(stage, bank.address, 0n, until),
  });
  const pledge = as(ledger, bank, "pledge", proof, await vault.getAddress(), until, ZeroHash);
  await step(stage, "pledge at the ledger", pledge);
}

/** One free collateral backs one thing. */
async function pledgeCheats(stage: MoneyStage, args: readonly unknown[]): Promise<void> {
  const { trials, customers, vault, bank, gate, people, ledger } = stage;
  const { dave } = customers;
  const owed = "NothingOwed";
  await trials.attempt("44", "the same pledge made twice", owed, () =>
    bluntly(gate, bank, "pledge", ...args, MAX_AGE),
  );
  await trials.attempt("44", "all that is free withdrawn after the pledge", "charge", async () => {
    const extra = (await mostOf(stage, dave, 1n, ETH)) + 1n;
    const use = await atVault(stage, "Withdraw");
    return withdrawalOf(stage, dave, { epoch: 1n, asset: ETH, extra, recipient: dave.wallet.address, use });
  });
  // What he has beyond the pledge is not asked for: the proof shows the ether that is pledged, and nothing else.
  const shown = await withoutPledge(stage, dave, await atVault(stage, "Withdraw"), dave.wallet.address);
  await trials.attempt("44", "the pledged ether withdrawn", owed, async () =>
    bluntly(vault, dave.wallet, "withdraw", ...(await ordered(stage, shown))),
  );
  const until = (await stage.network.now()) + 60n * DAY;
  const second = await withoutPledge(
    stage,
    dave,
    await pledgedTo(stage, bank.address, 0n, until),
    bank.address,
  );
  await trials.attempt("44", "the pledged ether pledged at a second gate", owed, async () =>
    bluntly(ledger, bank, "pledge", second, await vault.getAddress(), until, ZeroHash),
  );
  const exit = await withoutPledge(stage, dave, await atVault(stage, "Exit"), dave.wallet.address);
  await trials.attempt("44", "the pledged ether asked for by a forced exit", owed, () =>
    bluntly(vault, dave.wallet, "requestExit", exit, { relayer: `0x${"00".repeat(20)}`, fee: 0n }),
  );
  await trials.attempt("44", "the pledge taken by a stranger", "ConsumerOnly", () =>
    bluntly(ledger, people.stranger, "takePledged", 1n),
  );
  await trials.attempt("44", "the pledge's exit asked for by another gate", "GateOnly", () =>
    bluntly(vault, bank, "requestPledgeExit", 1n),
  );
}

/** A proof of what is paid and pledged by now, one ether, and of nothing beyond. */
async function withoutPledge(
  stage: MoneyStage,
  person: Person,
  use: Awaited<ReturnType<typeof atVault>>,
  recipient: string,
) {
  return withdrawalOf(stage, person, { epoch: 1n, asset: ETH, extra: 0n, recipient, use });
}

/** Bob loses 3,500 USDT to the house, Eve is left out, and Alice gets a second leaf that she is not told of. */
async function nextEpoch(stage: MoneyStage): Promise<void> {
  const { tell, customers, exchangeBook, rows, trials, vault } = stage;
  const { alice, bob, eve, house } = customers;
  exchangeBook.move(bob, house, rows.usdt, 3_500n * DOLLAR);
  exchangeBook.forget(eve);
  tell.line("off chain: Bob loses 3,500 USDT to the house; the exchange forgets Eve");
  const waiting = await withdrawalOf(stage, alice, {
    ...{ epoch: 1n, asset: USDT, extra: 100n * DOLLAR, recipient: alice.wallet.address },
    use: await atVault(stage, "Withdraw"),
  });
  const opening = await tell.stage("the exchange opens epoch 2", () => open(stage, 2n));
  await trials.attempt("44", "a withdrawal while an epoch is open", "InstantWithdrawalsFrozen", async () =>
    bluntly(vault, alice.wallet, "withdraw", ...(await ordered(stage, waiting))),
  );
  await stage.network.advanceTo(opening.snapshotTime + 1n);
  await publishFor(stage, opening.snapshotTime);
  const poor = { userId: alice.userId, owner: alice.owner, holdings: [{ row: rows.usdt, quantity: 1n }] };
  await tell.stage("prove and attest epoch 2, with a second leaf of Alice's key", async () => {
    const result = await attestBook(stage, opening, [poor]);
    const [rich, other] = await bundlesOf(result, bundleOf(alice, 2n));
    alice.bundles.set(2n, rich!);
    stage.kept.set("alice", other!);
  });
  await trials.attempt("44", "a withdrawal against the epoch before", "EpochNotLatest", async () =>
    bluntly(vault, alice.wallet, "withdraw", ...(await ordered(stage, waiting))),
  );
}

/** A policy of now, with ether at another price, and a proof of what it leaves of Dave's account. */
async function called(stage: MoneyStage, dave: Person): Promise<void> {
  const { gate, bank, network, people, policyRegistry, exchange, backend, accountCheck, trials } = stage;
  await network.advanceTo((await network.now()) + HOUR);
  const observationTime = await network.now();
  await refreshFeed(stage, NEW_PRICE);
  const policy = exchange.policyAt(observationTime, NEW_PRICE);
  const publication = await certifiedPublication(policy, { chainId: network.chainId, observationTime });
  await publishPolicy(people.relayer, policyRegistry, await signPolicy(stage, publication));

  const bundle = bundleOf(dave, 2n);
  const opening = openBundle(bundle, dave.secret);
  const tree = policyTree(policy.coefficients);
  const hedges = bestHedges(policy, tree, opening.holdings);
  const minimumFree = largestFree(judgeAccount(tree, opening.holdings, hedges))!;
  const context = accountContext({
    ...{ chainId: network.chainId, accountCheck: BigInt(await accountCheck.getAddress()) },
    ...{ consumer: BigInt(await gate.getAddress()), payload: 1n },
  });
  const { instance, signals, proof } = await proveAccount(backend, opening, {
    ...{ tree, minimumFree, hedges, context },
  });
  const { root, key, epoch } = signals;
  const statement = {
    ...{ circuitId: await circuitOf(instance), root, key, epoch, observationTime, minimumFree },
    ...{ place: placeOf(bundle), proof: [...proof] },
  };
  const judge = (changes: Partial<typeof statement>, payload = 1n, marks = HOUR) =>
    withWords(gate.interface, () =>
      (gate.connect(bank) as Contract)
        .getFunction("judge")
        .staticCall(1n, { ...statement, ...changes }, toBeHex(payload, 32), MAX_AGE, marks),
    );
  await trials.attempt("45", "an account judged to have a unit more", "ProofsRejected", () =>
    judge({ minimumFree: minimumFree + 1n }),
  );
  await trials.attempt("45", "a judgement made for another loan", "ProofsRejected", () => judge({}, 2n));
  await trials.attempt("45", "an account judged by marks of before its leaf", "MarksBeforeLeaf", async () =>
    judge({ observationTime: bundleOf(dave, 1n).snapshotTime }),
  );
  await trials.attempt("45", "another account judged in its place", "AnotherAccount", () =>
    judge({ key: key + 1n }),
  );
  const [covers] = await judge({});
  if (covers !== true) throw new Error("expected Dave's pledge to be covered at the new marks");
  await network.advanceTo(observationTime + HOUR + 60n);
  await trials.attempt("45", "old marks, shown again", "MarksTooOld", () => judge({}));
}
