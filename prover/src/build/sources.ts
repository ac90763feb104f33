import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { ROOT } from "./paths.ts";

/** Circom files by their path from the root of the repository, with forward slashes. */
export type Sources = ReadonlyMap<string, string>;

/** All files below circuits/. */
export function circuitSources(): Map<string, string> {
  const names = readdirSync(join(ROOT, "circuits"), { recursive: true, encoding: "utf8" });
  const paths = names
    .map((name) => `circuits/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".circom"));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
}

/**
 * What a program needs and nothing else: `main` under the path "main.circom" and every file that it includes, directly or
 * not. Includes are relative to the including file; "circomlib/..." is found in node_modules. Throws on a missing file.
 */
export function reachableSources(main: string, sources: Sources): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string, text: string): void => {
    found.set(path, text);
    for (const include of includesOf(text)) {
      const target = include.startsWith("circomlib/")
        ? `node_modules/${include}`
        : posix.normalize(posix.join(posix.dirname(path), include));
      if (found.has(target)) continue;
      const content = sources.get(target) ?? libraryFile(target);
      if (content === undefined) throw new Error(`${path}: includes "${include}", which does not exist`);
      visit(target, content);
    }
  };
  visit("main.circom", main);
  return found;
}

function includesOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*/g, "");
  return [...code.matchAll(/\binclude\s+"([^"]+)"\s*;/g)].map((match) => match[1]!);
}

function libraryFile(path: string): string | undefined {
  if (!path.startsWith("node_modules/")) return undefined;
  return existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : undefined;
}
