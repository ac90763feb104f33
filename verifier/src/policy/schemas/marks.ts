import { z } from "zod";
import { fraction, instant, positive, signed, symbol, unsigned } from "./fields.ts";

const Observed = {
  /** Who says so; the marks' own source when absent. */
  source: z.string().min(1).max(80).optional(),
  /** When it was observed; the marks' own time when absent. */
  observedAt: instant.optional(),
  /** How sure its oracles are, only with models that charge for doubt: those want it of every mark that counts. */
  confidence: fraction.optional(),
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
  array: z.array(signed).length(16, "expected 16 scenarios"),
  /** Composite delta, in units of the underlying. */
  delta: signed,
  /** Mark of an option; a perp or future has none. */
  value: unsigned.optional(),
  ...Observed,
});

export const marksSchema = z.strictObject({
  format: z.literal("plimsoll.marks.1"),
  observedAt: instant,
  source: z.string().min(1).max(80),
  /** In dollars, of the quote currency: only with models that watch its peg, in which all other prices are in dollars. */
  stablePrice: positive.optional(),
  /** Price of one whole asset or underlying in the quote currency. */
  spot: z.record(symbol, z.strictObject({ price: positive, ...Observed })),
  /** Mark price of each perp, per unit of the underlying. */
  perps: z.record(symbol, z.strictObject({ mark: positive, ...Observed })),
  /** By underlying, then by expiry. */
  expiries: z.record(symbol, z.record(instant, Expiry)),
  /** By instrument, in model "span" only; those that are not listed are computed from the other marks. */
  riskArrays: z.record(symbol, RiskArray).optional(),
});

export type Marks = z.infer<typeof marksSchema>;
