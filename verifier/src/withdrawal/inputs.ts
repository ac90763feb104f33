import { ENTRIES_PER_BLOCK, TREE_ARITY } from "../constants.ts";
import { EMPTY_ENTRY, type Entry } from "../encodings/entry.ts";
import { holdingBlocks } from "../encodings/leaf.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { WithdrawalError } from "./error.ts";
import { type AccountOpening, leafOf } from "./opening.ts";
import type { WithdrawalRequest } from "./statement.ts";

/** Inputs of the withdrawal circuit by name, in the dimensions of its signals. Secret: they are the opening itself. */
export type WithdrawalInputs = Readonly<
  Record<string, bigint | readonly bigint[] | readonly (readonly bigint[])[]>
>;

/**
 * Inputs of Withdrawal(blocks). The account's blocks stand at the end; those before are empty and do not count. Checks
 * nothing but that the account fits: `withdrawalSignals` tells whether the statement is true.
 */
export function withdrawalInputs(
  opening: AccountOpening,
  request: WithdrawalRequest,
  blocks: number,
  hash: Hash = poseidon,
): WithdrawalInputs {
  const own = holdingBlocks(opening.holdings);
  if (own.length > blocks) {
    throw new WithdrawalError(
      "too-many-blocks",
      `expected an account of at most ${blocks} blocks, came ${own.length}`,
    );
  }
  const before = blocks - own.length;
  const empty = Array.from({ length: ENTRIES_PER_BLOCK }, () => EMPTY_ENTRY);
  const all: Entry[][] = [...Array.from({ length: before }, () => empty), ...own];
  const { recipient, asset, amount, charge, context } = request;
  const { secret, home, accountRef, salt, epoch, free } = opening;
  return {
    row: all.map((block) => block.map(({ row }) => BigInt(row))),
    quantity: all.map((block) => block.map(({ quantity }) => quantity)),
    named: all.map((block, i) => block.map(({ row }) => (i >= before && row === 2 * asset ? 1n : 0n))),
    first: all.map((_, i) => (i === before ? 1n : 0n)),
    ...{ free, secret, accountRef, salt },
    child: childrenOf(opening, hash),
    ...{ epoch, recipient, asset: BigInt(asset), amount, charge, home, context },
  };
}

/** At each depth all children of the node that the leaf is below, the leaf's own way among them. */
export function childrenOf(opening: AccountOpening, hash: Hash = poseidon): bigint[][] {
  let node = leafOf(opening, hash);
  let at = opening.slot;
  return opening.path.map((siblings) => {
    const place = at % TREE_ARITY;
    const children = [...siblings.slice(0, place), node, ...siblings.slice(place)];
    node = hash([...children]);
    at = Math.floor(at / TREE_ARITY);
    return children;
  });
}
