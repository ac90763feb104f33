import { MAX_SLOTS, TREE_ARITY, TREE_DEPTH } from "../constants.ts";
import { type Hash, poseidon } from "../poseidon.ts";

/** Levels of a batch tree from the slots (level 0, as given) to the root (level 3, one node). Missing children and
 * nodes without an existing child are 0. */
export function batchTree(slots: readonly bigint[], hash: Hash = poseidon): bigint[][] {
  if (slots.length === 0 || slots.length > MAX_SLOTS) {
    throw new RangeError(`a batch has 1 to ${MAX_SLOTS} slots, came ${slots.length}`);
  }
  const levels = [[...slots]];
  for (let depth = 0; depth < TREE_DEPTH; depth++) {
    const below = levels[depth]!;
    const level: bigint[] = [];
    for (let start = 0; start < below.length; start += TREE_ARITY) level.push(hash(children(below, start)));
    levels.push(level);
  }
  return levels;
}

/** Root of a batch tree. Throws on no slots, and on more than 4,096. */
export function batchRoot(slots: readonly bigint[], hash: Hash = poseidon): bigint {
  return batchTree(slots, hash)[TREE_DEPTH]![0]!;
}

/** A slot's path: at each of the 3 depths the 15 siblings in order, without the node itself. */
export function batchPath(levels: readonly bigint[][], slot: number): bigint[][] {
  const path: bigint[][] = [];
  for (let depth = 0, at = slot; depth < TREE_DEPTH; depth++, at = Math.floor(at / TREE_ARITY)) {
    const group = children(levels[depth]!, at - (at % TREE_ARITY));
    path.push(group.filter((_, i) => i !== at % TREE_ARITY));
  }
  return path;
}

/** The root that a leaf in `slot` has under `path`. Throws on a path of another shape. */
export function rootOfPath(
  leaf: bigint,
  slot: number,
  path: readonly (readonly bigint[])[],
  hash: Hash = poseidon,
): bigint {
  if (path.length !== TREE_DEPTH || path.some((siblings) => siblings.length !== TREE_ARITY - 1)) {
    throw new RangeError(`a path has ${TREE_DEPTH} levels of ${TREE_ARITY - 1} siblings`);
  }
  if (!Number.isInteger(slot) || slot < 0 || slot >= MAX_SLOTS)
    throw new RangeError(`slot ${slot} is not in a batch`);
  let node = leaf;
  let at = slot;
  for (const siblings of path) {
    const place = at % TREE_ARITY;
    node = hash([...siblings.slice(0, place), node, ...siblings.slice(place)]);
    at = Math.floor(at / TREE_ARITY);
  }
  return node;
}

function children(level: readonly bigint[], start: number): bigint[] {
  return Array.from({ length: TREE_ARITY }, (_, i) => level[start + i] ?? 0n);
}
