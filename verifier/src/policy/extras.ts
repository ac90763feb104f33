import type { GroupCoefficients } from "./matrix.ts";
import { type GroupShape, ownColumns } from "./shape.ts";

/** How a group's extras are computed: by extra, the extra columns that only it can lift, and by how much a unit does. */
export interface ExtraPlan {
  readonly lifts: readonly (readonly { readonly column: number; readonly by: bigint }[])[];
  readonly rows: GroupCoefficients["extras"] & {};
}

/**
 * Extras that are pure charges have a closed form: in the order of the list, each is the least that leaves none of the
 * columns that it lifts below 0. That needs an extra column to be lifted by one extra alone, and every other coefficient
 * to be a charge that comes before whatever it burdens: then the least of each makes the least of all. Null without
 * extras. Throws a RangeError for extras of any other kind.
 */
export function extraPlan(
  shape: GroupShape,
  { extras = [] }: GroupCoefficients,
  group: number,
): ExtraPlan | null {
  if (extras.length === 0) return null;
  const lifted = new Map<number, number>();
  const lifts = extras.map(({ maintenance, initial, scenarios }, e) => {
    const refuse = (why: string) => new RangeError(`group ${group}, extra ${e}: no closed form: ${why}`);
    if (maintenance > 0n || initial > 0n) throw refuse("it counts as a credit");
    return scenarios.flatMap((by, column) => {
      if (by > 0n) {
        if (column < shape.scenarios) throw refuse(`it is a profit in scenario ${column}`);
        const other = lifted.get(column);
        if (other !== undefined) throw refuse(`extra ${other} lifts column ${column} too`);
        lifted.set(column, e);
        return [{ column, by }];
      }
      if (by < 0n && lifted.has(column))
        throw refuse(`it burdens column ${column}, which is settled before it`);
      return [];
    });
  });
  return { lifts, rows: extras };
}

/** Amounts of the extras, and what they leave in the group's own columns. `columns` are the sums without them; changed in place. */
export function settleExtras({ lifts, rows }: ExtraPlan, columns: bigint[]): bigint[] {
  return rows.map(({ scenarios }, e) => {
    let amount = 0n;
    for (const { column, by } of lifts[e]!) {
      const lacks = -columns[column]!;
      if (lacks <= 0n) continue;
      const needed = (lacks + by - 1n) / by;
      if (needed > amount) amount = needed;
    }
    if (amount !== 0n) for (let c = 0; c < scenarios.length; c++) columns[c]! += scenarios[c]! * amount;
    return amount;
  });
}

/** Whether one unit of a row changes a group's extra columns. */
export function touchesExtraColumns(shape: GroupShape, scenarios: readonly bigint[]): boolean {
  return scenarios.slice(shape.scenarios, ownColumns(shape)).some((c) => c !== 0n);
}
