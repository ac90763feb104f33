import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type Group, POINT_BYTES } from "./bn254-wasm.ts";
import { BATCH, SCALAR_BYTES } from "./fixed-base-tables.ts";
import type { FixedBaseResult, FixedBaseTask } from "./fixed-base-worker.ts";

const MOST_WORKERS = 4;

/**
 * Multiples of the generators of BN254's groups, computed in worker threads. Points are affine, in Montgomery form,
 * little-endian (64 and 128 bytes), infinity is all zeros. `close` ends the threads.
 */
export class FixedBasePool {
  readonly #workers: readonly Worker[];
  readonly #waiting = new Map<number, (points: Uint8Array) => void>();
  readonly #failed: Promise<never>;
  #tasks = 0;

  /** `expected`: about how many scalars will come, which decides the size of the tables. */
  constructor(expected: number) {
    const workers = Math.max(1, Math.min(MOST_WORKERS, availableParallelism()));
    const window = bestWindow(expected / workers);
    this.#workers = Array.from(
      { length: workers },
      () => new Worker(new URL("./fixed-base-worker.ts", import.meta.url), { workerData: { window } }),
    );
    this.#failed = Promise.race(
      this.#workers.map(
        (worker) =>
          new Promise<never>((_, reject) => {
            worker.on("error", reject);
            worker.on("message", ({ id, points }: FixedBaseResult) => this.#waiting.get(id)?.(points));
          }),
      ),
    );
    this.#failed.catch(() => {});
  }

  /** One point for each scalar in [0, r). */
  async multiply(group: Group, scalars: readonly bigint[]): Promise<Uint8Array> {
    const size = POINT_BYTES[group];
    const points = new Uint8Array(scalars.length * size);
    const batches = Array.from({ length: Math.ceil(scalars.length / BATCH) }, async (_, i) => {
      points.set(await this.#run(group, scalars.slice(i * BATCH, (i + 1) * BATCH)), i * BATCH * size);
    });
    await Promise.race([Promise.all(batches), this.#failed]);
    return points;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #run(group: Group, scalars: readonly bigint[]): Promise<Uint8Array> {
    const id = this.#tasks++;
    const bytes = scalarBytes(scalars);
    return new Promise((settle) => {
      this.#waiting.set(id, (points) => {
        this.#waiting.delete(id);
        settle(points);
      });
      const task: FixedBaseTask = { id, group, scalars: bytes };
      this.#workers[id % this.#workers.length]!.postMessage(task, [bytes.buffer]);
    });
  }
}

/** 32 bytes little-endian each. */
export function scalarBytes(scalars: readonly bigint[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(scalars.length * SCALAR_BYTES);
  const limbs = new DataView(bytes.buffer);
  for (const [i, scalar] of scalars.entries()) {
    for (let limb = 0, rest = scalar; limb < 4; limb++, rest >>= 64n) {
      limbs.setBigUint64(i * SCALAR_BYTES + limb * 8, rest & 0xffffffffffffffffn, true);
    }
  }
  return bytes;
}

/** The window with the fewest additions, of tables and scalars together. */
function bestWindow(scalars: number): number {
  const additions = (window: number): number => Math.ceil(255 / window) * (scalars + 2 ** (window - 1));
  const windows = Array.from({ length: 12 }, (_, i) => i + 4);
  return windows.reduce((best, window) => (additions(window) < additions(best) ? window : best));
}
