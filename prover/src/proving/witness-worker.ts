import { parentPort } from "node:worker_threads";
import { WitnessError, type WitnessGenerator } from "./witness.ts";
import { readWitnessGenerator } from "./witness-file.ts";
import type { WitnessAnswer, WitnessRequest } from "./witness-thread.ts";

const generators = new Map<string, Promise<WitnessGenerator>>();

parentPort!.on("message", async ({ id, file, inputs }: WitnessRequest) => {
  try {
    const generator = generators.get(file) ?? readWitnessGenerator(file);
    generators.set(file, generator);
    const limbs = (await (await generator).limbs(inputs)) as Uint32Array<ArrayBuffer>;
    parentPort!.postMessage({ id, limbs } satisfies WitnessAnswer, [limbs.buffer]);
  } catch (error) {
    // An error's class does not survive the way between threads.
    const refused = error instanceof WitnessError;
    const message = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({ id, refused, message } satisfies WitnessAnswer);
  }
});
