import { home, owner } from "../encodings/identity.ts";
import type { Bundle } from "../formats/bundle.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { WithdrawalError } from "./error.ts";
import {
  type LeafOpening,
  leafOfBundle,
  leafOfOpening,
  type OpenedAccount,
  openedLeaf,
} from "./leaf-opening.ts";

/** An account of an epoch with everything that its owner knows and hides. Never in a log, a message or on a chain. */
export interface AccountOpening extends Omit<LeafOpening, "owner"> {
  /** 253 random bits; the operator does not know them. */
  readonly secret: bigint;
  readonly home: bigint;
}

/** The opening of a bundle by its owner. Throws WithdrawalError when the secret is not that of the bundle's owner. */
export function openBundle(bundle: Bundle, secret: bigint, hash: Hash = poseidon): AccountOpening {
  const homeOfOwner = home(bundle.chainId, bundle.registry);
  if (owner(secret, homeOfOwner, hash) !== bundle.owner) {
    throw new WithdrawalError("not-the-owner", "the secret is not that of the account's owner");
  }
  const { owner: _, ...leaf } = leafOfBundle(bundle);
  return { ...leaf, secret, home: homeOfOwner };
}

/** What the exchange knows of an account: all but the secret. */
export function withoutSecret(opening: AccountOpening, hash: Hash = poseidon): LeafOpening {
  const { secret, home: homeOfOwner, ...leaf } = opening;
  return { ...leaf, owner: owner(secret, homeOfOwner, hash) };
}

/** The reference of the circuit's OwnedAccount: root and key of an opening, whatever account it is of. */
export function openedAccount(opening: AccountOpening, hash: Hash = poseidon): OpenedAccount {
  return openedLeaf(withoutSecret(opening, hash), hash);
}

export function leafOf(opening: AccountOpening, hash: Hash = poseidon): bigint {
  return leafOfOpening(withoutSecret(opening, hash), hash);
}
