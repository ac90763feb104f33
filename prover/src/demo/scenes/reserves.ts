import type { Contract, Wallet } from "ethers";
import {
  ATTESTOR_DELAY,
  nameAttestor,
  registerReserves,
  type SignedStatement,
  signCustody,
  signStatement,
} from "../../chain/reserves.ts";
import type { Opening } from "../../chain/submission.ts";
import { ETH_PRICE, type Stage, sendTo } from "./stage.ts";
import { USDT } from "./tiny-exchange.ts";

export const EVERY_EPOCH = Object.freeze({ fromEpoch: 0n, toEpoch: (1n << 64n) - 1n });
const USDT_UNIT = 10n ** 6n;
/** Of one copy of the example: what is owed, and what is insured. */
export const OWED_USDT = 7_150n * USDT_UNIT;
export const INSURED_USDT = 500n * USDT_UNIT;

/** Gives custody and insurance fund what `copies` of the example take to the unit, and registers both with their consent. */
export async function registerHonestly(stage: Stage, copies: number): Promise<void> {
  const { people, usdt, book, bookDomain, reserveTokens, gas, network } = stage;
  const { custody, insuranceFund, custodian, exchange, owner } = people;
  await sendTo(usdt, "mint", custody.address, OWED_USDT * BigInt(copies));
  await sendTo(usdt, "mint", insuranceFund.address, INSURED_USDT * BigInt(copies));
  const consent = (signer: Wallet, isInsurance: boolean) =>
    signCustody(signer, bookDomain, { account: signer.address, isInsurance, ...EVERY_EPOCH });
  const accounts = [await consent(custody, false), await consent(insuranceFund, true)];
  await gas.measure("register 2 tokens in 2 accounts that consented", () =>
    registerReserves(exchange, book, reserveTokens, accounts),
  );
  await gas.measure("name an attestor", () => nameAttestor(owner, book, custodian.address, "A custodian"));
  await network.advanceTo((await network.now()) + ATTESTOR_DELAY);
}

/** Moves USDT (in its units) from one account to another. */
export async function moveUsdt({ usdt }: Stage, from: Wallet, to: Wallet, amount: bigint): Promise<void> {
  await sendTo(usdt.connect(from) as Contract, "transfer", to.address, amount);
}

/** What the custodian signs to hold of USDT at the snapshot of an epoch. */
export function vouch(
  { people, bookDomain, exchange }: Stage,
  { epoch, snapshotTime }: Opening,
  amount: bigint,
  by = people.custodian,
): Promise<SignedStatement> {
  const { rowTableHash } = exchange.policyAt(snapshotTime, ETH_PRICE).descriptor;
  const held = { epoch, snapshotTime, rowTableHash, assets: [USDT], amounts: [amount] };
  return signStatement(by, bookDomain, held);
}
