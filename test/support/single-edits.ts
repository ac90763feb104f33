type Leaf = string | number | boolean | null;
type Json = Leaf | Json[] | { [name: string]: Json };

/** A copy of a JSON value in which one leaf is another one of the same form, and where. */
export interface SingleEdit {
  readonly where: string;
  readonly edited: Json;
}

/** Every copy of a JSON value with one leaf changed, as little as its form allows unless told otherwise. */
export function* singleEdits(
  value: Json,
  edit: (leaf: Leaf) => Json = neighbour,
  where = "",
): Generator<SingleEdit> {
  if (typeof value !== "object" || value === null) {
    yield { where, edited: edit(value) };
    return;
  }
  for (const name of Object.keys(value)) {
    const inner = (value as Record<string, Json>)[name]!;
    for (const { where: place, edited } of singleEdits(
      inner,
      edit,
      where === "" ? name : `${where}.${name}`,
    )) {
      const copy = structuredClone(value) as Record<string, Json>;
      copy[name] = edited;
      yield { where: place, edited: copy as Json };
    }
  }
}

function neighbour(leaf: Leaf): Json {
  if (typeof leaf === "number") return leaf + 1;
  if (typeof leaf !== "string") return !leaf;
  if (/^0x[0-9a-f]+$/.test(leaf)) return `${leaf.slice(0, -1)}${leaf.endsWith("1") ? "0" : "1"}`;
  if (/^[0-9]+$/.test(leaf)) return `${BigInt(leaf) + 1n}`;
  if (/^[0-9.]+$/.test(leaf)) return `${leaf}1`;
  return `${leaf}x`;
}
