import { z } from "zod";
import { instant, positive, signed, symbol } from "./fields.ts";

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

export type Marks = z.infer<typeof marksSchema>;
