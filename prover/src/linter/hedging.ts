import { COLUMN } from "@plimsoll/verifier/policy/shape.ts";
import type { Finding } from "./report.ts";
import { closedBySlacks, coefficient, type System } from "./system.ts";
import { lostToWholeCredit } from "./tiers.ts";
import { roundedUp, type SurplusColumn, type UnitBound, unitBound } from "./unit-weights.ts";
import { describeColumn, describeRow } from "./words.ts";

export interface UnitWeights {
  /** By asset, over initial margin. 0 where a finding says that there is none. */
  readonly unitWeights: readonly bigint[];
  readonly bounds: readonly UnitBound[];
  readonly findings: readonly Finding[];
}

/**
 * unitWeight of every asset, and the last part of rule (5): what a borrowed unit can do for an account at best, hedges and
 * tiers included, is no more than what its debt costs, in initial and in maintenance margin.
 */
export function unitWeights(system: System): UnitWeights {
  const weights: bigint[] = [];
  const bounds: UnitBound[] = [];
  const findings: Finding[] = [];
  for (let k = 0; k < system.layout.shape.assets; k++) {
    for (const column of [COLUMN.initial, COLUMN.maintenance] as const) {
      const bound = unitBound(system, k, column);
      if (bound === undefined) {
        findings.push({
          rule: "unit-weight",
          severity: "refuse",
          where: `asset ${k}, ${describeColumn(system.layout, column)}`,
          words:
            "no bound on how much margin is lost when one unit leaves: nothing could be withdrawn safely",
        });
      } else {
        bounds.push(bound);
        findings.push(...borrowed(system, bound, column));
      }
      const isTiered = system.layout.tieredAssets.includes(k);
      const whole = isTiered ? lostToWholeCredit(system, k, column) : 0n;
      if (column === COLUMN.initial) weights.push(bound === undefined ? 0n : roundedUp(bound) + whole);
    }
  }
  return { unitWeights: weights, bounds, findings };
}

function borrowed(system: System, bound: UnitBound, column: SurplusColumn): Finding[] {
  const { layout } = system;
  const { asset, tight } = bound;
  const cost = coefficient(system, layout.debt(asset), column);
  const gain = bound.numerator + bound.denominator * cost;
  if (tight === undefined || gain <= 0n) return [];
  // The departure of a unit, backwards: the auxiliaries that made up for it come back.
  const quantities = new Map([
    [layout.asset(asset), bound.denominator],
    [layout.debt(asset), bound.denominator],
  ]);
  for (const [row, quantity] of bound.change) if (quantity !== 0n) quantities.set(row, -quantity);
  return [
    {
      rule: "borrowed-unit-gains",
      severity: "refuse",
      where: `debt of asset ${asset}, ${describeColumn(layout, column)}`,
      words:
        `owing a unit costs ${-cost}, holding it gains up to ${roundedUp(bound)} as ${describeRow(layout, tight)}: ` +
        "borrowed collateral adds margin",
      counterexample: { kind: "change", quantities: closedBySlacks(system, quantities), gain },
    },
  ];
}
