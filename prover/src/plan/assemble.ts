import type { BatchOpening, BlockOpening, WordOpening } from "@plimsoll/verifier/encodings/batch.ts";
import { paddingBlock, paddingWord } from "@plimsoll/verifier/encodings/batch.ts";
import type { Entry } from "@plimsoll/verifier/encodings/entry.ts";
import { holdingBlocks, NO_FREE, signedFree } from "@plimsoll/verifier/encodings/leaf.ts";
import { type AccountSize, accountWords } from "./account-words.ts";

/** An account with all that its leaf hides. Never written to a log, queue or chain. */
export interface AccountOpening {
  readonly identity: bigint;
  /** The account's leaf: H4 over its blocks. Orders the accounts of a batch. */
  readonly leaf: bigint;
  readonly holdings: readonly Entry[];
  readonly auxiliaries: readonly Entry[];
  /** Signed, 10^-6 quote. */
  readonly free: bigint;
}

/** Slots of an account in its batch: `slot` is the one that has the leaf, its last. */
export interface Placed<Account> {
  readonly account: Account;
  readonly slot: number;
}

/**
 * The accounts of one batch in the order of the circuit: by number of blocks, ties by leaf, so that neither position
 * nor empty neighbours tell anything about the operator's order.
 */
export function orderAccounts<Account extends AccountOpening>(
  accounts: readonly Account[],
): Placed<Account>[] {
  const sized = accounts.map((account) => ({ account, blocks: holdingBlocks(account.holdings).length }));
  sized.sort((a, b) => a.blocks - b.blocks || (a.account.leaf < b.account.leaf ? -1 : 1));
  let next = 0;
  return sized.map(({ account, blocks }) => {
    next += blocks;
    return { account, slot: next - 1 };
  });
}

/**
 * A whole batch from ordered accounts: their blocks and words, then padding up to `capacity`.
 * Throws when they do not fit: the plan is wrong, and a cut account would be a lie.
 */
export function assembleBatch(
  ordered: readonly Placed<AccountOpening>[],
  capacity: AccountSize,
  blinds: readonly [bigint, bigint, bigint],
): BatchOpening {
  if (ordered.length === 0) throw new RangeError("a batch has at least one account");
  const blocks = ordered.flatMap(({ account }) => blocksOf(account));
  const words = ordered.flatMap(({ account }, u) => wordsOf(account, u));
  if (blocks.length > capacity.blocks || words.length > capacity.words) {
    throw new RangeError(
      `a batch has ${capacity.blocks} blocks and ${capacity.words} words, came ${blocks.length} and ${words.length}`,
    );
  }
  while (blocks.length < capacity.blocks) blocks.push(paddingBlock());
  while (words.length < capacity.words) words.push(paddingWord());
  return { blocks, words, blinds };
}

function blocksOf(account: AccountOpening): BlockOpening[] {
  const blocks = holdingBlocks(account.holdings);
  return blocks.map((entries, i) => ({
    entries,
    first: i === 0 ? 1 : 0,
    identity: i === 0 ? account.identity : 0n,
    ...(i === blocks.length - 1 ? signedFree(account.free) : NO_FREE),
  }));
}

function wordsOf(account: AccountOpening, u: number): WordOpening[] {
  return accountWords(account.auxiliaries).map((entries, i) => ({
    entries,
    step: i === 0 && u > 0 ? 1 : 0,
  }));
}
