// Every way in which a contract refuses is expected somewhere by its name: an error that no test awaits is a guard that
// nobody would miss.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../prover/src/build/paths.ts";

interface Artifact {
  readonly abi: readonly { readonly type: string; readonly name?: string }[];
}

const filesBelow = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name))
    .map((name) => join(ROOT, folder, name));

/** Errors that these contracts can end with, of those that are declared in this repository. */
function refusals(): string[] {
  const sources = filesBelow("contracts", /\.sol$/).map((file) => readFileSync(file, "utf8"));
  const declared = new Set(
    sources.flatMap((source) => [...source.matchAll(/^ *error (\w+)\(/gm)].map(([, name]) => name)),
  );
  const artifacts = filesBelow("build/artifacts/contracts", /\.json$/).map(
    (file) => JSON.parse(readFileSync(file, "utf8")) as Artifact,
  );
  const used = artifacts.flatMap(({ abi }) =>
    abi.filter(({ type }) => type === "error").map(({ name }) => name!),
  );
  return [...new Set(used)].filter((name) => declared.has(name)).sort();
}

test("there are refusals", () => {
  expect(refusals().length).toBeGreaterThan(150);
});

test("each is awaited by name in a test", () => {
  // This file names none.
  const tests = filesBelow("test/contracts", /\.(ts|sol)$/).map((file) => readFileSync(file, "utf8"));
  const isAwaited = (name: string): boolean =>
    tests.some((text) => text.includes(`"${name}"`) || text.includes(`.${name}.selector`));
  expect(refusals().filter((name) => !isAwaited(name))).toEqual([]);
});
