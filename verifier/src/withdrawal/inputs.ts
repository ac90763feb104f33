import { type Hash, poseidon } from "../poseidon.ts";
import { blockInputs, blocksAtEnd, childrenOfLeaf, type OpeningInputs } from "./leaf-opening.ts";
import { type AccountOpening, withoutSecret } from "./opening.ts";
import type { WithdrawalRequest } from "./statement.ts";

/**
 * Inputs of Withdrawal(blocks). The account's blocks stand at the end; those before are empty and do not count. Checks
 * nothing but that the account fits: `withdrawalSignals` tells whether the statement is true.
 */
export function withdrawalInputs(
  opening: AccountOpening,
  request: WithdrawalRequest,
  blocks: number,
  hash: Hash = poseidon,
): OpeningInputs {
  const placed = blocksAtEnd(opening.holdings, blocks);
  const { recipient, asset, amount, charge, context } = request;
  const { secret, home, accountRef, salt, epoch, free } = opening;
  return {
    ...blockInputs(placed),
    named: placed.entries.map((block, i) =>
      block.map(({ row }) => (i >= placed.before && row === 2 * asset ? 1n : 0n)),
    ),
    ...{ free, secret, accountRef, salt },
    child: childrenOf(opening, hash),
    ...{ epoch, recipient, asset: BigInt(asset), amount, charge, home, context },
  };
}

/** At each depth all children of the node that the leaf is below, the leaf's own way among them. */
export function childrenOf(opening: AccountOpening, hash: Hash = poseidon): bigint[][] {
  return childrenOfLeaf(withoutSecret(opening, hash), hash);
}
