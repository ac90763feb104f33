import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { SHORTEST_PASSPHRASE } from "./identity.ts";
import { readPrivate } from "./private-file.ts";

/** Asks a person and resolves to what was typed, which does not show. */
export type Ask = (question: string) => Promise<string>;

/**
 * A passphrase from a file for its owner's eyes only (without the line's end), or from the person at the terminal; a new one
 * is asked for twice and has at least 12 characters. Throws ConfigError, which says nothing of the passphrase.
 */
export async function passphraseFrom(
  file: string | undefined,
  { fresh = false, ask = askAtTerminal }: { readonly fresh?: boolean; readonly ask?: Ask } = {},
): Promise<string> {
  const passphrase =
    file === undefined ? await ask("passphrase: ") : (await readPrivate(file)).replace(/\r?\n$/, "");
  if (fresh && passphrase.length < SHORTEST_PASSPHRASE) {
    throw new ConfigError(`passphrase: expected at least ${SHORTEST_PASSPHRASE} characters, came fewer`);
  }
  if (fresh && file === undefined && (await ask("the same again: ")) !== passphrase) {
    throw new ConfigError("passphrase: expected the same twice, came two");
  }
  return passphrase;
}

function askAtTerminal(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new ConfigError("expected --passphrase-file where nobody sits at a terminal, came none");
  }
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  return new Promise((resolve, reject) => {
    lines.once("line", (line) => {
      resolve(line);
      lines.close();
    });
    lines.once("close", () => {
      process.stderr.write("\n");
      reject(new ConfigError("passphrase: expected a line, came the end of input"));
    });
  });
}
