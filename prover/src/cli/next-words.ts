/** What to do about an error that doesn't say so itself, by its code or else its class. */
const NEXT: Readonly<Record<string, string>> = {
  CONFIG: "change that and type the same again; --help says what a command takes",
  FORMAT: "correct the file and type the same again",
  SnapshotError: "correct the file and type the same again",
  PolicyFileError: "correct the policy's file; plimsoll policy lint judges it",
  MarksError: "correct the marks; plimsoll policy lint judges them",
  PROVER_CHOICE: "set PLIMSOLL_PROVER to one of these or not at all",
  INPUT_CHANGED: "put the old input back, or prove another epoch in a folder of its own",
  SECOND_ROOT: "plimsoll epoch status shows what the chain has",
  ACCOUNT_TOO_LARGE: "name a larger batch circuit, or split the account",
  NOT_COVERED: "correct reserves or balances; plimsoll epoch plan lists all that a proof would fail on",
  ONE_SIDED: "correct the positions; plimsoll epoch plan lists all that a proof would fail on",
  NOT_INSURED: "declare more insurance; plimsoll margin exchange shows who is short",
  TOTALS: "put back the private part that belongs to this public part, commit.json and plan.json together",
  ENOENT: "name a file that is there and type the same again",
  EACCES: "change its owner or mode and type the same again",
};

/** The next thing to do after an error of this code and class. */
export function nextWords(code: string, name: string): string {
  return (
    NEXT[code] ?? NEXT[name] ?? "type the same again; plimsoll doctor looks for what is wrong on this machine"
  );
}
