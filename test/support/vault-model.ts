// A plain model of a vault beside the ledger's (ledger-model.ts): what accounts truly hold, what was deposited, what is asked for.
import type { LedgerModel, Shown } from "./ledger-model.ts";
import { chargeIn, isWithin } from "./ledger-model.ts";
import type { StagedEpoch } from "./staged-ledger.ts";

/** What an account's leaf of an epoch says. `isTwice`: the operator put a second leaf of the key in, which has nothing. */
export interface Leaf {
  readonly amounts: readonly bigint[];
  readonly free: bigint;
  readonly isTwice: boolean;
}

export interface Attested extends StagedEpoch {
  readonly leaves: ReadonlyMap<bigint, Leaf>;
}

export type State = "Requested" | "Refused" | "Answered" | "Paid" | "Over";

export interface ModelExit {
  readonly id: bigint;
  readonly key: bigint;
  readonly token: string;
  shown: Shown;
  state: State;
  deadline: bigint;
  denial?: {
    readonly against: Attested;
    readonly asset: number;
    readonly amount: bigint;
    readonly charge: bigint;
  };
}

export interface ModelClaim {
  readonly id: bigint;
  readonly key: bigint;
  readonly epoch: bigint;
  readonly token: string;
  /** Of the epoch that was the newest at the freeze. */
  readonly isFirst: boolean;
  /** By a proof of the account's own, rather than by a pledge's gate. */
  readonly isProved: boolean;
  readonly amount: bigint;
  readonly recipient: string;
}

/** Payments with the epoch that they were proved against. */
export interface Counted {
  readonly key: bigint;
  readonly against: bigint;
  readonly token: string;
  readonly amount: bigint;
}

export interface VaultModel {
  readonly ledger: LedgerModel;
  readonly attested: Attested[];
  readonly counted: Counted[];
  readonly exits: ModelExit[];
  readonly claims: ModelClaim[];
  /** Deposits less withdrawals, by token. */
  readonly balances: Map<string, bigint>;
  /** By purse and token. */
  readonly purses: Map<string, bigint>;
}

/** Whether all that was ever paid or is pledged on proofs of an epoch is within what its leaf says, of every key. */
export function isBacked({ ledger, attested, counted }: VaultModel): boolean {
  return attested.every(({ epoch, rows, leaves }) =>
    [...leaves].every(([key, { amounts, free }]) => {
      const payments = counted.filter((one) => one.key === key && one.against === epoch);
      const own: LedgerModel = {
        decimals: ledger.decimals,
        opening: 0n,
        payments: payments.map(({ token, amount }) => ({ key, token, amount, opening: epoch })),
        pledges: ledger.pledges.filter((one) => one.key === key && one.epoch === epoch),
      };
      return rows.every((_, asset) =>
        isWithin(own, { key, epoch, rows, asset, amount: amounts[asset]!, charge: free }),
      );
    }),
  );
}

/** What a leaf must allow for an amount of a token on top of all that is counted. */
export function neededIn(
  model: LedgerModel,
  key: bigint,
  { epoch, rows }: StagedEpoch,
  token: string,
  extra: bigint,
) {
  const asset = rows.findIndex((row) => row.token === token);
  const row = rows[asset]!;
  // All other rows without a weight: then the charge is the amount.
  const only = rows.map((one, i) => ({ ...one, unitWeight: i === asset ? 1n : 0n }));
  const amount = chargeIn(model, key, epoch, only, { token, amount: extra });
  return { asset, amount, charge: chargeIn(model, key, epoch, rows, { token: row.token, amount: extra }) };
}
