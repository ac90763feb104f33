import { readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { writePrivate } from "./files.ts";

/** Another run works in this folder. */
export class FolderBusyError extends Error {
  readonly code = "FOLDER_BUSY";
  readonly retryable = true;

  constructor(folder: string, options?: ErrorOptions) {
    super(
      `${folder}: expected no other run in this folder, came one that is alive; wait for it or stop it`,
      options,
    );
    this.name = "FolderBusyError";
  }
}

const STALE_MS = 15_000;

/**
 * Runs `work` alone in a folder. A lock whose process has died on this machine is taken over at once; one of another
 * machine when it has not been renewed for 15 s. Throws FolderBusyError.
 */
export async function withFolderLock<Result>(
  privateFolder: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const lockfilePath = join(privateFolder, "lock");
  const holder = join(privateFolder, "lock-holder.json");
  const take = () => lock(privateFolder, { lockfilePath, stale: STALE_MS });
  let release: () => Promise<void>;
  try {
    release = await take();
  } catch (cause) {
    if (!(await holderIsDead(holder))) throw new FolderBusyError(privateFolder, { cause });
    await rm(lockfilePath, { recursive: true, force: true });
    release = await take().catch((error: unknown) => {
      throw new FolderBusyError(privateFolder, { cause: error });
    });
  }
  try {
    await writePrivate(holder, JSON.stringify({ pid: process.pid, host: hostname() }));
    return await work();
  } finally {
    await release();
  }
}

async function holderIsDead(file: string): Promise<boolean> {
  try {
    const { pid, host } = JSON.parse(await readFile(file, "utf8")) as { pid: number; host: string };
    return host === hostname() && pid !== process.pid && !isAlive(pid);
  } catch {
    // Not written yet: whoever made the lock is just starting.
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
