import { describe, expect, it } from "vitest";
import { MAX_QUANTITY } from "../../../verifier/src/constants.ts";
import { tableRows } from "../../../verifier/src/encodings/totals.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { completeAccount, residuals } from "../../../verifier/src/policy/complete.ts";
import {
  checkCoefficients,
  type PolicyCoefficients,
  policyHash,
  policyMatrix,
} from "../../../verifier/src/policy/matrix.ts";
import { coarse, layoutOf, type Shape, shapeNumbers } from "../../../verifier/src/policy/shape.ts";
import { fillTiers } from "../../../verifier/src/policy/tiers.ts";
import { sumHash } from "../../support/epoch.ts";
import { compiledFrom } from "../../support/feeding.ts";
import { TIERED } from "../../support/hand-made.ts";
import { tinyMarks, tinyRiskParameters } from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";
import { countedUnits, tieredBook, tieredPolicy } from "../../support/tiers.ts";

const tiers = tieredPolicy.tiers!;

describe("the shape of tiered assets", () => {
  it.each<[string, Partial<Shape>]>([
    ["of an asset that hedges", { tiers: [{ asset: 1, portions: 1 }] }],
    ["of no asset", { tiers: [{ asset: 3, portions: 1 }] }],
    ["of one asset twice", { tiers: [TIERED.tiers![0]!, TIERED.tiers![0]!] }],
    ["in another order", { tiers: TIERED.tiers!.toReversed() }],
    ["without portions", { tiers: [{ asset: 0, portions: 0 }] }],
  ])("refuses tiers %s", (_, change) => {
    expect(() => layoutOf({ ...TIERED, ...change })).toThrow("tiers:");
  });

  it("lists their numbers so that no shape with links or tiers is taken for another", () => {
    const group = { instruments: 1, scenarios: 1, hedges: [] };
    const base = { assets: 4, groups: [group, group, group] };
    // Six numbers each that would be the same, were tiers not told apart: a link by max to column 1 of group 1, with two extras.
    const linked: Shape = {
      ...base,
      groups: [
        { ...group, feeds: { by: "max", parent: 1, column: 1 }, extras: 2, extraColumns: 1 },
        { ...group, scenarios: 2 },
        group,
      ],
    };
    const tiered: Shape = {
      ...base,
      groups: [group, { ...group, scenarios: 2 }, group],
      tiers: [
        { asset: 0, portions: 2 },
        { asset: 1, portions: 1 },
        { asset: 2, portions: 1 },
      ],
    };
    for (const shape of [linked, tiered]) layoutOf(shape);
    const lists = [base, { ...base, tiers: [] }, linked, tiered, { ...linked, tiers: tiered.tiers! }].map(
      shapeNumbers,
    );
    const start = lists[0]!.length;
    expect(lists[1]).toEqual(lists[0]);
    expect(lists[2]!.slice(start)).toEqual([0n, 2n, 1n, 1n, 2n, 1n]);
    expect(lists[3]!.slice(start)).toEqual([3n, 0n, 2n, 1n, 1n, 2n, 1n]);
    expect(lists[4]!.slice(start)).toEqual([...lists[2]!.slice(start), ...lists[3]!.slice(start)]);
  });

  it("has no coarse row for a portion, in M and in the tables, and leaves its number out", () => {
    const layout = layoutOf(TIERED);
    const matrix = policyMatrix(tieredPolicy);
    const rows = tableRows(layout);
    for (const { row, role } of layout.roles) {
      if (row < layout.holdings) continue;
      const isPortion = role.kind === "portion";
      expect(matrix.has(coarse(row)), role.kind).toBe(!isPortion);
      expect(rows.includes(coarse(row)), role.kind).toBe(!isPortion);
    }
    expect(rows).toHaveLength(layout.holdings + layout.auxiliaries - 3);
    expect([...matrix.keys()].sort((a, b) => a - b)).toEqual(rows);
  });
});

describe("coefficients of tiers", () => {
  const withTier = (change: Partial<(typeof tiers)[0]>): PolicyCoefficients => ({
    ...tieredPolicy,
    tiers: tiers.with(0, { ...tiers[0]!, ...change }),
  });

  it.each<[string, PolicyCoefficients]>([
    ["a width of 2^64", withTier({ widths: [1n << 64n, 1n] })],
    ["a negative width", withTier({ widths: [-1n, 1n] })],
    ["a weight of 2^32", withTier({ weights: [1n << 32n, 1n] })],
    ["a negative weight", withTier({ weights: [1n, -1n] })],
    ["a last weight of 2^32", withTier({ lastWeight: 1n << 32n })],
    ["a credit of 2^96", withTier({ credit: { maintenance: 1n << 96n, initial: 0n } })],
    ["a portion too many", withTier({ widths: [1n, 1n, 1n] })],
    ["a weight too few", withTier({ weights: [1n] })],
    ["tiers too few", { ...tieredPolicy, tiers: tiers.slice(1) }],
  ])("refuse %s", (_, policy) => {
    expect(() => checkCoefficients(policy)).toThrow(RangeError);
  });

  it("stay below 2^96 in M at the edge of their ranges, and each is in policyHash", () => {
    const most = withTier({
      widths: [MAX_QUANTITY, MAX_QUANTITY],
      weights: [(1n << 32n) - 1n, (1n << 32n) - 1n],
      lastWeight: (1n << 32n) - 1n,
    });
    checkCoefficients(most);
    const layout = layoutOf(TIERED);
    for (const row of [layout.portion(0, 0), layout.rest(0), layout.credit(0)]) {
      for (const [, c] of policyMatrix(most).get(row)!) expect(c < 0n ? -c : c).toBeLessThan(1n << 96n);
    }
    const changes = [
      withTier({ widths: tiers[0]!.widths.with(1, 5n) }),
      withTier({ weights: tiers[0]!.weights.with(1, 5n) }),
      withTier({ lastWeight: 5n }),
      withTier({ credit: { maintenance: 10n, initial: 8n } }),
      withTier({ credit: { maintenance: 11n, initial: 9n } }),
    ];
    const hashes = [tieredPolicy, ...changes].map((policy) => policyHash(policy, sumHash));
    expect(new Set(hashes).size).toBe(1 + changes.length);
  });
});

describe("filling tiers", () => {
  it("loses less than the stated rounding, never gains, at every edge and between", () => {
    const random = seeded("fill");
    for (let i = 0; i < 3_000; i++) {
      const count = 1 + random.int(4);
      const weights = Array.from({ length: count + 1 }, () => random.bits(random.int(33))).sort((a, b) =>
        a < b ? 1 : -1,
      );
      const tier = {
        widths: Array.from({ length: count }, () => random.bits(random.int(65))),
        weights: weights.slice(0, count),
        lastWeight: weights[count]!,
        credit: { maintenance: 1n, initial: 1n },
      };
      const edge = tier.widths.slice(0, random.int(count + 1)).reduce((sum, width) => sum + width, 0n);
      const held = edge + random.bits(random.int(65));
      const fill = fillTiers(tier, held);
      const split = fill.portions.reduce((sum, p, t) => sum + p * tier.widths[t]!, fill.rest * MAX_QUANTITY);
      expect(split + fill.slackSplit).toBe(held * MAX_QUANTITY);
      const exact = countedUnits(tier, held);
      expect(fill.credit).toBeLessThanOrEqual(exact);
      const perPortion = tier.widths.map((width, t) => (width * tier.weights[t]!) / MAX_QUANTITY);
      expect(exact - fill.credit).toBeLessThanOrEqual(perPortion.reduce((sum, part) => sum + part, 1n));
      // Slacks need no coarse row, so none of their rounding can be lost in it.
      for (const slack of [fill.slackSplit, fill.slackCredit])
        expect(slack).toBeLessThanOrEqual(MAX_QUANTITY);
    }
  });

  it("solves every equation of random accounts, tiers beside hedges", () => {
    const policy = compiledFrom(compilePolicy(tinyRiskParameters, tinyMarks), tieredPolicy);
    const matrix = policyMatrix(tieredPolicy);
    const random = seeded("tiered accounts");
    for (let i = 0; i < 300; i++) {
      const holdings = tieredBook(policy.layout, random);
      const { auxiliaries, free } = completeAccount(policy, holdings);
      expect(residuals(matrix, holdings, auxiliaries, free)).toEqual(new Map());
      const rows = auxiliaries.map(({ row }) => row);
      expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
    }
  });
});
