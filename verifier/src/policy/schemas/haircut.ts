import * as z from "zod/mini";
import { checkCommon, type Fail, isBelow } from "./checks.ts";
import { fraction, header, levels, type TieredCollateral as Tiered, TieredCollateral } from "./fields.ts";

const counting = fraction.check(z.regex(/[1-9]/, "expected a fraction above 0"));

/** Model "haircut": spot and debt. Collateral counts by tiers of size, a debt its value or more; there are no positions. */
export const haircutSchema = z
  .strictObject({
    ...header,
    model: z.literal("haircut"),
    /** Part of what the tiers count that serves a margin: initial margin may count less of it. */
    tierFactor: levels(counting),
    /** In asset-number order: asset k is at rows 2k (owned) and 2k + 1 (owed). */
    collateral: z.array(TieredCollateral).check(z.minLength(1)),
    /** None: this model has no positions. */
    groups: z.tuple([]),
  })
  .check(
    z.superRefine((policy, context) => {
      // What follows compares decimals, so each must be one.
      if (context.issues.length > 0) return;
      const fail: Fail = (path, message) => context.addIssue({ code: "custom", path, message });
      checkCommon(policy, fail);
      if (isBelow(policy.tierFactor.maintenance, policy.tierFactor.initial))
        fail(["tierFactor"], "expected maintenance to be at least initial");
      for (const [k, asset] of policy.collateral.entries())
        checkTiers(asset, ["collateral", k, "tiers"], fail);
    }),
  );

function checkTiers({ symbol, tiers, issuerAffiliated }: Tiered, path: PropertyKey[], fail: Fail): void {
  for (const [t, { upTo, weight }] of tiers.entries()) {
    const at = [...path, t];
    const before = tiers[t - 1];
    if (upTo === undefined && t < tiers.length - 1)
      fail([...at, "upTo"], "only the last tier goes without a bound");
    if (before === undefined) continue;
    if (upTo !== undefined && before.upTo !== undefined && !isBelow(before.upTo, upTo))
      fail([...at, "upTo"], `expected a bound above ${before.upTo}`);
    if (isBelow(before.weight, weight))
      fail(
        [...at, "weight"],
        `expected at most ${before.weight}: a weight that rises would count more of "${symbol}" the more is held`,
      );
  }
  if (issuerAffiliated && tiers.some(({ weight }) => /[1-9]/.test(weight)))
    fail(path, "an issuer-affiliated asset has weight 0");
}

export type HaircutParameters = z.infer<typeof haircutSchema>;
