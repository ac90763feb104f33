import { randomUUID } from "node:crypto";
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { chmod, link, mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { ConfigError } from "./errors.ts";

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const PUBLIC_FILE = 0o644;
const PUBLIC_FOLDER = 0o755;

/** Writes a file that only the operator may read: whole or not at all, and on the disk itself when the promise settles. */
export function writePrivate(file: string, data: string): Promise<void> {
  return writeFileAtomic(file, data, { mode: PRIVATE_FILE, chown: false });
}

/**
 * The same for files by the thousand that can be made again should the machine lose power: whole or not at all for
 * whoever reads them, but not forced to the disk. Nobody else may write the same file at the same time.
 */
export function writePrivateQuickly(file: string, data: string): void {
  const unfinished = `${file}.unfinished`;
  // An unfinished file of a killed run keeps its mode: it goes first.
  rmSync(unfinished, { force: true });
  writeFileSync(unfinished, data, { mode: PRIVATE_FILE });
  renameSync(unfinished, file);
}

/** As `writePrivate`, but the file must not be there: of two processes that try, one throws EEXIST. */
export async function writePrivateOnce(file: string, data: string): Promise<void> {
  const whole = `${file}.${randomUUID()}`;
  try {
    await writePrivate(whole, data);
    await link(whole, file);
  } finally {
    await rm(whole, { force: true });
  }
}

/** Writes a file of the public part: whole or not at all. */
export async function writePublic(file: string, data: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: PUBLIC_FOLDER });
  await writeFileAtomic(file, data, { mode: PUBLIC_FILE, chown: false });
}

/** Makes a folder of the private part and closes it to others, also when it was there already. */
export async function privateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  await chmod(folder, PRIVATE_FOLDER);
}

/**
 * Makes a folder that others can't look into, filled by `fill`: it is there whole or not at all. Throws ConfigError where
 * there is something of that name.
 */
export async function writeWholeFolder(out: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const made = `${out}.${process.pid}.part`;
  if (existsSync(out))
    throw new ConfigError(`${out}: expected a folder that is not there yet, came one; name another`);
  try {
    await privateFolder(made);
    await fill(made);
    await rename(made, out);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "ENOTDIR") throw error;
    throw new ConfigError(`${out}: expected a folder that is not there yet, came one; name another`);
  }
}

export async function publicFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: PUBLIC_FOLDER });
}
