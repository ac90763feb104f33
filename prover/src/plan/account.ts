import type { Entry } from "@plimsoll/verifier/encodings/entry.ts";
import type { Account } from "../snapshot/account.ts";

/** A normalised account with what completing it adds. */
export interface CompletedAccount extends Account {
  /** By ascending full row index. */
  readonly auxiliaries: readonly Entry[];
  /** Surplus over initial margin, signed, in 10^-6 quote. */
  readonly free: bigint;
}
