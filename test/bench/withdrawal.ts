import { instanceArtifacts } from "../../prover/src/build/artifacts.ts";
import type { ProvingBackend } from "../../prover/src/proving/backend.ts";
import { SnarkjsBackend } from "../../prover/src/proving/snarkjs-backend.ts";
import { WasmBackend } from "../../prover/src/proving/wasm-backend.ts";
import { proveWithdrawal } from "../../prover/src/withdrawal/prove-withdrawal.ts";
import { withdrawalInputs } from "../../verifier/src/withdrawal/inputs.ts";
import { seeded } from "../support/random.ts";
import { accountInBatch, randomHoldings, randomRequest } from "../support/withdrawal.ts";
import { browserProofs } from "./browser-withdrawal.ts";
import { type Measured, rounded, type Say, type WithdrawalFigures } from "./figures.ts";

const ASSET = 7;
const BLOCKS = [1, 4] as const;

/**
 * What a user waits for: witness, proof and its check, with keys that are loaded; `proofs` of each kind, after one that
 * is not counted.
 */
export async function benchWithdrawal(say: Say, proofs: number): Promise<Measured<WithdrawalFigures>> {
  const random = seeded("withdrawal bench");
  const request = randomRequest(random, { asset: ASSET });
  const [small, large] = BLOCKS.map((blocks) =>
    accountInBatch(random, { holdings: randomHoldings(random, blocks, ASSET) }),
  );
  const measure = async (backend: ProvingBackend, opening: NonNullable<typeof small>): Promise<number> => {
    const times: number[] = [];
    for (let proof = 0; proof <= proofs; proof++) {
      const from = performance.now();
      const { instance } = await proveWithdrawal(backend, opening, request, instanceArtifacts);
      times.push(performance.now() - from);
      say(`${instance}: ${times.at(-1)!.toFixed(0)} ms`);
    }
    return rounded(median(times.slice(1)), 0);
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
  const inBrowser = await browserProofs(
    [small!, large!].map((opening, i) => ({
      name: `withdrawal-${BLOCKS[i]!}`,
      inputs: withdrawalInputs(opening, request, BLOCKS[i]!),
    })),
    proofs,
  );
  if (inBrowser === undefined) say("no Chromium here: proofs in a browser were not measured");
  const [browserMs1, browserMs4] = (inBrowser ?? []).map((times) => rounded(median(times), 0));
  const [one, four] = [await instanceArtifacts("withdrawal-1"), await instanceArtifacts("withdrawal-4")];
  return {
    figures: {
      constraints1: one.constraints,
      constraints4: four.constraints,
      ...{ snarkjsMs1, snarkjsMs4, ownMs1, ownMs4 },
      ...(browserMs1 === undefined || browserMs4 === undefined ? {} : { browserMs1, browserMs4 }),
    },
    remarks: [{ what: "medians", value: `of ${proofs}: witness, proof and its check` }],
  };
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}
