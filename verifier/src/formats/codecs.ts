import * as z from "zod/mini";
import { FIELD, MAX_QUANTITY } from "../constants.ts";
import { ENGLISH } from "./english.ts";
import { parseJson, RepeatedNameError } from "./json.ts";
import { printable } from "./printable.ts";

const WORD_DIGITS = 64;

/** A 256-bit word as 0x and 64 hex digits: always the same width, so that a file's size tells nothing. */
export const word = z.codec(
  z.string().check(z.regex(/^0x[0-9a-f]{64}$/, "expected 0x and 64 lower-case hex digits")),
  z.bigint().check(z.gte(0n)),
  {
    decode: (text) => BigInt(text),
    encode: (value) => `0x${value.toString(16).padStart(WORD_DIGITS, "0")}`,
  },
);

/** A canonical element of the proof's field, as a word below its order. */
export const fieldElement = word.check(
  z.refine((value) => value < FIELD, "expected a canonical field element"),
);

/** A 20-byte address as a 256-bit integer; written in lower case, read in any. */
export const address = z.codec(
  z.string().check(z.regex(/^0x[0-9a-fA-F]{40}$/, "expected 0x and 40 hex digits")),
  z.bigint().check(z.gte(0n)),
  {
    decode: (text) => BigInt(text),
    encode: (value) => `0x${value.toString(16).padStart(40, "0")}`,
  },
);

/** A non-negative integer as decimal digits, for numbers that people read: no more than a 256-bit word may have. */
export const natural = z.codec(
  z.string().check(z.regex(/^(0|[1-9][0-9]{0,77})$/, "expected at most 78 decimal digits")),
  z.bigint().check(z.gte(0n)),
  {
    decode: (text) => BigInt(text),
    encode: (value) => value.toString(),
  },
);

/** A quantity or magnitude below 2^64 as 16 hex digits. */
export const uint64 = z
  .codec(
    z.string().check(z.regex(/^0x[0-9a-f]{16}$/, "expected 0x and 16 lower-case hex digits")),
    z.bigint().check(z.gte(0n)),
    {
      decode: (text) => BigInt(text),
      encode: (value) => `0x${value.toString(16).padStart(16, "0")}`,
    },
  )
  .check(z.refine((value) => value <= MAX_QUANTITY, "expected a number below 2^64"));

/** A Groth16 proof as eight words in the order of the EVM's precompiles. */
export const proofWords = z.array(word).check(z.length(8));

/** JSON text of a value under a codec schema: two spaces, a final newline. */
export function toJson<Schema extends z.ZodMiniType>(schema: Schema, value: z.output<Schema>): string {
  return `${JSON.stringify(z.encode(schema, value), null, 2)}\n`;
}

/** Parses JSON text under a schema. Throws FormatError that names the file, the field and what was expected. */
export function fromJson<Schema extends z.ZodMiniType>(
  schema: Schema,
  text: string,
  file: string,
): z.output<Schema> {
  let data: unknown;
  try {
    data = parseJson(text);
  } catch (cause) {
    const words = cause instanceof RepeatedNameError ? cause.message : "expected JSON";
    throw new FormatError(file, "", words, { cause });
  }
  const result = z.safeParse(schema, data, ENGLISH);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  // Names of fields that nobody expects are the file's own words.
  throw new FormatError(file, printable(issue.path.join(".")), printable(issue.message));
}

/** A file that does not have its format. Carries no content of the file but the name of the field. */
export class FormatError extends Error {
  readonly code = "FORMAT";
  readonly retryable = false;
  readonly file: string;
  readonly field: string;

  constructor(file: string, field: string, expected: string, options?: ErrorOptions) {
    super(`${file}${field === "" ? "" : `, field ${field}`}: ${expected}`, options);
    this.name = "FormatError";
    this.file = file;
    this.field = field;
  }
}
