import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { withLock } from "./lock.ts";

/**
 * Makes `folder` with `make` unless it exists. `make` gets an empty folder beside it that is renamed when all is
 * written, so an interrupted build leaves nothing that looks finished; of several processes one builds, the others wait.
 */
export async function cachedFolder(
  folder: string,
  make: (unfinished: string) => Promise<void>,
): Promise<string> {
  if (existsSync(folder)) return folder;
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  await withLock(folder, async () => {
    if (existsSync(folder)) return;
    const prefix = `${basename(folder)}.unfinished-`;
    for (const name of await readdir(parent)) {
      if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue;
      await rm(join(parent, name), { recursive: true, force: true });
    }
    const unfinished = join(parent, `${prefix}${process.pid}`);
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished);
    try {
      await make(unfinished);
      await rename(unfinished, folder).catch((error: unknown) => {
        // A builder that lost its lock while it was busy meets the other one's result, which is the same.
        if (!existsSync(folder)) throw error;
      });
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  });
  return folder;
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
