/** Delta of a contract month, in contracts of the underlying future; long positive. */
export interface SpanMonth {
  readonly tier: number;
  readonly delta: number;
}

/** One line of the list by which months offset each other, in order of priority. Equal tiers: months of the same tier. */
export interface SpanCalendarSpread {
  readonly tiers: readonly [number, number];
  /** Quote per spread of one delta against one delta. */
  readonly charge: number;
}

/**
 * Charge for months that hedge each other in the scan, where all months move alike, though in truth they may part.
 * Each line of the list takes as many spreads of long delta in one tier against short delta in the other as are left,
 * either way round. Delta that no line pairs is an outright position, which the scan covers. Source: CME SPAN.
 */
export function spanCalendarCharge(
  months: readonly SpanMonth[],
  spreads: readonly SpanCalendarSpread[],
): number {
  const long = new Map<number, number>();
  const short = new Map<number, number>();
  for (const { tier, delta } of months) {
    const side = delta > 0 ? long : short;
    side.set(tier, (side.get(tier) ?? 0) + Math.abs(delta));
  }
  const form = (bought: number, sold: number): number => {
    const formed = Math.min(long.get(bought) ?? 0, short.get(sold) ?? 0);
    if (formed === 0) return 0;
    long.set(bought, long.get(bought)! - formed);
    short.set(sold, short.get(sold)! - formed);
    return formed;
  };
  return spreads.reduce((sum, { tiers: [a, b], charge }) => {
    // For a line within one tier the second way round finds nothing left.
    return sum + charge * (form(a, b) + form(b, a));
  }, 0);
}
