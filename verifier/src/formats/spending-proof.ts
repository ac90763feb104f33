import * as z from "zod/mini";
import { address, fieldElement, fromJson, natural, proofWords, toJson, word } from "./codecs.ts";

const relay = z.strictObject({ relayer: address, fee: natural });

const use = z.discriminatedUnion("for", [
  z.strictObject({ for: z.enum(["withdraw", "exit", "claim"]), vault: address, relay }),
  z.strictObject({ for: z.literal("answer"), vault: address, exit: natural, relay }),
  z.strictObject({ for: z.literal("pledge"), gate: address, payload: word, vault: address, until: natural }),
  z.strictObject({ for: z.literal("renew"), gate: address, pledge: natural }),
]);

/** `ILedger.Withdrawal`. */
const withdrawal = z.strictObject({
  circuitId: word,
  root: fieldElement,
  key: fieldElement,
  epoch: natural,
  recipient: address,
  asset: z.int().check(z.nonnegative()),
  amount: natural,
  charge: natural,
  place: z.strictObject({
    index: z.int().check(z.nonnegative()),
    circuitId: word,
    transcript: fieldElement,
    path: z.array(word),
  }),
  proof: proofWords,
});

/**
 * A withdrawal proof with everything that a contract wants to see of it, and what it is good for. Nothing in it is secret,
 * and nobody who has it can change whom it pays: it may be handed to anybody to be sent. Who sees it sees recipient,
 * amount and ledger key, as everyone does once it is on the chain.
 */
export const spendingProofFormat = z.strictObject({
  format: z.literal("plimsoll.spending-proof.1"),
  chainId: natural,
  registry: address,
  ledger: address,
  use,
  /** What it is about, for people and for the operator who signs: the ledger reads the asset's number. */
  token: address,
  withdrawal,
  /** The operator's signature for an instant withdrawal. */
  order: z.optional(
    z.strictObject({
      paidBefore: natural,
      deadline: natural,
      signature: z.string().check(z.regex(/^0x([0-9a-f]{2})*$/, "expected 0x and lower-case hex digits")),
    }),
  ),
});

/** A withdrawal proof as it is read; addresses as integers. */
export type SpendingProof = z.output<typeof spendingProofFormat>;
/** The operator's part of an instant withdrawal; times are seconds since 1970. */
export type SpendingOrder = NonNullable<SpendingProof["order"]>;

/** JSON text of a withdrawal proof. */
export function spendingProofToJson(proof: SpendingProof): string {
  return toJson(spendingProofFormat, proof);
}

/** Throws FormatError that names file and field. */
export function spendingProofFromJson(text: string, file: string): SpendingProof {
  return fromJson(spendingProofFormat, text, file);
}
