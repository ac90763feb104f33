// A pool that lends dollars against pledged bitcoin of an exchange's customers, its vault, and everybody who comes by.
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Contract } from "ethers";
import { send } from "../../prover/src/chain/sending.ts";
import { pledgePayload, renewalPayload } from "../../verifier/src/withdrawal/context.ts";
import { answerPayload, loanPayload } from "../../verifier/src/withdrawal/gate-context.ts";
import { deploy, type LocalChain } from "./chain.ts";
import { call } from "./refusal.ts";
import {
  attest,
  type GateStage,
  knowing,
  type Marks,
  publishMarks,
  stageGate,
  statementOf,
} from "./staged-gate.ts";
import { ledgerOf, type StagedEpoch, withdrawalOf } from "./staged-ledger.ts";

export const HOUR = 3_600n;
export const DAY = 24n * HOUR;
export const TIMES = { response: 3n * DAY, answer: 2n * DAY, claim: 10n * DAY, maxRootAge: 30n * DAY };
export const TERMS = {
  term: 30n * DAY,
  collectTime: 19n * DAY,
  grace: HOUR,
  callInterval: 2n * HOUR,
  saleTime: 10n * HOUR,
  maxLeafAge: 2n * DAY,
  maxMarksAge: HOUR,
  borrowLimit: 7_000n,
  callLimit: 8_500n,
  // Ten per cent in 365 days.
  rate: 3_170_979_198n,
};
export const PLENTY = 10n ** 20n;
/** In units of the row, and of the token. */
export const COIN = 10n ** 8n;
export const BITCOIN = 10n ** 18n;
export const DOLLAR = 10n ** 6n;
/** One bitcoin, counted at 50,000, carries 35,000 less what the dollar's price is rounded down by. */
export const LOAN = 34_000n * DOLLAR;

export interface PoolStage extends GateStage {
  readonly pool: Contract;
  readonly vault: Contract;
  readonly ledgerContract: Contract;
  readonly btc: Contract;
  readonly usd: Contract;
  /** Borrows. */
  readonly alice: HardhatEthersSigner;
  readonly lender: HardhatEthersSigner;
  readonly thief: HardhatEthersSigner;
  readonly operator: HardhatEthersSigner;
}

/** A pool with 100,000 dollars of a lender; a vault with ten bitcoin; everybody has dollars. */
export async function stagePool(chain: LocalChain): Promise<PoolStage> {
  const stage = await stageGate(chain, "pool");
  const [alice, lender, thief, operator] = chain.signers.slice(6) as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const [btc, usd] = stage.tokens as [Contract, Contract];
  const vault = await deploy(operator, "MarginVault", stage.registry, operator.address, TIMES);
  const made = await deploy(alice, "LendingPool", stage.accountCheck, vault, usd, btc, TERMS);
  const pool = await knowing(made, "Ledger", "AccountCheck", "MarginVault", "PolicyRegistry");
  await send(btc, "mint", [await vault.getAddress(), 10n * BITCOIN]);
  for (const one of [alice, lender, thief]) {
    await send(usd, "mint", [one.address, 200_000n * DOLLAR]);
    await send(by(one, usd), "approve", [await pool.getAddress(), PLENTY]);
  }
  await send(by(lender, pool), "deposit", [100_000n * DOLLAR, lender.address]);
  const ledgerContract = await ledgerOf(stage);
  return { ...stage, pool, vault, ledgerContract, btc, usd, alice, lender, thief, operator };
}

export const by = (who: HardhatEthersSigner, contract: Contract): Contract =>
  contract.connect(who) as Contract;

export async function passes({ chain }: PoolStage, seconds: bigint): Promise<void> {
  await chain.provider.send("evm_increaseTime", [Number(seconds)]);
  await chain.provider.send("evm_mine");
}

export const balanceOf = (token: Contract, who: { readonly address: string } | Contract): Promise<bigint> =>
  call(token, "balanceOf", "address" in who ? who.address : who);

export interface LoanWish {
  readonly key?: bigint;
  readonly amount?: bigint;
  readonly coins?: bigint;
  readonly asset?: number;
  readonly until?: bigint;
}

/** The arguments of `borrow` for Alice, as if an account had so many free bitcoin. */
export async function asking(stage: PoolStage, epoch: StagedEpoch, wish: LoanWish = {}) {
  const { key = stage.next(), amount = LOAN, coins = 1n, asset = 0 } = wish;
  const until = wish.until ?? (await stage.chain.now()) + 50n * DAY;
  const consumer = await stage.pool.getAddress();
  const own = loanPayload(BigInt(stage.alice.address), amount);
  const payload = pledgePayload(own, BigInt(await stage.vault.getAddress()), until);
  const demand = { key, asset, amount: coins * COIN, charge: PLENTY, consumer, payload };
  const proof = withdrawalOf(stage, epoch, { ...demand, action: "Pledge" });
  return [proof, until, amount] as const;
}

/** Alice borrows; the number of the loan, and of its pledge. */
export async function borrow(stage: PoolStage, epoch: StagedEpoch, wish: LoanWish = {}): Promise<bigint> {
  await send(by(stage.alice, stage.pool), "borrow", [...(await asking(stage, epoch, wish))]);
  return stage.ledgerContract.getFunction("pledgeCount").staticCall();
}

/** Takes a loan that falls due since nobody renews its pledge, and has the vault asked for it. */
export async function dueLoan(stage: PoolStage, epoch: StagedEpoch, wish: LoanWish = {}): Promise<bigint> {
  const id = await borrow(stage, epoch, wish);
  await passes(stage, TERMS.maxLeafAge + 1n);
  await send(by(stage.thief, stage.pool), "exit", [id]);
  return id;
}

export async function renew(
  stage: PoolStage,
  epoch: StagedEpoch,
  id: bigint,
  key: bigint,
  amount = COIN,
): Promise<void> {
  const consumer = await stage.pool.getAddress();
  const demand = { key, asset: 0, amount, charge: PLENTY, consumer, payload: renewalPayload(id) };
  await send(stage.pool, "renew", [id, withdrawalOf(stage, epoch, { ...demand, action: "Renew" })]);
}

/** A statement that answers a call: the account has so many dollars of surplus, at marks of now. */
export async function answerTo(
  stage: PoolStage,
  epoch: StagedEpoch,
  id: bigint,
  { key, dollars = 66_000n, payload = answerPayload(id), ...marks }: AnswerWish,
) {
  const observationTime = await publishMarks(stage, marks);
  const consumer = await stage.pool.getAddress();
  const minimumFree = dollars * DOLLAR;
  return statementOf(stage, epoch, { key, observationTime, minimumFree, consumer, payload });
}

export interface AnswerWish extends Marks {
  readonly key: bigint;
  readonly dollars?: bigint;
  readonly payload?: bigint;
}

export const loanOf = ({ pool }: PoolStage, id: bigint) => call<Record<string, bigint>>(pool, "loanOf", id);

/** The operator pays the exit of a loan into the pool's purse. */
export async function approve(stage: PoolStage, id: bigint): Promise<void> {
  const { exitId } = await loanOf(stage, id);
  await send(stage.vault, "approveExit", [exitId, PLENTY, (await stage.chain.now()) + HOUR, "0x"]);
}

/** The same, and the pool fetches it. */
export async function paid(stage: PoolStage, id: bigint): Promise<void> {
  await approve(stage, id);
  await send(stage.pool, "collect", [id]);
}

/** The first epoch of a stage. */
export const firstEpoch = (stage: PoolStage): Promise<StagedEpoch> => attest(stage, 1n);
