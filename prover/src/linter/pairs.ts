import { COLUMN } from "@plimsoll/verifier/policy/shape.ts";
import type { Finding } from "./report.ts";
import { closedBySlacks, coefficient, rowOf, type System } from "./system.ts";
import { describeColumn } from "./words.ts";

/**
 * Rule (5), row against row: in every column but a cap or a split, one unit of an asset with one unit of its debt adds nothing, and so does
 * a long with its short; a debt costs at least its value, even where the asset counts for nothing. Cap and split columns are left
 * out: a borrowed unit does lift the cap, or the credit, and `borrowed-unit-gains` weighs what it can do there against what its debt costs.
 */
export function pairFindings(system: System): Finding[] {
  const { layout } = system;
  const { assets, groups } = layout.shape;
  const findings: Finding[] = [];
  for (let k = 0; k < assets; k++) {
    findings.push(...pair(system, layout.asset(k), layout.debt(k), `asset ${k} and its debt`));
    for (const column of [COLUMN.maintenance, COLUMN.initial]) {
      const value = coefficient(system, layout.asset(k), COLUMN.equity);
      const margin = coefficient(system, layout.debt(k), column) + value;
      if (margin <= 0n) continue;
      findings.push({
        rule: "debt-costs-its-value",
        severity: "refuse",
        where: `debt of asset ${k}, ${describeColumn(layout, column)}`,
        words: `a unit owed lowers equity by ${value} and margin only by ${value - margin}`,
        counterexample: {
          kind: "change",
          quantities: closedBySlacks(system, new Map([[layout.debt(k), 1n]])),
          gain: margin,
        },
      });
    }
  }
  for (const [g, group] of groups.entries()) {
    for (let n = 0; n < group.instruments; n++) {
      const words = `long and short of instrument ${n} in group ${g}`;
      findings.push(...pair(system, layout.long(g, n), layout.short(g, n), words));
    }
  }
  return findings;
}

function pair(system: System, credit: number, counterweight: number, words: string): Finding[] {
  const { layout } = system;
  const caps = new Set([
    ...layout.cappedAssets.map((k) => layout.capColumn(k)),
    ...layout.tieredAssets.map((k) => layout.splitColumn(k)),
  ]);
  const columns = new Set(
    [...rowOf(system, credit), ...rowOf(system, counterweight)]
      .map(([column]) => column)
      .filter((c) => !caps.has(c)),
  );
  return [...columns].flatMap((column): Finding[] => {
    const gain = coefficient(system, credit, column) + coefficient(system, counterweight, column);
    if (gain <= 0n) return [];
    const quantities = closedBySlacks(
      system,
      new Map([
        [credit, 1n],
        [counterweight, 1n],
      ]),
    );
    return [
      {
        rule: "pairs-never-gain",
        severity: "refuse",
        where: `${words}, ${describeColumn(layout, column)}`,
        words: `one of each, which is nothing, adds ${gain} there`,
        counterexample: { kind: "change", quantities, gain },
      },
    ];
  });
}
