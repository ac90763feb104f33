import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { InstanceArtifacts } from "../../../prover/src/build/artifacts.ts";
import { memoryFor, type ProverModule, proverModule } from "../../../prover/src/groth16/module.ts";
import { UnverifiedProofError } from "../../../prover/src/proving/backend.ts";
import {
  type BrowserStatement,
  type ProvingStage,
  proveInBrowser,
} from "../../../prover/src/proving/browser-prover.ts";
import { WitnessError } from "../../../prover/src/proving/witness.ts";
import { verifyProof } from "../../../verifier/src/groth16/verify.ts";
import { throwawayArtifacts } from "../../support/throwaway.ts";

// What runs in a browser whose workers can't share memory needs nothing of a browser, so it can be tried here;
// browser-prover.long.ts does the same, and the rest, in a real one.

let artifacts: InstanceArtifacts;
let statement: BrowserStatement;

beforeAll(async () => {
  artifacts = await throwawayArtifacts();
  const { name, wasm, zkey, vkey } = artifacts;
  statement = {
    ...{ name, verificationKey: vkey, inputs: { left: 2n, right: 3n } },
    ...{ circuitWasm: await readFile(wasm), zkey: await readFile(zkey) },
  };
});

describe("the prover for browsers, without shared memory", () => {
  it("makes proofs that verify, in one thread on a memory of its own, and says what it is doing", async () => {
    const stages: ProvingStage[] = [];
    const modules: ProverModule[] = [];
    const made = await proveInBrowser(
      statement,
      (stage) => stages.push(stage),
      (options) => modules[modules.push(proverModule(options)) - 1]!,
    );
    // Some browsers have no shared memory at all here; an engine takes none for a module that is not made for it.
    expect(modules.map(({ shared }) => shared)).toEqual([false]);
    expect(memoryFor(modules[0]!, 1).buffer).toBeInstanceOf(ArrayBuffer);
    expect(made).toMatchObject({ prover: "own", threads: 1, publicSignals: [6n, 2n] });
    expect(await verifyProof(artifacts.vkey, made.publicSignals, made.proof)).toBe(true);
    expect(stages).toEqual(["witness", "self-test", "key", "proof", "check"]);
  });

  it.each([
    ["computes something else", wrong, /not the known one/],
    ["can't be compiled", broken, /WebAssembly/],
  ])("leaves the proof to snarkjs when its module %s, and says why", async (_, generate, why) => {
    const stages: ProvingStage[] = [];
    const made = await proveInBrowser(statement, (stage) => stages.push(stage), generate);
    expect(made).toMatchObject({
      prover: "snarkjs",
      why: expect.stringMatching(why),
      publicSignals: [6n, 2n],
    });
    expect(await verifyProof(artifacts.vkey, made.publicSignals, made.proof)).toBe(true);
    expect(stages).toEqual(["witness", "self-test", "snarkjs", "check"]);
  });

  it("refuses inputs without a witness before it asks any prover", async () => {
    const stages: ProvingStage[] = [];
    const refused = proveInBrowser({ ...statement, inputs: { left: 3n } }, (stage) => stages.push(stage));
    await expect(refused).rejects.toThrow(WitnessError);
    expect(stages).toEqual(["witness"]);
  });

  it("returns no proof that the verification key refuses", async () => {
    const { vkey } = await throwawayArtifacts(1);
    const refused = proveInBrowser({ ...statement, verificationKey: vkey });
    await expect(refused).rejects.toThrow(UnverifiedProofError);
  });
});

function wrong(options: { shared: boolean }) {
  const right = proverModule(options);
  return { ...right, constants: right.constants.map((word, i) => (i < 2 ? word ^ 1n : word)) };
}

function broken(options: { shared: boolean }) {
  return { ...proverModule(options), bytes: new Uint8Array(8) };
}
