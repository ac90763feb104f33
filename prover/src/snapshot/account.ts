import type { Entry } from "@plimsoll/verifier/encodings/entry.ts";

/** A normalised account: holdings by ascending row, a row repeated where it exceeds 2^64 - 1, no zeros. */
export interface Account {
  readonly userId: string;
  /** H3(TAG_OWNER, secret, home), or 0 for users who never registered a secret. */
  readonly owner: bigint;
  readonly holdings: readonly Entry[];
}
