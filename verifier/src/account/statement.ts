import { FIELD, FREE_UNIT, MAX_QUANTITY, PUBLIC_SIGNALS } from "../constants.ts";
import type { PolicyTree } from "../policy/policy-tree.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { type AccountOpening, openedAccount } from "../withdrawal/opening.ts";
import { AccountError } from "./error.ts";
import { type ChosenHedge, judgeAccount } from "./surplus.ts";

/** What an owner shows of her account at a policy newer than its epoch's. */
export interface AccountRequest {
  readonly tree: PolicyTree;
  /** 10^-6 quote. */
  readonly minimumFree: bigint;
  /** Optional: none is always true, and never better. */
  readonly hedges: readonly ChosenHedge[];
  /** Binds the proof to whatever the contract puts there: a field element. */
  readonly context: bigint;
}

/** Public signals by name; `accountSignalList` gives them in the order of the proof. */
export interface AccountSignals {
  readonly root: bigint;
  readonly key: bigint;
  readonly epoch: bigint;
  readonly policyTree: bigint;
  readonly minimumFree: bigint;
  readonly home: bigint;
  readonly context: bigint;
}

/** The reference of the account circuit: the public signals of a request that is true. Throws AccountError for any other. */
export function accountSignals(
  opening: AccountOpening,
  request: AccountRequest,
  hash: Hash = poseidon,
): AccountSignals {
  const { tree, minimumFree, hedges, context } = request;
  if (minimumFree < 0n || minimumFree > MAX_QUANTITY || context < 0n || context >= FIELD) {
    throw new AccountError("request", "a number of the request is out of its range");
  }
  if (judgeAccount(tree, opening.holdings, hedges).surplus < FREE_UNIT * minimumFree) {
    throw new AccountError("surplus", "the account has less above its initial margin than is to be shown");
  }
  const { epoch, home } = opening;
  return { ...openedAccount(opening, hash), epoch, policyTree: tree.root, minimumFree, home, context };
}

/** The signals in the order of the table that circuits, TypeScript and Solidity share. */
export function accountSignalList(signals: AccountSignals): bigint[] {
  return PUBLIC_SIGNALS.account.map((name) => signals[name as keyof AccountSignals]);
}
