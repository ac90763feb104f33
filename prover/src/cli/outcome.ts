import { nextWords } from "./next-words.ts";

/** What a command prints on standard output, and how it exits. Handlers return it; only `plimsoll.ts` prints. */
export interface Outcome {
  readonly text: string;
  /** The same for programs, printed in place of the text with --json. Integers that may be large are bigints. */
  readonly data?: unknown;
  readonly exitCode: ExitCode;
}

export type ExitCode = 0 | 1 | 2 | 3 | 130;

export const EXIT = Object.freeze({
  done: 0,
  /** Something was checked and is wrong: a bundle, an epoch, a policy. */
  refused: 1,
  /** The inputs do not fit: configuration, files, options. */
  input: 2,
  /** Anything else: the chain, the prover, the disk. */
  failed: 3,
  /** Ctrl-C: 128 and the signal's number, as shells have it. */
  interrupted: 130,
} as const);

const INPUT_CODES = new Set([
  "CONFIG",
  "PROVER_CHOICE",
  "FORMAT",
  "INPUT_CHANGED",
  "SECOND_ROOT",
  "ACCOUNT_TOO_LARGE",
  "NOT_COVERED",
  "ONE_SIDED",
  "NOT_INSURED",
  "ACCOUNT_EQUATION",
  "FREE_TOO_LARGE",
  "POLICY_PUBLICATION",
  "TOTALS",
  "UNKNOWN_ROW",
  "ENOENT",
  "EACCES",
]);

/** An error as the operator reads it: its code, its message, whether trying again may help. No stack, no cause. */
export function errorOutcome(error: unknown): Outcome {
  const { code, message, next, input } = described(error);
  return {
    text: `plimsoll: ${code}: ${message}\nnext: ${next}\n`,
    data: { error: { code, message, next } },
    exitCode: input ? EXIT.input : EXIT.failed,
  };
}

function described(error: unknown): { code: string; message: string; next: string; input: boolean } {
  if (!(error instanceof Error)) {
    const message = "something failed without a reason";
    return { code: "UNKNOWN", message, next: nextWords("UNKNOWN", ""), input: false };
  }
  const { code, retryable, next } = error as { code?: unknown; retryable?: unknown; next?: unknown };
  const label = typeof code === "string" ? code : error.name;
  return {
    code: label,
    message: wordsOf(error).replace(`${label}: `, ""),
    next:
      typeof next === "string"
        ? next
        : retryable === true
          ? "try again; what is finished is kept"
          : nextWords(label, error.name),
    input: isInputError(error, code),
  };
}

/** JSON of an outcome's data: integers beyond a double's are strings of digits. */
export function dataText(data: unknown): string {
  return `${JSON.stringify(data, (_, value) => (typeof value === "bigint" ? value.toString() : value), 2)}\n`;
}

function isInputError(error: Error, code: unknown): boolean {
  if (typeof code === "string" && INPUT_CODES.has(code)) return true;
  return [
    "SnapshotError",
    "PolicyFileError",
    "MarksError",
    "QuantityError",
    "OwnerError",
    "WithdrawalError",
  ].includes(error.name);
}

/** The system's message says neither what was expected nor what to do. */
function wordsOf(error: Error): string {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" && path) return `${path}: expected a file or folder, there is none; check the path`;
  if (code === "EACCES" && path)
    return `${path}: expected a file that this user may read or write, came one that is closed`;
  return error.message;
}
