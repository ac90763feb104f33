import * as z from "zod/mini";
import { fraction, instant, positive, signed, symbol, unsigned } from "./fields.ts";

const Observed = {
  /** Who says so; the marks' own source when absent. */
  source: z.optional(z.string().check(z.minLength(1), z.maxLength(80))),
  /** When it was observed; the marks' own time when absent. */
  observedAt: z.optional(instant),
  /** How sure its oracles are, only with models that charge for doubt: those want it of every mark that counts. */
  confidence: z.optional(fraction),
};

const Expiry = z.strictObject({
  forward: positive,
  /** Continuously compounded yearly rate that discounts option prices to the observation time. */
  rate: signed,
  /** Implied volatility, yearly, by strike (as the instruments spell it). */
  volatility: z.record(positive, positive),
  ...Observed,
});

/** What an exchange publishes of a contract under SPAN. Quote per long contract. */
const RiskArray = z.strictObject({
  /** Change of value in scenarios 1 to 16, profit positive, the two extremes covered in part. */
  array: z.array(signed).check(z.length(16, "expected 16 scenarios")),
  /** Composite delta, in units of the underlying. */
  delta: signed,
  /** Mark of an option; a perp or future has none. */
  value: z.optional(unsigned),
  ...Observed,
});

export const marksSchema = z.strictObject({
  format: z.literal("plimsoll.marks.1"),
  observedAt: instant,
  source: z.string().check(z.minLength(1), z.maxLength(80)),
  /** In dollars, of the quote currency: only with models that watch its peg, in which all other prices are in dollars. */
  stablePrice: z.optional(positive),
  /** Price of one whole asset or underlying in the quote currency. */
  spot: z.record(symbol, z.strictObject({ price: positive, ...Observed })),
  /** Mark price of each perp, per unit of the underlying. */
  perps: z.record(symbol, z.strictObject({ mark: positive, ...Observed })),
  /** By underlying, then by expiry. */
  expiries: z.record(symbol, z.record(instant, Expiry)),
  /** By instrument, in model "span" only; those that are not listed are computed from the other marks. */
  riskArrays: z.optional(z.record(symbol, RiskArray)),
});

/** Prices, forwards and volatilities that a policy is compiled with, as published: amounts are decimal text. */
export type Marks = z.infer<typeof marksSchema>;
