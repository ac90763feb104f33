import { KeyThread } from "./tasks.ts";
import type { ThreadAnswer, ThreadMessage } from "./thread.ts";

/** One thread's share of all keys of its pool. */
export class KeyThreads {
  readonly #keys = new Map<number, KeyThread>();

  /** Does what a message asks. Never throws: a fault is an answer. */
  answer(message: ThreadMessage): ThreadAnswer {
    const { id, key } = message;
    try {
      if (message.kind === "task") return { id, point: this.#keys.get(key)!.run(message.task) };
      if (message.kind === "close") this.#keys.delete(key);
      else this.#keys.set(key, new KeyThread(message.module, message.memory, message.layout, message.thread));
      return { id, point: undefined };
    } catch (error) {
      return { id, fault: error instanceof Error ? error.message : String(error) };
    }
  }
}
