import { join } from "node:path";
import { fieldElement } from "@plimsoll/verifier/formats/codecs.ts";
import { z } from "zod";
import type { CompletedAccount } from "../plan/account.ts";
import { accountFromLine, accountToLine } from "./account-line.ts";
import { closeRecords, readRecord } from "./record-file.ts";

/** Commitments of a batch and the order of its accounts: line of the plan (from 0), identity, leaf. */
const batchCommitFormat = z.strictObject({
  root: fieldElement,
  transcript: fieldElement,
  accounts: z.array(z.tuple([z.int().nonnegative(), fieldElement, fieldElement])),
});

export type BatchCommitRecord = z.output<typeof batchCommitFormat>;

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

export function commitToRecord(commit: BatchCommitRecord): string {
  return `${JSON.stringify(z.encode(batchCommitFormat, commit))}\n`;
}

/** Throws when the batch was not committed to. */
export function readBatchCommit(folder: string, batch: number): BatchCommitRecord {
  return z.decode(batchCommitFormat, JSON.parse(readRecord(batchRecords(folder).commits, batch)));
}

/** Closes what this thread has open of the folder. */
export function closeBatchRecords(folder: string): void {
  const { accounts, commits } = batchRecords(folder);
  closeRecords(accounts, commits);
}
