import type { Entry } from "../encodings/entry.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import { type Completion, type GroupReport, UnknownRowError } from "../policy/complete.ts";
import type { HoldingRow } from "../policy/row-table.ts";
import { fillTiers } from "../policy/tiers.ts";
import { eachLevel, type Level, type Levels } from "./levels.ts";

/** What one row contributes to an account, signed, in money units (10^-12 quote). */
export interface RowContribution {
  readonly named: HoldingRow;
  readonly units: bigint;
  /** Mark value; below 0 for what is owed and for options written. */
  readonly value: bigint;
  /** What it counts for before scan risk. */
  readonly counted: Levels<bigint>;
}

export type ComponentKind =
  | "equity"
  | "haircut"
  | "debt"
  | "buffers"
  /** What options are worth, where the scenarios count it and the margins don't. */
  | "inScenarios"
  | "scanRisk"
  | "addOns"
  | "refund";

/** One step from equity to surplus, signed: what is charged is below 0. */
export interface Component {
  readonly kind: ComponentKind;
  /** Number of the risk group; null for what belongs to none. */
  readonly group: number | null;
  readonly amount: bigint;
}

/** Margin of one account by its parts, in money units. Everything follows from a completion: the auxiliaries of the proof. */
export interface MarginParts {
  readonly rows: readonly RowContribution[];
  /** Assets owned, at their collateral weights or tiers, and what is refunded of the haircut on those that hedge. */
  readonly effectiveCollateral: Levels<bigint>;
  /** The refund in it. */
  readonly refund: Levels<bigint>;
  /** What positions cost beyond their mark value: buffers, scan risk and a model's add-ons. */
  readonly margin: Levels<bigint>;
  /** Effective collateral and the value of options owned: what covers `charges`. Their difference is the surplus. */
  readonly credits: Levels<bigint>;
  /** Debts at their weights, options written at their value, and the margin. */
  readonly charges: Levels<bigint>;
  /** From equity to surplus, in this order; steps of 0 are left out but for equity. Their sum is the surplus. */
  readonly components: Levels<readonly Component[]>;
}

const known = new WeakMap<CompiledPolicy, ReadonlyMap<number, HoldingRow>>();

/** The rows of a policy that have a name, by row. */
export function namedRows(policy: CompiledPolicy): ReadonlyMap<number, HoldingRow> {
  let rows = known.get(policy);
  if (rows === undefined) {
    rows = new Map(policy.rowTable.map((named) => [named.row, named]));
    known.set(policy, rows);
  }
  return rows;
}

/** Takes a completed account apart. Holdings may repeat a row. Throws UnknownRowError. */
export function marginParts(
  policy: CompiledPolicy,
  holdings: readonly Entry[],
  { report }: Completion,
): MarginParts {
  const rows = contributions(policy, holdings);
  const is = (...kinds: HoldingRow["kind"][]) => rows.filter(({ named }) => kinds.includes(named.kind));
  const [owned, owed, positions] = [is("asset"), is("debt"), is("long", "short")];
  const { groups } = policy.coefficients;

  const refundOf = (level: Level, of: GroupReport) =>
    total(of.hedges, ({ hedge, units }) => groups[of.group]!.hedges[hedge]![level] * units);
  const scanRisk = (level: Level, of: GroupReport) =>
    level === "initial" ? of.initialCharge : of.maintenanceCharge;
  const refund = eachLevel((level) => total(report.groups, (of) => refundOf(level, of)));
  const margin = eachLevel(
    (level) =>
      total(positions, ({ value, counted }) => value - counted[level]) +
      total(report.groups, (of) => scanRisk(level, of) + of.addOns[level]),
  );
  const effectiveCollateral = eachLevel(
    (level) => total(owned, ({ counted }) => counted[level]) + refund[level],
  );
  const longValue = total(positions, ({ value }) => (value > 0n ? value : 0n));
  const shortValue = total(positions, ({ value }) => (value < 0n ? -value : 0n));
  const positionsKind = policy.riskParameters.model === "span" ? "inScenarios" : "buffers";
  const components = eachLevel((level) => {
    const lost = ({ value, counted }: RowContribution) => counted[level] - value;
    const steps: Component[] = [
      { kind: "haircut", group: null, amount: total(owned, lost) },
      { kind: "debt", group: null, amount: total(owed, lost) },
      ...report.groups.flatMap((of): Component[] => {
        const inGroup = positions.filter(({ named }) => "group" in named && named.group === of.group);
        return [
          { kind: positionsKind, group: of.group, amount: total(inGroup, lost) },
          { kind: "scanRisk", group: of.group, amount: -scanRisk(level, of) },
          { kind: "addOns", group: of.group, amount: -of.addOns[level] },
          { kind: "refund", group: of.group, amount: refundOf(level, of) },
        ];
      }),
    ];
    const equity: Component = { kind: "equity", group: null, amount: report.equity };
    return [equity, ...steps.filter(({ amount }) => amount !== 0n)];
  });
  return {
    rows,
    effectiveCollateral,
    refund,
    margin,
    credits: eachLevel((level) => effectiveCollateral[level] + longValue),
    charges: eachLevel((level) => margin[level] + shortValue - total(owed, ({ counted }) => counted[level])),
    components,
  };
}

/** charges / credits at maintenance: above 1 an account is under-margined. Null when nothing covers the charges. */
export function utilisation({ charges, credits }: MarginParts): number | null {
  if (charges.maintenance <= 0n) return 0;
  return credits.maintenance <= 0n ? null : Number(charges.maintenance) / Number(credits.maintenance);
}

function contributions(policy: CompiledPolicy, holdings: readonly Entry[]): RowContribution[] {
  const names = namedRows(policy);
  const sums = new Map<number, bigint>();
  for (const { row, quantity } of holdings)
    if (quantity !== 0n) sums.set(row, (sums.get(row) ?? 0n) + quantity);
  return [...sums.entries()]
    .sort(([a], [b]) => a - b)
    .map(([row, units]) => {
      const named = names.get(row);
      if (named === undefined) throw new UnknownRowError(row);
      const unit = unitOf(policy, named);
      const credit = creditOf(policy, named, units);
      return {
        named,
        units,
        value: units * unit.value,
        counted: eachLevel((level) => units * unit[level] + credit[level]),
      };
    });
}

/** What an asset with tiers counts for beside its row's own columns: its credit, as completion has it. */
function creditOf(
  { coefficients, layout }: CompiledPolicy,
  named: HoldingRow,
  units: bigint,
): Levels<bigint> {
  const tier =
    named.kind === "asset" ? coefficients.tiers?.[layout.tieredAssets.indexOf(named.asset)] : undefined;
  if (tier === undefined) return { maintenance: 0n, initial: 0n };
  const { credit } = fillTiers(tier, units);
  return eachLevel((level) => credit * tier.credit[level]);
}

/** The columns of a holding row, as the policy's matrix has them. */
function unitOf({ coefficients }: CompiledPolicy, named: HoldingRow): { value: bigint } & Levels<bigint> {
  switch (named.kind) {
    case "asset":
      return coefficients.assets[named.asset]!;
    case "debt": {
      const { value, debtMaintenance, debtInitial } = coefficients.assets[named.asset]!;
      return { value: -value, maintenance: debtMaintenance, initial: debtInitial };
    }
    case "long":
      return coefficients.groups[named.group]!.instruments[named.instrument]!;
    case "short": {
      const { value, shortMaintenance, shortInitial } =
        coefficients.groups[named.group]!.instruments[named.instrument]!;
      return { value: -value, maintenance: shortMaintenance, initial: shortInitial };
    }
  }
}

function total<T>(list: readonly T[], amount: (item: T) => bigint): bigint {
  return list.reduce((sum, item) => sum + amount(item), 0n);
}
