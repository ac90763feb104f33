import { fromLimbs, LIMBS } from "../../prover/src/groth16/limbs.ts";
import { instantiate, type ProverFunctions, proverModule } from "../../prover/src/groth16/module.ts";

/** A module on a memory of its own, of so many pages. */
export interface Bench {
  readonly functions: ProverFunctions;
  readonly buffer: SharedArrayBuffer;
  readonly doubles: Float64Array;
  readonly words: Uint32Array;
  /** The first free address. */
  readonly free: number;
}

/** Generates the module that traps when an operand is out of bounds, unless told otherwise. */
export function wasmBench(pages: number, { checked = true } = {}): Bench {
  const { bytes, constants } = proverModule({ checked });
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const buffer = memory.buffer as unknown as SharedArrayBuffer;
  new BigUint64Array(buffer).set(constants);
  return {
    functions: instantiate(new WebAssembly.Module(bytes), memory),
    buffer,
    doubles: new Float64Array(buffer),
    words: new Uint32Array(buffer),
    free: 1 << 14,
  };
}

/** Writes an element to a lane of a pair, and reads it: the integer that the limbs are, not reduced. */
export function putLane({ doubles }: Bench, pair: number, lane: 0 | 1, limbs: readonly number[]): void {
  for (const [k, limb] of limbs.entries()) doubles[pair / 8 + 2 * k + lane] = limb;
}

export function laneLimbs({ doubles }: Bench, pair: number, lane: 0 | 1): number[] {
  return Array.from({ length: LIMBS }, (_, k) => doubles[pair / 8 + 2 * k + lane]!);
}

export function takeLane(bench: Bench, pair: number, lane: 0 | 1): bigint {
  return fromLimbs(laneLimbs(bench, pair, lane));
}
