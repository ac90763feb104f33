import type { z } from "zod";
import {
  type AcceptedAsset,
  compareDecimals,
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
    readonly marginFactor?: z.infer<ReturnType<typeof levels<z.ZodString>>>;
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
