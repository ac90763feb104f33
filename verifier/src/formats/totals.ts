import * as z from "zod/mini";
import { FIELD } from "../constants.ts";
import { fieldElement, natural } from "./codecs.ts";

/** A residue has one text: a sum plus the field's order would open the same commitment. */
const sum = natural.check(z.refine((value) => value < FIELD, "expected a sum below the field's order"));

/**
 * `public/totals.json`: an opening of an epoch's commitment to its totals, where the exchange chose to publish it. The claims
 * that the commitment holds besides are in `epoch.json`. It needs no signature: no other file opens that commitment.
 */
export const totalsFile = z.strictObject({
  format: z.literal("plimsoll.totals.1"),
  salt: fieldElement,
  /** Every row of the policy's tables in their order, with the sum over all accounts in the row's unit. */
  totals: z.array(z.strictObject({ row: z.int().check(z.nonnegative()), sum })),
  /** Sum of the batches' first blinds: it hid their sums from whoever did not know these totals. */
  blind: fieldElement,
});

export type TotalsFile = z.output<typeof totalsFile>;
