import type { Readable } from "node:stream";
import { repeatedName } from "@plimsoll/verifier/formats/json.ts";
import { SnapshotError } from "./error.ts";
import { checkHeader, quoted, type TableFile, type TableRow } from "./table.ts";
import { LONGEST_LINE, sourceError } from "./text-source.ts";

const ROWS_AHEAD = 1024;

interface Line {
  readonly line: number;
  readonly text: string;
}

/**
 * A text of one JSON object a line, all with the same names; the first one's are the columns. A value is a string, a number,
 * which is taken digit for digit, or null for an empty cell.
 */
export async function readNdjson(file: string, text: Readable): Promise<TableFile> {
  const lines = linesOf(file, text);
  const first = await lines.next();
  if (first.done) throw new SnapshotError("empty-file", { file }, "an object on a line", "an empty file");
  const header = Object.keys(objectOf(file, first.value));
  checkHeader(file, header);
  async function* rows(): AsyncGenerator<readonly TableRow[]> {
    try {
      let batch: TableRow[] = [rowOf(file, header, first.value)];
      for await (const line of lines) {
        batch.push(rowOf(file, header, line));
        if (batch.length < ROWS_AHEAD) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    } finally {
      text.destroy();
    }
  }
  return { file, header, rows: rows() };
}

/** Lines with their numbers; a last empty one is none. */
async function* linesOf(file: string, text: Readable): AsyncGenerator<Line> {
  let [line, rest] = [0, ""];
  text.setEncoding("utf8");
  try {
    for await (const chunk of text as AsyncIterable<string>) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop()!;
      for (const part of parts) yield { line: ++line, text: part.endsWith("\r") ? part.slice(0, -1) : part };
      if (rest.length > LONGEST_LINE) {
        const expected = `a line of at most ${LONGEST_LINE} characters`;
        throw new SnapshotError("broken-row", { file, line: line + 1 }, expected, "a longer one");
      }
    }
  } catch (error) {
    throw sourceError(file, line + 1, error as Error);
  }
  if (rest !== "") yield { line: line + 1, text: rest };
}

function objectOf(file: string, { line, text }: Line): Readonly<Record<string, unknown>> {
  const place = { file, line };
  if (text.startsWith("\uFEFF")) throw new SnapshotError("bom", place, "a brace", "a byte-order mark");
  if (text.trim() === "") throw new SnapshotError("broken-row", place, "an object", "an empty line");
  let value: unknown;
  try {
    value = JSON.parse(text, digits);
  } catch {
    // The parser's own message quotes the line, which holds balances: it is not kept.
    throw new SnapshotError("broken-row", place, "an object in JSON on one line", "another text");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new SnapshotError("broken-row", place, "an object", "another value");
}

/** Keeps a number as it is written: read as floating point, a large balance would lose digits. */
function digits(this: unknown, _name: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" ? (context?.source ?? value) : value;
}

function rowOf(file: string, header: readonly string[], line: Line): TableRow {
  const place = { file, line: line.line };
  const object = objectOf(file, line);
  const names = Object.keys(object);
  const missing = header.find((name) => !Object.hasOwn(object, name));
  if (missing !== undefined || names.length !== header.length) {
    const stray = names.find((name) => !header.includes(name));
    const came = missing === undefined ? `${quoted(stray ?? "")} too` : `none called ${quoted(missing)}`;
    throw new SnapshotError("broken-row", place, "the names of the first line", came);
  }
  const cells = header.map((field) => {
    const value = object[field];
    if (typeof value === "string") return value;
    if (value === null) return "";
    throw new SnapshotError("broken-row", { ...place, field }, "a string or a number", "another value");
  });
  if (repeatedName(line.text) !== undefined)
    throw new SnapshotError("broken-row", place, "each name once", "one of them again");
  return { line: line.line, cells };
}
