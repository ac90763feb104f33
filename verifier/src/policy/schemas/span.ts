import * as z from "zod/mini";
import { checkCommon, checkGroupNames, isBelow } from "./checks.ts";
import {
  Collateral,
  compareDecimals,
  fraction,
  header,
  Instrument,
  instant,
  levels,
  positive,
  repeated,
  symbol,
  unsigned,
  VolatilityRule,
} from "./fields.ts";

const Calendar = z.strictObject({
  /** Contract months by date. An instrument belongs to the first that ends at its expiry or later; perps stand in the first. */
  months: z
    .array(z.strictObject({ name: symbol, tier: z.int().check(z.gte(1)), until: instant }))
    .check(z.minLength(1)),
  /** In order of priority, as published. The policy charges the highest of these rates on all (docs/margin-models.md). */
  spreads: z
    .array(
      z.strictObject({
        tiers: z.tuple([z.int().check(z.gte(1)), z.int().check(z.gte(1))]),
        /** Quote per unit of the underlying's delta, long in one month against short in another. */
        charge: unsigned,
      }),
    )
    .check(z.minLength(1)),
});

const CombinedCommodity = z.strictObject({
  name: symbol,
  underlying: symbol,
  /** What the risk arrays are computed with where the marks publish none: the price scan range as a fraction of the price, and how
   * far volatility moves. */
  scan: z.strictObject({ range: fraction, volatility: z.optional(VolatilityRule) }),
  /** Quote per option contract sold: the least risk of the commodity. */
  shortOptionMinimum: unsigned,
  calendar: z.optional(Calendar),
  instruments: z.array(Instrument),
});

/** Model "span": the worst of 16 scenarios per combined commodity, commodities summed. */
export const spanSchema = z
  .strictObject({
    ...header,
    model: z.literal("span"),
    /** Charge of a commodity as a multiple of its requirement, 1 or more: sold options are a part of it that is owed in full. */
    marginFactor: levels(positive),
    collateral: z.array(Collateral).check(z.minLength(1)),
    groups: z.array(CombinedCommodity),
  })
  .check(
    z.superRefine((policy, context) => {
      // What follows compares decimals, so each must be one.
      if (context.issues.length > 0) return;
      const fail = (path: PropertyKey[], message: string) =>
        context.addIssue({ code: "custom", path, message });
      checkCommon(policy, fail);
      checkGroupNames(policy, fail);
      for (const level of ["maintenance", "initial"] as const) {
        if (isBelow(policy.marginFactor[level], "1"))
          fail(
            ["marginFactor", level],
            "expected at least 1: the requirement includes the value of options sold, which is owed in full",
          );
      }
      for (const [g, { scan, calendar, instruments }] of policy.groups.entries()) {
        if (compareDecimals(scan.range, "0.5") >= 0)
          fail(
            ["groups", g, "scan", "range"],
            "expected less than 0.5: an extreme move is twice the range, and a price falls by less than all of it",
          );
        if (calendar) checkCalendar(calendar, instruments, ["groups", g], fail);
      }
    }),
  );

function checkCalendar(
  { months, spreads }: z.infer<typeof Calendar>,
  instruments: readonly z.infer<typeof Instrument>[],
  at: PropertyKey[],
  fail: (path: PropertyKey[], message: string) => void,
): void {
  const path = [...at, "calendar"];
  for (const [m, name] of repeated(months.map((month) => month.name)))
    fail([...path, "months", m, "name"], `month "${name}" is listed twice`);
  const ends = months.map(({ until }) => Date.parse(until));
  for (let m = 1; m < ends.length; m++)
    if (ends[m]! <= ends[m - 1]!) fail([...path, "months", m, "until"], "expected months by date");
  for (const [n, terms] of instruments.entries()) {
    if (terms.kind !== "perp" && Date.parse(terms.expiry) > ends.at(-1)!)
      fail([...at, "instruments", n, "expiry"], "expires after the last contract month");
  }
  for (const [s, { tiers }] of spreads.entries()) {
    for (const tier of tiers)
      if (!months.some((month) => month.tier === tier))
        fail([...path, "spreads", s, "tiers"], `no month is in tier ${tier}`);
  }
}

export type SpanPolicyParameters = z.infer<typeof spanSchema>;
export type SpanGroupParameters = SpanPolicyParameters["groups"][number];
