/** Which rule a withdrawal, or the refusal of one, breaks. */
export type WithdrawalErrorCode =
  | "not-the-owner"
  | "under-margined"
  | "balance"
  | "charge"
  | "request"
  | "too-many-blocks"
  | "allowed";

/** Why a withdrawal, or the refusal of one, can't be proved. Says which rule, never a balance, a salt or a secret. */
export class WithdrawalError extends RangeError {
  readonly retryable = false;
  readonly code: WithdrawalErrorCode;

  constructor(code: WithdrawalErrorCode, words: string) {
    super(words);
    this.name = "WithdrawalError";
    this.code = code;
  }
}
