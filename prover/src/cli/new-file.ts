import { writeFile } from "node:fs/promises";
import { ConfigError } from "../pipeline/errors.ts";

/** Writes a file that must not be there. Throws ConfigError when one of that name is, which stays as it is. */
export async function writeNewPublic(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
    throw new ConfigError(`${file}: expected no file of that name, came one, which stays as it is`);
  });
}
