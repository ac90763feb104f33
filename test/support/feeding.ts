import type { Entry } from "../../verifier/src/encodings/entry.ts";
import type { CompiledPolicy } from "../../verifier/src/policy/compile.ts";
import {
  type FeedCoefficients,
  type GroupCoefficients,
  type InstrumentCoefficients,
  type PolicyCoefficients,
  policyHash,
} from "../../verifier/src/policy/matrix.ts";
import { type Layout, layoutOf } from "../../verifier/src/policy/shape.ts";
import type { Random } from "./random.ts";

/** Two expiries of which gains count 90 % and losses all, a product with a charge of its own, and the group that sums them up. */
export const fedPolicy: PolicyCoefficients = {
  shape: {
    assets: 2,
    groups: [
      { instruments: 2, scenarios: 3, hedges: [], feeds: { by: "scenarios", parent: 3 } },
      { instruments: 1, scenarios: 3, hedges: [], feeds: { by: "scenarios", parent: 3 } },
      { instruments: 1, scenarios: 2, hedges: [], feeds: { by: "max", parent: 3, column: 1 } },
      { instruments: 1, scenarios: 3, hedges: [0] },
    ],
  },
  assets: [
    {
      value: 6_000_000n,
      maintenance: 5_400_000n,
      initial: 5_100_000n,
      debtMaintenance: -7_200_000n,
      debtInitial: -7_500_000n,
    },
    {
      value: 1_000_000n,
      maintenance: 1_000_000n,
      initial: 1_000_000n,
      debtMaintenance: -1_000_000n,
      debtInitial: -1_000_000n,
    },
  ],
  groups: [
    expiry(contract(0n, [-900n, 0n, 900n]), contract(2_000n, [-500n, 0n, 1_500n])),
    expiry(contract(0n, [-1_000n, 0n, 1_000n])),
    {
      instruments: [contract(0n, [-400n, 400n])],
      max: { maintenance: 0n, initial: 0n, parent: -10n },
      hedges: [],
    },
    {
      instruments: [contract(0n, [-12_000n, 0n, 12_000n])],
      max: { maintenance: -4n, initial: -5n },
      hedges: [{ maintenance: 400_000n, initial: 600_000n, scenarios: [-9_000n, 0n, 9_000n] }],
    },
  ],
};

function contract(value: bigint, scenarios: readonly bigint[]): InstrumentCoefficients {
  return {
    value,
    maintenance: value - 300n,
    initial: value - 600n,
    scenarios,
    shortMaintenance: -value - 300n,
    shortInitial: -value - 600n,
  };
}

/** Its columns are ten times coarser than the parent's: 9 and 10 are 0.9 and 1. */
function expiry(...instruments: InstrumentCoefficients[]): GroupCoefficients {
  const feed: FeedCoefficients = {
    pos: { maintenance: 0n, initial: 0n, parent: 9n },
    neg: { maintenance: 0n, initial: 0n, parent: -10n },
  };
  return { instruments, max: { maintenance: 0n, initial: 0n }, feed: [feed, feed, feed], hedges: [] };
}

/** What completion needs of a compiled policy, for coefficients that no compiler made: every holding row has a name. */
export function compiledFrom(base: CompiledPolicy, coefficients: PolicyCoefficients): CompiledPolicy {
  const layout = layoutOf(coefficients.shape);
  const named = (kind: string) => base.rowTable.find((row) => row.kind === kind)!;
  const rowTable = layout.roles
    .filter(({ row }) => row < layout.holdings)
    .map(({ row, role }) => ({ ...named(role.kind), ...role, row }) as CompiledPolicy["rowTable"][number]);
  const groups = coefficients.shape.groups.map(({ scenarios, extraColumns = 0 }, g) => ({
    ...base.groups[0]!,
    name: `group-${g}`,
    scenarios: Array.from({ length: scenarios }, (_, s) => ({ name: `scenario ${s}`, move: null })),
    extraColumns: Array.from({ length: extraColumns }, (_, e) => `column ${e}`),
  }));
  return { ...base, coefficients, layout, groups, rowTable, policyHash: policyHash(coefficients) };
}

/** Random holdings of `fedPolicy`: a few units of collateral and debt, hundreds of contracts. */
export function fedBook({ holdings }: Layout, random: Random): Entry[] {
  return Array.from({ length: holdings }, (_, row) => ({
    row,
    quantity: random.flag() ? 1n + random.below(row < 4 ? 3n : 400n) : 0n,
  })).filter(({ quantity }) => quantity > 0n);
}
