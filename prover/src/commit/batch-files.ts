import { join } from "node:path";
import { FIELD } from "@plimsoll/verifier/constants.ts";
import type { CompletedAccount } from "../plan/account.ts";
import { accountFromLine, accountToLine } from "./account-line.ts";
import { closeRecords, readRecord } from "./record-file.ts";

/** Commitments of a batch and the order of its accounts: line of the plan (from 0), identity, leaf. */
export interface BatchCommitRecord {
  readonly root: bigint;
  readonly transcript: bigint;
  readonly accounts: readonly (readonly [line: number, identity: bigint, leaf: bigint])[];
}

/** A commit record is not as it was written: the private folder was changed. */
export class CommitRecordError extends Error {
  readonly code = "COMMIT_RECORD";
  readonly retryable = false;

  constructor(batch: number, options?: ErrorOptions) {
    super(`batch ${batch}: expected its commitments as they were written, came something else`, options);
    this.name = "CommitRecordError";
  }
}

/** Record files of all batches, by number of the batch: the accounts that were planned for each, and its commitments. */
export function batchRecords(folder: string) {
  return Object.freeze({
    accounts: join(folder, "accounts.ndjson"),
    commits: join(folder, "commits.ndjson"),
  });
}

/** The proof of one batch: a file of its own, since it takes seconds to make. */
export function batchProofFile(folder: string, batch: number): string {
  return join(folder, `${batch.toString().padStart(6, "0")}.proof.json`);
}

export function accountsToRecord(accounts: readonly CompletedAccount[]): string {
  return accounts.map(accountToLine).join("");
}

export function readPlannedAccounts(folder: string, batch: number): CompletedAccount[] {
  const text = readRecord(batchRecords(folder).accounts, batch);
  return text.split("\n").filter(Boolean).map(accountFromLine);
}

// Written and read by hand: worker threads would take longer to load a schema library than for a hundred batches.
export function commitToRecord({ root, transcript, accounts }: BatchCommitRecord): string {
  const lines = accounts.map(([line, identity, leaf]) => [line, hex(identity), hex(leaf)]);
  return `${JSON.stringify({ root: hex(root), transcript: hex(transcript), accounts: lines })}\n`;
}

/** Throws when the batch was not committed to, and CommitRecordError when its record is spoilt. */
export function readBatchCommit(folder: string, batch: number): BatchCommitRecord {
  const text = readRecord(batchRecords(folder).commits, batch);
  try {
    const { root, transcript, accounts } = JSON.parse(text) as Record<string, unknown>;
    if (!Array.isArray(accounts)) throw new TypeError("expected a list of accounts");
    return {
      root: element(root),
      transcript: element(transcript),
      accounts: accounts.map(([line, identity, leaf]) => {
        if (!Number.isSafeInteger(line) || line < 0) throw new TypeError("expected the number of a line");
        return [line, element(identity), element(leaf)] as const;
      }),
    };
  } catch (cause) {
    throw new CommitRecordError(batch, { cause });
  }
}

function hex(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

function element(text: unknown): bigint {
  if (typeof text !== "string" || !/^0x[0-9a-f]{64}$/.test(text))
    throw new TypeError("expected 64 hex digits");
  const value = BigInt(text);
  if (value >= FIELD) throw new RangeError("expected a canonical field element");
  return value;
}

/** Closes what this thread has open of the folder. */
export function closeBatchRecords(folder: string): void {
  const { accounts, commits } = batchRecords(folder);
  closeRecords(accounts, commits);
}
