import type { AccountSize } from "./account-words.ts";

/** An account larger than a whole empty batch: needs a larger batch circuit. Names the account, not what it holds. */
export class AccountTooLargeError extends Error {
  readonly code = "ACCOUNT_TOO_LARGE";
  readonly retryable = false;
  readonly userId: string;

  constructor(userId: string, size: AccountSize, capacity: AccountSize) {
    super(
      `account "${userId}": expected at most ${capacity.blocks} blocks of six holdings and ${capacity.words} auxiliary ` +
        `words, came ${size.blocks} and ${size.words}; choose a larger batch circuit`,
    );
    this.name = "AccountTooLargeError";
    this.userId = userId;
  }
}
