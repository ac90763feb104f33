import { COLUMN, type Layout, ownColumns, type RowRole } from "@plimsoll/verifier/policy/shape.ts";
import type { Finding } from "./report.ts";
import { brokenTwins, coefficient, feedOf, rowOf, type System, slackOf } from "./system.ts";
import { describeColumn, describeRow } from "./words.ts";

/**
 * What the other rules build on and M has by construction: coarse rows are 2^40 times the fine ones, portions have none, each column has a slack
 * that is -1 there and nothing elsewhere, or pos and neg that are -1 and +1 there and nothing but margins and the parent's column
 * elsewhere (so the polyhedron of multipliers has vertices), and rows touch no column foreign to
 * their role (an asset in a scenario column would escape its cap and `unitWeight`).
 */
export function structureFindings(system: System): Finding[] {
  const { layout } = system;
  const refuse = (where: string, words: string): Finding => ({
    rule: "structure",
    severity: "refuse",
    where,
    words,
  });
  const portions = new Set(layout.roles.flatMap(({ row, role }) => (role.kind === "portion" ? [row] : [])));
  const findings = brokenTwins(system).map((row) =>
    refuse(
      describeRow(layout, row),
      portions.has(row)
        ? "it has a coarse row, so it holds more than its width"
        : "its coarse row is not 2^40 times its fine row in every column",
    ),
  );
  for (let column = 0; column < layout.columns; column++) {
    const fed = feedOf(system, column);
    if (fed !== undefined) {
      if (coefficient(system, fed.pos, column) === -1n && coefficient(system, fed.neg, column) === 1n)
        continue;
      findings.push(refuse(describeColumn(layout, column), "its pos must be -1 there and its neg +1"));
      continue;
    }
    const terms = rowOf(system, slackOf(system, column)!);
    if (terms.length === 1 && terms[0]![0] === column && terms[0]![1] === -1n) continue;
    findings.push(refuse(describeColumn(layout, column), "its slack must be -1 there and 0 elsewhere"));
  }
  for (const { row, role } of layout.roles) {
    const allowed = columnsOf(layout, role);
    for (const [column] of rowOf(system, row)) {
      if (allowed.has(column)) continue;
      findings.push(
        refuse(describeRow(layout, row), `has a coefficient in ${describeColumn(layout, column)}`),
      );
    }
  }
  return findings;
}

function columnsOf(layout: Layout, role: RowRole): ReadonlySet<number> {
  const { equity, maintenance, initial } = COLUMN;
  const cap = (asset: number): number[] =>
    layout.cappedAssets.includes(asset) ? [layout.capColumn(asset)] : [];
  const own = (group: number): number[] =>
    Array.from({ length: ownColumns(layout.shape.groups[group]!) }, (_, s) =>
      layout.scenarioColumn(group, s),
    );
  switch (role.kind) {
    case "asset": {
      const split = layout.tieredAssets.includes(role.asset) ? [layout.splitColumn(role.asset)] : [];
      return new Set([equity, maintenance, initial, ...cap(role.asset), ...split]);
    }
    case "debt":
      return new Set([equity, maintenance, initial]);
    case "long":
    case "short":
      return new Set([equity, maintenance, initial, ...own(role.group)]);
    case "equityPlus":
    case "equityMinus":
      return new Set([equity]);
    case "shortfall":
    case "slackMaintenance":
      return new Set([maintenance]);
    case "slackInitial":
      return new Set([initial]);
    case "slackCap":
      return new Set(cap(role.asset));
    case "portion":
    case "rest":
      return new Set([layout.splitColumn(role.asset), layout.creditColumn(role.asset)]);
    case "slackSplit":
      return new Set([layout.splitColumn(role.asset)]);
    case "slackCredit":
      return new Set([layout.creditColumn(role.asset)]);
    case "credit":
      return new Set([maintenance, initial, layout.creditColumn(role.asset)]);
    case "max": {
      const { scenarios, feeds } = layout.shape.groups[role.group]!;
      const parent = feeds?.by === "max" ? [layout.scenarioColumn(feeds.parent, feeds.column)] : [];
      return new Set([maintenance, initial, ...own(role.group).slice(0, scenarios), ...parent]);
    }
    case "pos":
    case "neg":
      return new Set([
        maintenance,
        initial,
        layout.scenarioColumn(role.group, role.scenario),
        layout.scenarioColumn(layout.shape.groups[role.group]!.feeds!.parent, role.scenario),
      ]);
    case "extra":
      return new Set([maintenance, initial, ...own(role.group)]);
    case "slackScenario":
      return new Set([layout.scenarioColumn(role.group, role.scenario)]);
    case "hedge":
      return new Set([maintenance, initial, ...own(role.group), ...cap(role.asset)]);
  }
}
