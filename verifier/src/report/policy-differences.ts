import { fromDecimal, isLess, subtract, toDouble } from "../policy/rational.ts";
import type { Marks, RiskParameters } from "../policy/schemas.ts";
import { moveText, numberText } from "./format.ts";

/** "stricter": accounts need more. "neutral": nobody's margin follows from it, or it may go either way. */
export type Effect = "looser" | "stricter" | "neutral";

/** One thing that is not the same in two policies. */
export interface Difference {
  /** 'asset "btc", weight, initial' */
  readonly where: string;
  /** "0.855 -> 0.83: counts for less" */
  readonly words: string;
  readonly effect: Effect;
  readonly change: "changed" | "added" | "removed";
  /** Where the list or record is that it is in, and its name there. */
  readonly parent: string;
  readonly name: string;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** What differs between two files of risk parameters, in the order of the first, what was added last. */
export function riskParameterDifferences(a: RiskParameters, b: RiskParameters): Difference[] {
  return differences(plain(a), plain(b), [], RISK_RULES);
}

/** What differs between two files of marks. */
export function markDifferences(a: Marks, b: Marks): Difference[] {
  return differences(plain(a), plain(b), [], []);
}

interface Rule {
  /** Matched against the path with blanks between its parts. */
  readonly path: RegExp;
  /** What a higher number does, in words, and what a lower one does. */
  readonly higher: readonly [Effect, string];
  readonly lower: readonly [Effect, string];
}

const stricterUp = (path: RegExp, more: string, less: string): Rule => ({
  path,
  higher: ["stricter", more],
  lower: ["looser", less],
});
const looserUp = (path: RegExp, more: string, less: string): Rule => ({
  path,
  higher: ["looser", more],
  lower: ["stricter", less],
});

const RISK_RULES: readonly Rule[] = [
  looserUp(/^collateral \S+ weight /, "counts for more", "counts for less"),
  looserUp(/^collateral \S+ tiers \d+ weight$/, "counts for more", "counts for less"),
  looserUp(/^collateral \S+ tiers \d+ upTo$/, "more of it counts that much", "less of it counts that much"),
  looserUp(/^tierFactor /, "collateral counts for more", "collateral counts for less"),
  stricterUp(/^collateral \S+ debtWeight /, "a debt costs more", "a debt costs less"),
  stricterUp(/^marginFactor /, "more of the scan risk is charged", "less of the scan risk is charged"),
  stricterUp(/^cardinalityAddOn$/, "buffers are larger", "buffers are smaller"),
  looserUp(/^stalenessSeconds$/, "older marks are let in", "only newer marks are let in"),
  stricterUp(/^groups \S+ buffers /, "liquidation is charged more", "liquidation is charged less"),
  looserUp(/^groups \S+ hedge refund /, "more of the haircut is refunded", "less of the haircut is refunded"),
  stricterUp(/^groups \S+ grid range$/, "larger moves are covered", "smaller moves are covered"),
  stricterUp(/^groups \S+ scan range$/, "larger moves are covered", "smaller moves are covered"),
  stricterUp(
    /^groups \S+ (scan |grid )?volatility (up|down|floor)$/,
    "larger moves of volatility are covered",
    "smaller moves of volatility are covered",
  ),
  stricterUp(
    /^groups \S+ shortOptionMinimum$/,
    "the minimum for options sold is higher",
    "the minimum for options sold is lower",
  ),
  stricterUp(
    /^groups \S+ calendar spreads \S+ charge$/,
    "months that hedge each other are charged more",
    "months that hedge each other are charged less",
  ),
  looserUp(
    /^(clusters|productGroups) \S+ offset$/,
    "gains count for more against losses of the others",
    "gains count for less against losses of the others",
  ),
  stricterUp(
    /^(clusters|productGroups) \S+ independent$/,
    "more of what each loses on its own is the least",
    "less of what each loses on its own is the least",
  ),
  stricterUp(
    /^groups \S+ (minimumCharge|grossMinimum) \S+$/,
    "the minimum charge is higher",
    "the minimum charge is lower",
  ),
  stricterUp(/^groups \S+ points (down|up)$/, "larger moves are covered", "smaller moves are covered"),
  stricterUp(
    /^groups \S+ grid minimumCharge$/,
    "the minimum charge is higher",
    "the minimum charge is lower",
  ),
  stricterUp(/^groups \S+ perpCharge /, "perps are charged more", "perps are charged less"),
  stricterUp(
    /^groups \S+ nakedShort(Charge)? /,
    "naked shorts are charged more",
    "naked shorts are charged less",
  ),
  stricterUp(
    /^groups \S+ basis (add|perYear)$/,
    "expiries that move alone are charged more",
    "expiries that move alone are charged less",
  ),
  looserUp(
    /^groups \S+ discount gain static$/,
    "gains of an expiry count for more",
    "gains of an expiry count for less",
  ),
  stricterUp(
    /^groups \S+ discount (gain|loss) (rateScale|rateAdd)$|^groups \S+ discount loss static$/,
    "gains of an expiry count for less, or losses for more",
    "gains of an expiry count for more, or losses for less",
  ),
  stricterUp(/^peg (threshold|factor)$/, "a lost peg costs more", "a lost peg costs less"),
  stricterUp(/^confidence (threshold|factor)$/, "unsure marks cost more", "unsure marks cost less"),
  stricterUp(
    /^groups \S+ (grid )?scenarios \S+ (weight|charge|dampening)$/,
    "more of its loss is charged",
    "less of its loss is charged",
  ),
];

/** Differences that are worth a sentence of their own. */
const NOTES: readonly (readonly [RegExp, string])[] = [
  [/ decimals$/, "the row's unit is another: quantities under the old policy mean something else"],
  [/ calendar months \S+ /, "instruments may stand in another month"],
  [/ instruments \S+ (contractSize|expiry|strike|kind)$/, "the contract is another under the same symbol"],
  [/^quote$/, "everything is measured in another currency"],
  [/ borrowable$/, "whether it may be owed"],
  [/^format$/, "another version of the file"],
];

function differences(a: Json, b: Json, path: readonly string[], rules: readonly Rule[]): Difference[] {
  if (same(a, b)) return [];
  const [listA, listB] = [entriesOf(a), entriesOf(b)];
  if (listA === null || listB === null) return [changed(a, b, path, rules)];
  const result = [...listA].flatMap(([name, value]): Difference[] => {
    const other = listB.get(name);
    if (other !== undefined) return differences(value, other, [...path, name], rules);
    return [
      {
        ...placed([...path, name]),
        words: `removed (was ${brief(value)})`,
        effect: "neutral",
        change: "removed",
      },
    ];
  });
  for (const [name, value] of listB) {
    if (!listA.has(name))
      result.push({
        ...placed([...path, name]),
        words: `added: ${brief(value)}`,
        effect: "neutral",
        change: "added",
      });
  }
  if (Array.isArray(a) && isKeyed(a)) {
    const common = [...listA.keys()].filter((name) => listB.has(name));
    const after = [...listB.keys()].filter((name) => listA.has(name));
    if (common.some((name, i) => name !== after[i])) {
      const words = "in another order: rows move, and proofs under the old policy read other rows";
      result.push({ ...placed(path), words, effect: "neutral", change: "changed" });
    }
  }
  return result;
}

function changed(a: Json, b: Json, path: readonly string[], rules: readonly Rule[]): Difference {
  const at = { ...placed(path), change: "changed" } as const;
  const [before, after] = [brief(a), brief(b)];
  const names = path.join(" ");
  const note = NOTES.find(([pattern]) => pattern.test(names))?.[1];
  const rule = rules.find((known) => known.path.test(names));
  const [x, y] = [decimalOf(a), decimalOf(b)];
  if (rule !== undefined && x !== null && y !== null) {
    const [effect, words] = isLess(x, y) ? rule.higher : rule.lower;
    return { ...at, words: `${before} -> ${after}: ${words}`, effect };
  }
  if (note !== undefined) return { ...at, words: `${before} -> ${after}: ${note}`, effect: "neutral" };
  if (x === null || y === null) return { ...at, words: `${before} -> ${after}`, effect: "neutral" };
  return { ...at, words: `${before} -> ${after} (${difference(x, y, path)})`, effect: "neutral" };
}

/** Prices move by per cent, rates and volatilities by points. */
function difference(x: ReturnType<typeof fromDecimal>, y: typeof x, path: readonly string[]): string {
  const by = toDouble(subtract(y, x));
  const isPoints = path.includes("volatility") || path.at(-1) === "rate";
  if (isPoints) return `${by > 0 ? "+" : ""}${numberText(100 * by, 4)} points`;
  return x.n === 0n ? `by ${numberText(by)}` : moveText(by / Math.abs(toDouble(x)));
}

const KINDS: Readonly<Record<string, string>> = Object.freeze({
  collateral: "asset",
  groups: "group",
  instruments: "instrument",
  scenarios: "scenario",
  tiers: "tier",
  spot: "spot price of",
  perps: "perp",
  expiries: "expiries of",
  clusters: "cluster",
  productGroups: "product group",
  riskArrays: "risk array of",
  tokens: "token",
});

function placed(path: readonly string[]): Pick<Difference, "where" | "parent" | "name"> {
  return { where: placeName(path), parent: placeName(path.slice(0, -1)), name: path.at(-1) ?? "" };
}

/** ["collateral", "btc", "weight", "initial"] as 'asset "btc", weight, initial'. */
function placeName(path: readonly string[]): string {
  const words: string[] = [];
  for (let i = 0; i < path.length; i++) {
    const kind = KINDS[path[i]!];
    const name = path[i + 1];
    if (kind === undefined || name === undefined) words.push(spaced(path[i]!));
    else {
      words.push(`${kind} ${/^\d+$/.test(name) ? Number(name) + 1 : `"${name}"`}`);
      i++;
    }
  }
  return words.join(", ") || "file";
}

const spaced = (name: string): string =>
  name.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

function entriesOf(value: Json): Map<string, Json> | null {
  if (value === null || typeof value !== "object") return null;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const list = value as readonly Json[];
  const key = (item: Json, i: number) => (isKeyed(list) ? keyOf(item)! : String(i));
  return new Map(list.map((item, i) => [key(item, i), item]));
}

const isKeyed = (list: readonly Json[]): boolean =>
  list.length > 0 && list.every((item) => keyOf(item) !== null);

/** What names an item of a list. */
function keyOf(item: Json): string | null {
  if (item === null || typeof item !== "object" || Array.isArray(item)) return null;
  const { symbol, name } = item as { symbol?: Json; name?: Json };
  const key = symbol ?? name;
  return typeof key === "string" ? key : null;
}

function decimalOf(value: Json): ReturnType<typeof fromDecimal> | null {
  if (typeof value === "number" && Number.isSafeInteger(value)) return fromDecimal(String(value));
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? fromDecimal(value) : null;
}

/** A value in a few words: lists and objects by their simple fields. */
function brief(value: Json): string {
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `${value.length} of them`;
  const fields = Object.entries(value).flatMap(([name, field]) => {
    if (field === keyOf(value)) return [];
    if (field === null || typeof field !== "object") return [`${spaced(name)} ${String(field)}`];
    if (Array.isArray(field)) return [`${field.length} ${spaced(name)}`];
    return [`${spaced(name)} (${brief(field)})`];
  });
  return fields.join(", ");
}

function same(a: Json, b: Json): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** As the file has it: fields that are undefined are not there. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
