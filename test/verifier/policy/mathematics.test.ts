import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const sources = ["policy", "models"].flatMap((part) => {
  const folder = new URL(`../../../verifier/src/${part}/`, import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  return files.map((name) => ({
    name,
    code: readFileSync(new URL(name, folder), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""),
  }));
});
/** Exact or correctly rounded in every engine. */
const SAME_EVERYWHERE = [
  "sqrt",
  "max",
  "min",
  "abs",
  "floor",
  "ceil",
  "trunc",
  "sign",
  "SQRT2",
  "LN2",
  "LOG2E",
];

function offences(code: string): string[] {
  const members = [...code.matchAll(/\bMath\s*\.\s*(\w+)/g)].map((match) => match[1]!);
  const named = members.filter((member) => !SAME_EVERYWHERE.includes(member));
  const indirect = [...code.matchAll(/\bMath\b(?!\s*\.)/g)].map(() => "Math");
  // On doubles ** is as unspecified as Math.pow; on BigInt it is exact.
  const powers = [...code.matchAll(/\*\*(?!\s*(?:BigInt\(|\d+n))/g)].map(() => "**");
  return [...named, ...indirect, ...powers];
}

describe("policies and models", () => {
  it("uses no arithmetic of the engine that may differ between engines", () => {
    expect(sources.length).toBeGreaterThan(8);
    for (const { name, code } of sources) expect(offences(code), name).toEqual([]);
  });

  it("takes transcendental functions from one file only, and that from no package", () => {
    const own = (name: string) => name === "mathematics.ts" || name.startsWith("elementary/");
    for (const { name, code } of sources) {
      if (own(name)) expect(code, name).not.toMatch(/from "[^.]/);
      else expect(code, name).not.toContain("elementary/");
    }
  });

  it("would be caught using them", () => {
    for (const code of [
      "Math.exp(1)",
      "Math . log(2)",
      "const { pow } = Math;",
      "x ** 0.5",
      "Math['exp'](1)",
    ])
      expect(offences(code)).toHaveLength(1);
    expect(offences("Math.sqrt(2) + Number(10n ** BigInt(x)) + 2n ** 96n")).toEqual([]);
  });
});
