import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ProverPool, usefulThreads } from "./pool.ts";
import type { OpenThread, ThreadAnswer } from "./thread.ts";

/** A pool of Node's worker threads: as many as there are processors, up to 8, if not said. */
export function nodePool(threads = usefulThreads(availableParallelism())): ProverPool {
  return new ProverPool(threads, openThread);
}

const openThread: OpenThread = ({ answered, ended }) => {
  // Without the process's own options: some are for its main script alone.
  const worker = new Worker(new URL("./node-worker.ts", import.meta.url), { execArgv: [] });
  worker.on("message", (answer: ThreadAnswer) => answered(answer));
  worker.on("error", (error) => ended("stopped", error));
  worker.on("exit", () => ended("ended"));
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    hold: (working) => (working ? worker.ref() : worker.unref()),
    end: async () => {
      await worker.terminate();
    },
  };
};
