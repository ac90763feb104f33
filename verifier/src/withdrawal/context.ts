import { keccak_256 } from "@noble/hashes/sha3.js";
import { DOMAINS } from "../constants.ts";
import { bytesToBigInt, concatBytes, uint256 } from "../encodings/bytes.ts";
import { keccakUtf8 } from "../encodings/challenges.ts";

/** What a proof is made for, in the order of the contract's enumeration. */
export const LEDGER_ACTIONS = Object.freeze(["Spend", "Admit", "Pledge", "Renew"] as const);
/** What a proof is made for at a ledger. */
export type LedgerAction = (typeof LEDGER_ACTIONS)[number];

/** What a proof is good for alone. Addresses as integers; `payload` is a 32-byte word of the consumer's own. */
export interface ContextInput {
  readonly chainId: bigint;
  readonly ledger: bigint;
  readonly action: LedgerAction;
  /** The contract that may use the proof: a vault or a gate. */
  readonly consumer: bigint;
  readonly payload: bigint;
}

/** keccak256(abi.encode(domain, chainId, ledger, action, consumer, payload)) >> 8: the signal `context`, as `Ledger.contextOf` has it. */
export function withdrawalContext({ chainId, ledger, action, consumer, payload }: ContextInput): bigint {
  const number = BigInt(LEDGER_ACTIONS.indexOf(action));
  return keccakWords([keccakUtf8(DOMAINS.CONTEXT), chainId, ledger, number, consumer, payload]) >> 8n;
}

/** Payload of a proof for `Pledge`: the gate's own payload, the vault that may pay the pledge out (0 for none), and its end in seconds. */
export function pledgePayload(payload: bigint, vault: bigint, until: bigint): bigint {
  return keccakWords([payload, vault, until]);
}

/** Payload of a proof for `Renew`. */
export function renewalPayload(pledgeId: bigint): bigint {
  return pledgeId;
}

/** keccak256(abi.encode(words)), each word below 2^256. */
export function keccakWords(words: readonly bigint[]): bigint {
  return bytesToBigInt(keccak_256(concatBytes(words.map(uint256))));
}
