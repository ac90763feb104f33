import { type Scenario, scenarioGrid, scenarioLabel, spotMove } from "../grid.ts";
import type { FeedCoefficients } from "../matrix.ts";
import type { ColumnLabel } from "../model.ts";
import { fromDecimal, lowestTerms, type Rational } from "../rational.ts";
import {
  type ClusterParameters,
  type GridParameters,
  type GroupParameters,
  PolicyFileError,
} from "../schemas.ts";

/** What a loss weighs in the parent, in its finer units: rounding a member's P&L costs that many of them. */
const MAX_OFFSET_TERM = 100n;

/** A cluster with its members; the parent's P&L is measured `fineness` times finer than theirs. */
export interface Cluster {
  readonly cluster: ClusterParameters;
  readonly members: readonly GroupParameters[];
  readonly fineness: bigint;
  /** Of every scenario, grid and floors alike: gains count by the offset, losses in full. */
  readonly feed: FeedCoefficients;
  /** Of the grid, by number: the members' own, where they differ. */
  readonly labels: readonly ColumnLabel[];
  /** Of the grid, for a hedge: the members' common moves. Null where they differ. */
  readonly scenarios: readonly Scenario[] | null;
  readonly underlying: string;
}

/** The clusters of a file. Throws a PolicyFileError when scenarios of members don't correspond by number. */
export function clustersOf({ clusters = [], groups }: GridParameters): Cluster[] {
  return clusters.map((cluster, c): Cluster => {
    const members = cluster.groups.map((name) => groups.find((group) => group.name === name)!);
    const refuse = (words: string) => new PolicyFileError("risk parameters", [`clusters.${c}: ${words}`]);
    const grids = members.map(({ grid }) => scenarioGrid(grid).scenarios);
    for (const [m, grid] of grids.entries()) {
      const apart = grid.findIndex((scenario, s) => !corresponds(scenario, grids[0]![s]));
      if (grid.length === grids[0]!.length && apart < 0) continue;
      throw refuse(
        `scenarios of a cluster correspond by number: those of group "${members[m]!.name}" and "${members[0]!.name}" ${
          apart < 0 ? "are not as many" : `differ in kind, direction, volatility or weight at number ${apart}`
        }`,
      );
    }
    const offset = lowestTerms(fromDecimal(cluster.offset));
    if (offset.d > MAX_OFFSET_TERM)
      throw refuse(`offset: expected at most two decimals, came ${cluster.offset}`);
    const same = grids.every((grid) => grid.every((scenario, s) => isSame(scenario, grids[0]![s]!)));
    if (cluster.hedge && !same)
      throw refuse("hedge: the groups' grids differ, so no asset moves with all of them");
    const underlyings = [...new Set(members.map(({ underlying }) => underlying))];
    const weigh = (parent: bigint) => ({ maintenance: 0n, initial: 0n, parent });
    return {
      cluster,
      members,
      fineness: offset.d,
      feed: { pos: weigh(offset.n), neg: weigh(-offset.d) },
      labels: grids[0]!.map((scenario, s) =>
        same
          ? scenarioLabel(scenario)
          : {
              name: members.map((of, m) => `${of.name} ${scenarioLabel(grids[m]![s]!).name}`).join("; "),
              move: null,
            },
      ),
      scenarios: same ? grids[0]! : null,
      underlying: underlyings.join("+"),
    };
  });
}

/** Same kind and weight, and moves to the same side: what a common number means. */
function corresponds(a: Scenario, b: Scenario | undefined): boolean {
  if (b === undefined || a.kind !== b.kind) return false;
  if (a.kind === "minimum" || b.kind === "minimum") return true;
  if (a.kind === "skew" || b.kind === "skew") return isSame(a, b);
  const side = (of: Scenario) => Math.sign(Number(spotMove(of).n));
  return side(a) === side(b) && a.volatility === b.volatility && isEqual(a.weight, b.weight);
}

function isSame(a: Scenario, b: Scenario): boolean {
  if (a.kind === "skew" && b.kind === "skew") return a.tilt === b.tilt && a.direction === b.direction;
  if (a.kind === "minimum" && b.kind === "minimum") return isEqual(a.charge, b.charge);
  if (a.kind !== "move" || b.kind !== "move") return false;
  return isEqual(a.spot, b.spot) && a.volatility === b.volatility && isEqual(a.weight, b.weight);
}

const isEqual = (a: Rational, b: Rational): boolean => a.n * b.d === b.n * a.d;
