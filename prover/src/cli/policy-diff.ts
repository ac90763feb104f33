import { printable } from "@plimsoll/verifier/formats/printable.ts";
import { type CompiledPolicy, compilePolicy } from "@plimsoll/verifier/policy/compile.ts";
import { parseMarks, parseRiskParameters } from "@plimsoll/verifier/policy/schemas.ts";
import { differencesInBrief } from "@plimsoll/verifier/report/differences-in-brief.ts";
import {
  type Difference,
  markDifferences,
  riskParameterDifferences,
} from "@plimsoll/verifier/report/policy-differences.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { EXIT, type Outcome } from "./outcome.ts";
import { type FoundPolicy, findPolicy } from "./policy-files.ts";

/** `policy diff A B`: what changed from one policy to another, in words, what loosens it first. */
export async function policyDiffCommand(a: string, b: string, json: boolean): Promise<Outcome> {
  const [before, after] = [await findPolicy(a), await findPolicy(b)];
  const risk = pair(before, after, "riskParameters");
  const marks = pair(before, after, "marks");
  if (risk === null && marks === null) {
    throw new ConfigError(
      "expected two files of one kind, or two folders with both, came risk parameters and marks: give A and B alike",
    );
  }
  const differences = {
    riskParameters:
      risk === null
        ? null
        : riskParameterDifferences(parseRiskParameters(risk[0]), parseRiskParameters(risk[1])),
    marks: marks === null ? null : markDifferences(parseMarks(marks[0]), parseMarks(marks[1])),
  };
  const compiled =
    risk === null || marks === null ? null : ([0, 1] as const).map((i) => compilePolicy(risk[i], marks[i]));
  if (json) {
    const hashes = compiled?.map(({ policyHash, descriptorHash }) => ({
      policyHash: hex(policyHash),
      descriptorHash: hex(descriptorHash),
    }));
    const value = { ...differences, hashes: hashes ?? null };
    return { text: `${JSON.stringify(value, null, 2)}\n`, exitCode: EXIT.done };
  }
  const lines = [
    ...(differences.riskParameters === null ? [] : riskWords(differences.riskParameters)),
    ...(differences.marks === null ? [] : markWords(differences.marks)),
    ...(compiled === null ? [] : hashWords(compiled as [CompiledPolicy, CompiledPolicy])),
  ];
  return { text: `${lines.map(printable).join("\n")}\n`, exitCode: EXIT.done };
}

function pair(a: FoundPolicy, b: FoundPolicy, kind: keyof FoundPolicy): [unknown, unknown] | null {
  return a[kind] === undefined || b[kind] === undefined ? null : [a[kind], b[kind]];
}

function riskWords(list: readonly Difference[]): string[] {
  if (list.length === 0) return ["risk parameters: the same"];
  const of = (effect: Difference["effect"], title: string) => {
    const found = list.filter((difference) => difference.effect === effect);
    return found.length === 0 ? [] : [`  ${title}`, ...differenceLines(found).map((line) => `    ${line}`)];
  };
  return [
    `risk parameters: ${counted(list.length)}`,
    ...of("looser", "looser: accounts need less"),
    ...of("stricter", "stricter: accounts need more"),
    ...of("neutral", "other"),
  ];
}

function markWords(list: readonly Difference[]): string[] {
  if (list.length === 0) return ["marks: the same"];
  return [`marks: ${counted(list.length)}`, ...differenceLines(list).map((line) => `  ${line}`)];
}

function hashWords([a, b]: [CompiledPolicy, CompiledPolicy]): string[] {
  const line = (name: string, x: bigint, y: bigint) =>
    x === y ? [`${name}: the same, ${hex(x)}`] : [`${name}:`, `  before ${hex(x)}`, `  after  ${hex(y)}`];
  const key = ({ kind, symbol }: CompiledPolicy["rowTable"][number]) => `${kind} ${symbol}`;
  const rows = new Map(b.rowTable.map((named) => [key(named), named.row]));
  const moved = a.rowTable.filter((named) => rows.has(key(named)) && rows.get(key(named)) !== named.row);
  const [first] = moved;
  return [
    ...line("policy hash", a.policyHash, b.policyHash),
    ...line("descriptor hash", a.descriptorHash, b.descriptorHash),
    first === undefined
      ? "rows: none that both have moved"
      : `rows: ${moved.length} moved; the first, ${key(first)}, from ${first.row} to ${rows.get(key(first))}`,
  ];
}

function differenceLines(list: readonly Difference[]): string[] {
  return differencesInBrief(list, "--json names all").map(({ where, words }) => `${where}: ${words}`);
}

const counted = (n: number): string => `${n} ${n === 1 ? "difference" : "differences"}`;

function hex(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
