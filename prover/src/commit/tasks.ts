import {
  type BatchOpening,
  batchFractions,
  batchSums,
  batchWeight,
} from "@plimsoll/verifier/encodings/batch.ts";
import { accumulate } from "@plimsoll/verifier/encodings/totals.ts";
import { toJson } from "@plimsoll/verifier/formats/codecs.ts";
import { writePrivateQuickly } from "../pipeline/files.ts";
import { type AccountSize, accountSize } from "../plan/account-words.ts";
import { assembleBatch, type Placed } from "../plan/assemble.ts";
import {
  batchCommitFormat,
  batchFiles,
  batchSumsFormat,
  readBatchCommit,
  readBatchSums,
  readPlannedAccounts,
} from "./batch-files.ts";
import { type Blinds, commitPlan, type EpochIdentity, type OpenedAccount } from "./commit-batch.ts";
import { fastPoseidon } from "./hash.ts";
import type { OperatorSecret } from "./secrets.ts";

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
  | { readonly kind: "fractions"; readonly folder: string; readonly batch: number; readonly beta: bigint };

export interface CommitResult {
  readonly root: bigint;
  readonly transcript: bigint;
  /** How many accounts it holds. */
  readonly accounts: number;
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

/** Runs a task in whatever process it finds itself in. Repeating one gives the same files. */
export async function runBatchTask(task: BatchTask): Promise<TaskResults[BatchTask["kind"]]> {
  switch (task.kind) {
    case "commit":
      return commit(task);
    case "weigh":
      return weigh(task);
    case "fractions":
      return batchFractions(readBatchSums(task.folder, task.batch), task.beta);
  }
}

async function commit(task: Extract<BatchTask, { kind: "commit" }>): Promise<CommitResult> {
  const { folder, batch, capacity, blinds, identity, secret } = task;
  const accounts = readPlannedAccounts(folder, batch);
  const { root, transcript, ordered } = commitPlan(
    accounts,
    capacity,
    blinds,
    identity,
    secret,
    await fastPoseidon(),
  );
  const order = ordered.map(({ account }) => ({
    line: account.line,
    identity: account.identity,
    leaf: account.leaf,
  }));
  writePrivateQuickly(
    batchFiles(folder, batch).commit,
    toJson(batchCommitFormat, { root, transcript, accounts: order }),
  );
  return { root, transcript, accounts: order.length };
}

function weigh(task: Extract<BatchTask, { kind: "weigh" }>): WeighResult {
  const { folder, batch, capacity, blinds, gamma } = task;
  const { opening } = openBatch(folder, batch, capacity, blinds);
  const sums = batchSums(opening, gamma);
  const entries = { totals: [...sums.totals], weights: [...sums.weights] };
  writePrivateQuickly(batchFiles(folder, batch).sums, toJson(batchSumsFormat, entries));
  const weights = new Map<number, bigint>();
  accumulate(weights, sums.weights, batchWeight(gamma, batch));
  return { totals: sums.totals, weights };
}

/** A committed batch's accounts in order, and its opening, from its private files. */
export function openBatch(
  folder: string,
  batch: number,
  capacity: AccountSize,
  blinds: Blinds,
): { ordered: Placed<OpenedAccount & { userId: string; owner: bigint }>[]; opening: BatchOpening } {
  const accounts = readPlannedAccounts(folder, batch);
  const commitOf = readBatchCommit(folder, batch);
  if (commitOf === undefined) throw new Error(`batch ${batch}: expected a commit file, came none`);
  let next = 0;
  const ordered = commitOf.accounts.map(({ line, identity, leaf }) => {
    const account = accounts[line];
    if (account === undefined) throw new Error(`batch ${batch}: the plan has no account ${line}`);
    next += accountSize(account).blocks;
    return { account: { ...account, line, identity, leaf }, slot: next - 1 };
  });
  return { ordered, opening: assembleBatch(ordered, capacity, blinds) };
}
