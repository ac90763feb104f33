import type { Entry } from "../../verifier/src/encodings/entry.ts";
import type { CompiledPolicy } from "../../verifier/src/policy/compile.ts";
import { auxiliaryEntries, type Completion, type MarginReport } from "../../verifier/src/policy/complete.ts";
import { bestHedge } from "../../verifier/src/policy/hedge.ts";
import { policyMatrix } from "../../verifier/src/policy/matrix.ts";
import { COLUMN } from "../../verifier/src/policy/shape.ts";

export type Level = "maintenance" | "initial";

/** Surpluses and groups under the hedges that are best at one level. */
export interface Margin {
  readonly maintenance: bigint;
  readonly initial: bigint;
  readonly groups: MarginReport["groups"];
}

/** An account's margin with the hedges of either level, and its equity. */
export interface PlainMargin extends Readonly<Record<Level, Margin>> {
  readonly equity: bigint;
  /** Sums of M's columns over the holdings. */
  readonly columns: ReadonlyMap<number, bigint>;
}

/** Margin read off the columns of M in integers of any size: slow, and nothing to get wrong. */
export function plainMargin(policy: CompiledPolicy): (holdings: readonly Entry[]) => PlainMargin {
  const matrix = policyMatrix(policy.coefficients);
  return (holdings) => {
    const columns = new Map<number, bigint>();
    for (const { row, quantity } of holdings) {
      for (const [column, c] of matrix.get(row)!)
        columns.set(column, (columns.get(column) ?? 0n) + c * quantity);
    }
    const equity = columns.get(COLUMN.equity) ?? 0n;
    return {
      equity,
      columns,
      initial: marginAt(policy, holdings, columns, "initial"),
      maintenance: marginAt(policy, holdings, columns, "maintenance"),
    };
  };
}

function marginAt(
  { coefficients, layout }: CompiledPolicy,
  holdings: readonly Entry[],
  columns: ReadonlyMap<number, bigint>,
  level: Level,
): Margin {
  let maintenance = columns.get(COLUMN.maintenance) ?? 0n;
  let initial = columns.get(COLUMN.initial) ?? 0n;
  const groups = coefficients.groups.flatMap(({ instruments, max, hedges }, group) => {
    const first = layout.long(group, 0);
    const inGroup = ({ row, quantity }: Entry) =>
      quantity > 0n && row >= first && row < first + 2 * instruments.length;
    if (!holdings.some(inGroup)) return [];
    const pnl = Array.from(
      { length: layout.shape.groups[group]!.scenarios },
      (_, s) => columns.get(layout.scenarioColumn(group, s)) ?? 0n,
    );
    const used = hedges.findIndex((h) => h.initial !== 0n || h.scenarios.some((c) => c !== 0n));
    const row = hedges[used];
    const capOf = (of: number) => layout.cappedAssets.indexOf(layout.shape.groups[group]!.hedges[of]!);
    let hedge = 0n;
    if (row !== undefined) {
      const held = columns.get(layout.capColumn(layout.shape.groups[group]!.hedges[used]!)) ?? 0n;
      const charged = pnl.map((amount, s) => ({
        constant: -max[level] * amount,
        slope: row[level] - max[level] * row.scenarios[s]!,
      }));
      hedge = bestHedge([{ constant: 0n, slope: row[level] }, ...charged], held);
      maintenance += row.maintenance * hedge;
      initial += row.initial * hedge;
    }
    const scenarioPnl = pnl.map((amount, s) => amount + hedge * (row?.scenarios[s] ?? 0n));
    const lowest = [0n, ...scenarioPnl].sort((a, b) => (a < b ? -1 : 1))[0]!;
    maintenance += max.maintenance * -lowest;
    initial += max.initial * -lowest;
    return {
      group,
      scanRisk: -lowest,
      maintenanceCharge: max.maintenance * lowest,
      initialCharge: max.initial * lowest,
      worstScenario: lowest === 0n ? null : scenarioPnl.indexOf(lowest),
      scenarioPnl,
      hedges: row === undefined ? [] : [{ hedge: used, cap: capOf(used), units: hedge }],
      extras: [],
      addOns: { maintenance: 0n, initial: 0n },
    };
  });
  return { maintenance, initial, groups };
}

/** What `completeAccount` must return, to the last unit. */
export function plainCompletion(policy: CompiledPolicy): (holdings: readonly Entry[]) => Completion {
  const { layout } = policy;
  const margin = plainMargin(policy);
  return (holdings) => {
    const { columns, equity, ...levels } = margin(holdings);
    const best = levels.initial.maintenance < 0n ? levels.maintenance : levels.initial;
    const shortfall = best.maintenance < 0n ? -best.maintenance : 0n;
    const left = ((best.initial % 1_000_000n) + 1_000_000n) % 1_000_000n;
    const hedged = new Map<number, bigint>();
    const inGroups = best.groups.flatMap(({ group, scanRisk, scenarioPnl, hedges }) => {
      for (const { cap, units } of hedges) hedged.set(layout.cappedAssets[cap]!, units);
      return [
        ...auxiliaryEntries(layout.max(group), scanRisk),
        ...scenarioPnl.flatMap((amount, s) =>
          auxiliaryEntries(layout.slackScenario(group, s), amount + scanRisk),
        ),
        ...hedges.flatMap(({ hedge, units }) => auxiliaryEntries(layout.hedge(group, hedge), units)),
      ];
    });
    return {
      auxiliaries: [
        ...auxiliaryEntries(layout.equityPlus, equity > 0n ? equity : 0n),
        ...auxiliaryEntries(layout.equityMinus, equity < 0n ? -equity : 0n),
        ...auxiliaryEntries(layout.shortfall, shortfall),
        ...auxiliaryEntries(layout.slackMaintenance, best.maintenance + shortfall),
        ...auxiliaryEntries(layout.slackInitial, left),
        ...layout.cappedAssets.flatMap((asset) =>
          auxiliaryEntries(
            layout.slackCap(asset),
            (columns.get(layout.capColumn(asset)) ?? 0n) - (hedged.get(asset) ?? 0n),
          ),
        ),
        ...inGroups,
      ],
      free: (best.initial - left) / 1_000_000n,
      report: {
        equity,
        maintenanceSurplus: best.maintenance,
        initialSurplus: best.initial,
        shortfall,
        groups: best.groups,
      },
    };
  };
}
