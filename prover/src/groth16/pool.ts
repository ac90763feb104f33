import type { KeyMemory } from "./layout.ts";
import type { AnyPoint, Task } from "./tasks.ts";
import type { OpenThread, Thread, ThreadAnswer, ThreadMessage } from "./thread.ts";

const MOST_THREADS = 8;

/** How many threads are worth having on so many processors. */
export const usefulThreads = (processors: number): number => Math.max(1, Math.min(MOST_THREADS, processors));

/** A thread of the prover stopped or could not do its task. */
export class ProverThreadError extends Error {
  readonly code = "PROVER_THREAD";
  readonly retryable = true;
}

interface Job {
  readonly key: number;
  readonly task: Task;
  readonly priority: number;
  readonly settle: (point: AnyPoint) => void;
  readonly fail: (error: Error) => void;
}

/** Threads that do tasks of any opened key, each one at a time, urgent ones first. `close` ends them. */
export class ProverPool {
  readonly #threads: readonly Thread[];
  readonly #idle: Thread[];
  readonly #queue: Job[] = [];
  readonly #answers = new Map<number, { settle: (point: AnyPoint) => void; fail: (error: Error) => void }>();
  #broken: Error | undefined;
  #messages = 0;
  #keys = 0;

  /** See `nodePool` and `browserPool`. */
  constructor(threads: number, open: OpenThread) {
    this.#threads = Array.from({ length: threads }, () =>
      open({
        answered: (answer) => this.#answered(answer),
        ended: (what, cause) =>
          this.#break(new ProverThreadError(`a thread of the prover ${what}`, { cause })),
      }),
    );
    this.#idle = [...this.#threads];
  }

  get threads(): number {
    return this.#threads.length;
  }

  /** Gives all threads a key; returns its number. */
  async open(module: WebAssembly.Module, memory: WebAssembly.Memory, layout: KeyMemory): Promise<number> {
    const key = this.#keys++;
    await Promise.all(
      this.#threads.map((one, thread) =>
        this.#ask(one, { kind: "open", key, module, memory, layout, thread }),
      ),
    );
    return key;
  }

  /** Lets all threads forget a key. */
  async forget(key: number): Promise<void> {
    await Promise.all(this.#threads.map((thread) => this.#ask(thread, { kind: "close", key })));
  }

  /** Does a task; those of a lower priority number come first. Throws ProverThreadError. */
  run(key: number, task: Task, priority: number): Promise<AnyPoint> {
    return new Promise((settle, fail) => {
      const job = { key, task, priority, settle, fail };
      const before = this.#queue.findIndex((other) => other.priority > priority);
      this.#queue.splice(before < 0 ? this.#queue.length : before, 0, job);
      this.#start();
    });
  }

  async close(): Promise<void> {
    this.#break(new ProverThreadError("the prover was closed"));
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #start(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const thread = this.#idle.pop()!;
      const { key, task, settle, fail } = this.#queue.shift()!;
      this.#ask(thread, { kind: "task", key, task })
        .finally(() => {
          this.#idle.push(thread);
          this.#start();
        })
        .then(settle, fail);
    }
  }

  #ask(thread: Thread, message: DistributiveOmit<ThreadMessage, "id">): Promise<AnyPoint> {
    if (this.#broken) return Promise.reject(this.#broken);
    const id = this.#messages++;
    return new Promise((settle, fail) => {
      if (this.#answers.size === 0) for (const one of this.#threads) one.hold(true);
      this.#answers.set(id, { settle, fail });
      thread.post({ ...message, id });
    });
  }

  #answered(answer: ThreadAnswer): void {
    const waiting = this.#answers.get(answer.id);
    this.#answers.delete(answer.id);
    if (this.#answers.size === 0) for (const one of this.#threads) one.hold(false);
    if ("fault" in answer)
      waiting?.fail(new ProverThreadError(`a task of the prover failed: ${answer.fault}`));
    else waiting?.settle(answer.point);
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const { fail } of this.#answers.values()) fail(this.#broken);
    this.#answers.clear();
    for (const { fail } of this.#queue.splice(0)) fail(this.#broken);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
