/** What a command prints on standard output, and how it exits. Handlers return it; only `plimsoll.ts` prints. */
export interface Outcome {
  readonly text: string;
  readonly exitCode: ExitCode;
}

export type ExitCode = 0 | 1 | 2 | 3;

export const EXIT = Object.freeze({
  done: 0,
  /** Something was checked and is wrong: a bundle, an epoch, a policy. */
  refused: 1,
  /** The inputs do not fit: configuration, files, options. */
  input: 2,
  /** Anything else: the chain, the prover, the disk. */
  failed: 3,
});

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
  "UNKNOWN_ROW",
  "ENOENT",
  "EACCES",
]);

/** An error as the operator reads it: its code, its message, whether trying again may help. No stack, no cause. */
export function errorOutcome(error: unknown): Outcome {
  if (!(error instanceof Error))
    return { text: "plimsoll: something failed without a reason\n", exitCode: EXIT.failed };
  const { code, retryable, next } = error as { code?: unknown; retryable?: unknown; next?: unknown };
  const label = typeof code === "string" ? code : error.name;
  const hint =
    typeof next === "string"
      ? `next: ${next}\n`
      : retryable === true
        ? "next: try again; what is finished is kept\n"
        : "";
  const input = isInputError(error, code);
  return {
    text: `plimsoll: ${label}: ${wordsOf(error).replace(`${label}: `, "")}\n${hint}`,
    exitCode: input ? EXIT.input : EXIT.failed,
  };
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
