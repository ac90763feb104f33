import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { parquetMetadataAsync, parquetReadObjects, snappyUncompress } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import type { Compressors, FileMetaData, ParquetParsers, SchemaElement } from "hyparquet/src/types.js";
import { SnapshotError } from "./error.ts";
import { checkHeader, type TableFile, type TableRow } from "./table.ts";
import { headOf, STANDARD_INPUT } from "./text-source.ts";

const MAGIC = Buffer.from("PAR1");

/** The library reads snappy by itself, but takes as much memory as a page asks for. */
const COMPRESSORS: Compressors = {
  SNAPPY: (bytes, length) => {
    const page = new Uint8Array(bounded(length));
    snappyUncompress(bytes, page);
    return page;
  },
  GZIP: (bytes, length) => gunzipSync(bytes, { maxOutputLength: bounded(length) }),
  ZSTD: (bytes, length) => zstdDecompressSync(bytes, { maxOutputLength: bounded(length) }),
  BROTLI: (bytes, length) => brotliDecompressSync(bytes, { maxOutputLength: bounded(length) }),
};

/** Most bytes of a page, and most rows of a group: writers make pages of a megabyte, and groups of a million rows. */
const LARGEST_PAGE = 1 << 28;
const LARGEST_GROUP = 1 << 24;

/** More digits than any amount has: those of 256 bits. */
const LARGEST_SCALE = 77;

/** What a page may unpack to: no more than it says itself, and no more than any honest one has. */
function bounded(length: number): number {
  if (length >= 1 && length <= LARGEST_PAGE) return length;
  throw new RangeError(`a page of ${length} bytes`);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
/** Replacement characters could make one account id of two. */
const PARSERS = { stringFromBytes: (bytes: Uint8Array | undefined) => bytes && utf8.decode(bytes) };

/** Whether a file says that it is Parquet. Throws a SnapshotError where it can't be read. */
export async function isParquet(file: string): Promise<boolean> {
  return file !== STANDARD_INPUT && (await headOf(file, MAGIC.length)).equals(MAGIC);
}

/**
 * A Parquet file with flat columns of strings, decimals or whole numbers. Columns of floating-point numbers are refused: they
 * can't hold amounts. Memory: one row group at a time.
 */
export async function readParquet(file: string): Promise<TableFile> {
  const source = await asyncBufferFromFile(file);
  const metadata = await orBroken(file, () => parquetMetadataAsync(source));
  const columns = metadata.schema.slice(1).map((element) => columnOf(file, element));
  const header = columns.map(({ name }) => name);
  checkHeader(file, header);
  if (metadata.num_rows === 0n) throw new SnapshotError("empty-file", { file }, "rows", "none");
  async function* rows(): AsyncGenerator<readonly TableRow[]> {
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      if (group.num_rows > LARGEST_GROUP) {
        const hint = { hint: "write it in smaller row groups" };
        const expected = `at most ${LARGEST_GROUP} rows in a group`;
        throw new SnapshotError("broken-parquet", { file }, expected, "more", hint);
      }
      const rowEnd = rowStart + Number(group.num_rows);
      const objects = await orBroken(file, () =>
        parquetReadObjects({
          ...{ file: source, metadata, rowStart, rowEnd },
          ...{ compressors: COMPRESSORS, utf8: false, parsers: PARSERS as Partial<ParquetParsers> },
        }),
      );
      if (objects.length !== rowEnd - rowStart) {
        throw new SnapshotError("broken-parquet", { file }, `${rowEnd} rows`, "fewer");
      }
      yield objects.map((object, i) => {
        const line = rowStart + i + 1;
        const cells = columns.map(({ name, text }) => text(object[name], line));
        return { line, cells };
      });
      rowStart = rowEnd;
    }
  }
  return { file, header, rows: rows() };
}

interface Column {
  readonly name: string;
  /** The text of a value, exactly. */
  readonly text: (value: unknown, line: number) => string;
}

/** Takes a column's type away from the library where it would make floating-point numbers of it. */
function columnOf(file: string, element: SchemaElement): Column {
  const { name, type, converted_type: converted, logical_type: logical, num_children: children } = element;
  const isText = converted === "UTF8" || converted === "ENUM" || logical?.type === "STRING";
  const isDecimal = converted === "DECIMAL" || logical?.type === "DECIMAL";
  const isWhole =
    (type === "INT32" || type === "INT64") && (converted === undefined || /^U?INT_/.test(converted));
  const refuse = (line: number | undefined, expected: string): never => {
    throw new SnapshotError("broken-row", { file, line, field: name }, expected, "another value");
  };
  if (children || element.repetition_type === "REPEATED" || !(isText || isDecimal || isWhole)) {
    const came = children || element.repetition_type === "REPEATED" ? "a nested one" : `${converted ?? type}`;
    const expected = "a column of strings, decimals or whole numbers";
    const hint = { hint: "floating-point numbers can't hold amounts" };
    throw new SnapshotError("unexpected-column", { file, field: name }, expected, came, hint);
  }
  const scale = isDecimal ? (element.scale ?? 0) : 0;
  // A negative scale would make an amount of hundreds into one of units.
  if (!Number.isInteger(scale) || scale < 0 || scale > LARGEST_SCALE) {
    const expected = `a decimal column of 0 to ${LARGEST_SCALE} places`;
    throw new SnapshotError("unexpected-column", { file, field: name }, expected, "another scale");
  }
  if (isDecimal) {
    delete element.converted_type;
    delete element.logical_type;
  } else if (isText) {
    element.converted_type = "UTF8";
  }
  return {
    name,
    text: (value, line) => {
      if (value === undefined || value === null) return "";
      if (isText) return typeof value === "string" ? value : refuse(line, "a string");
      if (value instanceof Uint8Array) return decimalText(signedInteger(value), scale);
      if (typeof value === "bigint") return decimalText(value, scale);
      return Number.isSafeInteger(value)
        ? decimalText(BigInt(value as number), scale)
        : refuse(line, "a number");
    },
  };
}

/** Big-endian, two's complement. */
function signedInteger(bytes: Uint8Array): bigint {
  const value = bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  return BigInt.asIntN(8 * bytes.length, value);
}

function decimalText(value: bigint, scale: number): string {
  const digits = `${value < 0n ? -value : value}`.padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${value < 0n ? "-" : ""}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ""}`;
}

async function orBroken<T extends FileMetaData | unknown[]>(
  file: string,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    // The library's message may quote what it read.
    const hint = { hint: "copy or download it again", cause };
    throw new SnapshotError(
      "broken-parquet",
      { file },
      "a whole Parquet file",
      "one that can't be read",
      hint,
    );
  }
}
