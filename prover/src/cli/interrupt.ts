import { EXIT } from "./outcome.ts";

/**
 * Ends the process at Ctrl-C, at once: everything that is kept was written whole, so nothing has to be tidied up. `write`
 * gets what to type to go on, as text or as a line of JSON.
 */
export function endOnInterrupt(
  args: readonly string[],
  isJson: boolean,
  write: (text: string) => void,
): void {
  process.once("SIGINT", () => {
    const error = {
      code: "INTERRUPTED",
      message: "stopped before the end; what is finished is kept",
      next: typed(args),
    };
    write(
      isJson
        ? `${JSON.stringify({ error })}\n`
        : `\nplimsoll: ${error.code}: ${error.message}\nnext: ${error.next}\n`,
    );
    process.exit(EXIT.interrupted);
  });
}

/** The command line as it may be typed again. Keys of endpoints stand in paths and queries: those are left out. */
export function typed(args: readonly string[]): string {
  return ["plimsoll", ...args.map(withoutKey).map(quoted)].join(" ");
}

function withoutKey(word: string): string {
  const [, option = "", url = ""] = /^(--[a-z-]+=)?(https?:\/\/.*)$/i.exec(word) ?? [];
  if (!URL.canParse(url)) return word;
  const { origin, href } = new URL(url);
  return href === `${origin}/` ? word : `${option}${origin}/...`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
