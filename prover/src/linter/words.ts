import { AUXILIARY_BASE, ROW_FREE } from "@plimsoll/verifier/constants.ts";
import { COLUMN, coarse, type Layout, ownColumns, type RowRole } from "@plimsoll/verifier/policy/shape.ts";

/** A row in words, such as "the short of instrument 2 in group 0". */
export function describeRow(layout: Layout, row: number): string {
  if (row === ROW_FREE) return "free collateral";
  const found = layout.roles.find((r) => r.row === row || (row >= AUXILIARY_BASE && coarse(r.row) === row));
  return found === undefined ? `row ${row}` : describeRole(found.role);
}

export function describeRole(role: RowRole): string {
  switch (role.kind) {
    case "asset":
      return `asset ${role.asset}`;
    case "debt":
      return `debt of asset ${role.asset}`;
    case "long":
    case "short":
      return `${role.kind} of instrument ${role.instrument} in group ${role.group}`;
    case "equityPlus":
      return "equity+";
    case "equityMinus":
      return "equity-";
    case "shortfall":
      return "shortfall";
    case "slackMaintenance":
      return "maintenance slack";
    case "slackInitial":
      return "initial slack";
    case "slackCap":
      return `unhedged rest of asset ${role.asset}`;
    case "portion":
      return `portion ${role.portion} of asset ${role.asset}`;
    case "rest":
      return `rest of asset ${role.asset} beyond its portions`;
    case "slackSplit":
      return `uncounted part of asset ${role.asset}`;
    case "slackCredit":
      return `unused credit of asset ${role.asset}`;
    case "credit":
      return `credit of asset ${role.asset}`;
    case "max":
      return `maximum of group ${role.group}`;
    case "slackScenario":
      return `slack of scenario ${role.scenario} in group ${role.group}`;
    case "pos":
    case "neg":
      return `${role.kind === "pos" ? "profit" : "loss"} fed from scenario ${role.scenario} of group ${role.group}`;
    case "extra":
      return `extra ${role.extra} of group ${role.group}`;
    case "hedge":
      return `hedge of group ${role.group} with asset ${role.asset}`;
  }
}

export function describeColumn(layout: Layout, column: number): string {
  if (column === COLUMN.equity) return "equity";
  if (column === COLUMN.maintenance) return "maintenance";
  if (column === COLUMN.initial) return "initial";
  for (const [g, group] of layout.shape.groups.entries()) {
    const scenario = column - layout.scenarioColumn(g, 0);
    if (scenario >= 0 && scenario < ownColumns(group)) return `scenario ${scenario} of group ${g}`;
  }
  const tiered = layout.tieredAssets.find(
    (k) => column === layout.splitColumn(k) || column === layout.creditColumn(k),
  );
  if (tiered !== undefined)
    return `the ${column === layout.splitColumn(tiered) ? "split" : "credit"} of asset ${tiered}`;
  return `the cap of asset ${layout.cappedAssets[column - layout.capColumn(layout.cappedAssets[0]!)]}`;
}

/** "3 x asset 0, 1 x debt of asset 0", zeros left out. */
export function describeCombination(layout: Layout, combination: ReadonlyMap<number, bigint>): string {
  return [...combination]
    .filter(([, quantity]) => quantity !== 0n)
    .map(([row, quantity]) => `${quantity} x ${describeRow(layout, row)}`)
    .join(", ");
}
