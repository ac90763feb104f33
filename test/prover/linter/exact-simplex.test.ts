import { describe, expect, test } from "vitest";
import { type Claim, certifies, refutedBy } from "../../../prover/src/linter/claim.ts";
import { decide } from "../../../prover/src/linter/decide.ts";
import { decideExactly } from "../../../prover/src/linter/exact-simplex.ts";
import { proposeBasis } from "../../../prover/src/linter/proposal.ts";
import { type Random, seeded } from "../../support/random.ts";

/** Random claims with many zeros, ties and repeated rows, where a careless pivot rule would cycle. */
function randomClaim(random: Random): Claim {
  const columns = 1 + random.int(5);
  const unknowns = Array.from({ length: 2 + random.int(10) }, (_, row) => {
    const terms = Array.from({ length: columns }, (_, c) => [c, random.below(7n) - 3n] as const);
    const signed = random.int(8) === 0 ? { signed: true } : {};
    return { row, terms: terms.filter(([, c]) => c !== 0n), gain: random.below(5n) - 3n, ...signed };
  });
  return { columns, unknowns };
}

describe("deciding a claim", () => {
  test("neither a certificate nor a counterexample is ever wrong, and a bad basis does not change which of them exists", () => {
    const random = seeded("claims");
    let held = 0;
    for (let i = 0; i < 400; i++) {
      const claim = randomClaim(random);
      const decision = decideExactly(claim);
      if (decision.holds) expect(certifies(claim, decision.multipliers)).toBe(true);
      else expect(refutedBy(claim, decision.combination)).toBeGreaterThan(0n);
      held += decision.holds ? 1 : 0;
      const suggestion = claim.unknowns.map((u) => u.row).filter(() => random.flag() === 1);
      expect(decideExactly(claim, suggestion).holds).toBe(decision.holds);
    }
    expect(held).toBeGreaterThan(50);
    expect(held).toBeLessThan(350);
  });

  test("HiGHS's basis leads to the same decisions", async () => {
    const random = seeded("proposals");
    let proposed = 0;
    for (let i = 0; i < 60; i++) {
      const claim = randomClaim(random);
      proposed += (await proposeBasis(claim)).length > 0 ? 1 : 0;
      expect((await decide(claim)).holds).toBe(decideExactly(claim).holds);
    }
    expect(proposed).toBeGreaterThan(10);
  });

  test("sees one unit in 2^90, where doubles see none", async () => {
    const large = 1n << 90n;
    const pair = (credit: bigint): Claim => ({
      columns: 1,
      unknowns: [
        { row: 0, terms: [[0, -large]], gain: credit },
        { row: 1, terms: [[0, large]], gain: -large },
      ],
    });
    expect((await decide(pair(large))).holds).toBe(true);
    expect((await decide(pair(large + 1n))).holds).toBe(false);
  });

  test("solves Beale's example, on which the textbook rule cycles", () => {
    // Homogeneous part of E. M. L. Beale, Cycling in the dual simplex algorithm (1955), coefficients times 100.
    const columns: readonly (readonly bigint[])[] = [
      [25n, 50n],
      [-800n, -1200n],
      [-100n, -50n],
      [900n, 300n],
      [100n, 0n],
      [0n, 100n],
    ];
    const gains = [75n, -2000n, 50n, -600n, 0n, 0n];
    const claim: Claim = {
      columns: 2,
      unknowns: columns.map((c, row) => ({
        row,
        terms: c.map((x, j) => [j, x] as const),
        gain: gains[row]!,
      })),
    };
    const decision = decideExactly(claim);
    expect(decision.holds).toBe(false);
    if (!decision.holds) expect(refutedBy(claim, decision.combination)).toBeGreaterThan(0n);
  });
});

describe("checking", () => {
  const claim: Claim = {
    columns: 1,
    unknowns: [
      { row: 0, terms: [[0, 1n]], gain: 1n },
      { row: 1, terms: [[0, -1n]], gain: -1n },
      { row: 2, terms: [[0, 3n]], gain: 3n, signed: true },
    ],
  };

  test("rejects multipliers that are off by one, or over a denominator that is not positive", () => {
    const multipliers = (denominator: bigint, y: bigint) => ({ denominator, byColumn: new Map([[0, y]]) });
    expect(certifies(claim, multipliers(7n, 7n))).toBe(true);
    expect(certifies(claim, multipliers(7n, 8n))).toBe(false);
    expect(certifies(claim, multipliers(7n, 6n))).toBe(false);
    expect(certifies(claim, multipliers(0n, 0n))).toBe(false);
    expect(certifies(claim, multipliers(-1n, -1n))).toBe(false);
  });

  test("rejects a counterexample that breaks an equation or a sign, gains nothing, or names a row of another claim", () => {
    const gainful: Claim = {
      columns: 1,
      unknowns: [
        { row: 0, terms: [[0, 1n]], gain: 2n },
        { row: 1, terms: [[0, -1n]], gain: -1n },
      ],
    };
    const account = (...quantities: [number, bigint][]) => new Map(quantities);
    expect(refutedBy(gainful, account([0, 5n], [1, 5n]))).toBe(5n);
    expect(refutedBy(gainful, account([0, 5n], [1, 4n]))).toBeUndefined();
    expect(refutedBy(gainful, account([0, -5n], [1, -5n]))).toBeUndefined();
    expect(refutedBy(gainful, account())).toBeUndefined();
    expect(refutedBy(gainful, account([0, 5n], [1, 5n], [9, 1n]))).toBeUndefined();
  });
});
