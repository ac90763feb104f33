import { availableParallelism } from "node:os";
import { Tinypool } from "tinypool";
import { type BatchTask, runBatchTask, type TaskResults } from "./tasks.ts";

/** Runs batch tasks somewhere. `run` yields results in the order of the tasks, holding few at a time. */
export interface BatchRunner {
  run<Kind extends BatchTask["kind"]>(
    tasks: Iterable<Extract<BatchTask, { kind: Kind }>>,
  ): AsyncGenerator<TaskResults[Kind]>;
  close(): Promise<void>;
}

/** Below this many batches, starting threads takes longer than the work. */
const POOL_FROM = 40;
const TASKS_PER_MESSAGE = 8;

/** In this thread for small epochs, in worker threads for others: hashing fills a core. */
export function batchRunner(batches: number, workers: number = availableParallelism()): BatchRunner {
  return batches < POOL_FROM || workers < 2 ? localRunner() : poolRunner(workers);
}

export function localRunner(): BatchRunner {
  return {
    async *run(tasks) {
      for (const task of tasks) yield (await runBatchTask(task)) as never;
    },
    close: async () => {},
  };
}

export function poolRunner(workers: number): BatchRunner {
  const pool = new Tinypool({
    filename: new URL("./worker.ts", import.meta.url).href,
    runtime: "worker_threads",
    minThreads: workers,
    maxThreads: workers,
  });
  return {
    async *run(tasks) {
      const running: Promise<never[]>[] = [];
      // Twice as many messages as workers are under way: none waits for the next, and memory stays bounded.
      for (const message of chunks(tasks, TASKS_PER_MESSAGE)) {
        const result: Promise<never[]> = pool.run(message);
        // A failure is thrown where its result is read; until then it must not count as unhandled.
        result.catch(() => {});
        running.push(result);
        if (running.length >= 2 * workers) yield* await running.shift()!;
      }
      while (running.length > 0) yield* await running.shift()!;
    },
    close: () => pool.destroy(),
  };
}

function* chunks<Item>(items: Iterable<Item>, size: number): Generator<Item[]> {
  let chunk: Item[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
