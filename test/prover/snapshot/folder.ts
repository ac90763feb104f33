import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Account } from "../../../prover/src/snapshot/account.ts";
import { SnapshotError } from "../../../prover/src/snapshot/error.ts";
import {
  type NormaliseOptions,
  normalise,
  type SnapshotFiles,
} from "../../../prover/src/snapshot/normalise.ts";
import { ROWS } from "./policy-rows.ts";

/** A folder for one test file's snapshots, removed at its end. */
export function snapshotFolder(): {
  path: string;
  file: (name: string, content: string | Uint8Array) => string;
} {
  const path = mkdtempSync(join(tmpdir(), "plimsoll-snapshot-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    file: (name, content) => {
      const file = join(path, name);
      writeFileSync(file, content);
      return file;
    },
  };
}

export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

export async function readAll(
  files: SnapshotFiles,
  options: Partial<NormaliseOptions> = {},
): Promise<Account[]> {
  return await collect(normalise(files, ROWS, { quote: "usdt", ...options }).accounts);
}

/** The SnapshotError that reading ends in; fails when it ends well or otherwise. */
export async function refusal(
  files: SnapshotFiles,
  options: Partial<NormaliseOptions> = {},
): Promise<SnapshotError> {
  const outcome = await readAll(files, options).catch((error: unknown) => error);
  if (outcome instanceof SnapshotError) return outcome;
  throw new Error("expected a SnapshotError", { cause: outcome });
}
