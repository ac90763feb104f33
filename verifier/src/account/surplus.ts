import { FREE_UNIT, MAX_QUANTITY } from "../constants.ts";
import type { Entry } from "../encodings/entry.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import { completeAccount } from "../policy/complete.ts";
import type { PolicyRow, PolicyTree } from "../policy/policy-tree.ts";
import { AccountError } from "./error.ts";

/** Units of collateral that the account lets move with a group's scenarios, by the hedge's row. */
export interface ChosenHedge {
  readonly row: number;
  readonly units: bigint;
}

/** A risk group that the account is in. */
export interface JudgedGroup {
  /** First column of its scenarios, which names it. */
  readonly group: number;
  /** What initial margin takes for one unit of the worst loss, not negative. */
  readonly charge: bigint;
  /** Worst loss, money units. */
  readonly maximum: bigint;
  readonly hedge: ChosenHedge | undefined;
}

/** An account's margin at a published policy, in money units. */
export interface JudgedAccount {
  /** Lower bound of the surplus over initial margin. */
  readonly surplus: bigint;
  /** By ascending group. */
  readonly groups: readonly JudgedGroup[];
}

/**
 * The reference of the circuit's InitialSurplus, with the least maxima: haircut-weighted holdings and hedges less the worst
 * scenario of each group. Throws AccountError for a holding that has no row in the tree, and for hedges that are not of
 * what is held or more than one to a group.
 */
export function judgeAccount(
  tree: PolicyTree,
  holdings: readonly Entry[],
  hedges: readonly ChosenHedge[],
): JudgedAccount {
  const held = holdings.filter(({ quantity }) => quantity > 0n);
  const used = hedges.filter(({ units }) => units > 0n);
  entriesBehind(tree, holdings, used);
  let surplus = 0n;
  const pnl = new Map<number, bigint[]>();
  const charges = new Map<number, bigint>();
  for (const { row, quantity } of [...held, ...used.map(({ row, units }) => ({ row, quantity: units }))]) {
    const { group, initial, maxInitial, scenarios } = openRow(tree, row);
    surplus += initial * quantity;
    if (group === 0) continue;
    const sums = pnl.get(group) ?? scenarios.map(() => 0n);
    pnl.set(
      group,
      sums.map((sum, s) => sum + scenarios[s]! * quantity),
    );
    charges.set(group, -maxInitial);
  }
  const groups = [...pnl.keys()]
    .sort((a, b) => a - b)
    .map((group): JudgedGroup => {
      const [worst] = [0n, ...pnl.get(group)!].sort((a, b) => (a < b ? -1 : 1));
      const maximum = -worst!;
      const charge = charges.get(group)!;
      surplus -= charge * maximum;
      return { group, charge, maximum, hedge: used.find(({ row }) => openRow(tree, row).group === group) };
    });
  return { surplus, groups };
}

/** The largest number that can be shown of this surplus, 10^-6 quote; undefined below zero. */
export function largestFree({ surplus }: JudgedAccount): bigint | undefined {
  if (surplus < 0n) return undefined;
  return atMost(surplus / FREE_UNIT);
}

/**
 * Hedges for a large surplus over initial margin: those of the account's completion, as many as one entry and one slot take. Where
 * a group of the policy uses several, the one that does most. Throws AccountError for a holding without a row in the tree.
 */
export function bestHedges(
  policy: CompiledPolicy,
  tree: PolicyTree,
  holdings: readonly Entry[],
): ChosenHedge[] {
  const chosen: ChosenHedge[] = [];
  for (const { group, hedges } of completeAccount(policy, holdings).report.groups) {
    const surplusWith = (hedge: ChosenHedge) => judgeAccount(tree, holdings, [...chosen, hedge]).surplus;
    const found = hedges
      .map(({ hedge, units }) => ({ row: policy.layout.hedge(group, hedge), units: atMost(units) }))
      .filter(({ row, units }) => units > 0n && tree.rows.has(row));
    const [best] =
      found.length > 1 ? found.toSorted((a, b) => (surplusWith(b) > surplusWith(a) ? 1 : -1)) : found;
    if (best !== undefined) chosen.push(best);
  }
  return chosen;
}

function atMost(units: bigint): bigint {
  if (units > MAX_QUANTITY) return MAX_QUANTITY;
  return units;
}

/** Positions of the entries that stand behind each hedge: an entry behind one hedge at most. Throws AccountError. */
export function entriesBehind(
  tree: PolicyTree,
  holdings: readonly Entry[],
  hedges: readonly ChosenHedge[],
): number[][] {
  const taken = new Set<number>();
  const groups = new Set<number>();
  return hedges.map(({ row, units }) => {
    const { cap, group } = openRow(tree, row);
    if (cap === 0 || group === 0 || units < 0n || units > MAX_QUANTITY || groups.has(group)) {
      throw new AccountError("hedge", `row ${row}: expected one hedge to a group, of a quantity`);
    }
    groups.add(group);
    const behind: number[] = [];
    let covered = 0n;
    for (const [at, entry] of holdings.entries()) {
      if (covered >= units) break;
      if (taken.has(at) || entry.quantity === 0n || openRow(tree, entry.row).cap !== cap) continue;
      taken.add(at);
      behind.push(at);
      covered += entry.quantity;
    }
    if (covered < units) throw new AccountError("hedge", `row ${row}: the account holds less than it hedges`);
    return behind;
  });
}

function openRow({ rows }: PolicyTree, row: number): PolicyRow {
  const found = rows.get(row);
  if (found !== undefined) return found;
  throw new AccountError("row-not-open", `row ${row} has no leaf in the policy's tree`);
}
