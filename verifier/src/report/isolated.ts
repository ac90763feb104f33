import type { Entry } from "../encodings/entry.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import { completeAccount } from "../policy/complete.ts";
import { type MarginParts, namedRows } from "./components.ts";
import { eachLevel, type Levels } from "./levels.ts";

/** Margin of one position, or of one group's positions, held without anything else; money units. */
export interface IsolatedMargin {
  /** The instrument's symbol with its side, or the group's name. */
  readonly name: string;
  readonly margin: Levels<bigint>;
}

/** What the account would need if each position, or each group, had a margin account of its own. */
export interface Isolation {
  readonly positions: readonly IsolatedMargin[];
  readonly groups: readonly IsolatedMargin[];
  readonly positionsTotal: Levels<bigint>;
  readonly groupsTotal: Levels<bigint>;
  /** The account's margin as it is, and what is refunded of haircuts for hedging. */
  readonly cross: Levels<bigint>;
  readonly refund: Levels<bigint>;
  /** positionsTotal - cross + refund: the capital that cross margin sets free. */
  readonly freed: Levels<bigint>;
}

/** Compares isolated with cross margin; every margin is a completion of its own, by the same code as the proof's. */
export function isolation(
  policy: CompiledPolicy,
  holdings: readonly Entry[],
  { margin: cross, refund, rows }: MarginParts,
): Isolation {
  const names = namedRows(policy);
  const held = rows.filter(({ named }) => named.kind === "long" || named.kind === "short");
  const positions = held.map(({ named }) => ({
    name: `${named.symbol} ${named.kind}`,
    margin: marginAlone(
      policy,
      holdings.filter(({ row }) => row === named.row),
    ),
  }));
  const numbers = [...new Set(held.flatMap(({ named }) => ("group" in named ? [named.group] : [])))];
  const groups = numbers.map((group) => ({
    name: policy.groups[group]!.name,
    margin: marginAlone(
      policy,
      holdings.filter(({ row }) => {
        const named = names.get(row)!;
        return "group" in named && named.group === group;
      }),
    ),
  }));
  const positionsTotal = sum(positions);
  return {
    positions,
    groups,
    positionsTotal,
    groupsTotal: sum(groups),
    cross,
    refund,
    freed: eachLevel((level) => positionsTotal[level] - cross[level] + refund[level]),
  };
}

/** Margin of positions without collateral: their mark value less what they leave over. */
function marginAlone(policy: CompiledPolicy, positions: readonly Entry[]): Levels<bigint> {
  const { report } = completeAccount(policy, positions);
  return {
    maintenance: report.equity - report.maintenanceSurplus,
    initial: report.equity - report.initialSurplus,
  };
}

function sum(list: readonly IsolatedMargin[]): Levels<bigint> {
  return eachLevel((level) => list.reduce((total, { margin }) => total + margin[level], 0n));
}
