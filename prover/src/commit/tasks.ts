import {
  type BatchOpening,
  type BatchSums,
  batchFractions,
  batchSums,
  batchWeight,
} from "@plimsoll/verifier/encodings/batch.ts";
import { accumulate } from "@plimsoll/verifier/encodings/totals.ts";
import { type AccountSize, accountSize } from "../plan/account-words.ts";
import { assembleBatch, type Placed } from "../plan/assemble.ts";
import { commitToRecord, readBatchCommit, readPlannedAccounts } from "./batch-files.ts";
import { type Blinds, commitPlan, type OpenedAccount } from "./commit-batch.ts";
import { fastPoseidon } from "./hash.ts";
import type { EpochIdentity, OperatorSecret } from "./secrets.ts";

/** Work on one batch. Files carry the data; a task carries numbers, and what a batch's randomness needs. */
export type BatchTask =
  | {
      readonly kind: "commit";
      readonly folder: string;
      readonly batch: number;
      readonly capacity: AccountSize;
      readonly blinds: Blinds;
      readonly identity: EpochIdentity;
      readonly secret: OperatorSecret;
    }
  | {
      readonly kind: "weigh";
      readonly folder: string;
      readonly batch: number;
      readonly capacity: AccountSize;
      readonly blinds: Blinds;
      readonly gamma: bigint;
    }
  | {
      readonly kind: "fractions";
      readonly folder: string;
      readonly batch: number;
      readonly capacity: AccountSize;
      readonly blinds: Blinds;
      readonly gamma: bigint;
      readonly beta: bigint;
    };

export interface CommitResult {
  readonly root: bigint;
  readonly transcript: bigint;
  /** How many accounts it holds. */
  readonly accounts: number;
  /** What whoever collects the results appends to the record file of commitments. */
  readonly record: string;
}

/** Sums of one batch over rows; the batch's own weight alpha^(2^14 b) is applied to `weights`. */
export interface WeighResult {
  readonly totals: ReadonlyMap<number, bigint>;
  readonly weights: ReadonlyMap<number, bigint>;
}

export interface FractionsResult {
  readonly t: bigint;
  readonly w: bigint;
}

export interface TaskResults {
  readonly commit: CommitResult;
  readonly weigh: WeighResult;
  readonly fractions: FractionsResult;
}

/** Runs a task in whatever thread it finds itself in. Repeating one gives the same; it writes nothing. */
export async function runBatchTask(task: BatchTask): Promise<TaskResults[BatchTask["kind"]]> {
  switch (task.kind) {
    case "commit":
      return commit(task);
    case "weigh": {
      const sums = sumsOf(task);
      const weights = new Map<number, bigint>();
      accumulate(weights, sums.weights, batchWeight(task.gamma, task.batch));
      return { totals: sums.totals, weights };
    }
    case "fractions":
      // The sums are made again: that costs less than a file of them, which would have to be guarded like the accounts.
      return batchFractions(sumsOf(task), task.beta);
  }
}

async function commit(task: Extract<BatchTask, { kind: "commit" }>): Promise<CommitResult> {
  const { folder, batch, capacity, blinds, identity, secret } = task;
  const accounts = readPlannedAccounts(folder, batch);
  const hash = await fastPoseidon();
  const { root, transcript, ordered } = commitPlan(accounts, capacity, blinds, identity, secret, hash);
  const order = ordered.map(({ account }): [number, bigint, bigint] => {
    return [account.line, account.identity, account.leaf];
  });
  const record = commitToRecord({ root, transcript, accounts: order });
  return { root, transcript, accounts: order.length, record };
}

function sumsOf(task: Extract<BatchTask, { kind: "weigh" | "fractions" }>): BatchSums {
  const { folder, batch, capacity, blinds, gamma } = task;
  return batchSums(openBatch(folder, batch, capacity, blinds).opening, gamma);
}

/** A committed batch's accounts in order, and its opening, from its private files. */
export function openBatch(
  folder: string,
  batch: number,
  capacity: AccountSize,
  blinds: Blinds,
): { ordered: Placed<OpenedAccount & { userId: string; owner: bigint }>[]; opening: BatchOpening } {
  const accounts = readPlannedAccounts(folder, batch);
  let next = 0;
  const ordered = readBatchCommit(folder, batch).accounts.map(([line, identity, leaf]) => {
    const account = accounts[line];
    if (account === undefined) throw new Error(`batch ${batch}: the plan has no account ${line}`);
    next += accountSize(account).blocks;
    return { account: { ...account, line, identity, leaf }, slot: next - 1 };
  });
  return { ordered, opening: assembleBatch(ordered, capacity, blinds) };
}
