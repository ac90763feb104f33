import { Worker } from "node:worker_threads";
import { type CircuitInputs, WitnessError } from "./witness.ts";

export interface WitnessRequest {
  readonly id: number;
  readonly file: string;
  readonly inputs: CircuitInputs;
}
export type WitnessAnswer =
  | { readonly id: number; readonly limbs: Uint32Array }
  | { readonly id: number; readonly refused: boolean; readonly message: string };

/** Generates witnesses in a thread of its own, so that the next one is made while a proof is under way. */
export class WitnessThread {
  readonly #worker = new Worker(new URL("./witness-worker.ts", import.meta.url), { execArgv: [] });
  readonly #waiting = new Map<
    number,
    { settle: (limbs: Uint32Array) => void; fail: (error: Error) => void }
  >();
  #requests = 0;

  constructor() {
    this.#worker.unref();
    this.#worker.on("message", (answer: WitnessAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#done(answer.id);
      if ("limbs" in answer) waiting?.settle(answer.limbs);
      else waiting?.fail(new (answer.refused ? WitnessError : Error)(answer.message));
    });
    const ended = (error: Error): void => {
      for (const [id, { fail }] of [...this.#waiting]) {
        this.#done(id);
        fail(error);
      }
    };
    this.#worker.on("error", ended);
    this.#worker.on("exit", () => ended(new Error("the thread that makes witnesses ended")));
  }

  /** All wires as `WitnessGenerator.limbs` has them, from the generator in a file. Throws WitnessError. */
  limbs(file: string, inputs: CircuitInputs): Promise<Uint32Array> {
    const id = this.#requests++;
    return new Promise((settle, fail) => {
      this.#worker.ref();
      this.#waiting.set(id, { settle, fail });
      this.#worker.postMessage({ id, file, inputs } satisfies WitnessRequest);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #done(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
  }
}
