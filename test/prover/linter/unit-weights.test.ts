import { describe, expect, test } from "vitest";
import { positiveMaximum } from "../../../prover/src/linter/integers.ts";
import { lintPolicy, lintSystem } from "../../../prover/src/linter/lint-policy.ts";
import {
  boundProvedBy,
  faceOf,
  minimum,
  roundedUp,
  unitBound,
} from "../../../prover/src/linter/unit-weights.ts";
import { FREE_UNIT } from "../../../verifier/src/constants.ts";
import type { Entry } from "../../../verifier/src/encodings/entry.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount } from "../../../verifier/src/policy/complete.ts";
import { COLUMN } from "../../../verifier/src/policy/shape.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { type Random, seeded } from "../../support/random.ts";
import { randomPolicy } from "../../support/random-policy.ts";
import { tinySystem } from "./support.ts";

const policy = compilePolicy(tinyRiskParameters, tinyMarks);
const { coefficients, layout } = policy;
const ceilDiv = (n: bigint, d: bigint): bigint => (n + d - 1n) / d;

function free(holdings: ReadonlyMap<number, bigint>): bigint {
  const entries: Entry[] = [...holdings]
    .filter(([, q]) => q > 0n)
    .map(([row, quantity]) => ({ row, quantity }));
  return completeAccount(policy, entries).free;
}

/** Bitcoin, dollars, and a book of both instruments on either side, from empty to much larger than the collateral. */
function randomAccount(random: Random): Map<number, bigint> {
  const account = new Map<number, bigint>();
  for (let row = 0; row < layout.holdings; row++) {
    if (random.int(3) > 0) account.set(row, random.bits(4 + random.int(36)));
  }
  return account;
}

describe("unitWeight of the default grid", () => {
  test("is the weight, the refund, and the factor times the best scenario profit", async () => {
    const [hedge, asset] = [coefficients.groups[0]!.hedges[0]!, coefficients.assets[0]!];
    const best = positiveMaximum(hedge.scenarios);
    const expected = asset.initial + hedge.initial - coefficients.groups[0]!.max.initial * best;
    const { accepted, unitWeights } = await lintPolicy(coefficients);
    expect(accepted).toBe(true);
    expect(unitWeights).toEqual([expected, coefficients.assets[1]!.initial]);
    // 0.85 weight, 0.1 refund, 0.15 best profit: 1.1 of what one unit (10^-8 of 60,000) is worth.
    expect(expected).toBe(660_000_000n);
  });

  test("is reached by an account that hedges a short with its last units", async () => {
    const account = new Map([
      [layout.asset(0), 100_000_000n],
      [layout.short(0, 0), 200_000_000n],
    ]);
    const after = new Map(account).set(layout.asset(0), 0n);
    const { unitWeights } = await lintPolicy(coefficients);
    expect(free(account) - free(after)).toBe((unitWeights[0]! * 100_000_000n) / FREE_UNIT);
  });

  test("bounds the fall of free for any withdrawals of random accounts, in any order", async () => {
    const { unitWeights } = await lintPolicy(coefficients);
    const random = seeded("withdrawals");
    let [largest, tested] = [0n, 0];
    for (let i = 0; i < 1_500; i++) {
      const account = randomAccount(random);
      const before = free(account);
      let charge = 0n;
      for (let withdrawal = 0; withdrawal < 3; withdrawal++) {
        const asset = random.int(2);
        const held = account.get(layout.asset(asset)) ?? 0n;
        const quantity = random.flag() === 1 ? random.below(held + 1n) : held < 1n ? held : 1n;
        account.set(layout.asset(asset), held - quantity);
        charge += quantity * unitWeights[asset]!;
        const fall = before - free(account);
        expect(fall).toBeLessThanOrEqual(ceilDiv(charge, FREE_UNIT));
        if (charge > 0n && (fall * FREE_UNIT * 100n) / charge > largest)
          largest = (fall * FREE_UNIT * 100n) / charge;
        tested++;
      }
    }
    expect(tested).toBe(4_500);
    // The bound is not just large: some withdrawal used up at least 95 % of it.
    expect(largest).toBeGreaterThanOrEqual(95n);
  });

  test("taken over one inequality of the cap alone would let free fall further than charged", () => {
    // The mutant: only the face on which the cap's slack gives way, as if no unit were hedging.
    const system = tinySystem(coefficients);
    const face = faceOf(system, 0, COLUMN.initial, layout.slackCap(0));
    const mutant = boundProvedBy(face, new Map([[layout.slackCap(0), -1n]]), 1n)!;
    const account = new Map([
      [layout.asset(0), 10_000_000n],
      [layout.short(0, 0), 200_000_000n],
    ]);
    const before = free(account);
    const fall = before - free(account.set(layout.asset(0), 0n));
    expect(fall).toBeGreaterThan(ceilDiv(10_000_000n * roundedUp(mutant), FREE_UNIT));
    expect(fall).toBeLessThanOrEqual(
      ceilDiv(10_000_000n * roundedUp(unitBound(system, 0, COLUMN.initial)!), FREE_UNIT),
    );
  });
});

describe("unitWeight of any policy", () => {
  const shape = {
    assets: 3,
    groups: [
      { instruments: 1, scenarios: 4, hedges: [0, 1] },
      { instruments: 1, scenarios: 3, hedges: [1] },
    ],
  };

  test("in closed form is what the exact linear programs over all faces give", () => {
    const random = seeded("faces");
    for (let i = 0; i < 40; i++) {
      const system = tinySystem(randomPolicy(random, shape, 40));
      for (const asset of [0, 1]) {
        const bound = unitBound(system, asset, COLUMN.initial)!;
        const cap = system.layout.roles.filter(
          ({ role }) => (role.kind === "hedge" || role.kind === "slackCap") && role.asset === asset,
        );
        const faces = cap.map(({ row }) => minimum(faceOf(system, asset, COLUMN.initial, row)));
        const solved = faces.filter((face) => typeof face !== "string");
        // A face may be empty, as when every multiplier makes the hedge worth more than the slack; never all of them.
        expect(solved.length).toBeGreaterThan(0);
        expect(faces).not.toContain("unbounded");
        const worst = positiveMaximum(solved.map(roundedUp));
        expect(roundedUp(bound)).toBe(worst);
      }
    }
  });

  test("is infinite over all multipliers, and refused when nothing in the cap makes up for a unit that leaves", async () => {
    const system = tinySystem(coefficients);
    // The maximum's inequality made an equality holds the cap's multiplier back as little as none does.
    expect(minimum(faceOf(system, 0, COLUMN.initial, layout.max(0)))).toBe("unbounded");
    const cap = layout.capColumn(0);
    const matrix = new Map(system.matrix);
    for (const row of [layout.slackCap(0), layout.hedge(0, 0)]) {
      matrix.set(
        row,
        matrix.get(row)!.filter(([column]) => column !== cap),
      );
    }
    expect(unitBound({ layout, matrix }, 0, COLUMN.initial)).toBeUndefined();
    const { accepted, findings } = await lintSystem({ layout, matrix });
    expect(accepted).toBe(false);
    expect(findings.map((f) => f.rule)).toContain("unit-weight");
  });

  test("rests on changes that are checked: one unit less anywhere proves nothing", () => {
    const system = tinySystem(coefficients);
    const bound = unitBound(system, 0, COLUMN.initial)!;
    const face = faceOf(system, 0, COLUMN.initial, bound.tight!);
    expect(boundProvedBy(face, bound.change, bound.denominator)).toEqual(bound);
    for (const [row, quantity] of bound.change) {
      expect(
        boundProvedBy(face, new Map(bound.change).set(row, quantity - 1n), bound.denominator),
      ).toBeUndefined();
    }
  });
});
