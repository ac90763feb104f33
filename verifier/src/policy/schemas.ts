import { z } from "zod";

/**
 * The two files of a policy. Risk parameters change slowly, behind a time lock; marks are observed for each epoch.
 * Amounts are decimal strings, so that no reader rounds them; integers are JSON numbers. Nothing has a default that
 * parsing would fill in: what is hashed into descriptorHash is the file as published.
 */

const MAX_DIGITS = 48;
const text = () => z.string().max(MAX_DIGITS, `expected at most ${MAX_DIGITS} characters`);
const signed = text().regex(
  /^-?(0|[1-9]\d*)(\.\d+)?$/,
  'expected a plain decimal such as "-0.16" (no exponent, no plus sign, no leading zeros)',
);
const unsigned = text().regex(
  /^(0|[1-9]\d*)(\.\d+)?$/,
  'expected a decimal of at least 0 such as "0.25" (no exponent, no sign, no leading zeros)',
);
const positive = unsigned.regex(/[1-9]/, "expected a decimal above 0");
const fraction = text().regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'expected a fraction from "0" to "1"');
const atLeastOne = unsigned.regex(/^[1-9]/, 'expected a decimal of at least "1"');
const symbol = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$/, "expected a symbol: 1 to 40 letters, digits, or . _ / -");
const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'expected a UTC time such as "2026-11-20T08:00:00Z"')
  .refine((time) => !Number.isNaN(Date.parse(time)), "expected a date that exists");
const decimals = z
  .int("expected an integer number of decimals")
  .min(0, "expected 0 to 18 decimals")
  .max(18, "expected 0 to 18 decimals");
const count = z.int().min(0, "expected a count");

/** A number for each of the two margin levels. */
const levels = <T extends z.ZodType>(of: T) => z.strictObject({ maintenance: of, initial: of });

const Token = z.strictObject({
  chainId: z.int().min(1),
  address: z.string().regex(/^0x[0-9a-fA-F]{40}$/, "expected a 20-byte address in hex"),
  decimals,
});

const Collateral = z.strictObject({
  symbol,
  /** One unit of the row is 10^-decimals of the asset. */
  decimals,
  /** Fraction of the mark value that counts as margin: the collateral weight, 1 - haircut. */
  weight: levels(fraction),
  /** What a debt costs, as a multiple of its mark value. Every accepted asset has a debt row, borrowable or not. */
  debtWeight: levels(atLeastOne),
  borrowable: z.boolean(),
  /** Issued by the exchange or its affiliates: never counts as margin. */
  issuerAffiliated: z.boolean().optional(),
  tokens: z.array(Token).optional(),
});

const contract = {
  symbol,
  /** One unit of the row is 10^-decimals contracts. */
  decimals,
  /** Amount of the underlying in one contract. */
  contractSize: positive,
};
const Instrument = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("perp"), ...contract }),
  z.strictObject({ kind: z.literal("future"), ...contract, expiry: instant }),
  z.strictObject({ kind: z.literal("call"), ...contract, expiry: instant, strike: positive }),
  z.strictObject({ kind: z.literal("put"), ...contract, expiry: instant, strike: positive }),
]);

/** How far implied volatility moves: v (1 + up f) but at least `floor`, or v max(0, 1 - down f);
 * f = (pivotDays / max(1, days to expiry))^exponent, with the near exponent before the pivot and the far one after. */
const VolatilityRule = z.strictObject({
  up: unsigned,
  down: unsigned,
  floor: unsigned,
  pivotDays: positive,
  nearExponent: unsigned,
  farExponent: unsigned,
});

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

const ShapeSchema = z.strictObject({
  assets: count,
  groups: z.array(z.strictObject({ instruments: count, scenarios: count.min(1), hedges: z.array(count) })),
});

export const riskParametersSchema = z
  .strictObject({
    format: z.literal("plimsoll.risk-parameters.1"),
    name: z.string().min(1).max(80),
    model: z.literal("grid"),
    profile: z.enum(["permissioned", "permissionless"]),
    /** Currency of all money, an accepted asset with price 1: profits and losses settle in it. */
    quote: symbol,
    /** Charge of a group as a multiple of its worst scenario loss. */
    marginFactor: levels(positive),
    /** A mark observed longer than this before the marks' own time is refused. */
    stalenessSeconds: z.int().min(1),
    /** Buffers grow by the factor 1 + cardinalityAddOn * (number of accepted assets)^2. */
    cardinalityAddOn: unsigned.optional(),
    /** In asset-number order: asset k is at rows 2k (owned) and 2k + 1 (owed). */
    collateral: z.array(Collateral).min(1),
    groups: z.array(Group),
    /** Shape of the epoch circuit to compile for; the smallest that fits when absent. */
    shape: ShapeSchema.optional(),
  })
  .superRefine((policy, context) => {
    // What follows compares decimals, so each must be one.
    if (context.issues.length > 0) return;
    const fail = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    const below = (a: string, b: string): boolean => compareDecimals(a, b) < 0;

    unique(policy.collateral.map((c) => c.symbol)).forEach(([i, name]) => {
      fail(["collateral", i, "symbol"], `asset "${name}" is listed twice`);
    });
    const assets = new Map(policy.collateral.map((c) => [c.symbol, c]));
    const quote = assets.get(policy.quote);
    if (!quote) fail(["quote"], `quote currency "${policy.quote}" is not in the collateral list`);
    else if (!quote.borrowable)
      fail(["quote"], `quote currency "${policy.quote}" must be borrowable: losses settle in it`);
    if (below(policy.marginFactor.initial, policy.marginFactor.maintenance))
      fail(["marginFactor"], "expected initial to be at least maintenance");

    for (const [k, c] of policy.collateral.entries()) {
      if (below(c.weight.maintenance, c.weight.initial))
        fail(["collateral", k, "weight"], "expected maintenance to be at least initial");
      if (below(c.debtWeight.initial, c.debtWeight.maintenance))
        fail(["collateral", k, "debtWeight"], "expected initial to be at least maintenance");
      if (c.issuerAffiliated && (/[1-9]/.test(c.weight.initial) || /[1-9]/.test(c.weight.maintenance)))
        fail(["collateral", k, "weight"], "an issuer-affiliated asset has weight 0");
    }

    unique(policy.groups.map((g) => g.name)).forEach(([i, name]) => {
      fail(["groups", i, "name"], `group "${name}" is listed twice`);
    });
    const seen = new Set<string>();
    const hedgedIn = new Map<string, string>();
    for (const [g, group] of policy.groups.entries()) {
      for (const [n, instrument] of group.instruments.entries()) {
        if (seen.has(instrument.symbol) || assets.has(instrument.symbol))
          fail(["groups", g, "instruments", n, "symbol"], `"${instrument.symbol}" is already taken`);
        seen.add(instrument.symbol);
      }
      for (const kind of ["linear", "optionLong", "optionShort"] as const) {
        if (below(group.buffers[kind].initial, group.buffers[kind].maintenance))
          fail(["groups", g, "buffers", kind], "expected initial to be at least maintenance");
      }
      if ("scenarios" in group.grid) {
        for (const [s, scenario] of group.grid.scenarios.entries()) {
          if (scenario.kind === "move" && !below("-1", scenario.spot))
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
      if (below("1", hedged.maintenance) || below("1", hedged.initial))
        fail([...at, "refund"], "weight plus refund exceeds 1: more than the haircut would be refunded");
      if (below(hedged.maintenance, hedged.initial))
        fail([...at, "refund"], "hedging collateral would count for more in initial than in maintenance");
    }
  });

const Observed = {
  /** Who says so; the marks' own source when absent. */
  source: z.string().min(1).max(80).optional(),
  /** When it was observed; the marks' own time when absent. */
  observedAt: instant.optional(),
};

const Expiry = z.strictObject({
  forward: positive,
  /** Continuously compounded yearly rate that discounts option prices to the observation time. */
  rate: signed,
  /** Implied volatility, yearly, by strike (as the instruments spell it). */
  volatility: z.record(positive, positive),
  ...Observed,
});

export const marksSchema = z.strictObject({
  format: z.literal("plimsoll.marks.1"),
  observedAt: instant,
  source: z.string().min(1).max(80),
  /** Price of one whole asset or underlying in the quote currency. */
  spot: z.record(symbol, z.strictObject({ price: positive, ...Observed })),
  /** Mark price of each perp, per unit of the underlying. */
  perps: z.record(symbol, z.strictObject({ mark: positive, ...Observed })),
  /** By underlying, then by expiry. */
  expiries: z.record(symbol, z.record(instant, Expiry)),
});

export type RiskParameters = z.infer<typeof riskParametersSchema>;
export type Marks = z.infer<typeof marksSchema>;
export type InstrumentTerms = z.infer<typeof Instrument>;
export type GroupParameters = z.infer<typeof Group>;
export type VolatilityRule = z.infer<typeof VolatilityRule>;

/** A policy file that does not fit its schema. The message has one line for each problem, with its path in the file. */
export class PolicyFileError extends Error {
  readonly code = "POLICY_FILE";
  readonly retryable = false;
  readonly problems: readonly string[];
  constructor(what: string, problems: readonly string[], options?: ErrorOptions) {
    super(`${what}: ${problems.join("; ")}`, options);
    this.name = "PolicyFileError";
    this.problems = problems;
  }
}

/** Throws a PolicyFileError that names each bad field. */
export function parseRiskParameters(value: unknown): RiskParameters {
  return parse("risk parameters", riskParametersSchema, value);
}

/** Throws a PolicyFileError that names each bad field. */
export function parseMarks(value: unknown): Marks {
  return parse("marks", marksSchema, value);
}

function parse<T>(what: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.map(String).join(".") || "file"}: ${issue.message}`,
  );
  throw new PolicyFileError(what, problems, { cause: result.error });
}

/** JSON schemas of both files, for editors and other languages. What compares fields with one another is not in them. */
export function policyJsonSchemas(): { riskParameters: object; marks: object } {
  return { riskParameters: z.toJSONSchema(riskParametersSchema), marks: z.toJSONSchema(marksSchema) };
}

function unique(names: readonly string[]): [number, string][] {
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

function compareDecimals(a: string, b: string): number {
  const [x, y] = scaled(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

function addDecimals(a: string, b: string): string {
  const [x, y, places] = scaled(a, b);
  const digits = (x + y).toString().padStart(places + 1, "0");
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
