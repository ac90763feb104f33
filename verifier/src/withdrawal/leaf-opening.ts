import { ENTRIES_PER_BLOCK, TREE_ARITY } from "../constants.ts";
import { EMPTY_ENTRY, type Entry } from "../encodings/entry.ts";
import { accountRef, identity, ledgerKey } from "../encodings/identity.ts";
import { accountLeaf, holdingBlocks } from "../encodings/leaf.ts";
import { rootOfPath } from "../encodings/tree.ts";
import type { Bundle } from "../formats/bundle.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { WithdrawalError } from "./error.ts";

/** An account of an epoch with everything that the exchange knows of it. Never in a log, a message or on a chain. */
export interface LeafOpening {
  /** The owner number in the leaf: the hash of a secret that the exchange does not know, or 0. */
  readonly owner: bigint;
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

/** Inputs of a circuit by name, in the dimensions of its signals. Secret: they are the opening itself. */
export type OpeningInputs = Readonly<Record<string, InputValue>>;
type InputValue = bigint | readonly InputValue[];

/** The opening of a bundle by the exchange that made it. */
export function leafOfBundle(bundle: Bundle): LeafOpening {
  const { owner, epoch, salt, holdings, free, under, slot, path } = bundle;
  const ref = accountRef(bundle.exchangeId, bundle.userId);
  return { owner, accountRef: ref, salt, epoch, holdings, free, under, slot, path };
}

export function leafOfOpening(opening: LeafOpening, hash: Hash = poseidon): bigint {
  const { accountRef: ref, owner, salt, epoch, holdings, free, under } = opening;
  const start = identity({ accountRef: ref, owner, salt, epoch }, hash);
  return accountLeaf(start, holdings, { free, under }, hash);
}

/** The reference of the circuit's OpenedAccount: root and key of an opening, whatever account it is of. */
export function openedLeaf(opening: LeafOpening, hash: Hash = poseidon): OpenedAccount {
  const { slot, path, owner } = opening;
  return {
    root: rootOfPath(leafOfOpening(opening, hash), slot, path, hash),
    key: ledgerKey(opening.accountRef, owner, hash),
  };
}

/** At each depth all children of the node that the leaf is below, the leaf's own way among them. */
export function childrenOfLeaf(opening: LeafOpening, hash: Hash = poseidon): bigint[][] {
  let node = leafOfOpening(opening, hash);
  let at = opening.slot;
  return opening.path.map((siblings) => {
    const place = at % TREE_ARITY;
    const children = [...siblings.slice(0, place), node, ...siblings.slice(place)];
    node = hash([...children]);
    at = Math.floor(at / TREE_ARITY);
    return children;
  });
}

/**
 * An account's blocks as circuits of `blocks` blocks take them: at the end, those before empty. Throws WithdrawalError when
 * there are more.
 */
export function blocksAtEnd(
  holdings: readonly Entry[],
  blocks: number,
): { readonly entries: readonly (readonly Entry[])[]; readonly before: number } {
  const own = holdingBlocks(holdings);
  if (own.length > blocks) {
    throw new WithdrawalError(
      "too-many-blocks",
      `expected an account of at most ${blocks} blocks, came ${own.length}`,
    );
  }
  const before = blocks - own.length;
  const empty = Array.from({ length: ENTRIES_PER_BLOCK }, () => EMPTY_ENTRY);
  return { entries: [...Array.from({ length: before }, () => empty), ...own], before };
}

/** What every statement about an account has among its inputs, but for who asks. */
export function blockInputs({
  entries,
  before,
}: ReturnType<typeof blocksAtEnd>): Readonly<{ row: bigint[][]; quantity: bigint[][]; first: bigint[] }> {
  return {
    row: entries.map((block) => block.map(({ row }) => BigInt(row))),
    quantity: entries.map((block) => block.map(({ quantity }) => quantity)),
    first: entries.map((_, i) => (i === before ? 1n : 0n)),
  };
}
