import { readFile } from "node:fs/promises";
import { curves } from "snarkjs";
import { type ProvedStatement, type ProvingArtifacts, type ProvingBackend, verified } from "./backend.ts";
import { snarkjsProof } from "./snarkjs-proof.ts";
import type { CircuitInputs, WitnessGenerator } from "./witness.ts";
import { readWitnessGenerator } from "./witness-file.ts";

interface LoadedInstance {
  readonly generator: WitnessGenerator;
  readonly zkey: Uint8Array;
}

/** The embedded back end: snarkjs with its own threads. Keys and generators stay loaded until `close`. */
export class SnarkjsBackend implements ProvingBackend {
  readonly #loaded = new Map<string, Promise<LoadedInstance>>();
  #last: Promise<unknown> = Promise.resolve();

  async prove(artifacts: ProvingArtifacts, inputs: CircuitInputs): Promise<ProvedStatement> {
    const { generator, zkey } = await this.#load(artifacts);
    const limbs = await generator.limbs(inputs);
    // snarkjs keeps every core busy with one proof: a second one at the same time only takes memory.
    const proving = this.#last.then(() => snarkjsProof(zkey, limbs));
    this.#last = proving.catch(() => {});
    return verified(artifacts, await proving);
  }

  async close(): Promise<void> {
    await this.#last;
    this.#loaded.clear();
    // snarkjs's curve is one per process: asking for it is how to reach its threads.
    await (await curves.getCurveFromName("bn128")).terminate();
  }

  #load({ wasm, zkey }: ProvingArtifacts): Promise<LoadedInstance> {
    const loaded =
      this.#loaded.get(zkey) ??
      Promise.all([readWitnessGenerator(wasm), readFile(zkey)]).then(([generator, bytes]) => ({
        generator,
        zkey: bytes,
      }));
    this.#loaded.set(zkey, loaded);
    return loaded;
  }
}
