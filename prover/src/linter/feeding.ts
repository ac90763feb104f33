import { COLUMN, hasMax } from "@plimsoll/verifier/policy/shape.ts";
import type { Finding, Rule } from "./report.ts";
import { closedBySlacks, coefficient, type System } from "./system.ts";
import { describeColumn } from "./words.ts";

/**
 * Rule (7), row against row: in margins and in the parent's column a loss never adds, and one unit of profit with one of loss, which
 * is nothing in the group itself, adds nothing; a maximum that enters the parent's column never adds there.
 */
export function feedingFindings(system: System): Finding[] {
  const { layout } = system;
  const findings: Finding[] = [];
  for (const [g, { feeds, scenarios, ...of }] of layout.shape.groups.entries()) {
    if (feeds === undefined) continue;
    if (hasMax({ feeds, scenarios, ...of })) {
      const column = layout.scenarioColumn(feeds.parent, feeds.by === "max" ? feeds.column : 0);
      const where = `maximum of group ${g}, ${describeColumn(layout, column)}`;
      findings.push(...neverAdds(system, "fed-max-is-charged", where, column, [layout.max(g)]));
      continue;
    }
    for (let s = 0; s < scenarios; s++) {
      const where = `what scenario ${s} of group ${g} feeds`;
      for (const column of [COLUMN.maintenance, COLUMN.initial, layout.scenarioColumn(feeds.parent, s)]) {
        const there = `${where}, ${describeColumn(layout, column)}`;
        const [pos, neg] = [layout.pos(g, s), layout.neg(g, s)];
        findings.push(
          ...neverAdds(system, "gains-within-losses", there, column, [neg]),
          ...neverAdds(system, "gains-within-losses", there, column, [pos, neg]),
        );
      }
    }
  }
  return findings;
}

/**
 * Rule (6), row against row: no extra is a profit in a scenario, whatever it costs. Without holdings it can't be afforded, so the
 * claim of the whole group does not see it.
 */
export function extraFindings(system: System): Finding[] {
  const { layout } = system;
  return layout.shape.groups.flatMap(({ scenarios, extras = 0 }, g) =>
    Array.from({ length: extras }, (_, e) => e).flatMap((e) => {
      const columns = Array.from({ length: scenarios }, (_, s) => layout.scenarioColumn(g, s));
      return columns
        .flatMap((column) => {
          const where = `extra ${e} of group ${g}, ${describeColumn(layout, column)}`;
          return neverAdds(system, "extras-never-profit", where, column, [layout.extra(g, e)]);
        })
        .slice(0, 1);
    }),
  );
}

function neverAdds(
  system: System,
  rule: Rule,
  where: string,
  column: number,
  rows: readonly number[],
): Finding[] {
  const gain = rows.reduce((sum, row) => sum + coefficient(system, row, column), 0n);
  if (gain <= 0n) return [];
  const quantities = closedBySlacks(system, new Map(rows.map((row) => [row, 1n])));
  const words =
    rows.length > 1
      ? `a unit of profit with a unit of loss adds ${gain} there: gains weigh more than losses`
      : `a unit of it adds ${gain} there, where it should be a charge`;
  return [{ rule, severity: "refuse", where, words, counterexample: { kind: "change", quantities, gain } }];
}
