import type { Account } from "../snapshot/account.ts";

/** All that an epoch is proved from. Addresses are 256-bit integers, times seconds since 1970. */
export interface EpochConfig {
  /** The epoch folder; made when it is not there. */
  readonly folder: string;
  readonly chainId: bigint;
  readonly registry: bigint;
  readonly exchange: bigint;
  readonly exchangeId: string;
  readonly epoch: bigint;
  /** Fixed by the registry when the epoch was opened, before the snapshot. */
  readonly snapshotTime: bigint;
  /** The policy's two files as texts: they are published as they are. */
  readonly policy: { readonly riskParameters: string; readonly marks: string };
  /** Starts a fresh pass over the normalised accounts, always in the same order. */
  readonly accounts: () => AsyncIterable<Account>;
  /** By asset symbol what the exchange declares to hold, in row units; assets left out are 0. */
  readonly claims: Readonly<Record<string, bigint>>;
  /** What stands behind shortfall and negative equity, in 10^-12 of the quote currency. */
  readonly insurance: bigint;
  /** Instance names. */
  readonly circuits: { readonly batch: string; readonly epoch: string };
  /** At least 32 random bytes that the operator keeps from epoch to epoch; salts derive from it. */
  readonly operatorSecret: Uint8Array;
  /** Worker threads for commitments; by default one per core. */
  readonly workers?: number;
}
