import type { Entry } from "../encodings/entry.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import { completeAccount } from "../policy/complete.ts";
import { freeMoney, type PolicyLabel, policyLabel } from "./account-report.ts";
import { marginParts, utilisation } from "./components.ts";
import { eachLevel, LEVELS, type Level, type Levels } from "./levels.ts";

/** Every bigint of a report is money: 10^-12 of the quote currency. */
export interface ExchangeReport {
  readonly policy: PolicyLabel;
  readonly counts: AccountCounts;
  readonly totals: ExchangeTotals;
  /** Accounts by utilisation at maintenance. */
  readonly histogram: readonly UtilisationBin[];
  /** Of every group: scenarios by what they charge where they are the worst, the heaviest first. */
  readonly worstScenarios: readonly WorstScenario[];
  /** The accounts closest to maintenance or farthest below it, the most utilised first. */
  readonly closest: readonly ClosestAccount[];
}

export interface AccountCounts {
  readonly accounts: number;
  readonly withPositions: number;
  readonly underMaintenance: number;
  /** Under initial margin, those under maintenance among them. */
  readonly underInitial: number;
  readonly negativeEquity: number;
}

export interface ExchangeTotals {
  /** Sum of equities above 0, and of the magnitudes of those below. */
  readonly equity: bigint;
  readonly negativeEquity: bigint;
  readonly effectiveCollateral: Levels<bigint>;
  readonly margin: Levels<bigint>;
  /** Sum of free collateral where it is above 0. */
  readonly free: bigint;
  /** What insurance has to cover of margin, account by account. */
  readonly shortfall: bigint;
}

export interface UtilisationBin {
  /** Utilisation above `from` (in the first bin: exactly 0) up to and including `to`; null is no bound. */
  readonly from: number;
  readonly to: number | null;
  readonly accounts: number;
}

export interface WorstScenario {
  readonly group: string;
  readonly name: string;
  /** Accounts of which it is the worst of the group. */
  readonly accounts: number;
  /** Their scan risk at initial margin. */
  readonly charge: bigint;
}

export interface ClosestAccount {
  readonly userId: string;
  /** Null when nothing covers the charges. */
  readonly utilisation: number | null;
  readonly equity: bigint;
  readonly surplus: Levels<bigint>;
}

export interface ExchangeAccount {
  readonly userId: string;
  readonly holdings: readonly Entry[];
}

const BINS = 10;
const CLOSEST = 10;

/** Margin report of all accounts of a stream. Memory does not grow with their number. Throws UnknownRowError. */
export async function exchangeReport(
  policy: CompiledPolicy,
  accounts: AsyncIterable<ExchangeAccount> | Iterable<ExchangeAccount>,
): Promise<ExchangeReport> {
  const counts = { accounts: 0, withPositions: 0, underMaintenance: 0, underInitial: 0, negativeEquity: 0 };
  const totals = { equity: 0n, negativeEquity: 0n, free: 0n, shortfall: 0n };
  const effective: Record<Level, bigint> = { maintenance: 0n, initial: 0n };
  const margin: Record<Level, bigint> = { maintenance: 0n, initial: 0n };
  // Exactly 0, ten tenths, above 1.
  const bins = new Array<number>(BINS + 2).fill(0);
  const worst = new Map<string, { group: number; scenario: number; accounts: number; charge: bigint }>();
  let closest: ClosestAccount[] = [];

  for await (const { userId, holdings } of accounts) {
    const completion = completeAccount(policy, holdings);
    const parts = marginParts(policy, holdings, completion);
    const { equity, maintenanceSurplus, initialSurplus, shortfall, groups } = completion.report;
    counts.accounts++;
    if (groups.length > 0) counts.withPositions++;
    if (maintenanceSurplus < 0n) counts.underMaintenance++;
    if (initialSurplus < 0n) counts.underInitial++;
    if (equity < 0n) {
      counts.negativeEquity++;
      totals.negativeEquity -= equity;
    } else totals.equity += equity;
    const free = freeMoney(completion);
    if (free > 0n) totals.free += free;
    totals.shortfall += shortfall;
    for (const level of LEVELS) {
      effective[level] += parts.effectiveCollateral[level];
      margin[level] += parts.margin[level];
    }
    const used = utilisation(parts);
    bins[binOf(used)]!++;
    for (const { group, worstScenario, initialCharge } of groups) {
      if (worstScenario === null) continue;
      const key = `${group}/${worstScenario}`;
      const sum = worst.get(key) ?? { group, scenario: worstScenario, accounts: 0, charge: 0n };
      sum.accounts++;
      sum.charge += initialCharge;
      worst.set(key, sum);
    }
    if (used !== 0) {
      const surplus = { maintenance: maintenanceSurplus, initial: initialSurplus };
      closest.push({ userId, utilisation: used, equity, surplus });
      if (closest.length >= 4 * CLOSEST) closest = mostUtilised(closest);
    }
  }
  return {
    policy: policyLabel(policy),
    counts,
    totals: {
      ...totals,
      effectiveCollateral: eachLevel((l) => effective[l]),
      margin: eachLevel((l) => margin[l]),
    },
    histogram: bins.map((number, i) => ({
      from: Math.max(0, i - 1) / BINS,
      to: i > BINS ? null : i / BINS,
      accounts: number,
    })),
    worstScenarios: [...worst.values()]
      .sort((a, b) => (a.charge === b.charge ? 0 : a.charge > b.charge ? -1 : 1))
      .map(({ group, scenario, accounts: number, charge }) => ({
        group: policy.groups[group]!.name,
        name: policy.groups[group]!.scenarios[scenario]!.name,
        accounts: number,
        charge,
      })),
    closest: mostUtilised(closest),
  };
}

function binOf(used: number | null): number {
  if (used === null || used > 1) return BINS + 1;
  return Math.ceil(used * BINS);
}

function mostUtilised(accounts: readonly ClosestAccount[]): ClosestAccount[] {
  const key = ({ utilisation: used }: ClosestAccount) => used ?? Number.POSITIVE_INFINITY;
  return [...accounts].sort((a, b) => (key(a) === key(b) ? 0 : key(b) - key(a))).slice(0, CLOSEST);
}
