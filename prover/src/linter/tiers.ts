import { MAX_QUANTITY } from "@plimsoll/verifier/constants.ts";
import { COLUMN } from "@plimsoll/verifier/policy/shape.ts";
import type { Combination, Multipliers } from "./claim.ts";
import { positiveMaximum } from "./integers.ts";
import type { Finding } from "./report.ts";
import { closedBySlacks, coefficient, type System } from "./system.ts";
import type { SurplusColumn } from "./unit-weights.ts";
import { describeRow } from "./words.ts";

/** What a portion or the rest takes in the split column and counts in the credit's, by unit of its row. */
interface Part {
  readonly row: number;
  readonly takes: bigint;
  readonly counts: bigint;
}

/** Portions, then the rest, of a tiered asset. */
function partsOf(system: System, asset: number): Part[] {
  const { layout } = system;
  const { portions } = layout.shape.tiers!.find((tier) => tier.asset === asset)!;
  const rows = Array.from({ length: portions }, (_, t) => layout.portion(asset, t));
  return [...rows, layout.rest(asset)].map((row) => ({
    row,
    takes: -coefficient(system, row, layout.splitColumn(asset)),
    counts: coefficient(system, row, layout.creditColumn(asset)),
  }));
}

/**
 * From one portion to the next, and to the rest, a unit never counts more. Where it did, an account would fill the later one
 * first, and the asset would count more than its tiers, read in order, say.
 */
export function tierFindings(system: System): Finding[] {
  const { layout } = system;
  return layout.tieredAssets.flatMap((asset) => {
    // A width of 0 holds nothing: padding, or two bounds that round to one.
    const parts = partsOf(system, asset).filter(({ takes, counts }) => takes !== 0n || counts !== 0n);
    return parts.slice(1).flatMap((later, i): Finding[] => {
      const before = parts[i]!;
      const more = later.counts * before.takes - before.counts * later.takes;
      if (more <= 0n) return [];
      // The same units of the asset, moved from the one to the other; C of the credit's column are one credit.
      const moved = new Map([
        [before.row, -later.takes * MAX_QUANTITY],
        [later.row, before.takes * MAX_QUANTITY],
        [layout.credit(asset), more],
      ]);
      const gain = more * coefficient(system, layout.credit(asset), COLUMN.maintenance);
      return [
        {
          rule: "tiers-never-rise",
          severity: "refuse",
          where: `tiers of asset ${asset}`,
          words: `${describeRow(layout, later.row)} counts more by unit than ${describeRow(layout, before.row)}: it would count more of the asset the more is held, and an account would fill it first`,
          ...(gain > 0n
            ? {
                counterexample: {
                  kind: "change" as const,
                  quantities: closedBySlacks(system, moved),
                  gain,
                },
              }
            : {}),
        },
      ];
    });
  });
}

/**
 * Multipliers that certify a claim which needs `need` for each unit of a tiered asset's credit: the credit's inequality is an equality,
 * and the split's that of the portion that counts most. They are fractions in 1 / C; `others` are whole.
 */
export function withTiers(
  system: System,
  need: (creditRow: number) => bigint,
  others: readonly (readonly [column: number, y: bigint])[],
): Multipliers {
  const { layout } = system;
  const denominator = layout.tieredAssets.length > 0 ? MAX_QUANTITY : 1n;
  const byColumn = new Map(others.map(([column, y]) => [column, y * denominator]));
  for (const asset of layout.tieredAssets) {
    const needed = positiveMaximum([need(layout.credit(asset))]);
    byColumn.set(layout.creditColumn(asset), -needed);
    byColumn.set(layout.splitColumn(asset), -needed * positiveMaximum(weightsOf(system, asset)));
  }
  return { denominator, byColumn };
}

/** Units of credit by unit of the asset, rounded up, by portion and then for the rest. */
function weightsOf(system: System, asset: number): bigint[] {
  return partsOf(system, asset).map(({ takes, counts }) =>
    takes > 0n && counts > 0n ? (counts + takes - 1n) / takes : 0n,
  );
}

/** How an account makes up for one unit that left, `tight` and the credit giving way: changes by quantity / denominator. */
export interface Departure {
  readonly tight: number;
  readonly denominator: bigint;
  readonly change: Combination;
}

/**
 * The vertices of `unitBound` for a tiered asset. Its multipliers are y_split and y_credit, and one for each portion's cap. They stand in
 * the asset's own rows only, in inequalities without a constant but for the credit's: C y_credit >= its coefficient v in the surplus.
 * So at a vertex the credit's is an equality (or all of them are 0, when v <= 0), and one of a portion whose cap has
 * multiplier 0, of the rest or of the slack of split: C y_split = weight v for one of the weights, or 0. Hence one candidate for each of
 * them and no linear program: the unit leaves that portion, and the credit falls.
 */
export function departures(system: System, asset: number): Departure[] {
  const { layout } = system;
  const uncounted = layout.slackSplit(asset);
  return [
    { tight: uncounted, denominator: 1n, change: new Map([[uncounted, -MAX_QUANTITY]]) },
    ...partsOf(system, asset)
      .filter(({ takes }) => takes > 0n)
      .map(({ row, takes, counts }) => ({
        tight: row,
        denominator: takes,
        change: new Map([
          [row, -MAX_QUANTITY],
          [layout.credit(asset), -counts],
        ]),
      })),
  ];
}

/**
 * What whole numbers may cost the best surplus of an account, in money units: a portion in part is a whole number of 1 / C of its
 * width, and the credit is whole. Added to unitWeight once for each unit, it bounds the fall of what completion finds.
 */
export function lostToWholeCredit(system: System, asset: number, column: SurplusColumn): bigint {
  const { layout } = system;
  const value = positiveMaximum([coefficient(system, layout.credit(asset), column)]);
  const counts = partsOf(system, asset).slice(0, -1);
  const most = positiveMaximum(counts.map((part) => part.counts));
  return value * (1n + (most + MAX_QUANTITY - 1n) / MAX_QUANTITY);
}
