import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { curves, groth16 } from "snarkjs";
import {
  type InstanceArtifacts,
  instanceArtifacts,
  keyedArtifacts,
} from "../../prover/src/build/artifacts.ts";
import { compileProgram } from "../../prover/src/build/compile.ts";
import { findInstance, instanceProgram } from "../../prover/src/build/instances.ts";
import type { DemoExchange } from "../../prover/src/demo/demo-exchange.ts";
import { proverModule } from "../../prover/src/groth16/module.ts";
import { nodePool } from "../../prover/src/groth16/node-pool.ts";
import { ResidentProver } from "../../prover/src/groth16/prover.ts";
import type { CircuitInputs } from "../../prover/src/proving/witness.ts";
import { readWitnessGenerator } from "../../prover/src/proving/witness-file.ts";
import { wtnsFile } from "../../prover/src/proving/wtns-file.ts";
import { verifyProof } from "../../verifier/src/groth16/verify.ts";
import { batchInputs, randomBatch } from "../support/batch.ts";
import { seeded } from "../support/random.ts";
import { exampleEpochInputs } from "./epoch-inputs.ts";
import {
  type Measured,
  type ProverFigures,
  type ProverSizeFigures,
  type Remark,
  rounded,
  type Say,
} from "./figures.ts";

/** Batches of these blocks and words fill domains of 2^15 and 2^17 points; the second is for this bench alone. */
const SMALL = [20, 42] as const;
const LARGE = [64, 160] as const;

/**
 * Our own prover and snarkjs in turns, on the same key and witness, in one process: `proofs` of each, after one of each
 * that is not counted.
 */
export async function benchProver(
  exchange: DemoExchange,
  say: Say,
  proofs: number,
): Promise<Measured<ProverFigures>> {
  const pool = nodePool();
  const module = proverModule();
  const compiled = await WebAssembly.compile(module.bytes);
  const remarks: Remark[] = [];
  const measure = async (artifacts: InstanceArtifacts, inputs: CircuitInputs): Promise<Speeds> => {
    say(`the key of ${artifacts.name} is there`);
    const zkey = await readFile(artifacts.zkey);
    const from = performance.now();
    const prover = await ResidentProver.load(pool, module, compiled, zkey);
    const loading = performance.now() - from;
    const generator = await readWitnessGenerator(artifacts.wasm);
    const limbs = await generator.limbs(inputs);
    const witness = new Uint8Array(limbs.buffer);
    const own: number[] = [];
    const snarkjs: number[] = [];
    for (let proof = 0; proof <= proofs; proof++) {
      own.push(
        await milliseconds(async () => {
          const made = await prover.prove(witness);
          return () => verifyProof(artifacts.vkey, made.publicSignals, made.proof);
        }),
      );
      snarkjs.push(
        await milliseconds(async () => {
          await groth16.prove(zkey, wtnsFile(limbs));
          return async () => true;
        }),
      );
      say(`${artifacts.name}: ${own.at(-1)!.toFixed(0)} ms, snarkjs ${snarkjs.at(-1)!.toFixed(0)} ms`);
    }
    await prover.close();
    const [ownMs, snarkjsMs] = [median(own.slice(1)), median(snarkjs.slice(1))];
    remarks.push({
      what: `${artifacts.name}, ${artifacts.constraints} constraints`,
      value: `medians of ${proofs} with ${pool.threads} threads, key loaded in ${loading.toFixed(0)} ms, ${(prover.bytes / 1e6).toFixed(0)} MB for it`,
    });
    return {
      snarkjsMs: rounded(snarkjsMs, 0),
      ownMs: rounded(ownMs, 0),
      ratio: rounded(snarkjsMs / ownMs, 2),
      constraintsPerSecond: rounded((1000 * artifacts.constraints) / ownMs, 0),
    };
  };
  const measureBatch = async (blocks: number, words: number): Promise<ProverSizeFigures> => {
    const inputs = batchInputs(randomBatch(seeded("bench"), blocks, words));
    const speeds = await measure(await batchOf(blocks, words), inputs);
    return { ...speeds, peakMB: rounded(peakMegabytes(blocks, words), 0) };
  };
  try {
    const small = await measureBatch(...SMALL);
    const large = await measureBatch(...LARGE);
    const epoch = await instanceArtifacts(exchange.circuits.epoch);
    const ofEpoch = await measure(epoch, await exampleEpochInputs(exchange, epoch, say));
    const named = (figures: object, suffix: string) =>
      Object.fromEntries(Object.entries(figures).map(([name, value]) => [name + suffix, value]));
    const figures = { ...large, ...named(small, "At15"), ...named(ofEpoch, "Epoch") } as ProverFigures;
    return { figures, remarks };
  } finally {
    await pool.close();
    await (await curves.getCurveFromName("bn128")).terminate();
  }
}

type Speeds = Omit<ProverSizeFigures, "peakMB">;

/** Time of what `run` does; what it returns is checked outside of it. */
async function milliseconds(run: () => Promise<() => Promise<boolean>>): Promise<number> {
  const from = performance.now();
  const check = await run();
  const took = performance.now() - from;
  if (!(await check())) throw new Error("expected a proof that verifies, came another");
  return took;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** A batch circuit with a development key; one that is not an instance is built for the bench alone. */
async function batchOf(blocks: number, words: number): Promise<InstanceArtifacts> {
  const name = `batch-${blocks}-${words}`;
  if (blocks === SMALL[0]) return instanceArtifacts(name);
  const { file, template, public: signals } = findInstance("batch-4-8");
  return keyedArtifacts(
    await compileProgram(
      instanceProgram({ name, file, template, parameters: [blocks, words], public: signals }),
    ),
  );
}

/** The most memory that a process of its own had while it loaded the key and made two proofs, without snarkjs. */
function peakMegabytes(blocks: number, words: number): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, [
    import.meta.filename,
    `${blocks}`,
    `${words}`,
  ]);
  if (status !== 0) throw new Error(`could not measure memory: ${stderr}`);
  return Number(stdout);
}

if (import.meta.main) {
  const [blocks, words] = process.argv.slice(2).map(Number) as [number, number];
  const artifacts = await batchOf(blocks, words);
  const module = proverModule();
  const pool = nodePool();
  const compiled = await WebAssembly.compile(module.bytes);
  const prover = await ResidentProver.load(pool, module, compiled, await readFile(artifacts.zkey));
  const generator = await readWitnessGenerator(artifacts.wasm);
  const limbs = await generator.limbs(batchInputs(randomBatch(seeded("bench"), blocks, words)));
  for (let proof = 0; proof < 2; proof++) await prover.prove(new Uint8Array(limbs.buffer));
  await pool.close();
  // Linux counts a process's parent into its maxRSS, and into this not.
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const kilobytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
  process.stdout.write(`${kilobytes / 1024}`);
}
