import type { Contract } from "ethers";
import { ETH, USDT } from "../tiny-exchange.ts";
import { knowing } from "./contracts.ts";
import { as, bluntly, DOLLAR, ETHER, held, type MoneyStage, step, TIMES } from "./money-stage.ts";
import { approved } from "./orders.ts";
import { atVault, bundleOf, keyOf, NOBODY, refusalOf, type Withdrawal, withdrawalOf } from "./proofs.ts";

const PLENTY = 1n << 128n;

/** Exits that don't ask the operator: one is refused truly, one falsely and answered, one gets no answer and freezes the vault. */
export async function exitsScene(stage: MoneyStage): Promise<boolean> {
  const { tell, vault, customers, people, trials, network } = stage;
  const { alice, bob, eve } = customers;
  tell.heading("Forced exits: nobody is asked");
  const use = await atVault(stage, "Exit");
  const old = { epoch: 1n, use };
  const wishes = await tell.stage("Bob, Alice and Eve prove against epoch 1", async () => ({
    bob: await withdrawalOf(stage, bob, {
      ...{ ...old, asset: USDT, extra: 4_000n * DOLLAR, recipient: bob.wallet.address },
    }),
    alice: await withdrawalOf(stage, alice, {
      ...{ ...old, asset: USDT, extra: 500n * DOLLAR, recipient: alice.wallet.address },
    }),
    eve: await withdrawalOf(stage, eve, {
      ...{ ...old, asset: ETH, extra: ETHER, recipient: eve.wallet.address },
    }),
  }));
  await as(vault, people.exchange, "pauseDeposits", true);
  await step(stage, "request a forced exit", as(vault, bob.wallet, "requestExit", wishes.bob, NOBODY));
  await as(vault, alice.wallet, "requestExit", wishes.alice, NOBODY);
  await as(vault, eve.wallet, "requestExit", wishes.eve, NOBODY);
  await as(vault, people.exchange, "pauseDeposits", false);
  tell.line("three exits are requested, while the exchange has paused what it can pause");
  await trials.attempt("25", "an exit requested twice with one proof", "ClaimExists", () =>
    bluntly(vault, bob.wallet, "requestExit", wishes.bob, NOBODY),
  );

  await tell.stage("Bob lost what he asks for: the operator shows it", () => truly(stage, wishes.eve));
  const isPaid = await tell.stage("Alice didn't: she answers the operator's other leaf", () =>
    falsely(stage),
  );
  await trials.attempt("46", "Eve refused by somebody else's leaf", "ProofsRejected", async () => {
    const refusal = await refusalOf(stage, bundleOf(bob, 2n), { asset: ETH, amount: ETHER, charge: 0n });
    return bluntly(vault, stage.operator, "refuse", 3n, refusal);
  });
  await trials.attempt("29", "the vault frozen before the operator's time is over", "DeadlineNotPassed", () =>
    bluntly(vault, eve.wallet, "freeze", 3n),
  );
  await trials.attempt("29", "the vault frozen by an exit that was paid", "ExitNotPending", () =>
    bluntly(vault, bob.wallet, "freeze", 2n),
  );
  await trials.attempt("29", "the vault frozen by an exit that was refused", "ExitNotPending", () =>
    bluntly(vault, bob.wallet, "freeze", 1n),
  );
  await trials.attempt("46", "a claim before there is an escape", "VaultNotFrozen", () =>
    bluntly(vault, eve.wallet, "registerClaim", wishes.eve, NOBODY),
  );
  tell.line("Eve, who is in no newer epoch, gets no answer: there is no leaf to refuse her with");
  await network.advanceTo((await network.now()) + TIMES.response + TIMES.answer + 1n);
  return isPaid;
}

/** Exit 1, of Bob's. */
async function truly(stage: MoneyStage, other: Withdrawal): Promise<void> {
  const { vault, operator, customers, trials } = stage;
  const { bob } = customers;
  const demand = { asset: USDT, amount: 4_000n * DOLLAR, charge: 0n };
  const refusal = await refusalOf(stage, bundleOf(bob, 2n), demand);
  const refuse = (changes: Partial<typeof refusal>) => () =>
    bluntly(vault, operator, "refuse", 1n, { ...refusal, ...changes });
  const older = "an exit refused by a leaf of the epoch that it was proved in";
  await trials.attempt("46", older, "RefusalNotNewer", refuse({ epoch: 1n }));
  const larger = "an exit refused by denying more than it asks for";
  await trials.attempt("46", larger, "RefusalTooLarge", refuse({ amount: 5_000n * DOLLAR }));
  const less = "an exit refused by denying less than the leaf is shown not to have";
  await trials.attempt("46", less, "ProofsRejected", refuse({ amount: DOLLAR }));
  await step(stage, "refuse an exit", as(vault, operator, "refuse", 1n, refusal));
  const small = await withdrawalOf(stage, bob, {
    ...{ epoch: 2n, asset: USDT, extra: 1_000n * DOLLAR, recipient: bob.wallet.address },
    use: await atVault(stage, "Answer", NOBODY, 1n),
  });
  await trials.attempt("46", "a true refusal answered with what the leaf does have", "AnswerTooSmall", () =>
    bluntly(vault, bob.wallet, "answer", 1n, small, NOBODY),
  );
  await trials.attempt("46", "a true refusal answered with somebody else's leaf", "AnswerDiffers", () =>
    bluntly(vault, bob.wallet, "answer", 1n, other, NOBODY),
  );
  await trials.attempt("46", "a refused exit paid all the same", "ExitNotPending", async () =>
    bluntly(vault, bob.wallet, "approveExit", ...(await approved(stage, 1n, PLENTY))),
  );
}

/** Exit 2, of Alice's. */
async function falsely(stage: MoneyStage): Promise<boolean> {
  const { vault, operator, customers, trials, people, ledger, tokens } = stage;
  const { alice } = customers;
  const { stranger } = people;
  const needed = await ledger
    .getFunction("neededAt")
    .staticCall(keyOf(alice), 2n, tokens[USDT], 500n * DOLLAR);
  const { amount, charge } = needed as { amount: bigint; charge: bigint };
  await trials.attempt("46", "Alice refused by her own leaf, which allows it", "allowed", () =>
    refusalOf(stage, bundleOf(alice, 2n), { asset: USDT, amount, charge }),
  );
  const refusal = await refusalOf(stage, stage.kept.get("alice")!, { asset: USDT, amount, charge });
  await as(vault, operator, "refuse", 2n, refusal);
  const answer = await withdrawalOf(stage, alice, {
    ...{ epoch: 2n, asset: USDT, extra: 500n * DOLLAR, recipient: alice.wallet.address },
    use: await atVault(stage, "Answer", NOBODY, 2n),
  });
  await step(stage, "answer a refusal", as(vault, alice.wallet, "answer", 2n, answer, NOBODY));
  await trials.attempt("46", "an exit refused again after it was answered", "ExitNotRefusable", () =>
    bluntly(vault, operator, "refuse", 2n, refusal),
  );
  await trials.attempt(
    "30",
    "an exit paid with a stranger's signature",
    "OperatorSignatureInvalid",
    async () => bluntly(vault, stranger, "approveExit", ...(await approved(stage, 2n, PLENTY, stranger))),
  );
  await trials.attempt("30", "an exit paid for less than it asks", "OwedMore", async () =>
    bluntly(vault, stranger, "approveExit", ...(await approved(stage, 2n, 1n))),
  );
  await step(
    stage,
    "pay an exit into a purse",
    as(vault, alice.wallet, "approveExit", ...(await approved(stage, 2n, PLENTY))),
  );
  await trials.attempt("25", "an exit paid twice", "ExitNotPending", async () =>
    bluntly(vault, alice.wallet, "approveExit", ...(await approved(stage, 2n, PLENTY))),
  );
  const purse = await openPurse(stage, alice.wallet.address);
  await trials.attempt("46", "Alice's purse emptied by a stranger", "RecipientOnly", () =>
    bluntly(purse, stranger, "collectTo", tokens[USDT], stranger.address),
  );
  const before = await held(stage, USDT, alice.wallet.address);
  await as(purse, alice.wallet, "collect", tokens[USDT]);
  return (await held(stage, USDT, alice.wallet.address)) - before === 500n * DOLLAR;
}

/** The purse of a recipient, opened. */
export async function openPurse(stage: MoneyStage, recipient: string): Promise<Contract> {
  await as(stage.vault, stage.people.stranger, "openPurse", recipient);
  const address = await stage.vault.getFunction("purseOf").staticCall(recipient);
  return knowing("Purse", address, stage.people.stranger);
}
