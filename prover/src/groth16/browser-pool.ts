import { KeyThreads } from "./key-threads.ts";
import { ProverPool, usefulThreads } from "./pool.ts";
import type { OpenThread, ThreadAnswer } from "./thread.ts";

/** Whether this page's workers may share memory: its host says that it is isolated from other origins. */
export function sharesMemory(): boolean {
  return globalThis.crossOriginIsolated === true;
}

/**
 * A pool of a browser's workers, as many as there are processors, up to 8; where they can't share memory, of the caller's own
 * thread alone. To be called in a worker: a page would stand still.
 */
export function browserPool(): ProverPool {
  return sharesMemory()
    ? new ProverPool(usefulThreads(navigator.hardwareConcurrency), openWorker)
    : new ProverPool(1, openHere);
}

const openWorker: OpenThread = ({ answered, ended }) => {
  const worker = new Worker(new URL("./browser-worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<ThreadAnswer>) => answered(data);
  // An event without words is a script that could not be loaded.
  worker.onerror = ({ message }) => ended("stopped", new Error(message ?? "its script could not be loaded"));
  worker.onmessageerror = () => ended("sent something that could not be read");
  return { post: (message) => worker.postMessage(message), hold() {}, end: async () => worker.terminate() };
};

const openHere: OpenThread = ({ answered }) => {
  const keys = new KeyThreads();
  return {
    // Later, as answers of other threads come.
    post: (message) => queueMicrotask(() => answered(keys.answer(message))),
    hold() {},
    async end() {},
  };
};
