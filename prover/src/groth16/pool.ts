import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { KeyMemory } from "./layout.ts";
import type { AnyPoint, Task } from "./tasks.ts";

const MOST_THREADS = 8;

export type WorkerMessage = { readonly id: number; readonly key: number } & (
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
export type WorkerAnswer = { readonly id: number } & (
  | { readonly point: AnyPoint }
  | { readonly fault: string }
);

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
  readonly #workers: readonly Worker[];
  readonly #idle: Worker[];
  readonly #queue: Job[] = [];
  readonly #answers = new Map<number, { settle: (point: AnyPoint) => void; fail: (error: Error) => void }>();
  #broken: Error | undefined;
  #messages = 0;
  #keys = 0;

  constructor(threads = Math.max(1, Math.min(MOST_THREADS, availableParallelism()))) {
    this.#workers = Array.from({ length: threads }, () => {
      // Without the process's own options: some are for its main script alone.
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { execArgv: [] });
      worker.on("message", (answer: WorkerAnswer) => this.#answered(answer));
      worker.on("error", (error) =>
        this.#break(new ProverThreadError("a thread of the prover stopped", { cause: error })),
      );
      worker.on("exit", () => this.#break(new ProverThreadError("a thread of the prover ended")));
      // Idle threads must not keep a process alive; a task does.
      worker.unref();
      return worker;
    });
    this.#idle = [...this.#workers];
  }

  get threads(): number {
    return this.#workers.length;
  }

  /** Gives all threads a key; returns its number. */
  async open(module: WebAssembly.Module, memory: WebAssembly.Memory, layout: KeyMemory): Promise<number> {
    const key = this.#keys++;
    await Promise.all(
      this.#workers.map((worker, thread) =>
        this.#ask(worker, { kind: "open", key, module, memory, layout, thread }),
      ),
    );
    return key;
  }

  /** Lets all threads forget a key. */
  async forget(key: number): Promise<void> {
    await Promise.all(this.#workers.map((worker) => this.#ask(worker, { kind: "close", key })));
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
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const worker = this.#idle.pop()!;
      const { key, task, settle, fail } = this.#queue.shift()!;
      this.#ask(worker, { kind: "task", key, task })
        .finally(() => {
          this.#idle.push(worker);
          this.#start();
        })
        .then(settle, fail);
    }
  }

  #ask(worker: Worker, message: DistributiveOmit<WorkerMessage, "id">): Promise<AnyPoint> {
    if (this.#broken) return Promise.reject(this.#broken);
    const id = this.#messages++;
    return new Promise((settle, fail) => {
      if (this.#answers.size === 0) for (const one of this.#workers) one.ref();
      this.#answers.set(id, { settle, fail });
      worker.postMessage({ ...message, id });
    });
  }

  #answered(answer: WorkerAnswer): void {
    const waiting = this.#answers.get(answer.id);
    this.#answers.delete(answer.id);
    if (this.#answers.size === 0) for (const one of this.#workers) one.unref();
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
