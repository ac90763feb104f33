import { FREE_UNIT } from "../constants.ts";
import type { Entry } from "../encodings/entry.ts";
import { formatQuantity } from "../encodings/quantity.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import { type Completion, completeAccount, type GroupReport } from "../policy/complete.ts";
import type { ColumnLabel } from "../policy/model.ts";
import { divide, floor, integer } from "../policy/rational.ts";
import { type Component, marginParts, type RowContribution, utilisation } from "./components.ts";
import { type Distance, distanceToMaintenance } from "./distance.ts";
import { accountGreeks, type UnderlyingGreeks } from "./greeks.ts";
import { type Isolation, isolation } from "./isolated.ts";
import type { Levels } from "./levels.ts";

/** Every bigint of a report is money: 10^-12 of the quote currency. */
export interface AccountReport {
  readonly userId: string;
  readonly policy: PolicyLabel;
  readonly equity: bigint;
  readonly surplus: Levels<bigint>;
  /** Surplus over initial margin as the proof states it: rounded down to 10^-6 quote. */
  readonly free: bigint;
  readonly shortfall: bigint;
  readonly effectiveCollateral: Levels<bigint>;
  readonly margin: Levels<bigint>;
  readonly credits: Levels<bigint>;
  readonly charges: Levels<bigint>;
  /** Charges as a fraction of credits, at maintenance; null when nothing covers the charges. */
  readonly utilisation: number | null;
  readonly components: Levels<readonly Component[]>;
  readonly holdings: readonly HoldingLine[];
  readonly groups: readonly GroupLine[];
  readonly greeks: readonly UnderlyingGreeks[];
  readonly isolation: Isolation;
  readonly distance: Distance;
}

export interface PolicyLabel {
  readonly name: string;
  readonly quote: string;
  /** By number of a component's group. */
  readonly groupNames: readonly string[];
  readonly observedAt: string;
  readonly policyHash: string;
}

export interface HoldingLine {
  readonly symbol: string;
  readonly side: "owned" | "owed" | "long" | "short";
  /** Exact decimal number of assets or contracts. */
  readonly quantity: string;
  readonly value: bigint;
  /** What it counts for before scan risk. */
  readonly counted: Levels<bigint>;
}

export interface GroupLine {
  readonly name: string;
  readonly underlying: string;
  readonly charge: Levels<bigint>;
  /** The group that its scenarios count in, where it has no worst one of its own. */
  readonly countsIn: string | null;
  /** Null when no scenario loses, or when they count elsewhere. */
  readonly worst: ScenarioLine | null;
  readonly scenarios: readonly ScenarioLine[];
  /** Collateral that hedges these positions, as decimal numbers of assets. */
  readonly hedges: readonly { readonly symbol: string; readonly quantity: string }[];
}

/** One column of the scenario matrix. */
export interface ScenarioLine extends ColumnLabel {
  readonly number: number;
  /** P&L of positions and hedge as far as the scenario counts, profit positive, rounded down. */
  readonly pnl: bigint;
}

export interface ReportOptions {
  readonly userId?: string;
}

/**
 * Margin report of one account. The margin numbers are those of `completeAccount`, whose auxiliaries the proof is made
 * of; greeks and price distances are doubles for monitoring. Throws UnknownRowError for a row without a name.
 */
export function accountReport(
  policy: CompiledPolicy,
  holdings: readonly Entry[],
  { userId = "" }: ReportOptions = {},
): AccountReport {
  const completion = completeAccount(policy, holdings);
  const parts = marginParts(policy, holdings, completion);
  const { equity, maintenanceSurplus, initialSurplus, shortfall, groups } = completion.report;
  const { effectiveCollateral, margin, credits, charges, components, rows } = parts;
  return {
    userId,
    policy: policyLabel(policy),
    equity,
    surplus: { maintenance: maintenanceSurplus, initial: initialSurplus },
    free: freeMoney(completion),
    shortfall,
    ...{ effectiveCollateral, margin, credits, charges, components },
    utilisation: utilisation(parts),
    holdings: rows.map(holdingLine),
    groups: groups.map((group) => groupLine(policy, group)),
    greeks: accountGreeks(policy, rows),
    isolation: isolation(policy, holdings, parts),
    distance: distanceToMaintenance(policy, holdings, parts, maintenanceSurplus),
  };
}

export function policyLabel(policy: CompiledPolicy): PolicyLabel {
  const { name, quote } = policy.riskParameters;
  return {
    name,
    quote,
    groupNames: policy.groups.map((group) => group.name),
    observedAt: policy.marks.observedAt,
    policyHash: `0x${policy.policyHash.toString(16).padStart(64, "0")}`,
  };
}

/** Free collateral as the proof states it, in money units. */
export const freeMoney = ({ free }: Completion): bigint => free * FREE_UNIT;

const SIDES = { asset: "owned", debt: "owed", long: "long", short: "short" } as const;

function holdingLine({ named, units, value, counted }: RowContribution): HoldingLine {
  const { symbol, kind, decimals } = named;
  return { symbol, side: SIDES[kind], quantity: formatQuantity(units, decimals), value, counted };
}

function groupLine(policy: CompiledPolicy, report: GroupReport): GroupLine {
  const { name, underlying, scenarios: labels, scale } = policy.groups[report.group]!;
  const scenarios = labels.map((label, number) => ({
    number,
    ...label,
    pnl: floor(divide(integer(report.scenarioPnl[number]!), scale)),
  }));
  const { feeds } = policy.layout.shape.groups[report.group]!;
  return {
    name,
    underlying,
    countsIn: feeds?.by === "scenarios" ? policy.groups[feeds.parent]!.name : null,
    charge: { maintenance: report.maintenanceCharge, initial: report.initialCharge },
    worst: report.worstScenario === null ? null : (scenarios[report.worstScenario] ?? null),
    scenarios,
    hedges: report.hedges.flatMap(({ cap, units }) => {
      const asset = policy.riskParameters.collateral[policy.layout.cappedAssets[cap]!];
      if (asset === undefined || units === 0n) return [];
      return [{ symbol: asset.symbol, quantity: formatQuantity(units, asset.decimals) }];
    }),
  };
}
