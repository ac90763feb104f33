/** One thing that the doctor looked at. Words never hold a secret: files are named, not what is in them. */
export interface Finding {
  readonly check: string;
  readonly state: "ok" | "warning" | "wrong" | "not run";
  readonly words: string;
  /** What to do about it. */
  readonly fix?: string;
}

export const ok = (check: string, words: string): Finding => ({ check, state: "ok", words });
export const warning = (check: string, words: string, fix: string): Finding => ({
  check,
  state: "warning",
  words,
  fix,
});
export const wrong = (check: string, words: string, fix: string): Finding => ({
  check,
  state: "wrong",
  words,
  fix,
});
export const notRun = (check: string, words: string): Finding => ({ check, state: "not run", words });

/** Looks at one thing; an error is a finding of its own, with the error's words and a fix. */
export async function looked(
  check: string,
  fix: string,
  look: () => Promise<Finding | readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    const found = await look();
    return Array.isArray(found) ? found : [found as Finding];
  } catch (error) {
    return [wrong(check, error instanceof Error ? error.message : String(error), fix)];
  }
}
