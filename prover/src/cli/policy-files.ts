import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseJson, RepeatedNameError } from "@plimsoll/verifier/formats/json.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";

/** JSON of a file. Throws ConfigError for another text. */
export async function readJson(file: string): Promise<unknown> {
  return jsonOf(await readFile(file, "utf8"), file);
}

/** JSON of a file's text. Throws ConfigError for another one, or with a name twice in an object. */
export function jsonOf(text: string, file: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    const words = cause instanceof RepeatedNameError ? cause.message : "expected JSON, came another text";
    throw Object.assign(new ConfigError(`${file}: ${words}`), { cause });
  }
}

/** The files of a policy as parsed JSON, as far as they are there. */
export interface FoundPolicy {
  readonly riskParameters?: unknown;
  readonly marks?: unknown;
}

const NAMES = { riskParameters: "risk-parameters.json", marks: "marks.json" } as const;

/**
 * The policy at a path: a folder with `risk-parameters.json` and `marks.json`, an epoch folder or its public part, or
 * one of the two files, told by its `format`. Throws ConfigError for anything else.
 */
export async function findPolicy(path: string): Promise<FoundPolicy> {
  if (!(await stat(path)).isDirectory()) {
    const value = await readJson(path);
    const format = (value as { format?: unknown } | null)?.format;
    if (format === "plimsoll.risk-parameters.1") return { riskParameters: value };
    if (format === "plimsoll.marks.1") return { marks: value };
    throw new ConfigError(`${path}: expected a file of risk parameters or marks, came one of another format`);
  }
  const folders = [path, join(path, "policy"), join(path, "public", "policy")];
  const folder = folders.find((name) => existsSync(join(name, NAMES.riskParameters)));
  if (folder === undefined) {
    throw new ConfigError(
      `${path}: expected a folder with ${NAMES.riskParameters} and ${NAMES.marks}, or an epoch folder, came neither`,
    );
  }
  return {
    riskParameters: await readJson(join(folder, NAMES.riskParameters)),
    marks: await readJson(join(folder, NAMES.marks)),
  };
}
