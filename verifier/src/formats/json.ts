/** An object has a name twice: parsers take the last one, so readers of other software may see another file. */
export class RepeatedNameError extends SyntaxError {
  constructor(name: string) {
    super(`expected each name once in an object, came ${JSON.stringify(name.slice(0, 100))} again`);
    this.name = "RepeatedNameError";
  }
}

/** The value of a JSON text in which no object has a name twice. Throws SyntaxError, of which RepeatedNameError is one. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const name = repeatedName(text);
  if (name !== undefined) throw new RepeatedNameError(name);
  return value;
}

/** The first name that stands twice in one object of a text that is JSON. */
export function repeatedName(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [, string, colon, brace] of text.matchAll(TOKENS)) {
    if (brace === "{") open.push(new Set());
    else if (brace === "}") open.pop();
    // A string before a colon is a name of the innermost object.
    else if (colon !== "") {
      const name = string!.includes("\\") ? (JSON.parse(string!) as string) : string!.slice(1, -1);
      if (open.at(-1)?.has(name)) return name;
      open.at(-1)?.add(name);
    }
  }
  return undefined;
}

/** Strings with the colon after them, if there is one, and braces; what is in a string is in no other token. */
const TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")\s*(:?)|([{}])/g;
