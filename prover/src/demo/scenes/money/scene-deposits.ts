import { AbiCoder, type Contract, toBeHex } from "ethers";
import { registerReserves, signCustody } from "../../../chain/reserves.ts";
import { send } from "../../../chain/sending.ts";
import { BluntWallet } from "../blunt-wallet.ts";
import { open } from "../openings.ts";
import { publishFor } from "../policies.ts";
import { EVERY_EPOCH } from "../reserves.ts";
import { deployMock, sendTo } from "../stage.ts";
import { ETH, USDT } from "../tiny-exchange.ts";
import { attestBook } from "./money-epochs.ts";
import {
  as,
  bluntly,
  CONTRACT,
  DOLLAR,
  deposited,
  ETHER,
  held,
  type MoneyStage,
  type Name,
  PER_UNIT,
  step,
} from "./money-stage.ts";

const ENOUGH = 1n << 200n;
/** What comes into the vault: ether, dollars. */
const DEPOSITS: readonly (readonly [Name, bigint, bigint])[] = [
  ["alice", 4n, 0n],
  ["bob", 0n, 8_000n],
  ["carol", 0n, 9_000n],
  ["dave", 5n, 0n],
  ["eve", 1n, 1_000n],
  ["house", 0n, 6_000n],
];
/** What of the house is in a vault of another kind. */
const ELSEWHERE = 4_000n;

/** Deposits name an owner; customers trade; epoch 1 is attested with the vault as custody. */
export async function depositsScene(stage: MoneyStage): Promise<boolean> {
  const { tell, vault, customers, exchangeBook, rows } = stage;
  tell.heading("Deposits, for owners that only their customers can prove");
  await tell.stage("deposits that nobody could be paid for", () => depositCheats(stage));
  await tell.stage("ether and dollars, by six customers", () => deposits(stage));
  await tell.stage("the vault and a cold wallet consent to be read as custody", () => custody(stage));

  const { alice, bob, dave, house } = customers;
  exchangeBook.move(alice, bob, rows.eth, ETHER);
  exchangeBook.move(bob, alice, rows.usdt, 3_000n * DOLLAR);
  exchangeBook.credit(dave, rows.long, 2n * CONTRACT);
  exchangeBook.credit(house, rows.short, 2n * CONTRACT);
  tell.line("off chain: Alice sells Bob 1 ETH for 3,000 USDT; Dave is long 2 ETH-PERP, the house short");
  const opening = await tell.stage("the exchange opens epoch 1", () => open(stage, 1n));
  await stage.network.advanceTo(opening.snapshotTime + 1n);
  await publishFor(stage, opening.snapshotTime);
  const { record } = await tell.stage("prove and attest epoch 1", () => attestBook(stage, opening));
  const inVault = await held(stage, ETH, await vault.getAddress());
  return record.batches.length === 2 && inVault === exchangeBook.total(rows.eth) * PER_UNIT[ETH]!;
}

async function deposits(stage: MoneyStage): Promise<void> {
  const { vault, customers, exchangeBook, usdt, tokens, rows, people } = stage;
  const address = await vault.getAddress();
  for (const [name, ether, dollars] of DEPOSITS) {
    const { wallet, owner } = customers[name];
    if (ether > 0n) {
      const value = ether * ETHER * PER_UNIT[ETH]!;
      const sent = deposited(stage, wallet, value, tokens[ETH], value, owner);
      await (name === "alice" ? step(stage, "deposit ether", sent) : sent);
      exchangeBook.credit(customers[name], rows.eth, ether * ETHER);
    }
    if (dollars === 0n) continue;
    await sendTo(usdt, "mint", wallet.address, dollars * DOLLAR);
    await sendTo(usdt.connect(wallet) as Contract, "approve", address, ENOUGH);
    const sent = as(vault, wallet, "deposit", tokens[USDT], dollars * DOLLAR, owner);
    await (name === "bob" ? step(stage, "deposit an ERC-20", sent) : sent);
    exchangeBook.credit(customers[name], rows.usdt, dollars * DOLLAR);
  }
  await sendTo(usdt, "mint", people.custody.address, ELSEWHERE * DOLLAR);
  exchangeBook.credit(customers.house, rows.usdt, ELSEWHERE * DOLLAR);
}

async function custody(stage: MoneyStage): Promise<void> {
  const { vault, people, book, bookDomain, reserveTokens } = stage;
  const { fromEpoch, toEpoch } = EVERY_EPOCH;
  const cold = { account: people.custody.address, isInsurance: false, ...EVERY_EPOCH };
  const consents = [
    await signCustody(people.custody, bookDomain, cold),
    {
      ...{ account: await vault.getAddress(), isInsurance: false, ...EVERY_EPOCH },
      signature: AbiCoder.defaultAbiCoder().encode(["uint64", "uint64"], [fromEpoch, toEpoch]),
    },
  ];
  await registerReserves(people.exchange, book, reserveTokens, consents);
}

async function depositCheats(stage: MoneyStage): Promise<void> {
  const { trials, vault, people, customers, tokens } = stage;
  const { stranger, exchange } = people;
  const { owner } = customers.alice;
  const into =
    (token: string, amount: bigint, of: bigint, value = 0n) =>
    () =>
      deposited(stage, BluntWallet.of(stranger), value, token, amount, of);
  await trials.attempt("24", "a deposit for nobody", "OwnerInvalid", into(tokens[ETH], 1n, 0n, 1n));
  const less = "ether announced, and less of it sent";
  await trials.attempt("24", less, "CoinMismatch", into(tokens[ETH], 2n, owner, 1n));
  const none = "a deposit of a token without code";
  await trials.attempt("24", none, "TokenWithoutCode", into(toBeHex(77n, 20), 1n, owner));
  await trials.attempt("24", "a deposit of nothing", "NothingDeposited", into(tokens[USDT], 0n, owner));

  const greedy = await deployMock(stranger, "HostileTokenMock", "FEE", 6);
  for (const [method, ...args] of [
    ["mint", stranger.address, 100n],
    ["approve", await vault.getAddress(), 100n],
    ["setFee", 1n],
  ] as const)
    await send(greedy, method, args);
  const fee = "a token that takes a fee on the way";
  await trials.attempt("24", fee, "DepositMismatch", into(await greedy.getAddress(), 100n, owner));

  const pause = "a stranger stops deposits";
  await trials.attempt("29", pause, "ExchangeOnly", () => bluntly(vault, stranger, "pauseDeposits", true));
  const name = "a stranger names an operator";
  await trials.attempt("29", name, "ExchangeOnly", () =>
    bluntly(vault, stranger, "nameOperator", stranger.address),
  );
  await as(vault, exchange, "pauseDeposits", true);
  const paused = "a deposit while the exchange has paused them";
  await trials.attempt("29", paused, "DepositsArePaused", into(tokens[ETH], 1n, owner, 1n));
  await as(vault, exchange, "pauseDeposits", false);
}
