import { expect, it } from "vitest";
import { ProverFileError } from "../../../prover/src/groth16/key-file.ts";
import { proverModule } from "../../../prover/src/groth16/module.ts";
import { nodePool } from "../../../prover/src/groth16/node-pool.ts";
import { ResidentProver } from "../../../prover/src/groth16/prover.ts";
import { drawScalar, syntheticKey } from "../../../prover/src/groth16/synthetic-key.ts";
import { seeded } from "../../support/random.ts";

const ROUNDS = 150;
const module = proverModule({ checked: true });
const compiled = new WebAssembly.Module(module.bytes);

it("known answers of many small keys, with the bounds checked", async () => {
  const pool = nodePool(2);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const random = seeded(`fuzz ${round}`);
      const draw = (bound: number): number => random.int(bound);
      const { zkey, witness, expected } = syntheticKey(draw, 2 ** (1 + draw(7)));
      const prover = await ResidentProver.load(pool, module, compiled, zkey);
      const blinds = [drawScalar(draw), drawScalar(draw)] as const;
      expect((await prover.prove(witness, blinds)).proof, `round ${round}`).toEqual(expected(...blinds));
      await prover.close();
    }
  } finally {
    await pool.close();
  }
});

it("keys with any bytes changed are refused by name, or give a proof or none: no thread is harmed", async () => {
  const pool = nodePool(2);
  const random = seeded("changed keys");
  const draw = (bound: number): number => random.int(bound);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const { zkey, witness } = syntheticKey(draw, 8);
      const changed = zkey.slice();
      for (let change = 0; change <= draw(3); change++) changed[draw(changed.length)] = draw(256);
      try {
        const prover = await ResidentProver.load(pool, module, compiled, changed);
        // Points that are on no curve have sums that mean nothing: what matters is that an answer comes.
        await prover
          .prove(witness)
          .catch((error: Error) => expect(error.message).not.toMatch(/out of bounds/));
        await prover.close();
      } catch (error) {
        expect(error).toBeInstanceOf(ProverFileError);
      }
    }
    const { zkey, witness, expected } = syntheticKey(draw, 8);
    const prover = await ResidentProver.load(pool, module, compiled, zkey);
    expect((await prover.prove(witness, [1n, 2n])).proof).toEqual(expected(1n, 2n));
  } finally {
    await pool.close();
  }
});
