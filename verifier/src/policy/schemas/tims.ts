import * as z from "zod/mini";
import { checkClusters } from "./add-ons.ts";
import { checkCommon, checkGroupNames, checkHedge, isBelow } from "./checks.ts";
import {
  Collateral,
  fraction,
  Hedge,
  header,
  Instrument,
  levels,
  positive,
  symbol,
  unsigned,
} from "./fields.ts";

const Class = z.strictObject({
  name: symbol,
  underlying: symbol,
  /** How far the ten valuation points reach, as fractions of the price: 0.15 both ways for equities and narrow indices, 0.1 for
   * broad ones, 0.08 down and 0.06 up for broad ones of high capitalisation. */
  points: z.strictObject({ down: fraction, up: fraction }),
  /** Least requirement of a contract, long or short, in quote per unit of the underlying in it: 0.375 for listed options. An option
   * owned asks for no more than its mark. */
  minimumCharge: z.strictObject({ linear: unsigned, option: unsigned }),
  instruments: z.array(Instrument),
  /** Shares, or the like, that are held as collateral. Only in a class without product group. */
  hedge: z.optional(Hedge),
});

const ProductGroup = z.strictObject({
  name: symbol,
  classes: z.array(symbol).check(z.minLength(2, "expected two classes or more")),
  /** Part of a class's gain that counts against the losses of the others, at each valuation point. At most 1: more would reward whoever
   * splits a position into a gain and a loss. */
  offset: fraction,
  /** Least risk: this part of the sum of what each class loses at its own worst point. */
  independent: z.optional(fraction),
});

/** Model "tims": ten valuation points per class, classes of a product group offset in part; product groups are summed. */
export const timsSchema = z
  .strictObject({
    ...header,
    model: z.literal("tims"),
    /** Charge of a product group as a multiple of its requirement. */
    marginFactor: levels(positive),
    collateral: z.array(Collateral).check(z.minLength(1)),
    /** Classes: all positions on one underlying. One that is in no product group stands alone. */
    groups: z.array(Class),
    productGroups: z.optional(z.array(ProductGroup)),
  })
  .check(
    z.superRefine((policy, context) => {
      // What follows compares decimals, so each must be one.
      if (context.issues.length > 0) return;
      const fail = ([first, ...path]: PropertyKey[], message: string) => {
        const field = first === "clusters" ? "productGroups" : first!;
        const inField = path.map((part) =>
          field === "productGroups" && part === "groups" ? "classes" : part,
        );
        context.addIssue({ code: "custom", path: [field, ...inField], message });
      };
      checkCommon(policy, fail);
      checkGroupNames(policy, fail);
      const { groups, productGroups = [] } = policy;
      checkClusters({ groups, clusters: productGroups.map((of) => ({ ...of, groups: of.classes })) }, fail);
      for (const [p, { offset }] of productGroups.entries())
        if (!/^\d(\.\d{1,2}0*)?$/.test(offset))
          fail(["productGroups", p, "offset"], "expected at most two decimals");
      const hedgedIn = new Map<string, string>();
      for (const [g, group] of groups.entries()) {
        for (const side of ["down", "up"] as const)
          if (!/[1-9]/.test(group.points[side]))
            fail(["groups", g, "points", side], "expected a move above 0");
        if (!isBelow(group.points.down, "1"))
          fail(["groups", g, "points", "down"], "a price falls by less than all of it");
        checkHedge(policy.collateral, group, ["groups", g, "hedge"], hedgedIn, fail);
      }
    }),
  );

export type TimsPolicyParameters = z.infer<typeof timsSchema>;
export type TimsClassParameters = TimsPolicyParameters["groups"][number];
