import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writePrivate } from "../pipeline/files.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";
import { bundlePath } from "./link.ts";
import { paddedBundle, type Shelf } from "./shelf.ts";

/**
 * Writes all bundles of an epoch below `out`, each under the path of its link and all of one size: a folder for any static
 * host that lists no folders. The folder is there whole or not at all. `tick` is called for each bundle.
 */
export async function exportBundles(shelf: Shelf, out: string, tick: () => void): Promise<void> {
  const made = `${out}.${process.pid}.part`;
  try {
    await mkdir(dirname(join(made, bundlePath("x"))), { recursive: true });
    for (const bundle of shelf.bundles) {
      await writeFile(join(made, bundlePath(bundle.token)), await paddedBundle(bundle, shelf));
      tick();
    }
    await rename(made, out);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "ENOTDIR") throw error;
    throw new ConfigError(
      `${out}: expected a folder that is not there yet, came one with files; name another`,
    );
  }
}

/**
 * Writes who has which link, as CSV `account,link`, readable by the operator alone: each link goes to its user and to nobody
 * else.
 */
export async function writeLinks(shelf: Shelf, base: string, file: string): Promise<void> {
  const root = base.endsWith("/") ? base : `${base}/`;
  const lines = shelf.bundles.map(({ userId, token }) => `${cell(userId)},${root}${bundlePath(token)}\n`);
  await writePrivate(file, `account,link\n${lines.join("")}`);
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
