import { COLUMN, hasMax } from "@plimsoll/verifier/policy/shape.ts";
import { positiveMaximum } from "./integers.ts";
import { coefficient, rowOf, type System } from "./system.ts";

/**
 * Multipliers that follow where an extra's burden goes, for the claim that nothing lifts a group's columns for free. `lifted` has
 * those of the columns in question. An extra that lifts one and burdens another is paid for there: the other's multiplier
 * makes up for it, extra by extra in their order, which is the order in which burdens are settled. What a scenario is
 * burdened with goes to the parent, to its parent, and to the maximum at the end, which is charged in both margins.
 * Only a guess: whether the multipliers certify the claim is checked elsewhere.
 */
export function burdensFollowed(
  system: System,
  group: number,
  lifted: ReadonlyMap<number, bigint>,
): ReadonlyMap<number, bigint> {
  const { layout } = system;
  const { groups } = layout.shape;
  const byColumn = new Map(lifted);
  const at = (column: number): bigint => byColumn.get(column) ?? 0n;
  const profit = (row: number): bigint => rowOf(system, row).reduce((sum, [c, by]) => sum - at(c) * by, 0n);
  for (let e = 0; e < (groups[group]!.extras ?? 0); e++) {
    const row = layout.extra(group, e);
    const lacks = profit(row);
    const burdened = rowOf(system, row).find(([c, by]) => c > COLUMN.initial && by < 0n);
    if (lacks <= 0n || burdened === undefined) continue;
    const [column, by] = burdened;
    byColumn.set(column, at(column) - (lacks - by - 1n) / -by);
  }
  // Up to the group that ends in a maximum: a loss must weigh no less there than here.
  for (
    let g = group, feeds = groups[g]!.feeds;
    feeds?.by === "scenarios";
    g = feeds.parent, feeds = groups[g]!.feeds
  ) {
    for (let s = 0; s < groups[g]!.scenarios; s++) {
      const parent = layout.scenarioColumn(feeds.parent, s);
      const weight = -coefficient(system, layout.neg(g, s), parent);
      const here = at(layout.scenarioColumn(g, s));
      if (weight > 0n) byColumn.set(parent, -((weight - 1n - here) / weight));
    }
  }
  // And down to all that feeds it.
  for (let g = groups.length - 1; g >= 0; g--) {
    const { feeds, scenarios } = groups[g]!;
    if (feeds?.by !== "scenarios") continue;
    for (let s = 0; s < scenarios; s++) {
      const parent = layout.scenarioColumn(feeds.parent, s);
      byColumn.set(layout.scenarioColumn(g, s), -coefficient(system, layout.neg(g, s), parent) * at(parent));
    }
  }
  const paid = layout.roles.filter(
    ({ role }) => role.kind === "extra" || (role.kind === "max" && hasMax(groups[role.group]!)),
  );
  const charge = positiveMaximum(paid.map(({ row }) => profit(row)));
  return byColumn.set(COLUMN.maintenance, -charge).set(COLUMN.initial, -charge);
}
