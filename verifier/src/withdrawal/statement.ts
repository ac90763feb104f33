import { FIELD, FREE_UNIT, PUBLIC_SIGNALS, ROW_BITS } from "../constants.ts";
import type { Entry } from "../encodings/entry.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { WithdrawalError } from "./error.ts";
import { type AccountOpening, openedAccount } from "./opening.ts";

/** What is asked for. Amount and charge are cumulative, as the ledger counts them. */
export interface WithdrawalRequest {
  /** Address as an integer. */
  readonly recipient: bigint;
  /** Number of the asset: its row is twice that. */
  readonly asset: number;
  /** In the asset's units. */
  readonly amount: bigint;
  /** Of free collateral, in money units (10^-12 quote). */
  readonly charge: bigint;
  /** Binds the proof to vault, token and whatever else the contract puts there: a field element. */
  readonly context: bigint;
}

/** Public signals by name; `withdrawalSignalList` gives them in the order of the proof. */
export interface WithdrawalSignals {
  readonly root: bigint;
  readonly key: bigint;
  readonly epoch: bigint;
  readonly recipient: bigint;
  readonly asset: bigint;
  readonly amount: bigint;
  readonly charge: bigint;
  readonly home: bigint;
  readonly context: bigint;
}

const ADDRESS_BITS = 160n;
const ASSETS = 1 << (ROW_BITS - 1);

/**
 * The reference of the withdrawal circuit: the public signals of a request that the account may make. Throws
 * WithdrawalError for any other.
 */
export function withdrawalSignals(
  opening: AccountOpening,
  request: WithdrawalRequest,
  hash: Hash = poseidon,
): WithdrawalSignals {
  const { recipient, asset, amount, charge, context } = request;
  const fits =
    recipient >= 0n &&
    recipient < 1n << ADDRESS_BITS &&
    Number.isInteger(asset) &&
    asset >= 0 &&
    asset < ASSETS &&
    amount >= 0n &&
    charge >= 0n &&
    context >= 0n &&
    context < FIELD;
  if (!fits) throw new WithdrawalError("request", "a number of the request is out of its range");
  if (opening.under === 1) {
    throw new WithdrawalError(
      "under-margined",
      "the account is under its initial margin: nothing of it is free",
    );
  }
  if (amount > balanceOf(opening.holdings, asset)) {
    throw new WithdrawalError("balance", `asset ${asset}: the account holds less than the amount`);
  }
  if (charge > FREE_UNIT * opening.free) {
    throw new WithdrawalError("charge", "the account has less free collateral than the charge");
  }
  const { epoch, home } = opening;
  const { root, key } = openedAccount(opening, hash);
  return { root, key, epoch, recipient, asset: BigInt(asset), amount, charge, home, context };
}

/** The signals in the order of the table that circuits, TypeScript and Solidity share. */
export function withdrawalSignalList(signals: WithdrawalSignals): bigint[] {
  return PUBLIC_SIGNALS.withdrawal.map((name) => signals[name as keyof WithdrawalSignals]);
}

/** Sum over all entries of the asset's row, in the asset's units. */
export function balanceOf(holdings: readonly Entry[], asset: number): bigint {
  return holdings.reduce((sum, { row, quantity }) => (row === 2 * asset ? sum + quantity : sum), 0n);
}
