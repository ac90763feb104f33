import { parentPort } from "node:worker_threads";
import type { WorkerAnswer, WorkerMessage } from "./pool.ts";
import { KeyThread } from "./tasks.ts";

const keys = new Map<number, KeyThread>();

parentPort!.on("message", (message: WorkerMessage) => {
  const { id, key } = message;
  try {
    if (message.kind === "open") {
      keys.set(key, new KeyThread(message.module, message.memory, message.layout, message.thread));
      answer({ id, point: undefined });
    } else if (message.kind === "close") {
      keys.delete(key);
      answer({ id, point: undefined });
    } else {
      answer({ id, point: keys.get(key)!.run(message.task) });
    }
  } catch (error) {
    answer({ id, fault: error instanceof Error ? error.message : String(error) });
  }
});

function answer(message: WorkerAnswer): void {
  parentPort!.postMessage(message);
}
