import { readFile } from "node:fs/promises";
import { FIELD } from "@plimsoll/verifier/constants.ts";
import { proofFromSnarkjs } from "@plimsoll/verifier/groth16/proof.ts";
import { curves, groth16 } from "snarkjs";
import { type ProvedStatement, type ProvingArtifacts, type ProvingBackend, verified } from "./backend.ts";
import { type CircuitInputs, WitnessGenerator } from "./witness.ts";

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
    const witness = wtnsFile(await generator.limbs(inputs));
    // snarkjs keeps every core busy with one proof: a second one at the same time only takes memory.
    const proving = this.#last.then(() => groth16.prove(zkey, witness));
    this.#last = proving.catch(() => {});
    const made = await proving;
    const publicSignals = made.publicSignals.map(BigInt);
    return verified(artifacts, { proof: proofFromSnarkjs(made.proof), publicSignals });
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
      Promise.all([WitnessGenerator.load(wasm), readFile(zkey)]).then(([generator, bytes]) => ({
        generator,
        zkey: bytes,
      }));
    this.#loaded.set(zkey, loaded);
    return loaded;
  }
}

/** The bytes of a .wtns file, version 2: header (32-byte elements, the field, the number of wires), then the wires. */
export function wtnsFile(limbs: Uint32Array): Uint8Array {
  const field = Array.from({ length: 8 }, (_, i) => Number((FIELD >> BigInt(32 * i)) & 0xffffffffn));
  const magic = new Uint32Array(Uint8Array.from(Buffer.from("wtns")).buffer)[0]!;
  const head = [magic, 2, 2, 1, 40, 0, 32, ...field, limbs.length / 8, 2, limbs.length * 4, 0];
  const words = new Uint32Array(head.length + limbs.length);
  words.set(head);
  words.set(limbs, head.length);
  return new Uint8Array(words.buffer);
}
