import { createInterface } from "node:readline/promises";
import { ConfigError } from "../pipeline/errors.ts";

/** Shows a person what is about to happen, and asks. True for "yes" and nothing else. */
export type Confirm = (warning: string, question: string) => Promise<boolean>;

/** Asks on standard error. Throws ConfigError, with the warning, where nobody sits at a terminal. */
export const confirmAtTerminal: Confirm = async (warning, question) => {
  if (!process.stdin.isTTY) {
    const message = `${warning}\nexpected --yes where nobody sits at a terminal, came none: nothing was done`;
    throw Object.assign(new ConfigError(message), { next: "read the above, and add --yes if you want it" });
  }
  process.stderr.write(`${warning}\n`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  lines.once("close", () => ended.abort());
  try {
    const answer = await lines.question(`${question} Type yes: `, { signal: ended.signal });
    return answer.trim() === "yes";
  } catch {
    // The end of input is no yes.
    return false;
  } finally {
    lines.close();
  }
};
