import * as z from "zod/mini";
import { ENTRIES_PER_BLOCK, TREE_ARITY, TREE_DEPTH } from "../constants.ts";
import { address, fieldElement, fromJson, natural, toJson, uint64, word } from "./codecs.ts";

const holdingEntry = z.strictObject({
  /** Full row index as 4 hex digits: the same width for every row. */
  row: z.codec(
    z.string().check(z.regex(/^0x[0-7][0-9a-f]{3}$/, "expected a holding row below 2^15")),
    z.int().check(z.nonnegative()),
    {
      decode: (text) => Number(text),
      encode: (row) => `0x${row.toString(16).padStart(4, "0")}`,
    },
  ),
  quantity: uint64,
});

/**
 * What one account needs to check that it was counted. Private to the account: it holds her balances and her salt.
 * `holdings` are whole blocks of six, unused entries zero.
 */
export const bundleFormat = z.strictObject({
  format: z.literal("plimsoll.bundle.1"),
  chainId: natural,
  registry: address,
  exchange: address,
  exchangeId: z.string().check(z.minLength(1), z.maxLength(128)),
  epoch: natural,
  snapshotTime: natural,
  policyHash: fieldElement,
  descriptorHash: word,
  userId: z.string().check(z.minLength(1), z.maxLength(128)),
  owner: fieldElement,
  salt: fieldElement,
  holdings: z.array(holdingEntry).check(
    z.minLength(ENTRIES_PER_BLOCK),
    z.refine((entries) => entries.length % ENTRIES_PER_BLOCK === 0, "expected whole blocks of six holdings"),
  ),
  free: uint64,
  under: z.union([z.literal(0), z.literal(1)]),
  batch: z.int().check(z.nonnegative()),
  slot: z.int().check(z.nonnegative()),
  path: z.array(z.array(fieldElement).check(z.length(TREE_ARITY - 1))).check(z.length(TREE_DEPTH)),
  circuitId: word,
  root: fieldElement,
  transcript: fieldElement,
  accountsPath: z.array(word),
  accountsRoot: word,
});

/** A bundle as it is read; amounts and hashes as integers. `free` is in 10^-6 of the quote currency, times are seconds since 1970. */
export type Bundle = z.output<typeof bundleFormat>;

/** Room for the texts of varying length; the rest of a bundle has fixed widths for its number of blocks. */
const SIZE_STEP = 2048;

/** JSON text of a bundle, padded with spaces so that all accounts of the same number of blocks have the same size. */
export function bundleToJson(bundle: Bundle): string {
  const text = toJson(bundleFormat, bundle);
  const variable = [bundle.exchangeId, bundle.userId].map(jsonLength).reduce((sum, n) => sum + n, 0);
  const digits = [bundle.batch, bundle.slot, bundle.epoch, bundle.snapshotTime, bundle.chainId].join(
    "",
  ).length;
  const fixed = byteLength(text) - variable - digits;
  return `${text.trimEnd().padEnd(text.trimEnd().length + fixed + SIZE_STEP - byteLength(text))}\n`;
}

/** Throws FormatError that names file and field. */
export function bundleFromJson(text: string, file: string): Bundle {
  return fromJson(bundleFormat, text, file);
}

function jsonLength(text: string): number {
  return byteLength(JSON.stringify(text));
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
