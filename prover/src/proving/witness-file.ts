import { readFile } from "node:fs/promises";
import { WitnessGenerator } from "./witness.ts";

/** The witness generator in a file. */
export async function readWitnessGenerator(file: string): Promise<WitnessGenerator> {
  return WitnessGenerator.compile(await readFile(file));
}
