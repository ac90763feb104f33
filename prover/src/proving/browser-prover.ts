import type { VerificationKey } from "@plimsoll/verifier/groth16/key.ts";
import { browserPool, sharesMemory } from "../groth16/browser-pool.ts";
import { type ProverModule, proverModule } from "../groth16/module.ts";
import { ResidentProver } from "../groth16/prover.ts";
import { selfTest } from "../groth16/self-test.ts";
import { type ProvedStatement, verified } from "./backend.ts";
import { snarkjsProof } from "./snarkjs-proof.ts";
import { type CircuitInputs, WitnessGenerator } from "./witness.ts";

/** What a proof is made of. Whoever calls has checked that the files are the ones that the verifiers' key belongs to. */
export interface BrowserStatement {
  /** The instance's name, for messages. */
  readonly name: string;
  /** The .wasm file that circom made: the witness generator. */
  readonly circuitWasm: Uint8Array<ArrayBuffer>;
  readonly zkey: Uint8Array;
  readonly verificationKey: VerificationKey;
  readonly inputs: CircuitInputs;
}

/** What is being done, in this order; `snarkjs` where our own prover is not used. */
export type ProvingStage = "witness" | "self-test" | "key" | "proof" | "snarkjs" | "check";

/** A verified proof, and which prover made it: our own on so many threads, or snarkjs and why. */
export type BrowserProof = ProvedStatement &
  (
    | { readonly prover: "own"; readonly threads: number }
    | { readonly prover: "snarkjs"; readonly why: string }
  );

/**
 * Proves a statement in a browser's worker: by our own prover after its self-test, by snarkjs on any doubt. Nothing is kept for a
 * next proof. Throws WitnessError when the inputs have no witness, UnverifiedProofError when snarkjs's proof does not verify either.
 * `generate` is for tests.
 */
export async function proveInBrowser(
  { name, circuitWasm, zkey, verificationKey, inputs }: BrowserStatement,
  progress: (stage: ProvingStage) => void = () => {},
  generate: (options: { shared: boolean }) => ProverModule = proverModule,
): Promise<BrowserProof> {
  progress("witness");
  const limbs = await (await WitnessGenerator.compile(circuitWasm)).limbs(inputs);
  const checked = (statement: ProvedStatement): Promise<ProvedStatement> => {
    progress("check");
    return verified({ name, vkey: verificationKey }, statement);
  };
  try {
    const { statement, threads } = await ownProof(zkey, limbs, progress, generate);
    return { ...(await checked(statement)), prover: "own", threads };
  } catch (error) {
    progress("snarkjs");
    const why = error instanceof Error ? error.message : String(error);
    const statement = await snarkjsProof(zkey, limbs, { singleThread: true });
    return { ...(await checked(statement)), prover: "snarkjs", why };
  }
}

async function ownProof(
  zkey: Uint8Array,
  limbs: Uint32Array,
  progress: (stage: ProvingStage) => void,
  generate: (options: { shared: boolean }) => ProverModule,
): Promise<{ statement: ProvedStatement; threads: number }> {
  progress("self-test");
  const module = generate({ shared: sharesMemory() });
  const compiled = await WebAssembly.compile(module.bytes);
  const pool = browserPool();
  try {
    await selfTest(pool, module, compiled);
    progress("key");
    const prover = await ResidentProver.load(pool, module, compiled, zkey);
    progress("proof");
    const witness = new Uint8Array(limbs.buffer, limbs.byteOffset, limbs.byteLength);
    return { statement: await prover.prove(witness), threads: pool.threads };
  } finally {
    await pool.close();
  }
}
