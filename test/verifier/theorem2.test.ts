// Theorem 2: whatever the policy says, in an epoch that passes the checks of the epoch circuit
//   sum of equity+ <= sum of value_k * reserves_k + insurance - shortfall.
// In exact integers over the reference's M, with policies that no linter would let through.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import { type PolicyCoefficients, policyMatrix } from "../../verifier/src/policy/matrix.ts";
import { COLUMN, coarse, type Layout, layoutOf, type Shape } from "../../verifier/src/policy/shape.ts";
import {
  absurdHoldings,
  absurdPolicy,
  amountOf,
  brokenColumns,
  completeByHand,
  type HandMadeAccount,
  houseHoldings,
  type Matrix,
  sufficientClaims,
} from "../support/hand-made.ts";
import { type Random, seeded } from "../support/random.ts";

interface Epoch {
  readonly layout: Layout;
  readonly policy: PolicyCoefficients;
  readonly accounts: readonly HandMadeAccount[];
  readonly claims: readonly bigint[];
}

const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);

/** Total of a row over all accounts, coarse twins of auxiliaries included. */
function total({ accounts }: Epoch, row: number, twin = false): bigint {
  if (twin) return sum(accounts.map((account) => amountOf(account, row)));
  const held = accounts.flatMap(({ holdings }) => holdings);
  return sum(held.map((entry) => (entry.row === row ? entry.quantity : 0n)));
}

/** Step 4 of the epoch circuit in plain arithmetic. */
function passesEpochChecks(epoch: Epoch): boolean {
  const { layout, claims } = epoch;
  const assets = Array.from({ length: layout.shape.assets }, (_, k) => k);
  const covered = assets.every(
    (k) => claims[k + 1]! + total(epoch, layout.debt(k)) - total(epoch, layout.asset(k)) >= 0n,
  );
  const matched = layout.shape.groups.every(({ instruments }, g) =>
    Array.from({ length: instruments }, (_, n) => n).every(
      (n) => total(epoch, layout.long(g, n)) === total(epoch, layout.short(g, n)),
    ),
  );
  const lacking = total(epoch, layout.shortfall, true) + total(epoch, layout.equityMinus, true);
  return covered && matched && claims[0]! >= lacking;
}

function keepsTheorem(epoch: Epoch): boolean {
  const { layout, policy, claims } = epoch;
  const reserves = sum(policy.assets.map(({ value }, k) => value * claims[k + 1]!));
  return (
    total(epoch, layout.equityPlus, true) <= reserves + claims[0]! - total(epoch, layout.shortfall, true)
  );
}

/** Accounts with M z = 0, completed with random hedges, tiers filled at random and random excess; perhaps one-sided, perhaps short of claims. */
function randomEpoch(
  random: Random,
  shape: Shape,
  change: (matrix: Matrix, layout: Layout) => Matrix,
): Epoch {
  const layout = layoutOf(shape);
  const policy = absurdPolicy(random, shape, 1 + random.int(30));
  const matrix = change(policyMatrix(policy), layout);
  const holdings: Entry[][] = Array.from({ length: random.int(6) }, () => absurdHoldings(random, layout));
  if (random.int(5) > 0) holdings.push(houseHoldings(layout, holdings));
  const accounts = holdings.map((held) =>
    completeByHand(layout, matrix, held, {
      hedge: (available) => random.below(available + 1n),
      fill: (most) => random.below(most + 1n),
      excess: () => random.bits(random.int(40)),
    }),
  );
  for (const account of accounts) expect(brokenColumns(layout, matrix, account)).toEqual([]);
  const claims = sufficientClaims(layout, accounts).map((claim) => {
    const off = random.int(8) === 0 ? -1n : random.bits(random.int(50));
    return claim + off < 0n ? 0n : claim + off;
  });
  return { layout, policy, accounts, claims };
}

const shapes: fc.Arbitrary<Shape> = fc
  .record({
    assets: fc.integer({ min: 1, max: 4 }),
    groups: fc.array(
      fc.record({ instruments: fc.integer({ min: 0, max: 3 }), scenarios: fc.integer({ min: 1, max: 4 }) }),
      { maxLength: 3 },
    ),
    hedged: fc.infiniteStream(fc.boolean()),
    portions: fc.infiniteStream(fc.integer({ min: 0, max: 2 })),
  })
  .map(({ assets, groups, hedged, portions }) => {
    const numbers = Array.from({ length: assets }, (_, k) => k);
    const shaped = groups.map((group) => ({ ...group, hedges: numbers.filter(() => hedged.next().value) }));
    const tiers = numbers.map((asset) => ({ asset, portions: portions.next().value as number }));
    return {
      assets,
      groups: shaped,
      tiers: tiers.filter(
        (tier) => tier.portions > 0 && !shaped.some(({ hedges }) => hedges.includes(tier.asset)),
      ),
    };
  });
const seeds = fc.integer().map((seed) => seeded(`theorem 2, ${seed}`));

/** M with a holding row's column 0 changed. */
function withEquity(matrix: Matrix, row: number, value: bigint): Matrix {
  const terms = matrix.get(row)!.filter(([column]) => column !== COLUMN.equity);
  return new Map([...matrix, [row, value === 0n ? terms : [[COLUMN.equity, value] as const, ...terms]]]);
}

/** How often an epoch passes the checks, and whether the theorem ever fails in one that does. */
function survey(runs: number, change: (matrix: Matrix, layout: Layout) => Matrix) {
  const seen = { passed: 0, refused: 0, broken: 0 };
  fc.assert(
    fc.property(shapes, seeds, (shape, random) => {
      const epoch = randomEpoch(random, shape, change);
      if (!passesEpochChecks(epoch)) seen.refused++;
      else if (keepsTheorem(epoch)) seen.passed++;
      else seen.broken++;
    }),
    { numRuns: runs, seed: 2 },
  );
  return seen;
}

describe("Theorem 2", () => {
  it("fails when column 0 of a debt row is data (mutant: a debt that costs nothing)", () => {
    const { broken } = survey(300, (matrix, layout) => withEquity(matrix, layout.debt(0), 0n));
    expect(broken).toBeGreaterThan(0);
  });

  it("fails when a long and its short may sum to +1 (mutant: column 0 of a short row is data)", () => {
    const { broken } = survey(300, (matrix, layout) => {
      const g = layout.shape.groups.findIndex(({ instruments }) => instruments > 0);
      if (g < 0) return matrix;
      const value = matrix.get(layout.long(g, 0))!.find(([column]) => column === COLUMN.equity)?.[1] ?? 0n;
      return withEquity(matrix, layout.short(g, 0), 1n - value);
    });
    expect(broken).toBeGreaterThan(0);
  });

  it("fails when another auxiliary has a credit in column 0 (mutant: equity in a slack)", () => {
    const { broken } = survey(300, (matrix, layout) => {
      const row = layout.slackMaintenance;
      return withEquity(withEquity(matrix, row, 1n), coarse(row), 1n << 40n);
    });
    expect(broken).toBeGreaterThan(0);
  });

  it("holds for random and absurd policies and every z with M z = 0", () => {
    const seen = survey(1500, (matrix) => matrix);
    expect(seen.broken).toBe(0);
    // The property says something only where the checks pass, and the checks are no formality.
    expect(seen.passed).toBeGreaterThan(300);
    expect(seen.refused).toBeGreaterThan(300);
  });

  it("is exact: an honest exchange without excess reaches the bound", () => {
    const layout = layoutOf({ assets: 1, groups: [] });
    const policy = absurdPolicy(seeded("bound"), layout.shape);
    const [{ value }] = policy.assets as [PolicyCoefficients["assets"][0]];
    const account = completeByHand(layout, policyMatrix(policy), [{ row: layout.asset(0), quantity: 1000n }]);
    const lacking = amountOf(account, layout.shortfall);
    const epoch = { layout, policy, accounts: [account], claims: [lacking, 1000n] };
    expect(passesEpochChecks(epoch)).toBe(true);
    expect(total(epoch, layout.equityPlus, true)).toBe(1000n * value);
    expect(keepsTheorem(epoch)).toBe(true);
    expect(passesEpochChecks({ ...epoch, claims: [lacking, 999n] })).toBe(false);
  });
});
