import { expect } from "vitest";
import { MAX_QUANTITY } from "../../verifier/src/constants.ts";
import { type BlockOpening, commitBatch, paddingBlock } from "../../verifier/src/encodings/batch.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import { home, identity, owner } from "../../verifier/src/encodings/identity.ts";
import { blockHash, holdingBlocks, leafMeta } from "../../verifier/src/encodings/leaf.ts";
import { batchPath, batchTree } from "../../verifier/src/encodings/tree.ts";
import { withdrawalInputs } from "../../verifier/src/withdrawal/inputs.ts";
import { type AccountOpening, leafOf } from "../../verifier/src/withdrawal/opening.ts";
import type { WithdrawalRequest } from "../../verifier/src/withdrawal/statement.ts";
import { type Forgery, succeedsOnlyWithout } from "./attack.ts";
import { block } from "./batch.ts";
import { type Circuit, loadCircuit, replaceOnce } from "./circuit.ts";
import type { Random } from "./random.ts";

export const WITHDRAWAL_INPUTS = [
  "epoch",
  "recipient",
  "asset",
  "amount",
  "charge",
  "home",
  "context",
] as const;

/** An account in a batch among others, as its owner knows it. `part` replaces what is random. */
export function accountInBatch(
  random: Random,
  part: Partial<Omit<AccountOpening, "path" | "slot">>,
  others: readonly AccountOpening[] = [],
): AccountOpening {
  const own: AccountOpening = {
    secret: 1n + random.bits(252),
    home: home(31_337n, random.bits(160)),
    accountRef: random.bits(248),
    salt: random.bits(248),
    epoch: BigInt(1 + random.int(1000)),
    holdings: [],
    free: random.bits(64),
    under: 0,
    slot: 0,
    path: [],
    ...part,
  };
  const before = strangers(random, random.int(20));
  const blocks = [...before, ...blocksOf(own), ...others.flatMap(blocksOf), ...strangers(random, 3)];
  const slot = before.length + blocksOf(own).length - 1;
  const { levels } = commitBatch({ blocks, words: [], blinds: [0n, 0n, 0n] });
  if (levels[0]![slot] !== leafOf(own)) throw new Error("the account's leaf is not in its slot");
  return { ...own, slot, path: batchPath(levels, slot) };
}

/** The batch circuit's blocks of an account. */
export function blocksOf(account: AccountOpening): BlockOpening[] {
  const { secret, accountRef, salt, epoch, free, under } = account;
  const start = identity({ accountRef, owner: owner(secret, account.home), salt, epoch });
  const blocks = holdingBlocks(account.holdings);
  return blocks.map((entries, i) => {
    const end = i === blocks.length - 1 ? { free, under } : {};
    return block({ entries, first: i === 0 ? 1 : 0, identity: start, ...end });
  });
}

function strangers(random: Random, count: number): BlockOpening[] {
  return Array.from({ length: count }, () => block({ identity: random.element(), free: random.bits(64) }));
}

/** Entries with an asset's row repeated, among others. Fills `blocks` blocks of six but for the last entry. */
export function randomHoldings(random: Random, blocks: number, asset: number): Entry[] {
  return Array.from({ length: 6 * blocks }, (_, i): Entry => {
    if (i === 6 * blocks - 1) return { row: 0, quantity: 0n };
    const row = random.int(3) === 0 ? 2 * asset : random.int(1 << 15);
    return { row, quantity: random.int(4) === 0 ? MAX_QUANTITY : random.bits(64) };
  });
}

export function randomRequest(random: Random, part: Partial<WithdrawalRequest> = {}): WithdrawalRequest {
  const [recipient, context] = [random.bits(160), random.bits(248)];
  return { recipient, context, asset: 1 + random.int(100), amount: 0n, charge: 0n, ...part };
}

export type Inputs = Record<string, bigint | bigint[] | bigint[][]>;

/** Inputs that a forger may edit. */
export function inputsOf(account: AccountOpening, request: WithdrawalRequest, blocks: number): Inputs {
  return structuredClone(withdrawalInputs(account, request, blocks)) as Inputs;
}

export const WITHDRAWAL_3 = {
  name: "withdrawal-3",
  file: "statements/withdrawal.circom",
  template: "Withdrawal",
  parameters: [3],
  public: WITHDRAWAL_INPUTS,
} as const;

export const [WITHDRAWAL, OWNED, OPENED, BLOCK, PATH] = [
  "circuits/statements/withdrawal.circom",
  "circuits/lib/owned-account.circom",
  "circuits/lib/opened-account.circom",
  "circuits/lib/holding-block.circom",
  "circuits/lib/batch-path.circom",
] as const;

/** Withdrawal(3) with texts of its sources replaced: [file, from, to]. */
export function mutantWithdrawal(
  name: string,
  ...edits: readonly (readonly [file: string, from: string, to?: string])[]
): Promise<Circuit> {
  const mutate = edits.map(([file, from, to = ""]) => replaceOnce(file, from, to));
  return loadCircuit({ ...WITHDRAWAL_3, name: `withdrawal-3-${name}`, mutate });
}

/**
 * The attack fails against the real constraints and succeeds where its guard is out. A mutant lacks several guards, to be
 * compiled once: that the forgery breaks a single constraint of the real circuit shows that its own guard stops it alone.
 */
export async function stoppedByOneGuard(real: Circuit, mutant: Circuit, forge: Forgery): Promise<bigint[]> {
  expect(real.violations(await forge(real))).toHaveLength(1);
  return succeedsOnlyWithout(real, mutant, forge);
}

/** All children of the nodes above a slot. */
export function childrenAt(slots: readonly bigint[], slot: number): bigint[][] {
  const levels = batchTree(slots).slice(0, 3);
  return levels.map((level, depth) => {
    const at = Math.floor(slot / 16 ** depth);
    return Array.from({ length: 16 }, (_, i) => level[at - (at % 16) + i] ?? 0n);
  });
}

/** Leaf of an account of padding: its identity is 0. */
export function paddingLeaf(): bigint {
  const { entries, free, under, first } = paddingBlock();
  return blockHash(0n, entries, leafMeta({ free, under }, first));
}
