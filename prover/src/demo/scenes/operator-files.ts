import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "./machine.ts";

/** Every proof that a machine has stored, by file: a proof made again is another one, since proofs are randomised. */
export async function storedProofs({ epoch }: Machine): Promise<ReadonlyMap<string, string>> {
  const folder = join(epoch, "private");
  const names = await readdir(folder, { recursive: true });
  const proofs = names.filter((name) => /proof\.json$/.test(name)).sort();
  return new Map(
    await Promise.all(
      proofs.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
    ),
  );
}

/** Whether every proof of `before` is still there, as it was. */
export function areKept(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): boolean {
  return [...before].every(([name, proof]) => after.get(name) === proof);
}

/** The salts and blinds of a machine's commit: two sets of them are two lists for one epoch. */
export async function blindsOf({ epoch }: Machine): Promise<string> {
  const { blinds, totalsSalt, weightsSalt } = JSON.parse(
    await readFile(join(epoch, "private/commit.json"), "utf8"),
  );
  return JSON.stringify([blinds, totalsSalt, weightsSalt]);
}
