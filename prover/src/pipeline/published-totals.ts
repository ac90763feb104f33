import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { openedTotals } from "@plimsoll/verifier/check/totals.ts";
import { tableRows } from "@plimsoll/verifier/encodings/totals.ts";
import { toField } from "@plimsoll/verifier/field.ts";
import { toJson } from "@plimsoll/verifier/formats/codecs.ts";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { totalsFile } from "@plimsoll/verifier/formats/totals.ts";
import { layoutOf, type Shape } from "@plimsoll/verifier/policy/shape.ts";
import { closeBatchRecords, readPlannedAccounts } from "../commit/batch-files.ts";
import { readCommitSecrets } from "../commit/commit-store.ts";
import { fastPoseidon } from "../commit/hash.ts";
import { totalBlind } from "./commit-stage.ts";
import type { EpochFolder } from "./epoch-folder.ts";
import { ConfigError } from "./errors.ts";
import { writePublic } from "./files.ts";
import { readPlan } from "./plan-stage.ts";

/**
 * The text of `totals.json` of a proved epoch, from the private commit; checked as whoever reads it will. Throws ConfigError
 * when the folder lacks what it takes, and TotalsError when its private part is of another commit than its record.
 */
export async function totalsText(folder: EpochFolder, record: EpochRecord): Promise<string> {
  const plan = await readPlan(folder);
  if (plan === undefined || !existsSync(folder.commit)) {
    throw new ConfigError(
      `${folder.private}: expected plan.json and commit.json of the epoch, came none: totals open with them alone`,
    );
  }
  const { totalsSalt, blinds } = await readCommitSecrets(folder.commit);
  const rows = tableRows(layoutOf(record.circuits.epoch.shape as Shape));
  const text = toJson(totalsFile, {
    format: "plimsoll.totals.1",
    salt: totalsSalt,
    totals: rows.map((row) => ({ row, sum: plan.totals.get(row) ?? 0n })),
    blind: toField(totalBlind(blinds)),
  });
  openedTotals(record, text, await fastPoseidon());
  return text;
}

/** Publishes the text of `totalsText`. False when it was published before. */
export async function writeTotals(folder: EpochFolder, text: string): Promise<boolean> {
  const before = existsSync(folder.totals) ? await readFile(folder.totals, "utf8") : undefined;
  if (before === text) return false;
  await writePublic(folder.totals, text);
  return true;
}

/** How many accounts hold something of each row, from the accounts as they were planned, batch by batch. */
export function holdersByRow(folder: EpochFolder, batches: number): Map<number, number> {
  const holders = new Map<number, number>();
  try {
    for (let batch = 0; batch < batches; batch++) {
      for (const { holdings } of readPlannedAccounts(folder.batches, batch)) {
        const held = new Set(holdings.filter(({ quantity }) => quantity > 0n).map(({ row }) => row));
        for (const row of held) holders.set(row, (holders.get(row) ?? 0) + 1);
      }
    }
  } finally {
    closeBatchRecords(folder.batches);
  }
  return holders;
}
