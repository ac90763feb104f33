import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToBigInt } from "../encodings/bytes.ts";
import { packKey, type VerificationKey } from "../groth16/key.ts";
import release from "../release.json" with { type: "json" };

/** Words of alpha1, beta2 and gamma2: what all keys of one set-up share. */
const SETUP_BYTES = 10 * 32;

/** Circuits of this release by circuit id, with the instance's name. Made by `npm run record`, reviewed as a diff. */
export const RELEASED_CIRCUITS: ReadonlyMap<bigint, string> = new Map(
  Object.entries<string>(release.circuits).map(([name, id]) => [BigInt(id), name]),
);

/** SHA-256 of the files that proofs are made with in a browser, as 64 hex digits, by instance. */
export const PROVING_FILES: ReadonlyMap<string, { readonly wasm: string; readonly zkey: string }> = new Map(
  Object.entries(release.proving),
);

/** What a circuit of this release states. */
export type Statement = "batch" | "epoch" | "withdrawal" | "refusal" | "account";

/** Whether a circuit of this release proves this statement: another statement may have as many public signals. */
export function isReleased(circuitId: bigint, statement: Statement): boolean {
  return RELEASED_CIRCUITS.get(circuitId)?.startsWith(`${statement}-`) ?? false;
}

/** keccak256 of alpha1, beta2 and gamma2 of a key. */
export function setupHash(key: VerificationKey): bigint {
  return bytesToBigInt(keccak_256(packKey(key).slice(0, SETUP_BYTES)));
}

/** Whether a key is of the set-up whose secrets this repository publishes, whatever a file says of it. */
export function isDevelopmentKey(key: VerificationKey): boolean {
  return setupHash(key) === BigInt(release.developmentSetup);
}
