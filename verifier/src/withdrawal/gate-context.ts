import { DOMAINS } from "../constants.ts";
import { keccakUtf8 } from "../encodings/challenges.ts";
import { keccakWords } from "./context.ts";

/** Where an account proof is good: at one contract, the consumer, that judges by one `AccountCheck`. */
export interface AccountUse {
  readonly chainId: bigint;
  /** Addresses as integers. */
  readonly accountCheck: bigint;
  readonly consumer: bigint;
  /** A 32-byte word of the consumer's own. */
  readonly payload: bigint;
}

/** keccak256(abi.encode(domain, chainId, accountCheck, consumer, payload)) >> 8: the signal `context`, as `AccountCheck.contextOf` has it. */
export function accountContext({ chainId, accountCheck, consumer, payload }: AccountUse): bigint {
  return keccakWords([keccakUtf8(DOMAINS.ACCOUNT), chainId, accountCheck, consumer, payload]) >> 8n;
}

/** What the example's pool binds in the proof of a new loan's pledge: who borrows (an address), and how much of the lent token. */
export function loanPayload(borrower: bigint, amount: bigint): bigint {
  return keccakWords([borrower, amount]);
}

/** Payload under which the example's pool has the account of a loan judged. */
export function answerPayload(loanId: bigint): bigint {
  return loanId;
}
