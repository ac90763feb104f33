import { instanceArtifacts } from "../../prover/src/build/artifacts.ts";
import type { ProvingBackend } from "../../prover/src/proving/backend.ts";
import { SnarkjsBackend } from "../../prover/src/proving/snarkjs-backend.ts";
import { WasmBackend } from "../../prover/src/proving/wasm-backend.ts";
import { proveWithdrawal } from "../../prover/src/withdrawal/prove-withdrawal.ts";
import { seeded } from "../support/random.ts";
import { accountInBatch, randomHoldings, randomRequest } from "../support/withdrawal.ts";
import { type Measured, rounded, type Say, type WithdrawalFigures } from "./figures.ts";

const ASSET = 7;

/**
 * What a user waits for: witness, proof and its check, with keys that are loaded; `proofs` of each kind, after one that
 * is not counted.
 */
export async function benchWithdrawal(say: Say, proofs: number): Promise<Measured<WithdrawalFigures>> {
  const random = seeded("withdrawal bench");
  const request = randomRequest(random, { asset: ASSET });
  const [small, large] = [1, 4].map((blocks) =>
    accountInBatch(random, { holdings: randomHoldings(random, blocks, ASSET) }),
  );
  const measure = async (backend: ProvingBackend, opening: NonNullable<typeof small>): Promise<number> => {
    const times: number[] = [];
    for (let proof = 0; proof <= proofs; proof++) {
      const from = performance.now();
      const { instance } = await proveWithdrawal(backend, opening, request);
      times.push(performance.now() - from);
      say(`${instance}: ${times.at(-1)!.toFixed(0)} ms`);
    }
    const counted = times.slice(1).toSorted((a, b) => a - b);
    return rounded(counted[Math.floor(proofs / 2)]!, 0);
  };
  const both = async (backend: ProvingBackend): Promise<[number, number]> => {
    try {
      return [await measure(backend, small!), await measure(backend, large!)];
    } finally {
      await backend.close();
    }
  };
  const [snarkjsMs1, snarkjsMs4] = await both(new SnarkjsBackend());
  const [ownMs1, ownMs4] = await both(new WasmBackend());
  const [one, four] = [await instanceArtifacts("withdrawal-1"), await instanceArtifacts("withdrawal-4")];
  return {
    figures: {
      constraints1: one.constraints,
      constraints4: four.constraints,
      ...{ snarkjsMs1, snarkjsMs4, ownMs1, ownMs4 },
    },
    remarks: [{ what: "medians", value: `of ${proofs}: witness, proof and its check` }],
  };
}
