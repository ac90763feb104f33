import * as z from "zod/mini";
import { checkAddOns, checkClusters } from "./add-ons.ts";
import { checkCommon, checkGroupNames, checkHedge, checkRising, isBelow } from "./checks.ts";
import {
  Collateral,
  fraction,
  Hedge,
  header,
  Instrument,
  levels,
  positive,
  signed,
  symbol,
  unsigned,
  VolatilityRule,
} from "./fields.ts";

const Scenario = z.discriminatedUnion("kind", [
  /** The underlying moves by the fraction `spot`; the P&L counts with `weight` (tails are covered in part). */
  z.strictObject({
    kind: z.literal("move"),
    spot: signed,
    volatility: z.enum(["up", "same", "down"]),
    weight: positive,
  }),
  /** The smile tilts about the forward, linearly in log-moneyness or in its magnitude; spot stands still. */
  z.strictObject({
    kind: z.literal("skew"),
    tilt: z.enum(["linear", "absolute"]),
    direction: z.enum(["up", "down"]),
  }),
  /** Minimum charge: every option loses its writer `charge` of the underlying's notional, and gives its owner as much. */
  z.strictObject({ kind: z.literal("minimum"), charge: fraction }),
]);

/** Contracts settle at the average of their last half hour: what that already has does not move (settlement.ts). Absent: all moves. */
const settlementAverage = z.optional(z.literal(true));

const Grid = z.union(
  [
    z.strictObject({
      preset: z.literal("crypto-40"),
      range: fraction,
      minimumCharge: fraction,
      volatility: z.optional(VolatilityRule),
      settlementAverage,
    }),
    z.strictObject({
      preset: z.literal("span-16"),
      range: fraction,
      volatility: z.optional(VolatilityRule),
      settlementAverage,
    }),
    z.strictObject({
      scenarios: z.array(Scenario).check(z.minLength(1)),
      volatility: VolatilityRule,
      settlementAverage,
    }),
  ],
  {
    error:
      'expected a grid: { preset: "crypto-40", range, minimumCharge }, { preset: "span-16", range } (both with an optional volatility rule), or { scenarios, volatility }',
  },
);

const Group = z.strictObject({
  name: symbol,
  /** Whose spot mark the scenarios move. It need not be accepted as collateral. */
  underlying: symbol,
  grid: Grid,
  /** Charges per unit held, long and short alike, as fractions of the underlying's notional at spot: what it costs to
   * liquidate. A long option pays at most its mark. */
  buffers: z.strictObject({
    linear: levels(fraction),
    optionLong: levels(fraction),
    optionShort: levels(fraction),
  }),
  instruments: z.array(Instrument),
  hedge: z.optional(Hedge),
  /** Least that the group's scan risk may be: every contract held charges a fraction of the underlying's notional, longs and
   * shorts alike gross. Competes with the scenarios, and is multiplied by the margin factor as they are. */
  grossMinimum: z.optional(z.strictObject({ linear: fraction, optionLong: fraction, optionShort: fraction })),
  /** Beside scan risk: per expiry and strike, a fraction of the notional of options sold beyond those bought, calls and puts together. */
  nakedShort: z.optional(levels(fraction)),
  /** net |D| + hedged H on the delta of the group in quote, H = (gross delta - |D|) / 2. As a charge beside scan risk, or as a
   * floor that competes with the scenarios. Convex, and accepted, where net is at least half of hedged. */
  delta: z.optional(
    z.discriminatedUnion("as", [
      z.strictObject({ as: z.literal("charge"), net: levels(unsigned), hedged: levels(unsigned) }),
      z.strictObject({ as: z.literal("floor"), net: unsigned, hedged: unsigned }),
    ]),
  ),
});

/**
 * Groups that move together: scenario by scenario, losses of a member count in full and gains in part, and the worst of the sums
 * is charged instead of each member's own worst.
 */
const Cluster = z.strictObject({
  name: symbol,
  /** Groups of the file, whose scenarios correspond by number. */
  groups: z.array(symbol).check(z.minLength(2, "expected two groups or more")),
  /** Part of a member's gain that counts against the losses of others. */
  offset: fraction,
  /** Least that the scan risk may be: this part of the sum of what each member loses in its own worst scenario. */
  independent: z.optional(fraction),
  hedge: z.optional(Hedge),
});

/** Model "grid": a scenario grid per risk group, with its floors and charges; groups are summed, those of a cluster by scenario. */
export const gridSchema = z
  .strictObject({
    ...header,
    model: z.literal("grid"),
    /** Charge of a group as a multiple of its worst scenario loss. */
    marginFactor: levels(positive),
    /** Buffers grow by the factor 1 + cardinalityAddOn * (number of accepted assets)^2. */
    cardinalityAddOn: z.optional(unsigned),
    /** In asset-number order: asset k is at rows 2k (owned) and 2k + 1 (owed). */
    collateral: z.array(Collateral).check(z.minLength(1)),
    groups: z.array(Group),
    clusters: z.optional(z.array(Cluster)),
  })
  .check(
    z.superRefine((policy, context) => {
      // What follows compares decimals, so each must be one.
      if (context.issues.length > 0) return;
      const fail = (path: PropertyKey[], message: string) =>
        context.addIssue({ code: "custom", path, message });
      checkCommon(policy, fail);
      checkGroupNames(policy, fail);
      checkAddOns(policy, fail);
      checkClusters(policy, fail);
      const hedgedIn = new Map<string, string>();
      for (const [g, group] of policy.groups.entries()) {
        for (const kind of ["linear", "optionLong", "optionShort"] as const) {
          checkRising(group.buffers[kind], ["groups", g, "buffers", kind], fail);
        }
        if ("scenarios" in group.grid) {
          for (const [s, scenario] of group.grid.scenarios.entries()) {
            if (scenario.kind === "move" && !isBelow("-1", scenario.spot))
              fail(["groups", g, "grid", "scenarios", s, "spot"], "a price falls by less than all of it");
          }
        }
        checkHedge(policy.collateral, group, ["groups", g, "hedge"], hedgedIn, fail);
      }
      for (const [c, cluster] of policy.clusters?.entries() ?? [])
        checkHedge(policy.collateral, cluster, ["clusters", c, "hedge"], hedgedIn, fail);
    }),
  );

export type GridParameters = z.infer<typeof gridSchema>;
export type GroupParameters = GridParameters["groups"][number];
export type ClusterParameters = NonNullable<GridParameters["clusters"]>[number];
