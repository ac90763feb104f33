import type { Readable } from "node:stream";
import { readCsv } from "./csv.ts";
import { readNdjson } from "./ndjson.ts";
import { isParquet, readParquet } from "./parquet.ts";
import type { TableFile } from "./table.ts";
import { firstChunk, openText, STANDARD_INPUT } from "./text-source.ts";

/**
 * Opens a file of rows: CSV or NDJSON in UTF-8, plain, gzipped or under zstd, or Parquet; what it is, its bytes say, not its
 * name. "-" is standard input, which can't be Parquet. Whatever the format, a cell is the text that stands there: no
 * amount is ever a floating-point number.
 *
 * Throws a SnapshotError for a byte-order mark, an empty file, another delimiter or encoding, broken rows, and a file that
 * ends too early; whatever stands late in the file comes late, so nothing read may take effect before `rows` has ended.
 */
export async function openTable(file: string): Promise<TableFile> {
  if (await isParquet(file)) return readParquet(file);
  const text = await openText(file);
  return (await startsWithBrace(text)) ? readNdjson(nameOf(file), text) : readCsv(nameOf(file), text);
}

async function startsWithBrace(text: Readable): Promise<boolean> {
  // A reader that comes later is told of an error that comes now.
  const chunk = await firstChunk(text).catch(() => undefined);
  return chunk !== undefined && /^\s*\{/.test(chunk.toString("latin1", 0, 64));
}

function nameOf(file: string): string {
  return file === STANDARD_INPUT ? "standard input" : file;
}
