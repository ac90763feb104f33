export type AccountErrorCode =
  | "row-not-open"
  | "hedge"
  | "surplus"
  | "request"
  | "too-many-groups"
  | "too-many-scenarios"
  | "too-large";

/** Why an account can't be judged by a policy as asked. Says which rule, never a balance, a salt or a secret. */
export class AccountError extends RangeError {
  readonly retryable = false;
  readonly code: AccountErrorCode;

  constructor(code: AccountErrorCode, words: string) {
    super(words);
    this.name = "AccountError";
    this.code = code;
  }
}
