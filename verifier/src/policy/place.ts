import { type GroupShape, linkNumbers } from "./shape.ts";

/**
 * Where groups go in a shape that may have more: by group, the number of its place, ascending. A group's place has room for
 * it and feeds what the group feeds, in the same way. The first such choice; null when there is none.
 */
export function placesOf(groups: readonly GroupShape[], shape: readonly GroupShape[]): number[] | null {
  const places: number[] = [];
  /** Places that parents have to take, since a child has its own. */
  const fixed = new Map<number, number>();
  /** What was tried in vain: without it a group that fits nowhere costs time exponential in the groups before it. */
  const failed = new Set<string>();
  const place = (g: number, from: number): boolean => {
    const group = groups[g];
    if (group === undefined) return true;
    const state = [g, from, ...[...fixed].filter(([parent]) => parent >= g).flat()].join();
    if (failed.has(state)) return false;
    for (let p = from; p < shape.length; p++) {
      if (!hasRoom(group, shape[p]!) || (fixed.has(g) && fixed.get(g) !== p)) continue;
      const parent = group.feeds?.parent;
      const fed = shape[p]!.feeds?.parent;
      if (parent !== undefined && fixed.has(parent) && fixed.get(parent) !== fed) continue;
      const isFirst = parent !== undefined && !fixed.has(parent);
      if (isFirst) fixed.set(parent, fed!);
      places[g] = p;
      if (place(g + 1, p + 1)) return true;
      if (isFirst) fixed.delete(parent);
    }
    failed.add(state);
    return false;
  };
  return place(0, 0) ? places : null;
}

/** Extras of a group in a place: one more lifts the place's spare extra columns (padding.ts). */
export function extrasNeeded({ extras = 0, extraColumns = 0 }: GroupShape, place: GroupShape): number {
  return extras + ((place.extraColumns ?? 0) > extraColumns ? 1 : 0);
}

function hasRoom(group: GroupShape, place: GroupShape): boolean {
  const [by, , column] = linkNumbers(group);
  const [placeBy, , placeColumn] = linkNumbers(place);
  return (
    by === placeBy &&
    column === placeColumn &&
    group.instruments <= place.instruments &&
    group.scenarios <= place.scenarios &&
    extrasNeeded(group, place) <= (place.extras ?? 0) &&
    (group.extraColumns ?? 0) <= (place.extraColumns ?? 0) &&
    group.hedges.every((asset) => place.hedges.includes(asset))
  );
}
