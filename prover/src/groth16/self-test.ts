import { FIELD } from "@plimsoll/verifier/constants.ts";
import { BASE_FIELD } from "@plimsoll/verifier/groth16/key.ts";
import { fromLimbs, LIMBS, PAIR_BYTES, RADIX_BITS, toLimbs } from "./limbs.ts";
import { instantiate, memoryFor, PAGE, type ProverModule } from "./module.ts";
import type { ProverPool } from "./pool.ts";
import { ResidentProver } from "./prover.ts";
import { drawScalar, syntheticKey } from "./synthetic-key.ts";

/** The prover's answers are not the known ones: the machine or its WebAssembly engine computes otherwise. */
export class SelfTestError extends Error {
  readonly code = "PROVER_SELF_TEST";
  readonly retryable = false;
}

const DOMAIN = 16;

/** Compares products of both fields, and a small proof by all threads, with BigInt. Throws SelfTestError. */
export async function selfTest(
  pool: ProverPool,
  module: ProverModule,
  compiled: WebAssembly.Module,
): Promise<void> {
  testProducts(module, compiled);
  const draw = generator();
  const { zkey, witness, expected } = syntheticKey(draw, DOMAIN);
  const blinds = [drawScalar(draw), drawScalar(draw)] as const;
  const prover = await ResidentProver.load(pool, module, compiled, zkey);
  try {
    const { proof } = await prover.prove(witness, blinds);
    const known = expected(...blinds);
    const wrong = known.findIndex((word, i) => word !== proof[i]);
    if (wrong >= 0) throw new SelfTestError(`word ${wrong} of a small proof is not the known one`);
  } finally {
    await prover.close();
  }
}

/** Without fused multiply-adds, or with a wrong compiler, some of these are not the products. */
function testProducts(module: ProverModule, compiled: WebAssembly.Module): void {
  const memory = memoryFor(module, 1);
  const { fpMultiply, frMultiply } = instantiate(compiled, memory);
  const doubles = new Float64Array(memory.buffer);
  const [left, right, result] = [1, 2, 3].map((n) => (n * PAGE) / 4) as [number, number, number];
  const draw = generator();
  for (const [name, multiply, order] of [
    ["base", fpMultiply, BASE_FIELD],
    ["scalar", frMultiply, FIELD],
  ] as const) {
    const values = [0n, 1n, order / 2n, -(order / 2n), (1n << 51n) - 1n, 1n << 50n, -(1n << 50n), 1n << 204n];
    const factors = [...values, ...Array.from({ length: 24 }, () => drawScalar(draw) - order / 2n)];
    const pairs = factors.length ** 2 / 2;
    const put = (at: number, n: number, value: bigint): void => {
      for (const [k, limb] of toLimbs(value).entries())
        doubles[at / 8 + Math.floor(n / 2) * 2 * LIMBS + 2 * k + (n % 2)] = limb;
    };
    // A row of the table of products at a time.
    for (const factor of factors) {
      for (const [n, other] of factors.entries()) {
        put(left, n, factor);
        put(right, n, other);
      }
      multiply(result, left, right, pairs / factors.length);
      for (const [n, other] of factors.entries()) {
        const from = result / 8 + Math.floor(n / 2) * (PAIR_BYTES / 8) + (n % 2);
        const came = fromLimbs(Array.from({ length: LIMBS }, (_, k) => doubles[from + 2 * k]!));
        if (((came << RADIX_BITS) - factor * other) % order !== 0n)
          throw new SelfTestError(`a product in the ${name} field is not the known one`);
      }
    }
  }
}

/** The same numbers in every run: D. Knuth's MMIX generator. */
function generator(): (bound: number) => number {
  let state = 1n;
  return (bound) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 32n) % bound;
  };
}
