import type { KeyMemory } from "./layout.ts";
import type { AnyPoint, Task } from "./tasks.ts";

/** What a pool asks of a thread: to open a key, to forget it, or to do a task of it. */
export type ThreadMessage = { readonly id: number; readonly key: number } & (
  | {
      readonly kind: "open";
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
      readonly layout: KeyMemory;
      readonly thread: number;
    }
  | { readonly kind: "close" }
  | { readonly kind: "task"; readonly task: Task }
);
export type ThreadAnswer = { readonly id: number } & (
  | { readonly point: AnyPoint }
  | { readonly fault: string }
);

/** What a pool hears of a thread: answers, in the order of its messages, or that none will come any more. */
export interface ThreadEvents {
  readonly answered: (answer: ThreadAnswer) => void;
  readonly ended: (what: string, cause?: unknown) => void;
}

/** One thread of a pool, of Node or of a browser. It answers messages as `KeyThreads` does. */
export interface Thread {
  post(message: ThreadMessage): void;
  /** Whether an answer is awaited: a thread that does nothing must not keep its process alive. */
  hold(working: boolean): void;
  end(): Promise<void>;
}
export type OpenThread = (events: ThreadEvents) => Thread;
