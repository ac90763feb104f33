import { balanceOf } from "@plimsoll/verifier/withdrawal/statement.ts";
import { figure } from "../../narrator.ts";
import { BluntWallet } from "../blunt-wallet.ts";
import { ETH, USDT } from "../tiny-exchange.ts";
import {
  as,
  bluntly,
  DOLLAR,
  deposited,
  ETHER,
  held,
  type MoneyStage,
  type Name,
  PER_UNIT,
  step,
  TIMES,
} from "./money-stage.ts";
import { ordered } from "./orders.ts";
import { atVault, bundleOf, mostOf, NOBODY, withdrawalOf } from "./proofs.ts";
import { openPurse } from "./scene-exits.ts";

/** Who claims what, in this order; Eve's leaf is an older one. Claim 1 is the pledge that the bank registers. */
const CLAIMS: readonly (readonly [Name, number])[] = [
  ["eve", ETH],
  ["eve", USDT],
  ["alice", ETH],
  ["alice", USDT],
  ["bob", ETH],
  ["bob", USDT],
  ["carol", USDT],
  ["dave", ETH],
  ["house", USDT],
];

/** The operator is gone: the vault freezes, everybody claims, and all is paid but what margin locks. */
export async function escapeScene(stage: MoneyStage): Promise<boolean> {
  const { tell, vault, customers, people, trials, network, bank } = stage;
  const { eve, alice, bob } = customers;
  tell.heading("The operator is gone: escape");
  const waiting = await withdrawalOf(stage, bob, {
    ...{ epoch: 2n, asset: USDT, extra: DOLLAR, recipient: bob.wallet.address },
    use: await atVault(stage, "Withdraw"),
  });
  const order = await ordered(stage, waiting);
  await step(stage, "freeze", as(vault, people.stranger, "freeze", 3n));
  await trials.attempt("29", "a withdrawal at once from a frozen vault", "VaultFrozen", () =>
    bluntly(vault, bob.wallet, "withdraw", ...order),
  );
  await trials.attempt("29", "a deposit into a frozen vault", "VaultFrozen", () =>
    deposited(stage, BluntWallet.of(bob.wallet), 1n, stage.tokens[ETH], 1n, bob.owner),
  );
  await trials.attempt("29", "a frozen vault frozen again", "VaultFrozen", () =>
    bluntly(vault, eve.wallet, "freeze", 3n),
  );
  await trials.attempt("46", "the bank's pledge registered by a stranger", "GateOnly", () =>
    bluntly(vault, people.stranger, "registerPledge", 2n),
  );

  await step(stage, "register a pledge", as(vault, bank, "registerPledge", 2n));
  await trials.attempt("46", "a pledge registered twice", "NothingOwed", () =>
    bluntly(vault, bank, "registerPledge", 2n),
  );
  await tell.stage("everybody proves and claims", () => claimAll(stage));
  await tell.stage("claims that were made already", () => claimCheats(stage));
  await network.advanceTo((await network.now()) + TIMES.claim + 1n);
  const late = await atVault(stage, "Claim");
  const lateClaim = await withdrawalOf(stage, alice, {
    ...{ epoch: 2n, asset: USDT, extra: 0n, recipient: alice.wallet.address, use: late },
  });
  await trials.attempt("46", "a claim after the window", "ClaimsClosed", () =>
    bluntly(vault, alice.wallet, "registerClaim", lateClaim, NOBODY),
  );
  return tell.stage("claims are paid, then purses collected", () => payAll(stage));
}

async function claimAll(stage: MoneyStage): Promise<void> {
  const { vault, customers } = stage;
  const use = await atVault(stage, "Claim");
  let isFirst = true;
  for (const [name, asset] of CLAIMS) {
    const person = customers[name];
    const epoch = epochOf(name);
    const extra = await mostOf(stage, person, epoch, asset);
    const claim = await withdrawalOf(stage, person, {
      ...{ epoch, asset, extra, recipient: person.wallet.address, use },
    });
    const sent = as(vault, person.wallet, "registerClaim", claim, NOBODY);
    await (isFirst ? step(stage, "register a claim", sent) : sent);
    isFirst = false;
  }
}

async function claimCheats(stage: MoneyStage): Promise<void> {
  const { trials, vault, customers, people } = stage;
  const { alice, bob } = customers;
  const use = await atVault(stage, "Claim");
  const again = await withdrawalOf(stage, alice, {
    ...{ epoch: 2n, asset: USDT, extra: 0n, recipient: alice.wallet.address, use },
  });
  await trials.attempt("46", "what was claimed, claimed again", "NothingOwed", () =>
    bluntly(vault, alice.wallet, "registerClaim", again, NOBODY),
  );
  const older = await withdrawalOf(stage, bob, {
    ...{ epoch: 1n, asset: USDT, extra: DOLLAR, recipient: bob.wallet.address, use },
  });
  await trials.attempt("46", "an older leaf as well, from before a loss", "OtherEpochClaimed", () =>
    bluntly(vault, bob.wallet, "registerClaim", older, NOBODY),
  );
  await trials.attempt("24", "somebody else's claim, to a stranger", "ProofsRejected", () =>
    bluntly(
      vault,
      people.stranger,
      "registerClaim",
      { ...again, recipient: people.stranger.address },
      NOBODY,
    ),
  );
  await trials.attempt("46", "a claim paid while others can still be registered", "ClaimsStillOpen", () =>
    bluntly(vault, alice.wallet, "payClaim", 2n),
  );
  await trials.attempt("46", "a claim paid that nobody made", "ClaimNotRegistered", () =>
    bluntly(vault, alice.wallet, "payClaim", 99n),
  );
}

/** Pays all claims, collects all purses, and compares what is left in the vault with what margin locks. */
async function payAll(stage: MoneyStage): Promise<boolean> {
  const { tell, trials, vault, customers, tokens, bank } = stage;
  const address = await vault.getAddress();
  const before = [await held(stage, ETH, address), await held(stage, USDT, address)] as const;
  const owed = await Promise.all(tokens.map((token) => vault.getFunction("poolOf").staticCall(token)));
  // Eve's claims are the oldest, and are asked for first: that gains her nothing.
  const count = BigInt(CLAIMS.length + 1);
  const eveDollars = 3n;
  for (let id = 1n; id <= count; id++) {
    if (id === eveDollars) continue;
    const sent = as(vault, stage.people.stranger, "payClaim", id);
    await (id === 1n ? step(stage, "pay a claim", sent) : sent);
  }
  await trials.attempt("46", "second class, where first class is short", "NothingToPay", () =>
    bluntly(vault, customers.eve.wallet, "payClaim", eveDollars),
  );
  await trials.attempt("46", "a claim paid twice", "NothingToPay", () =>
    bluntly(vault, customers.alice.wallet, "payClaim", 4n),
  );
  for (const name of ["alice", "bob", "carol", "dave", "house", "eve"] as const) {
    const { wallet } = customers[name];
    const purse = await openPurse(stage, wallet.address);
    for (const token of tokens) await as(purse, wallet, "collect", token);
  }
  const purse = await openPurse(stage, bank.address);
  const bankBefore = await held(stage, USDT, bank.address);
  await step(stage, "collect from a purse", as(purse, bank, "collect", tokens[USDT]));
  const bankGot = (await held(stage, USDT, bank.address)) - bankBefore;

  const after = [await held(stage, ETH, address), await held(stage, USDT, address)] as const;
  const locked = await lockedEther(stage);
  let isAllClaimed = true;
  for (const [name, asset] of CLAIMS)
    isAllClaimed &&= (await mostOf(stage, customers[name], epochOf(name), asset)) === 0n;
  const [, pool] = owed;
  const share = Number((before[USDT] * 10_000n) / (pool!.first as bigint)) / 100;
  tell.line(
    `USDT: ${dollars(pool!.first)} claimed first class, ${dollars(before[USDT])} there (the rest is in a cold wallet): ${share} % each; second class nothing`,
  );
  tell.line(
    `ETH: all claims paid, Eve's too; ${figure(Number(after[ETH] / PER_UNIT[ETH]!) / 1e8, 8)} are left, which margin locks: Dave's, and of Alice's what an ether's weight in withdrawals is above its weight in margin`,
  );
  const expected = (4_000n * DOLLAR * before[USDT]) / (pool!.first as bigint);
  // Shares are rounded down: less than one unit stays for each claim.
  return isAllClaimed && after[ETH] === locked && after[USDT] < count && bankGot === expected;
}

/** What leaves of the newest epoch have of ether beyond what was paid since and claimed; the others' is all claimed. */
async function lockedEther(stage: MoneyStage): Promise<bigint> {
  const { alice, bob, dave } = stage.customers;
  const units = [alice, bob, dave].reduce(
    (sum, person) => sum + balanceOf(bundleOf(person, 2n).holdings, ETH),
    -ETHER / 2n,
  );
  const claimed = await Promise.all([4n, 6n, 9n].map((id) => claimOf(stage, id)));
  return claimed.reduce((left, claim) => left - claim, units * PER_UNIT[ETH]!);
}

/** Of the leaf that she has. */
const epochOf = (name: Name): bigint => (name === "eve" ? 1n : 2n);

async function claimOf({ vault }: MoneyStage, id: bigint): Promise<bigint> {
  return (await vault.getFunction("claimOf").staticCall(id)).amount;
}

const dollars = (units: bigint) => figure(Number(units / DOLLAR));
