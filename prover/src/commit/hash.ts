import type { Hash } from "@plimsoll/verifier/poseidon.ts";
import { buildPoseidon } from "circomlibjs";

let built: Promise<Hash> | undefined;

/**
 * Poseidon in WebAssembly for the prover: the same function as the verifier's, several times as fast.
 * Built once per process. The package can't be imported inside a worker thread; child processes are fine.
 */
export function fastPoseidon(): Promise<Hash> {
  built ??= buildPoseidon().then((poseidon): Hash => {
    const { F } = poseidon;
    return (inputs) => F.toObject(poseidon(inputs));
  });
  return built;
}
