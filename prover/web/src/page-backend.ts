import { proofFromSnarkjs } from "@plimsoll/verifier/groth16/proof.ts";
import { curves, groth16 } from "snarkjs";
import {
  type ProvedStatement,
  type ProvingArtifacts,
  type ProvingBackend,
  verified,
} from "../../src/proving/backend.ts";
import type { CircuitInputs, InputValue } from "../../src/proving/witness.ts";

/** snarkjs on the bytes of one instance, in the thread that asks. */
export class PageBackend implements ProvingBackend {
  readonly #wasm: Uint8Array;
  readonly #zkey: Uint8Array;

  constructor({ wasm, zkey }: { readonly wasm: Uint8Array; readonly zkey: Uint8Array }) {
    this.#wasm = wasm;
    this.#zkey = zkey;
  }

  async prove(artifacts: ProvingArtifacts, inputs: CircuitInputs): Promise<ProvedStatement> {
    // snarkjs would start threads from data: addresses, which the page does not allow; it takes a curve that is there.
    const shared = globalThis as { curve_bn128?: unknown };
    shared.curve_bn128 ??= await curves.getCurveFromName("bn128", { singleThread: true });
    const made = await groth16.fullProve(plain(inputs), this.#wasm, this.#zkey);
    const publicSignals = made.publicSignals.map(BigInt);
    return verified(artifacts, { proof: proofFromSnarkjs(made.proof), publicSignals });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Inputs as snarkjs reads them: numbers as decimal digits. */
function plain(inputs: CircuitInputs): object {
  const text = (value: InputValue): unknown =>
    typeof value === "object" ? value.map(text) : BigInt(value).toString();
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, text(value)]));
}
