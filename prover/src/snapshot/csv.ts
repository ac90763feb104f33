import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, Transform, type TransformCallback } from "node:stream";
import { createGunzip } from "node:zlib";
import { CsvError, type Parser, parse } from "csv-parse";
import { SnapshotError } from "./error.ts";

/** One line of a CSV file; `line` counts from 1, the header's. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A CSV file being read. `rows` can be taken once; it yields what has arrived, row by row in batches. */
export interface CsvFile {
  readonly file: string;
  readonly header: readonly string[];
  readonly rows: AsyncGenerator<readonly CsvRow[]>;
}

const LONGEST_LINE = 1 << 22;
const ROWS_AHEAD = 1024;

/**
 * Opens a comma-separated UTF-8 file, gzipped or plain, and reads its header. Throws a SnapshotError for a byte-order
 * mark, an empty file, another delimiter or encoding, broken quotes, a row of another width, and a truncated gzip;
 * whatever stands late in the file comes late, so nothing read may take effect before `rows` has ended.
 */
export async function openCsv(file: string): Promise<CsvFile> {
  const parser = await openParser(file);
  const batches = parsedBatches(file, parser);
  let names: readonly string[] = [];
  let rest: readonly CsvRow[] = [];
  try {
    const first = await batches.next();
    const [header, ...rows] = first.done ? [] : first.value;
    if (header === undefined) {
      throw new SnapshotError("empty-file", { file }, "a header and rows", "an empty file");
    }
    checkHeader(file, header.cells);
    [names, rest] = [header.cells, rows];
  } catch (error) {
    parser.destroy();
    throw error;
  }
  async function* body(): AsyncGenerator<readonly CsvRow[]> {
    try {
      yield checkWidth(file, names, rest);
      for await (const batch of batches) yield checkWidth(file, names, batch);
    } finally {
      parser.destroy();
    }
  }
  return { file, header: names, rows: body() };
}

function checkHeader(file: string, header: readonly string[]): void {
  const place = { file, line: 1 };
  if (header[0]?.startsWith("\uFEFF")) throw byteOrderMark(file);
  if (header.length === 1) {
    const other = [
      [";", "semicolons"],
      ["\t", "tabs"],
      ["|", "bars"],
    ].find(([sign]) => header[0]!.includes(sign!));
    if (other !== undefined) {
      throw new SnapshotError("delimiter", place, "columns separated by commas", other[1]!);
    }
    if (header[0]!.trim() === "") {
      throw new SnapshotError("empty-file", place, "a header", "an empty line");
    }
  }
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new SnapshotError("unexpected-column", place, "each column once", `${quoted(twice)} twice`);
  }
}

function checkWidth(file: string, header: readonly string[], rows: readonly CsvRow[]): readonly CsvRow[] {
  for (const { line, cells } of rows) {
    if (cells.length !== header.length) {
      const came = cells.length === 1 && cells[0] === "" ? "an empty line" : `${cells.length} fields`;
      throw new SnapshotError("broken-row", { file, line }, `${header.length} fields`, came);
    }
  }
  return rows;
}

async function openParser(file: string): Promise<Parser> {
  // An option of the stream underneath, which csv-parse hands on.
  const stream = { readableHighWaterMark: ROWS_AHEAD };
  const parser = parse({
    ...stream,
    delimiter: ",",
    recordDelimiter: ["\r\n", "\n"],
    relaxColumnCount: true,
    skipEmptyLines: false,
    maxRecordSize: LONGEST_LINE,
  });
  const whole = (await isGzip(file)) ? [createReadStream(file), createGunzip()] : [createReadStream(file)];
  // The parser is destroyed with whatever goes wrong before it, and its reader then throws that.
  pipeline([...whole, utf8Guard(file), parser], () => {});
  return parser;
}

async function isGzip(file: string): Promise<boolean> {
  try {
    await using handle = await open(file);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "an error";
    throw new SnapshotError("unreadable", { file }, "a file that can be read", code, { cause });
  }
}

/** Passes bytes on and refuses what is not UTF-8: replacement characters could make one account id of two. */
function utf8Guard(file: string): Transform {
  let line = 1;
  // Bytes after the last line end, since a character may be cut where a chunk ends, but never where a line does.
  let rest: Buffer = Buffer.alloc(0);
  const check = (lines: Buffer): void => {
    if (isUtf8(lines)) return;
    let start = 0;
    for (
      let end = lines.indexOf(10);
      end >= 0 && isUtf8(lines.subarray(start, end));
      end = lines.indexOf(10, start)
    ) {
      start = end + 1;
      line++;
    }
    const utf16 = line === 1 && (lines[0] === 0xff || lines[0] === 0xfe);
    throw utf16
      ? byteOrderMark(file)
      : new SnapshotError("encoding", { file, line }, "UTF-8", "bytes of another encoding");
  };
  const guarded = (done: TransformCallback, act: () => Buffer | undefined): void => {
    try {
      done(null, act());
    } catch (error) {
      done(error as Error);
    }
  };
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) =>
      guarded(done, () => {
        const end = chunk.lastIndexOf(10) + 1;
        if (end > 0) {
          const lines = Buffer.concat([rest, chunk.subarray(0, end)]);
          check(lines);
          for (let at = lines.indexOf(10); at >= 0; at = lines.indexOf(10, at + 1)) line++;
        }
        rest = end > 0 ? chunk.subarray(end) : Buffer.concat([rest, chunk]);
        return chunk;
      }),
    flush: (done) =>
      guarded(done, () => {
        check(rest);
        return undefined;
      }),
  });
}

/** Rows as they arrive. Lines are counted here: csv-parse's own count costs a third of the speed. */
async function* parsedBatches(file: string, parser: Parser): AsyncGenerator<CsvRow[]> {
  let line = 0;
  let failed: Error | undefined;
  let wake: () => void = () => {};
  parser.on("readable", () => wake());
  parser.on("end", () => wake());
  parser.on("close", () => wake());
  parser.on("error", (error) => {
    failed = error;
    wake();
  });
  while (true) {
    const batch: CsvRow[] = [];
    for (let cells: string[] | null = parser.read(); cells !== null; cells = parser.read()) {
      line++;
      if (cells.some((cell) => cell.includes("\n"))) {
        throw new SnapshotError(
          "broken-row",
          { file, line },
          "fields of one line",
          "a line break in a field",
        );
      }
      batch.push({ line, cells });
      if (batch.length === ROWS_AHEAD) break;
    }
    if (batch.length > 0) {
      yield batch;
      continue;
    }
    if (failed !== undefined) throw translate(file, line + 1, failed);
    if (parser.readableEnded || parser.destroyed) return;
    await new Promise<void>((settle) => {
      wake = settle;
    });
  }
}

function translate(file: string, line: number, error: Error): SnapshotError {
  if (error instanceof SnapshotError) return error;
  const place = { file, line };
  const options = { cause: error };
  if (error instanceof CsvError) {
    const broken: Partial<Record<string, readonly [expected: string, came: string]>> = {
      CSV_QUOTE_NOT_CLOSED: ["a closing quote", "the end of the file"],
      CSV_INVALID_CLOSING_QUOTE: ["a comma after a closing quote", "another character"],
      INVALID_OPENING_QUOTE: ["quotes around a whole field", "a quote inside a field"],
      CSV_MAX_RECORD_SIZE: [`a line of at most ${LONGEST_LINE} characters`, "a longer one"],
    };
    const [expected, came] = broken[error.code] ?? ["a row", `csv-parse's ${error.code}`];
    // The parser's own message quotes the row, which holds balances: it is not kept.
    return new SnapshotError("broken-row", place, expected, came);
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR") {
    const hint = { ...options, hint: "copy or download it again" };
    return new SnapshotError(
      "truncated-gzip",
      place,
      "a whole gzip file",
      "one that ends in the middle",
      hint,
    );
  }
  if (code?.startsWith("Z_")) {
    return new SnapshotError("broken-gzip", place, "a gzip file", "one with broken content", options);
  }
  return new SnapshotError("unreadable", place, "a file that can be read", code ?? error.message, options);
}

function byteOrderMark(file: string): SnapshotError {
  const hint = "save the file as UTF-8 without BOM";
  return new SnapshotError("bom", { file, line: 1 }, "the first column's name", "a byte-order mark", {
    hint,
  });
}

/** A name for a message: cut, and with quotes that show blanks. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}...` : name);
}
