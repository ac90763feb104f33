import { SnapshotError } from "./error.ts";
import { quoted, type TableFile } from "./table.ts";

/** Position of each wanted column. Throws for one that is missing and for one that is neither wanted nor optional. */
export function columnsOf<Name extends string, Maybe extends string = never>(
  table: TableFile,
  wanted: readonly Name[],
  optional: readonly Maybe[] = [],
): Record<Name, number> & Partial<Record<Maybe, number>> {
  const place = { file: table.file, line: 1 };
  const known: readonly string[] = [...wanted, ...optional];
  const missing = wanted.find((name) => !table.header.includes(name));
  if (missing !== undefined) {
    const came = `columns ${table.header.slice(0, 6).map(quoted).join(", ")}`;
    throw new SnapshotError(
      "missing-column",
      { ...place, field: missing },
      `columns ${known.join(", ")}`,
      came,
    );
  }
  const stray = table.header.find((name) => !known.includes(name));
  if (stray !== undefined) {
    throw new SnapshotError("unexpected-column", place, `columns ${known.join(", ")}`, quoted(stray));
  }
  return Object.fromEntries(table.header.map((name, at) => [name, at])) as Record<Name, number> &
    Partial<Record<Maybe, number>>;
}

/** As many as a bundle has room for. */
const LONGEST_ID = 128;

/** An account id as it stands. Throws when it is empty, too long, or has blanks around it. */
export function accountId(text: string, file: string, line: number, field: string): string {
  const fits = text.length <= LONGEST_ID && text.isWellFormed();
  if (text !== "" && fits && text.trim() === text) return text;
  const came = text === "" ? "an empty field" : fits ? "blanks around it" : "another text";
  throw new SnapshotError(
    "broken-row",
    { file, line, field },
    `an account id of at most ${LONGEST_ID} whole characters`,
    came,
  );
}
