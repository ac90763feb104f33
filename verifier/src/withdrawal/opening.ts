import type { Entry } from "../encodings/entry.ts";
import { accountRef, home, identity, ledgerKey, owner } from "../encodings/identity.ts";
import { accountLeaf } from "../encodings/leaf.ts";
import { rootOfPath } from "../encodings/tree.ts";
import type { Bundle } from "../formats/bundle.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { WithdrawalError } from "./error.ts";

/** An account of an epoch with everything that its owner knows and hides. Never in a log, a message or on a chain. */
export interface AccountOpening {
  /** 253 random bits; the operator does not know them. */
  readonly secret: bigint;
  readonly home: bigint;
  readonly accountRef: bigint;
  readonly salt: bigint;
  readonly epoch: bigint;
  /** Whole blocks of six, unused entries zero. */
  readonly holdings: readonly Entry[];
  /** |surplus over initial margin| in 10^-6 quote, and whether it is negative. */
  readonly free: bigint;
  readonly under: 0 | 1;
  readonly slot: number;
  /** At each of the 3 depths the 15 siblings. */
  readonly path: readonly (readonly bigint[])[];
}

/** What an opened account shows: the root it is in and its ledger key. */
export interface OpenedAccount {
  readonly root: bigint;
  readonly key: bigint;
}

/** The opening of a bundle by its owner. Throws WithdrawalError when the secret is not that of the bundle's owner. */
export function openBundle(bundle: Bundle, secret: bigint, hash: Hash = poseidon): AccountOpening {
  const { epoch, salt, holdings, free, under, slot, path } = bundle;
  const homeOfOwner = home(bundle.chainId, bundle.registry);
  if (owner(secret, homeOfOwner, hash) !== bundle.owner) {
    throw new WithdrawalError("not-the-owner", "the secret is not that of the account's owner");
  }
  const ref = accountRef(bundle.exchangeId, bundle.userId);
  return {
    ...{ secret, home: homeOfOwner, accountRef: ref, salt, epoch },
    ...{ holdings, free, under, slot, path },
  };
}

/** The reference of the circuit's OwnedAccount: root and key of an opening, whatever account it is of. */
export function openedAccount(opening: AccountOpening, hash: Hash = poseidon): OpenedAccount {
  const { slot, path } = opening;
  const ownerOfAccount = owner(opening.secret, opening.home, hash);
  return {
    root: rootOfPath(leafOf(opening, hash), slot, path, hash),
    key: ledgerKey(opening.accountRef, ownerOfAccount, hash),
  };
}

export function leafOf(opening: AccountOpening, hash: Hash = poseidon): bigint {
  const { accountRef: ref, salt, epoch, holdings, free, under } = opening;
  const ownerOfAccount = owner(opening.secret, opening.home, hash);
  const start = identity({ accountRef: ref, owner: ownerOfAccount, salt, epoch }, hash);
  return accountLeaf(start, holdings, { free, under }, hash);
}
