import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { lock } from "proper-lockfile";

const RETRY = { retries: 36_000, factor: 1, minTimeout: 100 };

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
  const release = await lock(folder, { realpath: false, stale: 60_000, update: 5_000, retries: RETRY });
  try {
    if (existsSync(folder)) return folder;
    // Whoever left these is dead: they were made under this lock.
    const prefix = `${basename(folder)}.unfinished-`;
    for (const name of await readdir(parent)) {
      if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
    }
    const unfinished = join(parent, `${prefix}${process.pid}`);
    await mkdir(unfinished);
    try {
      await make(unfinished);
      await rename(unfinished, folder);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    return folder;
  } finally {
    await release();
  }
}
