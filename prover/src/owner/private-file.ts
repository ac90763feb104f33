import { readFile, stat } from "node:fs/promises";
import { writePrivateOnce } from "../pipeline/files.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";

/** Reads a file that nobody but its owner may read; throws ConfigError when others may. Names the file, not what is in it. */
export async function readPrivate(file: string): Promise<string> {
  const { mode } = await stat(file);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    const came = (mode & 0o777).toString(8).padStart(4, "0");
    throw new ConfigError(`${file}: expected a file that only its owner may read (0600), came mode ${came}`);
  }
  return readFile(file, "utf8");
}

/** Writes a file for its owner's eyes only. Throws ConfigError when there is one of that name, which stays as it is. */
export async function writeNewPrivate(file: string, text: string): Promise<void> {
  await writePrivateOnce(file, text).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
    throw new ConfigError(`${file}: expected no file of that name, came one, which stays as it is`);
  });
}
