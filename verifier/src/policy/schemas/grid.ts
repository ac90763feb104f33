import { z } from "zod";
import { checkCommon, checkGroupNames, checkRising, isBelow } from "./checks.ts";
import {
  addDecimals,
  Collateral,
  fraction,
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

const Grid = z.union(
  [
    z.strictObject({
      preset: z.literal("crypto-40"),
      range: fraction,
      minimumCharge: fraction,
      volatility: VolatilityRule.optional(),
    }),
    z.strictObject({ preset: z.literal("span-16"), range: fraction, volatility: VolatilityRule.optional() }),
    z.strictObject({ scenarios: z.array(Scenario).min(1), volatility: VolatilityRule }),
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
  /** Collateral that may hedge this group's positions; `refund` is the part of its haircut, as a fraction of the mark
   * value, that stands for its volatility, given back on what hedges: it then takes the shocks both ways. */
  hedge: z.strictObject({ asset: symbol, refund: levels(fraction) }).optional(),
});

/** Model "grid": a scenario grid per risk group, groups summed. */
export const gridSchema = z
  .strictObject({
    ...header,
    model: z.literal("grid"),
    /** Charge of a group as a multiple of its worst scenario loss. */
    marginFactor: levels(positive),
    /** Buffers grow by the factor 1 + cardinalityAddOn * (number of accepted assets)^2. */
    cardinalityAddOn: unsigned.optional(),
    /** In asset-number order: asset k is at rows 2k (owned) and 2k + 1 (owed). */
    collateral: z.array(Collateral).min(1),
    groups: z.array(Group),
  })
  .superRefine((policy, context) => {
    // What follows compares decimals, so each must be one.
    if (context.issues.length > 0) return;
    const fail = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    checkCommon(policy, fail);
    checkGroupNames(policy, fail);
    const assets = new Map(policy.collateral.map((c) => [c.symbol, c]));
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
      if (!group.hedge) continue;
      const { asset, refund } = group.hedge;
      const hedging = assets.get(asset);
      const at = ["groups", g, "hedge"];
      if (!hedging) {
        fail([...at, "asset"], `hedging asset "${asset}" is not in the collateral list`);
        continue;
      }
      const taken = hedgedIn.get(asset);
      if (taken !== undefined)
        fail(
          [...at, "asset"],
          `"${asset}" hedges in group "${taken}" already: model "grid" completes accounts in closed form for one group per hedging asset`,
        );
      hedgedIn.set(asset, group.name);
      const hedged = {
        maintenance: addDecimals(hedging.weight.maintenance, refund.maintenance),
        initial: addDecimals(hedging.weight.initial, refund.initial),
      };
      if (isBelow("1", hedged.maintenance) || isBelow("1", hedged.initial))
        fail([...at, "refund"], "weight plus refund exceeds 1: more than the haircut would be refunded");
      if (isBelow(hedged.maintenance, hedged.initial))
        fail([...at, "refund"], "hedging collateral would count for more in initial than in maintenance");
    }
  });

export type GridParameters = z.infer<typeof gridSchema>;
export type GroupParameters = GridParameters["groups"][number];
