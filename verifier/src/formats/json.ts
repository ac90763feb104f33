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
  for (let at = next(text, 0); at < text.length; at = next(text, at)) {
    const from = at;
    at += 1;
    if (text[from] === "{") open.push(new Set());
    else if (text[from] === "}") open.pop();
    else {
      at = afterString(text, from);
      // A string before a colon is a name of the innermost object.
      COLON.lastIndex = at;
      if (!COLON.test(text)) continue;
      const string = text.slice(from, at);
      const name = string.includes("\\") ? (JSON.parse(string) as string) : string.slice(1, -1);
      if (open.at(-1)?.has(name)) return name;
      open.at(-1)?.add(name);
    }
  }
  return undefined;
}

const COLON = /\s*:/y;
const TOKEN = /["{}]/g;

/** Where the next brace or string begins. */
function next(text: string, from: number): number {
  TOKEN.lastIndex = from;
  return TOKEN.exec(text)?.index ?? text.length;
}

/** The place after a string's last quote: a loop, since a pattern with escapes in it needs stack for each of them. */
function afterString(text: string, from: number): number {
  for (let quote = from; ; ) {
    quote = text.indexOf('"', quote + 1);
    if (quote < 0) return text.length;
    let escapes = 0;
    while (text[quote - 1 - escapes] === "\\") escapes += 1;
    if (escapes % 2 === 0) return quote + 1;
  }
}
