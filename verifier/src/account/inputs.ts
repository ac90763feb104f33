import { AUXILIARY_BASE, TREE_ARITY, TREE_DEPTH } from "../constants.ts";
import type { Entry } from "../encodings/entry.ts";
import { toField } from "../field.ts";
import { type PolicyRow, type PolicyTree, policyRowLeaf, policyTreeChildren } from "../policy/policy-tree.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { childrenOf } from "../withdrawal/inputs.ts";
import { blockInputs, blocksAtEnd, type OpeningInputs } from "../withdrawal/leaf-opening.ts";
import type { AccountOpening } from "../withdrawal/opening.ts";
import { AccountError } from "./error.ts";
import type { AccountRequest } from "./statement.ts";
import { entriesBehind, type JudgedGroup, judgeAccount } from "./surplus.ts";

/** Parameters of Account(blocks, groups, scenarios). */
export interface AccountSize {
  readonly blocks: number;
  readonly groups: number;
  readonly scenarios: number;
}

/** Numbers of a row's leaf before its scenarios. */
const LEAF_HEAD = 8;

/**
 * Inputs of Account(blocks, groups, scenarios): each group of the account in a slot, its hedge with it. Checks nothing but that the
 * account fits: `accountSignals` tells whether the statement is true. Throws WithdrawalError or AccountError when it does not fit.
 */
export function accountInputs(
  opening: AccountOpening,
  request: AccountRequest,
  size: AccountSize,
  hash: Hash = poseidon,
): OpeningInputs {
  const { tree, minimumFree, hedges, context } = request;
  const placed = blocksAtEnd(opening.holdings, size.blocks);
  const entries = placed.entries.flat();
  const slots = slotsOf(tree, opening.holdings, hedges, size);
  const used = slots.map((slot) => slot?.hedge);
  const positions: Entry[] = [
    ...entries,
    ...used.map((hedge) => ({ row: hedge?.row ?? AUXILIARY_BASE, quantity: hedge?.units ?? 0n })),
  ];
  const looked = positions.map(({ row, quantity }) => lookUp(tree, row, quantity > 0n, size, hash));
  const behind = entriesBehind(
    tree,
    entries,
    used.filter((hedge) => hedge !== undefined),
  );
  const backing = used.map((hedge) => (hedge === undefined ? [] : behind.shift()!));
  const { secret, home, accountRef, salt, epoch, free, under } = opening;
  return {
    ...blockInputs(placed),
    ...{ free, under: BigInt(under), secret, accountRef, salt },
    child: childrenOf(opening, hash),
    ...columns(looked),
    top: topOf(tree),
    hedgeRow: positions.slice(entries.length).map(({ row }) => BigInt(row)),
    hedged: positions.slice(entries.length).map(({ quantity }) => quantity),
    slot: slots.map((slot) => BigInt(slot?.group ?? 0)),
    charge: slots.map((slot) => slot?.charge ?? 0n),
    share: entries.map((_, i) =>
      slots.map((slot) => (slot !== undefined && looked[i]!.group === BigInt(slot.group) ? 1n : 0n)),
    ),
    backs: entries.map((_, i) => backing.map((of) => (of.includes(i) ? 1n : 0n))),
    maximum: slots.map((slot) => slot?.maximum ?? 0n),
    ...{ epoch, policyTree: tree.root, minimumFree, home, context },
  };
}

function slotsOf(
  tree: PolicyTree,
  holdings: readonly Entry[],
  hedges: AccountRequest["hedges"],
  size: AccountSize,
): (JudgedGroup | undefined)[] {
  const { groups } = judgeAccount(tree, holdings, hedges);
  if (groups.length > size.groups) {
    throw new AccountError(
      "too-many-groups",
      `expected an account in at most ${size.groups} risk groups, came ${groups.length}`,
    );
  }
  return Array.from({ length: size.groups }, (_, g) => groups[g]);
}

interface LookedUp {
  readonly opened: bigint;
  readonly cap: bigint;
  readonly group: bigint;
  readonly maxMaintenance: bigint;
  readonly maxInitial: bigint;
  readonly equity: bigint;
  readonly maintenance: bigint;
  readonly initial: bigint;
  readonly pnl: readonly bigint[];
  readonly length: bigint;
  readonly leaf: bigint;
  readonly rowChild: readonly (readonly bigint[])[];
}

/** A position's row in the tree; one that does not count gets a leaf and a way of its own, which lead nowhere. */
function lookUp(tree: PolicyTree, row: number, counts: boolean, size: AccountSize, hash: Hash): LookedUp {
  const found = counts ? tree.rows.get(row) : undefined;
  if (counts && found === undefined)
    throw new AccountError("row-not-open", `row ${row} has no leaf in the policy's tree`);
  const content = found ?? emptyRow(row);
  const { scenarios } = content;
  if (scenarios.length > size.scenarios) {
    throw new AccountError(
      "too-many-scenarios",
      `row ${row}: expected at most ${size.scenarios} scenarios, came ${scenarios.length}`,
    );
  }
  const leaf = policyRowLeaf(content, hash);
  return {
    opened: counts ? 1n : 0n,
    cap: BigInt(content.cap),
    group: BigInt(content.group),
    maxMaintenance: toField(content.maxMaintenance),
    maxInitial: toField(content.maxInitial),
    equity: toField(content.equity),
    maintenance: toField(content.maintenance),
    initial: toField(content.initial),
    pnl: Array.from({ length: size.scenarios }, (_, s) => toField(scenarios[s] ?? 0n)),
    length: BigInt(LEAF_HEAD + scenarios.length),
    leaf,
    rowChild: found ? policyTreeChildren(tree, row).slice(0, TREE_DEPTH) : alone(leaf, hash),
  };
}

function emptyRow(row: number): PolicyRow {
  const nothing = { maxMaintenance: 0n, maxInitial: 0n, equity: 0n, maintenance: 0n, initial: 0n };
  return { row, cap: 0, group: 0, ...nothing, scenarios: [] };
}

/** Nodes with one child each. */
function alone(leaf: bigint, hash: Hash): bigint[][] {
  let node = leaf;
  return Array.from({ length: TREE_DEPTH }, () => {
    const children = Array.from({ length: TREE_ARITY }, (_, i) => (i === 0 ? node : 0n));
    node = hash(children);
    return children;
  });
}

/** By field instead of by position. */
function columns(looked: readonly LookedUp[]): OpeningInputs {
  const names = Object.keys(looked[0]!) as (keyof LookedUp)[];
  return Object.fromEntries(names.map((name) => [name, looked.map((one) => one[name])]));
}

/** Children of the tree's root. */
function topOf(tree: PolicyTree): bigint[] {
  const [some] = tree.rows.keys();
  if (some === undefined) throw new AccountError("row-not-open", "the policy has no row");
  return policyTreeChildren(tree, some).at(-1)!;
}
