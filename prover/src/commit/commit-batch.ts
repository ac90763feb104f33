import { TAG } from "@plimsoll/verifier/constants.ts";
import type { BatchOpening } from "@plimsoll/verifier/encodings/batch.ts";
import { packAuxiliaryWord } from "@plimsoll/verifier/encodings/entry.ts";
import { accountRef, identity } from "@plimsoll/verifier/encodings/identity.ts";
import { accountLeaf, leafMeta, NO_FREE, signedFree } from "@plimsoll/verifier/encodings/leaf.ts";
import { sponge } from "@plimsoll/verifier/encodings/sponge.ts";
import { batchTree } from "@plimsoll/verifier/encodings/tree.ts";
import type { Hash } from "@plimsoll/verifier/poseidon.ts";
import type { CompletedAccount } from "../plan/account.ts";
import type { AccountSize } from "../plan/account-words.ts";
import { type AccountOpening, assembleBatch, orderAccounts, type Placed } from "../plan/assemble.ts";
import { accountSalt, type EpochIdentity, type OperatorSecret } from "./secrets.ts";

export type Blinds = readonly [bigint, bigint, bigint];

/** An account of a batch plan with its identity and leaf; `line` is its number in the plan. */
export interface OpenedAccount extends AccountOpening {
  readonly line: number;
}

export interface CommittedPlan {
  readonly root: bigint;
  readonly transcript: bigint;
  readonly ordered: readonly Placed<OpenedAccount>[];
}

/** Gives every account its salt, identity and leaf, puts them in order and commits to the batch. */
export function commitPlan(
  accounts: readonly CompletedAccount[],
  capacity: AccountSize,
  blinds: Blinds,
  epoch: EpochIdentity,
  secret: OperatorSecret,
  hash: Hash,
): CommittedPlan {
  const opened = accounts.map((account, line): OpenedAccount => {
    const salt = accountSalt(secret, epoch, account.userId);
    const ref = accountRef(epoch.exchangeId, account.userId);
    const id = identity({ accountRef: ref, owner: account.owner, salt, epoch: epoch.epoch }, hash);
    const { holdings, auxiliaries, free } = account;
    return {
      line,
      identity: id,
      leaf: accountLeaf(id, holdings, signedFree(free), hash),
      holdings,
      auxiliaries,
      free,
    };
  });
  const ordered = orderAccounts(opened);
  const opening = assembleBatch(ordered, capacity, blinds);
  const levels = batchTree(slotsOf(ordered, opening, hash), hash);
  const words = opening.words.map((word) => packAuxiliaryWord(word.entries, word.step));
  const transcript = sponge(TAG.TRANSCRIPT, [...words, ...blinds], hash);
  return { root: levels.at(-1)![0]!, transcript, ordered };
}

/** Slots of a batch from leaves that are known: each block of an account is hashed once, not twice. */
export function slotsOf(
  ordered: readonly Placed<{ readonly leaf: bigint }>[],
  opening: Pick<BatchOpening, "blocks">,
  hash: Hash,
): bigint[] {
  const slots = new Array<bigint>(opening.blocks.length).fill(0n);
  for (const { account, slot } of ordered) slots[slot] = account.leaf;
  const padding = hash([0n, 0n, 0n, leafMeta(NO_FREE, 1)]);
  return slots.fill(padding, ordered.at(-1)!.slot + 1);
}
