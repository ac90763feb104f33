import type * as z from "zod/mini";
import {
  type AcceptedAsset,
  addDecimals,
  type CollateralParameters,
  compareDecimals,
  type HedgeParameters,
  type InstrumentTerms,
  type levels,
  repeated,
} from "./fields.ts";

type Levels = { readonly maintenance: string; readonly initial: string };
/** Notes a problem at a path of the file. */
export type Fail = (path: PropertyKey[], message: string) => void;

export const isBelow = (a: string, b: string): boolean => compareDecimals(a, b) < 0;

/** What all models ask of the fields that they share; `levels` are checked for themselves by the schema. */
export function checkCommon(
  policy: {
    readonly quote: string;
    readonly collateral: readonly (AcceptedAsset & { readonly weight?: Levels })[];
    readonly marginFactor?: z.infer<ReturnType<typeof levels<z.ZodMiniString>>>;
  },
  fail: Fail,
): void {
  repeated(policy.collateral.map((c) => c.symbol)).forEach(([i, name]) => {
    fail(["collateral", i, "symbol"], `asset "${name}" is listed twice`);
  });
  const quote = policy.collateral.find(({ symbol }) => symbol === policy.quote);
  if (!quote) fail(["quote"], `quote currency "${policy.quote}" is not in the collateral list`);
  else if (!quote.borrowable)
    fail(["quote"], `quote currency "${policy.quote}" must be borrowable: losses settle in it`);
  if (policy.marginFactor) checkRising(policy.marginFactor, ["marginFactor"], fail);
  for (const [k, c] of policy.collateral.entries()) {
    checkRising(c.debtWeight, ["collateral", k, "debtWeight"], fail);
    if (c.weight === undefined) continue;
    if (isBelow(c.weight.maintenance, c.weight.initial))
      fail(["collateral", k, "weight"], "expected maintenance to be at least initial");
    if (c.issuerAffiliated && (/[1-9]/.test(c.weight.initial) || /[1-9]/.test(c.weight.maintenance)))
      fail(["collateral", k, "weight"], "an issuer-affiliated asset has weight 0");
  }
}

/** A charge is never less in initial margin than in maintenance margin. */
export function checkRising(charge: Levels, path: PropertyKey[], fail: Fail): void {
  if (isBelow(charge.initial, charge.maintenance)) fail(path, "expected initial to be at least maintenance");
}

/** Names of groups, and symbols of instruments and assets together, are each used once. */
export function checkGroupNames(
  policy: {
    readonly collateral: readonly AcceptedAsset[];
    readonly groups: readonly { readonly name: string; readonly instruments: readonly InstrumentTerms[] }[];
  },
  fail: Fail,
): void {
  repeated(policy.groups.map((g) => g.name)).forEach(([i, name]) => {
    fail(["groups", i, "name"], `group "${name}" is listed twice`);
  });
  const seen = new Set<string>(policy.collateral.map(({ symbol }) => symbol));
  for (const [g, group] of policy.groups.entries()) {
    for (const [n, { symbol }] of group.instruments.entries()) {
      if (seen.has(symbol)) fail(["groups", g, "instruments", n, "symbol"], `"${symbol}" is already taken`);
      seen.add(symbol);
    }
  }
}

/** Collateral that hedges a group: it is accepted, not the issuer's own, hedges nowhere else, and gets no more than its haircut back. */
export function checkHedge(
  collateral: readonly CollateralParameters[],
  { name, hedge }: { readonly name: string; readonly hedge?: HedgeParameters | undefined },
  at: PropertyKey[],
  hedgedIn: Map<string, string>,
  fail: Fail,
): void {
  if (!hedge) return;
  const { asset, refund } = hedge;
  const hedging = collateral.find((c) => c.symbol === asset);
  if (!hedging) {
    fail([...at, "asset"], `hedging asset "${asset}" is not in the collateral list`);
    return;
  }
  if (hedging.issuerAffiliated)
    fail(
      [...at, "asset"],
      `"${asset}" is issuer-affiliated: a refund would count what its weight of 0 leaves out`,
    );
  const taken = hedgedIn.get(asset);
  if (taken !== undefined)
    fail(
      [...at, "asset"],
      `"${asset}" hedges in group "${taken}" already: accounts are completed in closed form for one group per hedging asset`,
    );
  hedgedIn.set(asset, name);
  const hedged = {
    maintenance: addDecimals(hedging.weight.maintenance, refund.maintenance),
    initial: addDecimals(hedging.weight.initial, refund.initial),
  };
  if (isBelow("1", hedged.maintenance) || isBelow("1", hedged.initial))
    fail([...at, "refund"], "weight plus refund exceeds 1: more than the haircut would be refunded");
  if (isBelow(hedged.maintenance, hedged.initial))
    fail([...at, "refund"], "hedging collateral would count for more in initial than in maintenance");
}
