import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import type { Entry } from "@plimsoll/verifier/encodings/entry.ts";
import { fromJson, toJson, word } from "@plimsoll/verifier/formats/codecs.ts";
import { z } from "zod";
import { accountToLine } from "../commit/account-line.ts";
import { accountsToRecord, batchRecords } from "../commit/batch-files.ts";
import { RecordWriter } from "../commit/record-file.ts";
import type { CompletedAccount } from "../plan/account.ts";
import type { AccountSize } from "../plan/account-words.ts";
import { BatchPlanner } from "../plan/plan-batches.ts";
import type { Account } from "../snapshot/account.ts";
import type { EpochFolder } from "./epoch-folder.ts";
import { privateFolder, writePrivate } from "./files.ts";
import type { StageClock } from "./progress.ts";
import type { AccountChecker } from "./self-check.ts";

const planFormat = z.strictObject({
  format: z.literal("plimsoll.plan.1"),
  /** SHA-256 over all accounts as they came. */
  accounts: z.string(),
  waste: z.strictObject({
    batches: z.int().nonnegative(),
    accounts: z.int().nonnegative(),
    blocks: z.int().nonnegative(),
    words: z.int().nonnegative(),
    emptyBlocks: z.int().nonnegative(),
    emptyWords: z.int().nonnegative(),
    wastedShare: z.number(),
  }),
  /** True sums over all accounts by row, without blinds. */
  totals: z.array(z.tuple([z.int().nonnegative(), word])),
});

/** What planning leaves: the accounts of each batch on disk, and these sums. */
export interface Plan {
  readonly accounts: string;
  readonly waste: z.output<typeof planFormat>["waste"];
  readonly totals: ReadonlyMap<number, bigint>;
}

export type Complete = (holdings: readonly Entry[]) => {
  readonly auxiliaries: readonly Entry[];
  readonly free: bigint;
};

/** Digest of a stream of accounts: tells on resume whether the input is still the same. */
export class AccountsDigest {
  readonly #hash = createHash("sha256");

  add(account: Account): void {
    this.#hash.update(accountToLine({ ...account, auxiliaries: [], free: 0n }));
  }

  hex(): string {
    return this.#hash.digest("hex");
  }
}

/**
 * Completes every account, checks it, and cuts the stream into batches on disk. Holds a bounded number of open batches.
 * Whatever an earlier unfinished plan left is removed first; `plan.json`, written last, says that this one is whole.
 */
export async function planAccounts(
  folder: EpochFolder,
  accounts: AsyncIterable<Account>,
  capacity: AccountSize,
  complete: Complete,
  checker: AccountChecker,
  clock: StageClock,
): Promise<Plan> {
  await rm(folder.plan, { force: true });
  await rm(folder.batches, { recursive: true, force: true });
  await privateFolder(folder.batches);
  const planner = new BatchPlanner(capacity);
  const digest = new AccountsDigest();
  const totals = new Map<number, bigint>();
  const records = RecordWriter.open(batchRecords(folder.batches).accounts);
  const write = (batch: readonly CompletedAccount[]) => records.append(accountsToRecord(batch));
  try {
    for await (const account of accounts) {
      digest.add(account);
      const completed: CompletedAccount = { ...account, ...complete(account.holdings) };
      checker.check(completed);
      addTotals(totals, completed);
      const full = planner.add(completed);
      if (full !== undefined) write(full);
      clock.tick();
    }
    for (const batch of planner.finish()) write(batch);
    records.flush(true);
  } finally {
    records.close();
  }
  const plan: Plan = { accounts: digest.hex(), waste: planner.waste(), totals };
  await writePrivate(
    folder.plan,
    toJson(planFormat, { format: "plimsoll.plan.1", ...plan, totals: [...totals] }),
  );
  return plan;
}

/** Adds what an account has of each row. */
export function addTotals(totals: Map<number, bigint>, { holdings, auxiliaries }: CompletedAccount): void {
  for (const entries of [holdings, auxiliaries])
    for (const { row, quantity } of entries) totals.set(row, (totals.get(row) ?? 0n) + quantity);
}

/** The plan of a run that got as far; undefined where there is none. */
export async function readPlan(folder: EpochFolder): Promise<Plan | undefined> {
  if (!existsSync(folder.plan)) return undefined;
  const plan = fromJson(planFormat, await readFile(folder.plan, "utf8"), folder.plan);
  return { accounts: plan.accounts, waste: plan.waste, totals: new Map(plan.totals) };
}

/** Digest of the input alone, without completing it. */
export async function digestAccounts(accounts: AsyncIterable<Account>): Promise<string> {
  const digest = new AccountsDigest();
  for await (const account of accounts) digest.add(account);
  return digest.hex();
}
