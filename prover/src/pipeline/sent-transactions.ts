import { readFileSync } from "node:fs";
import { natural } from "@plimsoll/verifier/formats/codecs.ts";
import * as z from "zod";
import type { SentTransaction } from "../chain/sending.ts";
import type { TransactionLog } from "../chain/steps.ts";
import { writePrivateQuickly } from "./files.ts";

const hash = z.string().regex(/^0x[0-9a-f]{64}$/);

/** `private/transactions.json`: what was sent for an epoch from this folder, and what it cost. For reports only. */
const transactionsFormat = z.strictObject({
  format: z.literal("plimsoll.transactions.1"),
  sent: z.array(
    z.strictObject({
      what: z.string(),
      /** One, or that and those that replaced it for a higher fee: at most one of them is in a block. */
      hashes: z.array(hash).min(1),
      /** Null until it is seen in a block: a run may be killed in between. Fees are in 10^-18 of the chain's coin. */
      mined: z
        .strictObject({ hash, blockNumber: z.int().nonnegative(), gasUsed: natural, fee: natural })
        .nullable(),
    }),
  ),
});

export type SentRecord = z.output<typeof transactionsFormat>["sent"][number];

/** What is known of the transactions of an epoch; none where nothing was sent or the file is spoilt. */
export function readSent(file: string): SentRecord[] {
  try {
    return transactionsFormat.parse(JSON.parse(readFileSync(file, "utf8"))).sent;
  } catch {
    return [];
  }
}

/**
 * A log on disk, in which a transaction stands from the moment it was sent, once however often it is told of. Never throws: a
 * report that lacks costs is no reason to stop settling. Whoever writes holds the folder's lock.
 */
export function sentLog(file: string): TransactionLog {
  const update = (change: (sent: SentRecord[]) => SentRecord[]) => {
    try {
      const sent = change(readSent(file));
      const text = z.encode(transactionsFormat, { format: "plimsoll.transactions.1", sent });
      writePrivateQuickly(file, `${JSON.stringify(text, null, 2)}\n`);
    } catch {
      // The disk is full, or the folder gone: whatever comes next says so better.
    }
  };
  const isAbout = (record: SentRecord, hashes: readonly string[]) =>
    record.hashes.some((one) => hashes.includes(one));
  return {
    sent: (what, hashes) =>
      update((sent) => [
        ...sent.filter((record) => !isAbout(record, hashes)),
        { what, hashes: [...hashes], mined: null },
      ]),
    mined: (what, transaction) =>
      update((sent) => {
        const record = sent.find((one) => isAbout(one, [transaction.hash]));
        const mined = minedOf(transaction);
        if (record === undefined) return [...sent, { what, hashes: [transaction.hash], mined }];
        return sent.map((one) => (one === record ? { ...one, mined } : one));
      }),
  };
}

function minedOf({ hash: of, blockNumber, gasUsed, fee }: SentTransaction): SentRecord["mined"] {
  return { hash: of, blockNumber, gasUsed, fee };
}
