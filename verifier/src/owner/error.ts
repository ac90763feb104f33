export type OwnerErrorCode =
  | "wallet-not-deterministic"
  | "signature-malformed"
  | "wrong-passphrase"
  | "not-the-owner"
  | "wrong-signer";

/** Why an owner's key can't be made or used. Never carries a secret, a signature or a passphrase. */
export class OwnerError extends Error {
  readonly retryable = false;
  readonly code: OwnerErrorCode;

  constructor(code: OwnerErrorCode, words: string, options?: ErrorOptions) {
    super(words, options);
    this.name = "OwnerError";
    this.code = code;
  }
}
