import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** Bytes of files as they are, and each compressed by itself as a host would send it. */
export interface Sizes {
  readonly plain: number;
  readonly gzip: number;
  readonly brotli: number;
}

/** Paths of all files below a folder, from "/". */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length));
}

export async function sizesOf(folder: string, paths: readonly string[]): Promise<Sizes> {
  let [plain, gzip, brotli] = [0, 0, 0];
  for (const path of paths) {
    const bytes = await readFile(join(folder, path));
    plain += bytes.length;
    gzip += gzipSync(bytes, { level: 9 }).length;
    brotli += brotliCompressSync(bytes).length;
  }
  return { plain, gzip, brotli };
}

/** Of files for which Brotli would take half a minute. */
export async function gzippedBytes(folder: string, paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) bytes += gzipSync(await readFile(join(folder, path)), { level: 9 }).length;
  return bytes;
}
