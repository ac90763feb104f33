import { readFile } from "node:fs/promises";
import type { ProverModule } from "../groth16/module.ts";
import type { ProverPool } from "../groth16/pool.ts";
import type { ResidentProver } from "../groth16/prover.ts";
import { type ProvedStatement, type ProvingArtifacts, type ProvingBackend, verified } from "./backend.ts";
import type { CircuitInputs } from "./witness.ts";
import { WitnessThread } from "./witness-thread.ts";

export interface WasmBackendOptions {
  /** As many as there are processors, up to 8, if not said. */
  readonly threads?: number;
  /** Generates the module. Tests give another. */
  readonly module?: () => ProverModule;
}

interface Started {
  readonly loadKey: typeof ResidentProver.load;
  readonly pool: ProverPool;
  readonly witnesses: WitnessThread;
  readonly module: ProverModule;
  readonly compiled: WebAssembly.Module;
}

/**
 * Our own prover in WebAssembly. Before its first proof it compares small ones with known answers. Keys stay loaded until
 * `close`; a witness is generated while the proof before it is made. After an error that is not a WitnessError it should not
 * be used before it was closed.
 */
export class WasmBackend implements ProvingBackend {
  readonly #options: WasmBackendOptions;
  readonly #provers = new Map<string, Promise<ResidentProver>>();
  #started: Promise<Started> | undefined;

  constructor(options: WasmBackendOptions = {}) {
    this.#options = options;
  }

  /** Throws CompileError where there are no relaxed vectors, SelfTestError, ProverThreadError. Returns the number of threads. */
  async start(): Promise<number> {
    return (await this.#start()).pool.threads;
  }

  async prove(artifacts: ProvingArtifacts, inputs: CircuitInputs): Promise<ProvedStatement> {
    const started = await this.#start();
    const [prover, limbs] = await Promise.all([
      this.#load(started, artifacts.zkey),
      started.witnesses.limbs(artifacts.wasm, inputs),
    ]);
    return verified(
      artifacts,
      await prover.prove(new Uint8Array(limbs.buffer, limbs.byteOffset, limbs.byteLength)),
    );
  }

  async close(): Promise<void> {
    const started = await this.#started?.catch(() => undefined);
    this.#started = undefined;
    this.#provers.clear();
    await Promise.all([started?.pool.close(), started?.witnesses.close()]);
  }

  #start(): Promise<Started> {
    this.#started ??= this.#open();
    return this.#started;
  }

  async #open(): Promise<Started> {
    // Not before it is used: whatever is wrong with these files, other back ends go on.
    const [{ proverModule }, { nodePool }, { ResidentProver }, { selfTest }] = await Promise.all([
      import("../groth16/module.ts"),
      import("../groth16/node-pool.ts"),
      import("../groth16/prover.ts"),
      import("../groth16/self-test.ts"),
    ]);
    const module = (this.#options.module ?? proverModule)();
    const compiled = await WebAssembly.compile(module.bytes);
    const pool = nodePool(this.#options.threads);
    try {
      await selfTest(pool, module, compiled);
    } catch (error) {
      await pool.close();
      throw error;
    }
    const loadKey: typeof ResidentProver.load = (...of) => ResidentProver.load(...of);
    return { loadKey, pool, module, compiled, witnesses: new WitnessThread() };
  }

  #load({ loadKey, pool, module, compiled }: Started, file: string): Promise<ResidentProver> {
    const loaded =
      this.#provers.get(file) ?? readFile(file).then((bytes) => loadKey(pool, module, compiled, bytes));
    this.#provers.set(file, loaded);
    return loaded;
  }
}
