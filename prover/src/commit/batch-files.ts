import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fieldElement, fromJson, word } from "@plimsoll/verifier/formats/codecs.ts";
import { z } from "zod";
import type { CompletedAccount } from "../plan/account.ts";
import { accountFromLine } from "./account-line.ts";

/** Commitments of a batch and the order of its accounts (line numbers of its plan, from 0). */
export const batchCommitFormat = z.strictObject({
  root: fieldElement,
  transcript: fieldElement,
  accounts: z.array(
    z.strictObject({ line: z.int().nonnegative(), identity: fieldElement, leaf: fieldElement }),
  ),
});

export type BatchCommitFile = z.output<typeof batchCommitFormat>;

const sums = z.array(z.tuple([z.int().nonnegative(), word]));

/** Sums of a batch by row: plain, and weighted by alpha^u without the batch's own weight. */
export const batchSumsFormat = z.strictObject({ totals: sums, weights: sums });

// Read without promises: the readers are workers with nothing else to do, and a promise costs more than a small file.

/** Private files of one batch, in the order in which they appear. */
export function batchFiles(folder: string, batch: number) {
  const stem = join(folder, batch.toString().padStart(6, "0"));
  return Object.freeze({
    accounts: `${stem}.accounts.ndjson`,
    commit: `${stem}.commit.json`,
    sums: `${stem}.sums.json`,
    proof: `${stem}.proof.json`,
  });
}

export function readPlannedAccounts(folder: string, batch: number): CompletedAccount[] {
  const text = readFileSync(batchFiles(folder, batch).accounts, "utf8");
  return text.split("\n").filter(Boolean).map(accountFromLine);
}

/** A batch's commit file; undefined where there is none or it is spoilt, for committing again gives the same. */
export function readBatchCommit(folder: string, batch: number): BatchCommitFile | undefined {
  try {
    return z.decode(batchCommitFormat, JSON.parse(readFileSync(batchFiles(folder, batch).commit, "utf8")));
  } catch {
    return undefined;
  }
}

export function readBatchSums(folder: string, batch: number) {
  const file = batchFiles(folder, batch).sums;
  const { totals, weights } = fromJson(batchSumsFormat, readFileSync(file, "utf8"), file);
  return { totals: new Map(totals), weights: new Map(weights) };
}
