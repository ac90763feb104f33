import { type AccountStatement, accountStatementFromJson } from "../../src/formats/account-statement.ts";
import { type Bundle, bundleFromJson } from "../../src/formats/bundle.ts";
import { STRINGS } from "./strings.ts";

interface Given<Content> {
  readonly text: string;
  readonly content: Content;
}

/** What a user chose, dropped or linked to. */
export interface GivenFiles {
  readonly bundle?: Given<Bundle>;
  readonly statement?: Given<AccountStatement>;
}

/** Tells bundles and statements by what is in them; of two of a kind the last counts. Throws an Error in words. */
export function givenFiles(texts: readonly string[]): GivenFiles {
  let given: GivenFiles = {};
  for (const text of texts) {
    try {
      given = isStatement(text)
        ? { ...given, statement: { text, content: accountStatementFromJson(text, "the file") } }
        : { ...given, bundle: { text, content: bundleFromJson(text, "the file") } };
    } catch (error) {
      throw new Error(STRINGS.bundle.notABundle(error instanceof Error ? error.message : String(error)));
    }
  }
  return given;
}

function isStatement(text: string): boolean {
  try {
    const format = (JSON.parse(text) as { format?: unknown } | null)?.format;
    return typeof format === "string" && format.startsWith("plimsoll.account-statement.");
  } catch {
    return false;
  }
}
