import { SnapshotError } from "./error.ts";

/** One row of a file; `line` counts from 1, in a CSV file the header's. */
export interface TableRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A file being read, whatever its format. `rows` can be taken once; it yields what has arrived, row by row in batches. */
export interface TableFile {
  readonly file: string;
  readonly header: readonly string[];
  readonly rows: AsyncGenerator<readonly TableRow[]>;
}

/** Refuses a header with a name twice. */
export function checkHeader(file: string, header: readonly string[]): void {
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new SnapshotError(
    "unexpected-column",
    { file, line: 1 },
    "each column once",
    `${quoted(twice)} twice`,
  );
}

/** A name for a message: cut, and with quotes that show blanks. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}...` : name);
}
