import { instanceArtifacts } from "../../prover/src/build/artifacts.ts";
import type { ProvingBackend } from "../../prover/src/proving/backend.ts";
import { SnarkjsBackend } from "../../prover/src/proving/snarkjs-backend.ts";
import { WasmBackend } from "../../prover/src/proving/wasm-backend.ts";
import { proveWithdrawal } from "../../prover/src/withdrawal/prove-withdrawal.ts";
import { withdrawalInputs } from "../../verifier/src/withdrawal/inputs.ts";
import { seeded } from "../support/random.ts";
import { accountInBatch, randomHoldings, randomRequest } from "../support/withdrawal.ts";
import { type BrowserTimes, browserProofs } from "./browser-withdrawal.ts";
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
  const backends = [new SnarkjsBackend(), new WasmBackend()] as const;
  const time = async (backend: ProvingBackend, opening: NonNullable<typeof small>): Promise<number> => {
    const from = performance.now();
    const { instance } = await proveWithdrawal(backend, opening, request, instanceArtifacts);
    const took = performance.now() - from;
    say(`${instance}: ${took.toFixed(0)} ms`);
    return took;
  };
  // In turns, so that what else the machine does meets both alike.
  const both = async (opening: NonNullable<typeof small>): Promise<[number, number]> => {
    const times: [number, number][] = [];
    for (let proof = 0; proof <= proofs; proof++)
      times.push([await time(backends[0], opening), await time(backends[1], opening)]);
    const counted = times.slice(1);
    return [median(counted.map(([snarkjs]) => snarkjs)), median(counted.map(([, own]) => own))];
  };
  let ones: [number, number];
  let fours: [number, number];
  try {
    [ones, fours] = [await both(small!), await both(large!)];
  } finally {
    for (const backend of backends) await backend.close();
  }
  const [[snarkjsMs1, ownMs1], [snarkjsMs4, ownMs4]] = [ones, fours];
  const inBrowser = await browserProofs(
    [small!, large!].map((opening, i) => ({
      name: `withdrawal-${BLOCKS[i]!}`,
      inputs: withdrawalInputs(opening, request, BLOCKS[i]!),
    })),
    proofs,
    say,
  );
  if (inBrowser === undefined) say("no Chromium here: proofs in a browser were not measured");
  const [one, four] = [await instanceArtifacts("withdrawal-1"), await instanceArtifacts("withdrawal-4")];
  return {
    figures: {
      constraints1: one.constraints,
      constraints4: four.constraints,
      snarkjsMs1: rounded(snarkjsMs1, 0),
      snarkjsMs4: rounded(snarkjsMs4, 0),
      ownMs1: rounded(ownMs1, 0),
      ownMs4: rounded(ownMs4, 0),
      ratio1: rounded(snarkjsMs1 / ownMs1, 2),
      ratio4: rounded(snarkjsMs4 / ownMs4, 2),
      ...(inBrowser === undefined ? {} : browserFigures(inBrowser)),
    },
    remarks: [{ what: "medians", value: `of ${proofs}: witness, proof and its check` }],
  };
}

function browserFigures(times: readonly BrowserTimes[]): Partial<WithdrawalFigures> {
  const medians = (kind: keyof BrowserTimes) =>
    times.map((of) => rounded(median(of[kind]), 0)) as [number, number];
  const [browserMs1, browserMs4] = medians("snarkjs");
  const [browserOwnMs1, browserOwnMs4] = medians("own");
  const [browserAloneMs1, browserAloneMs4] = medians("alone");
  return { browserMs1, browserMs4, browserOwnMs1, browserOwnMs4, browserAloneMs1, browserAloneMs4 };
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}
