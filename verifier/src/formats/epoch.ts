import * as z from "zod/mini";
import { shapeSchema } from "../policy/schemas/fields.ts";
import type { Shape } from "../policy/shape.ts";
import { address, fieldElement, fromJson, natural, proofWords, word } from "./codecs.ts";

/** Part of a file's name: a folder from elsewhere must not lead a reader out of itself. */
const circuitName = z
  .string()
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "expected letters, digits, dots and hyphens"));

const batchCircuit = z.strictObject({
  name: circuitName,
  circuitId: word,
  blocks: z.int().check(z.positive()),
  words: z.int().check(z.positive()),
});

const epochCircuit = z.strictObject({ name: circuitName, circuitId: word, shape: shapeSchema });

/** What one batch shows: its commitments before gamma, its two sums after beta, its proof. */
export const batchRecord = z.strictObject({
  circuitId: word,
  root: fieldElement,
  transcript: fieldElement,
  t: fieldElement,
  w: fieldElement,
  proof: proofWords,
});

/**
 * `public/epoch.json`: all that anyone needs, beside the policy files and verification keys, to check an epoch again.
 * Times are seconds since 1970; claims are in units of their row (insurance, the first, in 10^-12 quote).
 */
export const epochRecord = z.strictObject({
  format: z.literal("plimsoll.epoch.1"),
  /** True when any key of the epoch is a development key: such an epoch proves nothing to anybody. */
  developmentKeys: z.boolean(),
  chainId: natural,
  registry: address,
  exchange: address,
  exchangeId: z.string().check(z.minLength(1)),
  epoch: natural,
  snapshotTime: natural,
  circuits: z.strictObject({ batches: z.array(batchCircuit).check(z.minLength(1)), epoch: epochCircuit }),
  policyHash: fieldElement,
  descriptorHash: word,
  totalsCommitment: fieldElement,
  weightsCommitment: fieldElement,
  claims: z.array(natural).check(z.minLength(2)),
  accountsRoot: word,
  gamma: fieldElement,
  beta: fieldElement,
  batches: z.array(batchRecord).check(z.minLength(1)),
  epochProof: proofWords,
});

/** `public/epoch.json` as it is read. */
export type EpochRecord = z.output<typeof epochRecord>;
/** One of its batches. */
export type BatchRecord = z.output<typeof batchRecord>;

/** Names inside an epoch folder. `private/` is the operator's alone. */
export const EPOCH_FILES = Object.freeze({
  record: "public/epoch.json",
  riskParameters: "public/policy/risk-parameters.json",
  marks: "public/policy/marks.json",
  /** One verification key (snarkjs format) per circuit, by instance name. */
  key: (instance: string) => `public/keys/${instance}.vkey.json`,
  /** Only where the exchange publishes its totals; not among the files that it signs. */
  totals: "public/totals.json",
  bundles: "private/bundles",
});

/** Parses `public/epoch.json`. Throws FormatError that names file and field. */
export function epochFromJson(text: string, file: string): EpochRecord {
  return fromJson(epochRecord, text, file);
}

/** A shape as a record has it. */
export function shapeRecord({ assets, groups, tiers }: Shape): EpochRecord["circuits"]["epoch"]["shape"] {
  return {
    assets,
    groups: groups.map((group) => ({ ...group, hedges: [...group.hedges] })),
    ...(tiers === undefined ? {} : { tiers: tiers.map((tier) => ({ ...tier })) }),
  };
}
