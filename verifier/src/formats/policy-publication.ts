import * as z from "zod/mini";
import type { PolicyPublication } from "../policy/publication.ts";
import { address, fieldElement, natural, toJson, word } from "./codecs.ts";

const amount = (bits: bigint) =>
  natural.check(z.refine((value) => value < 1n << bits, `expected a number below 2^${bits}`));

/** A publication on its way from one publisher to the next, and at last to whoever sends it. Nothing in it is secret. */
export const publicationFile = z.strictObject({
  format: z.literal("plimsoll.policy-publication.1"),
  chainId: natural,
  registry: address,
  /** Seconds since 1970 until when the signatures count. */
  deadline: amount(64n),
  policy: z.strictObject({
    observationTime: amount(64n),
    nextExpiry: amount(64n),
    policyHash: fieldElement,
    policyTree: fieldElement,
    shapeHash: word,
    riskParametersHash: word,
    marksHash: word,
    rowTableHash: word,
    collateral: z.readonly(
      z.array(
        z.strictObject({
          token: address,
          decimals: z.int().check(z.gte(0), z.lte(18)),
          price: amount(96n),
          weight: amount(96n),
          unitWeight: amount(128n),
        }),
      ),
    ),
  }) satisfies z.ZodMiniType<PolicyPublication>,
  endorsements: z.readonly(
    z.array(
      z.strictObject({
        publisher: address,
        signature: z.string().check(z.regex(/^0x([0-9a-f]{2})*$/, "expected 0x and lower-case hex digits")),
      }),
    ),
  ),
});

export type PublicationFile = z.output<typeof publicationFile>;

/** Whether two files carry the same thing to sign: everything but the signatures. */
export function samePublication(one: PublicationFile, other: PublicationFile): boolean {
  const unsigned = (file: PublicationFile) => toJson(publicationFile, { ...file, endorsements: [] });
  return unsigned(one) === unsigned(other);
}
