import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type ProofJson, proofFromSnarkjs } from "@plimsoll/verifier/groth16/proof.ts";
import { type ProvedStatement, type ProvingArtifacts, type ProvingBackend, verified } from "./backend.ts";
import type { CircuitInputs, WitnessGenerator } from "./witness.ts";
import { readWitnessGenerator } from "./witness-file.ts";
import { wtnsFile } from "./wtns-file.ts";

const run = promisify(execFile);

/** The external prover could not be run, or wrote no proof. */
export class ExternalProverError extends Error {
  readonly code = "EXTERNAL_PROVER";
  readonly retryable = true;
}

/**
 * A rapidsnark binary on this machine: `binary key witness proof public`, files in snarkjs's formats. The witness holds
 * balances: its file is readable by this user alone and is deleted whatever happens.
 */
export class RapidsnarkBackend implements ProvingBackend {
  readonly #binary: string;
  readonly #generators = new Map<string, Promise<WitnessGenerator>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(binary: string) {
    this.#binary = binary;
  }

  async prove(artifacts: ProvingArtifacts, inputs: CircuitInputs): Promise<ProvedStatement> {
    const generator = this.#generators.get(artifacts.wasm) ?? readWitnessGenerator(artifacts.wasm);
    this.#generators.set(artifacts.wasm, generator);
    const witness = wtnsFile(await (await generator).limbs(inputs));
    // It keeps every core busy with one proof.
    const proving = this.#last.then(() => this.#run(artifacts.zkey, witness));
    this.#last = proving.catch(() => {});
    return verified(artifacts, await proving);
  }

  async close(): Promise<void> {
    await this.#last;
    this.#generators.clear();
  }

  async #run(zkey: string, witness: Uint8Array): Promise<ProvedStatement> {
    const folder = await mkdtemp(join(tmpdir(), "plimsoll-proof-"));
    const file = (name: string): string => join(folder, name);
    try {
      await writeFile(file("witness.wtns"), witness, { mode: 0o600 });
      await run(this.#binary, [zkey, file("witness.wtns"), file("proof.json"), file("public.json")]);
      const proof = JSON.parse(await readFile(file("proof.json"), "utf8")) as ProofJson;
      const signals = JSON.parse(await readFile(file("public.json"), "utf8")) as string[];
      return { proof: proofFromSnarkjs(proof), publicSignals: signals.map(BigInt) };
    } catch (error) {
      throw new ExternalProverError(`${this.#binary} made no proof`, { cause: error });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
