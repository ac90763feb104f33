import * as z from "zod/mini";
import { accountStatementFormat } from "./account-statement.ts";
import { bundleFormat } from "./bundle.ts";
import { address, fieldElement, fromJson, natural, toJson, word } from "./codecs.ts";

const attestation = z.strictObject({
  epoch: natural,
  exchange: address,
  accountsRoot: word,
  policyHash: fieldElement,
  descriptorHash: word,
  epochCircuitId: word,
  batchCount: z.int().check(z.gte(0)),
  snapshotTime: natural,
  attestedAt: natural,
});

/** What endpoints told of an epoch, as one who checked kept it. */
const chainAnswer = z.strictObject({
  chainId: natural,
  registry: address,
  /** null where the epoch is not attested; words where no answer counted. */
  attestation: z.union([attestation, z.null(), z.strictObject({ failure: z.string() })]),
  /** What the exchange said of the statement's signature, null where it is no contract; left out where nobody asked. */
  contractSigned: z.optional(z.nullable(z.boolean())),
});

/**
 * What a check saw, for others to check again: the account's files as they were given, what the chain told and what came of
 * it. The files speak for themselves; steps and chain are the word of whoever kept them. Has the account's balances in it.
 */
export const evidenceFormat = z
  .strictObject({
    format: z.literal("plimsoll.evidence.1"),
    checkedAt: z.iso.datetime(),
    endpoints: z.array(z.string()),
    chain: z.optional(chainAnswer),
    steps: z.array(
      z.strictObject({
        name: z.string(),
        outcome: z.enum(["passed", "failed", "not run"]),
        words: z.string(),
      }),
    ),
    bundle: z.optional(bundleFormat),
    statement: z.optional(accountStatementFormat),
  })
  .check(
    z.refine(
      ({ bundle, statement }) => bundle !== undefined || statement !== undefined,
      "expected a bundle or a statement, or both",
    ),
  );

/** What somebody kept of a check, as it is read. */
export type Evidence = z.output<typeof evidenceFormat>;
export type ChainAnswer = z.output<typeof chainAnswer>;

/** JSON text of what is to be kept. */
export function evidenceToJson(evidence: Evidence): string {
  return toJson(evidenceFormat, evidence);
}

/** Throws FormatError that names file and field. */
export function evidenceFromJson(text: string, file: string): Evidence {
  return fromJson(evidenceFormat, text, file);
}
