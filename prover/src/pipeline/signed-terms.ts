import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fieldElement, fromJson, natural, toJson, word } from "@plimsoll/verifier/formats/codecs.ts";
import type { EpochRecord } from "@plimsoll/verifier/formats/epoch.ts";
import { z } from "zod";
import { ChangedInputError } from "../commit/commit-error.ts";
import type { EpochFolder } from "./epoch-folder.ts";
import { writePrivateOnce } from "./files.ts";
import { hashPublicPart } from "./public-part.ts";

/**
 * `private/terms.json`: what the exchange signs of an epoch. Written before the signature leaves the machine and never
 * again: whatever becomes of proofs and public files meanwhile, `finalise` names the terms that were committed.
 */
const termsFormat = z.strictObject({
  format: z.literal("plimsoll.terms.1"),
  epoch: natural,
  snapshotTime: natural,
  epochCircuitId: word,
  policyHash: fieldElement,
  descriptorHash: word,
  totalsCommitment: fieldElement,
  weightsCommitment: fieldElement,
  claims: z.array(natural),
  batchCount: z.int().positive(),
  accountsRoot: word,
  /** Hash of the public part as it was when the terms were signed. */
  publicHash: word,
});

export type SignedTerms = z.output<typeof termsFormat>;

/** The terms that were signed from this folder, or undefined. Throws ChangedInputError when they are not this record's. */
export async function readTerms(folder: EpochFolder, record: EpochRecord): Promise<SignedTerms | undefined> {
  if (!existsSync(folder.terms)) return undefined;
  const terms = fromJson(termsFormat, await readFile(folder.terms, "utf8"), folder.terms);
  const own = termsOf(record, terms.publicHash);
  const text = (value: unknown) => JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}` : v));
  const changed = (Object.keys(own) as (keyof SignedTerms)[]).filter(
    (field) => text(own[field]) !== text(terms[field]),
  );
  if (changed.length > 0) throw new ChangedInputError(folder.terms, changed);
  return terms;
}

/** The terms to sign: those of before, or, the first time, this record with the public part as it is on disk. */
export async function fixTerms(folder: EpochFolder, record: EpochRecord): Promise<SignedTerms> {
  const before = await readTerms(folder, record);
  if (before !== undefined) return before;
  const terms = termsOf(record, await hashPublicPart(folder, record));
  await writePrivateOnce(folder.terms, toJson(termsFormat, terms));
  return terms;
}

function termsOf(record: EpochRecord, publicHash: bigint): SignedTerms {
  const { epoch, snapshotTime, policyHash, descriptorHash, totalsCommitment, weightsCommitment } = record;
  return {
    format: "plimsoll.terms.1",
    ...{ epoch, snapshotTime, policyHash, descriptorHash, totalsCommitment, weightsCommitment },
    epochCircuitId: record.circuits.epoch.circuitId,
    claims: [...record.claims],
    batchCount: record.batches.length,
    accountsRoot: record.accountsRoot,
    publicHash,
  };
}
