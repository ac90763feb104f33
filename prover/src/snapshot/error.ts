export type SnapshotErrorCode =
  | "bom"
  | "broken-gzip"
  | "broken-parquet"
  | "broken-row"
  | "broken-zstd"
  | "delimiter"
  | "duplicate-account"
  | "duplicate-row"
  | "empty-file"
  | "encoding"
  | "excess-digits"
  | "missing-column"
  | "negative"
  | "net-differs"
  | "not-a-number"
  | "not-borrowable"
  | "order"
  | "overflow"
  | "truncated"
  | "unexpected-column"
  | "unknown-account"
  | "unknown-asset"
  | "unknown-instrument"
  | "unmatched-instrument"
  | "unreadable"
  | "unrealised-sum";

/** Where in a snapshot something is: a file, its line from 1 (undefined: the file as a whole), a column's name. */
export interface Place {
  readonly file: string;
  readonly line?: number | undefined;
  readonly field?: string | undefined;
}

/**
 * What is wrong with a snapshot file, where, and what to do. Expected and came describe forms ("a number with 9
 * decimals"): a message never holds a balance, an account id or a secret.
 */
export class SnapshotError extends Error {
  readonly retryable = false;
  readonly code: SnapshotErrorCode;
  readonly file: string;
  readonly line: number | undefined;
  readonly field: string | undefined;
  readonly expected: string;
  readonly came: string;
  readonly hint: string | undefined;

  constructor(
    code: SnapshotErrorCode,
    place: Place,
    expected: string,
    came: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    const at = `${place.file}${place.line === undefined ? "" : `:${place.line}`}`;
    const field = place.field === undefined ? "" : `${place.field}: `;
    const hint = options.hint === undefined ? "" : ` (${options.hint})`;
    super(`${at}: ${field}expected ${expected}, came ${came}${hint}`, { cause: options.cause });
    this.name = "SnapshotError";
    this.code = code;
    this.file = place.file;
    this.line = place.line;
    this.field = place.field;
    this.expected = expected;
    this.came = came;
    this.hint = options.hint;
  }
}
