import { pipeline, type Readable } from "node:stream";
import { CsvError, type Parser, parse } from "csv-parse";
import { SnapshotError } from "./error.ts";
import { checkHeader, type TableFile, type TableRow } from "./table.ts";
import { byteOrderMark, LONGEST_LINE, sourceError } from "./text-source.ts";

const ROWS_AHEAD = 1024;

/** A comma-separated text with a header, as a table. */
export async function readCsv(file: string, text: Readable): Promise<TableFile> {
  const parser = openParser(text);
  const batches = parsedBatches(file, parser);
  let names: readonly string[] = [];
  let rest: readonly TableRow[] = [];
  try {
    const first = await batches.next();
    const [header, ...rows] = first.done ? [] : first.value;
    if (header === undefined) {
      throw new SnapshotError("empty-file", { file }, "a header and rows", "an empty file");
    }
    checkNames(file, header.cells);
    [names, rest] = [header.cells, rows];
  } catch (error) {
    parser.destroy();
    throw error;
  }
  async function* body(): AsyncGenerator<readonly TableRow[]> {
    try {
      yield checkWidth(file, names, rest);
      for await (const batch of batches) yield checkWidth(file, names, batch);
    } finally {
      parser.destroy();
    }
  }
  return { file, header: names, rows: body() };
}

function checkNames(file: string, header: readonly string[]): void {
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
  checkHeader(file, header);
}

function checkWidth(file: string, header: readonly string[], rows: readonly TableRow[]): readonly TableRow[] {
  for (const { line, cells } of rows) {
    if (cells.length !== header.length) {
      const came = cells.length === 1 && cells[0] === "" ? "an empty line" : `${cells.length} fields`;
      throw new SnapshotError("broken-row", { file, line }, `${header.length} fields`, came);
    }
  }
  return rows;
}

function openParser(text: Readable): Parser {
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
  // The parser is destroyed with whatever goes wrong before it, and its reader then throws that.
  pipeline(text, parser, () => {});
  return parser;
}

/** Rows as they arrive. Lines are counted here: csv-parse's own count costs a third of the speed. */
async function* parsedBatches(file: string, parser: Parser): AsyncGenerator<TableRow[]> {
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
    const batch: TableRow[] = [];
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
  if (error instanceof CsvError) {
    const broken: Partial<Record<string, readonly [expected: string, came: string]>> = {
      CSV_QUOTE_NOT_CLOSED: ["a closing quote", "the end of the file"],
      CSV_INVALID_CLOSING_QUOTE: ["a comma after a closing quote", "another character"],
      INVALID_OPENING_QUOTE: ["quotes around a whole field", "a quote inside a field"],
      CSV_MAX_RECORD_SIZE: [`a line of at most ${LONGEST_LINE} characters`, "a longer one"],
    };
    const [expected, came] = broken[error.code] ?? ["a row", `csv-parse's ${error.code}`];
    // The parser's own message quotes the row, which holds balances: it is not kept.
    return new SnapshotError("broken-row", { file, line }, expected, came);
  }
  return sourceError(file, line, error);
}
