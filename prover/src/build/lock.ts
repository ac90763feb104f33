import { lock } from "proper-lockfile";

/**
 * Runs `work` while no other process runs under the same path; waits for its turn. A lock whose holder was killed opens
 * after ten seconds. A holder too busy to renew may lose it too, so `work` must bear being done twice at once.
 */
export async function withLock(path: string, work: () => Promise<void>): Promise<void> {
  const release = await lock(path, {
    realpath: false,
    stale: 10_000,
    update: 2_000,
    retries: { retries: 36_000, factor: 1, minTimeout: 100 },
    onCompromised: () => {},
  });
  try {
    await work();
  } finally {
    // Fails only when the lock was lost: then there is nothing to give back.
    await release().catch(() => {});
  }
}
