import * as z from "zod/mini";

/**
 * Fields that the files of a policy are made of. Amounts are decimal strings, so that no reader rounds them; integers are
 * JSON numbers. Nothing has a default that parsing would fill in: what is hashed into descriptorHash is the file as published.
 */

const MAX_DIGITS = 48;
const text = () => z.string().check(z.maxLength(MAX_DIGITS, `expected at most ${MAX_DIGITS} characters`));
export const signed = text().check(
  z.regex(
    /^-?(0|[1-9]\d*)(\.\d+)?$/,
    'expected a plain decimal such as "-0.16" (no exponent, no plus sign, no leading zeros)',
  ),
);
export const unsigned = text().check(
  z.regex(
    /^(0|[1-9]\d*)(\.\d+)?$/,
    'expected a decimal of at least 0 such as "0.25" (no exponent, no sign, no leading zeros)',
  ),
);
export const positive = unsigned.check(z.regex(/[1-9]/, "expected a decimal above 0"));
export const fraction = text().check(
  z.regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'expected a fraction from "0" to "1"'),
);
export const atLeastOne = unsigned.check(z.regex(/^[1-9]/, 'expected a decimal of at least "1"'));
export const symbol = z
  .string()
  .check(
    z.regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$/, "expected a symbol: 1 to 40 letters, digits, or . _ / -"),
  );
export const instant = z.string().check(
  z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'expected a UTC time such as "2026-11-20T08:00:00Z"'),
  z.refine((time) => !Number.isNaN(Date.parse(time)), "expected a date that exists"),
);
export const decimals = z
  .int("expected an integer number of decimals")
  .check(z.gte(0, "expected 0 to 18 decimals"), z.lte(18, "expected 0 to 18 decimals"));
export const count = z.int().check(z.gte(0, "expected a count"));

/** A number for each of the two margin levels. */
export const levels = <T extends z.ZodMiniType>(of: T) => z.strictObject({ maintenance: of, initial: of });

export const Token = z.strictObject({
  chainId: z.int().check(z.gte(1)),
  address: z.string().check(z.regex(/^0x[0-9a-fA-F]{40}$/, "expected a 20-byte address in hex")),
  decimals,
});

export const Collateral = z.strictObject({
  symbol,
  /** One unit of the row is 10^-decimals of the asset. */
  decimals,
  /** Fraction of the mark value that counts as margin: the collateral weight, 1 - haircut. */
  weight: levels(fraction),
  /** What a debt costs, as a multiple of its mark value. Every accepted asset has a debt row, borrowable or not. */
  debtWeight: levels(atLeastOne),
  borrowable: z.boolean(),
  /** Issued by the exchange or its affiliates: never counts as margin. */
  issuerAffiliated: z.optional(z.boolean()),
  tokens: z.optional(z.array(Token)),
});

/** Collateral that counts by size instead of by one weight. */
export const TieredCollateral = z.extend(z.omit(Collateral, { weight: true }), {
  /**
   * What of it counts, by its value at the mark: up to the first bound with the first weight, and so on; beyond the last
   * bound nothing, unless the last tier has none. Without tiers it counts for nothing. Bounds rise, weights do not.
   */
  tiers: z.array(
    z.strictObject({
      /** Bound in the quote currency. */
      upTo: z.optional(positive),
      weight: fraction,
    }),
  ),
});

const contract = {
  symbol,
  /** One unit of the row is 10^-decimals contracts. */
  decimals,
  /** Amount of the underlying in one contract. */
  contractSize: positive,
};
export const Instrument = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("perp"), ...contract }),
  z.strictObject({ kind: z.literal("future"), ...contract, expiry: instant }),
  z.strictObject({ kind: z.literal("call"), ...contract, expiry: instant, strike: positive }),
  z.strictObject({ kind: z.literal("put"), ...contract, expiry: instant, strike: positive }),
]);

/** Collateral that may hedge positions; `refund` is the part of its haircut, as a fraction of the mark value, that stands for
 * its volatility, given back on what hedges: it then takes the shocks both ways. */
export const Hedge = z.strictObject({ asset: symbol, refund: levels(fraction) });

/** How far implied volatility moves: v (1 + up f) but at least `floor`, or v max(0, 1 - down f);
 * f = (pivotDays / max(1, days to expiry))^exponent, with the near exponent before the pivot and the far one after. */
export const VolatilityRule = z.strictObject({
  up: unsigned,
  down: unsigned,
  floor: unsigned,
  pivotDays: positive,
  nearExponent: unsigned,
  farExponent: unsigned,
});

const Feeding = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("scenarios"), parent: count }),
  z.strictObject({ by: z.literal("max"), parent: count, column: count }),
]);

/** Shape of an epoch circuit (shape.ts). */
export const shapeSchema = z.strictObject({
  assets: count,
  groups: z.array(
    z.strictObject({
      instruments: count,
      scenarios: count.check(z.gte(1)),
      hedges: z.array(count),
      feeds: z.optional(Feeding),
      extras: z.optional(count),
      extraColumns: z.optional(count),
    }),
  ),
  tiers: z.optional(z.array(z.strictObject({ asset: count, portions: count.check(z.gte(1)) }))),
});

/** What the files of all models start with. */
export const header = {
  format: z.literal("plimsoll.risk-parameters.1"),
  name: z.string().check(z.minLength(1), z.maxLength(80)),
  profile: z.enum(["permissioned", "permissionless"]),
  /** Currency of all money, an accepted asset with price 1: profits and losses settle in it. */
  quote: symbol,
  /** A mark observed longer than this before the marks' own time is refused. */
  stalenessSeconds: z.int().check(z.gte(1)),
  /** Of the epoch circuit to compile for; the smallest that fits when absent. */
  shape: z.optional(shapeSchema),
};

export type InstrumentTerms = z.infer<typeof Instrument>;
export type VolatilityRule = z.infer<typeof VolatilityRule>;
export type HedgeParameters = z.infer<typeof Hedge>;
export type CollateralParameters = z.infer<typeof Collateral>;
export type TieredCollateral = z.infer<typeof TieredCollateral>;
/** What every model says of an accepted asset: all but what it counts for. */
export type AcceptedAsset = Omit<CollateralParameters, "weight">;

/** Names that came before, with their places. */
export function repeated(names: readonly string[]): [number, string][] {
  return [...names.entries()].filter(([i, name]) => names.indexOf(name) !== i);
}

function scaled(a: string, b: string): [bigint, bigint, number] {
  const places = Math.max(...[a, b].map((x) => x.split(".")[1]?.length ?? 0));
  const [x, y] = [a, b].map((value) => {
    const [whole = "0", part = ""] = value.split(".");
    return BigInt(whole + part.padEnd(places, "0"));
  });
  return [x!, y!, places];
}

/** Below, at or above 0 as `a` is below, at or above `b`; plain decimals. */
export function compareDecimals(a: string, b: string): number {
  const [x, y] = scaled(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Exact sum of two decimals of at least 0. */
export function addDecimals(a: string, b: string): string {
  const [x, y, places] = scaled(a, b);
  const digits = (x + y).toString().padStart(places + 1, "0");
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
