import { POLICY_TREE_DEPTH, TAG, TREE_ARITY } from "../constants.ts";
import { sponge } from "../encodings/sponge.ts";
import { toField } from "../field.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { type MatrixRow, type PolicyCoefficients, policyMatrix } from "./matrix.ts";
import { COLUMN, type GroupShape, type Layout, layoutOf, ownColumns, type RowRole } from "./shape.ts";

/**
 * A row of M as a statement about one account reads it: with the sums over its holdings of initial, maintenance and each
 * scenario it has a lower bound of that account's surplus, without any auxiliary but the maximum of each group:
 * initial . q + maxInitial * max(0, -min over scenarios of scenario . q).
 */
export interface PolicyRow {
  readonly row: number;
  /** Column of the cap on what hedges of this asset use: of its asset row and of its hedges. 0 without one. */
  readonly cap: number;
  /** First column of the group that the row's scenarios are in, which tells groups apart. 0 without a group. */
  readonly group: number;
  /** Charges of that group's maximum, never positive; 0 without a group. */
  readonly maxMaintenance: bigint;
  readonly maxInitial: bigint;
  readonly equity: bigint;
  readonly maintenance: bigint;
  readonly initial: bigint;
  /** By scenario of the group. */
  readonly scenarios: readonly bigint[];
}

/** The tree by levels, from leaves to the root; what is not in a level is 0. */
export interface PolicyTree {
  readonly rows: ReadonlyMap<number, PolicyRow>;
  readonly levels: readonly ReadonlyMap<number, bigint>[];
  readonly root: bigint;
}

/**
 * The rows that have a leaf: assets, debts, and the instruments and hedges (fine rows) of groups whose maximum is the only
 * thing charged for their scenarios. A group that feeds another, or has columns that its maximum does not offset, is left out: what
 * is not in the tree cannot be opened, so no statement reads such a row as if it were plain.
 */
export function policyTreeRows(policy: PolicyCoefficients): PolicyRow[] {
  const layout = layoutOf(policy.shape);
  const matrix = policyMatrix(policy);
  return layout.roles.flatMap(({ row, role }) => {
    const place = placeOf(layout, role);
    return place === undefined ? [] : [policyRow(layout, matrix.get(row)!, { ...place, row }, policy)];
  });
}

/** sponge(TAG_POLICY_ROW, row, cap, group, maxMaintenance, maxInitial, equity, maintenance, initial, scenarios). */
export function policyRowLeaf(row: PolicyRow, hash: Hash = poseidon): bigint {
  const numbers = [row.maxMaintenance, row.maxInitial, row.equity, row.maintenance, row.initial];
  const list = [BigInt(row.row), BigInt(row.cap), BigInt(row.group), ...numbers, ...row.scenarios];
  return sponge(TAG.POLICY_ROW, list.map(toField), hash);
}

/**
 * 16-ary tree of depth 4 with a row's leaf at the place of its number; an absent leaf is 0, and so is a node without an existing
 * child. A leaf names its row: whoever checks a path need not compare its place with the row.
 */
export function policyTree(policy: PolicyCoefficients, hash: Hash = poseidon): PolicyTree {
  const rows = new Map(policyTreeRows(policy).map((row) => [row.row, row]));
  const levels: Map<number, bigint>[] = [
    new Map([...rows].map(([row, content]) => [row, policyRowLeaf(content, hash)])),
  ];
  for (let depth = 0; depth < POLICY_TREE_DEPTH; depth++) {
    const below = levels[depth]!;
    const parents = new Set([...below.keys()].map((at) => Math.floor(at / TREE_ARITY)));
    levels.push(new Map([...parents].map((at) => [at, hash(children(below, at))])));
  }
  return { rows, levels, root: levels[POLICY_TREE_DEPTH]!.get(0) ?? 0n };
}

/** At each of the 4 depths the 15 siblings in order, without the node itself. Throws for a row without a leaf. */
export function policyTreePath({ rows, levels }: PolicyTree, row: number): bigint[][] {
  if (!rows.has(row)) throw new RangeError(`row ${row} has no leaf in the policy's tree`);
  let at = row;
  return levels.slice(0, POLICY_TREE_DEPTH).map((level) => {
    const place = at % TREE_ARITY;
    at = Math.floor(at / TREE_ARITY);
    return children(level, at).filter((_, i) => i !== place);
  });
}

/** At each of the 4 depths all 16 children of the node that the row's leaf is below. Throws for a row without a leaf. */
export function policyTreeChildren({ rows, levels }: PolicyTree, row: number): bigint[][] {
  if (!rows.has(row)) throw new RangeError(`row ${row} has no leaf in the policy's tree`);
  let at = row;
  return levels.slice(0, POLICY_TREE_DEPTH).map((level) => {
    at = Math.floor(at / TREE_ARITY);
    return children(level, at);
  });
}

/** The root that a row's leaf has under `path`. Throws on a path of another shape. */
export function rootOfPolicyRow(
  row: PolicyRow,
  path: readonly (readonly bigint[])[],
  hash: Hash = poseidon,
): bigint {
  if (path.length !== POLICY_TREE_DEPTH || path.some((siblings) => siblings.length !== TREE_ARITY - 1)) {
    throw new RangeError(`a path has ${POLICY_TREE_DEPTH} levels of ${TREE_ARITY - 1} siblings`);
  }
  let at = row.row;
  return path.reduce(
    (node, siblings) => {
      const place = at % TREE_ARITY;
      at = Math.floor(at / TREE_ARITY);
      return hash([...siblings.slice(0, place), node, ...siblings.slice(place)]);
    },
    policyRowLeaf(row, hash),
  );
}

interface Place {
  readonly cap: number;
  readonly group?: number;
}

function placeOf(layout: Layout, role: RowRole): Place | undefined {
  const plain = (group: number) => isPlain(layout.shape.groups[group]!);
  switch (role.kind) {
    case "asset":
      return { cap: layout.cappedAssets.includes(role.asset) ? layout.capColumn(role.asset) : 0 };
    case "debt":
      return { cap: 0 };
    case "long":
    case "short":
      return plain(role.group) ? { cap: 0, group: role.group } : undefined;
    case "hedge":
      return plain(role.group) ? { cap: layout.capColumn(role.asset), group: role.group } : undefined;
    default:
      return undefined;
  }
}

const isPlain = (group: GroupShape): boolean =>
  group.feeds === undefined && ownColumns(group) === group.scenarios;

function policyRow(
  layout: Layout,
  terms: MatrixRow,
  { row, cap, group }: Place & { row: number },
  policy: PolicyCoefficients,
): PolicyRow {
  const coefficients = new Map(terms);
  const at = (column: number): bigint => coefficients.get(column) ?? 0n;
  const global = {
    equity: at(COLUMN.equity),
    maintenance: at(COLUMN.maintenance),
    initial: at(COLUMN.initial),
  };
  if (group === undefined) {
    return { row, cap, group: 0, maxMaintenance: 0n, maxInitial: 0n, ...global, scenarios: [] };
  }
  const { max } = policy.groups[group]!;
  const { scenarios } = layout.shape.groups[group]!;
  return {
    row,
    cap,
    group: layout.scenarioColumn(group, 0),
    maxMaintenance: max.maintenance,
    maxInitial: max.initial,
    ...global,
    scenarios: Array.from({ length: scenarios }, (_, s) => at(layout.scenarioColumn(group, s))),
  };
}

function children(level: ReadonlyMap<number, bigint>, parent: number): bigint[] {
  return Array.from({ length: TREE_ARITY }, (_, i) => level.get(TREE_ARITY * parent + i) ?? 0n);
}
