/** Text that is HTML already. Everything else that goes into `markup` is escaped, so nothing is ever inserted raw. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Inserted = Markup | string | number | readonly Inserted[];

/** HTML or SVG of a template: what is inserted is escaped for text and for attributes in double quotes. */
export function markup(parts: TemplateStringsArray, ...inserted: readonly Inserted[]): Markup {
  return new Markup(
    parts.map((part, i) => part + (i < inserted.length ? rendered(inserted[i]!) : "")).join(""),
  );
}

function rendered(value: Inserted): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === "string") return escaped(value);
  if (typeof value === "number") return String(value);
  return value.map(rendered).join("");
}

const ENTITIES: Readonly<Record<string, string>> = Object.freeze({
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
});

/** Also takes away control characters, which HTML may not hold, and those that reverse the direction of text. */
export function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "\uFFFD").replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}
