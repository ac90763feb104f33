import { type SpanCalendarSpread, spanCalendarCharge } from "./span-calendar.ts";

export interface SpanScenario {
  /** Move of the underlying in scanning ranges. */
  readonly ranges: number;
  readonly volatility: "up" | "same" | "down";
  /** Fraction of the P&L that counts. */
  readonly cover: number;
}

/** SPAN 1 to 16: thirds of the scanning range with volatility up and down, then two extreme moves, covered in part. */
export function spanScenarios(extreme = { ranges: 2, cover: 0.35 }): readonly SpanScenario[] {
  const thirds = [0, 1, -1, 2, -2, 3, -3].flatMap((third) =>
    (["up", "down"] as const).map((volatility) => ({ ranges: third / 3, volatility, cover: 1 })),
  );
  const extremes = [extreme.ranges, -extreme.ranges].map((ranges) => ({
    ranges,
    volatility: "same" as const,
    cover: extreme.cover,
  }));
  return Object.freeze([...thirds, ...extremes].map((scenario) => Object.freeze(scenario)));
}

/** Risk array of one long contract: `pnl` (profit positive, in quote) after each scenario, times its cover. */
export function spanArray(
  pnl: (scenario: SpanScenario) => number,
  scenarios: readonly SpanScenario[] = spanScenarios(),
): readonly number[] {
  return Object.freeze(scenarios.map((scenario) => scenario.cover * pnl(scenario)));
}

export interface SpanPosition {
  /** Contracts, long positive. */
  readonly quantity: number;
  /** Risk array of one long contract, profit positive, in quote; extremes already covered in part. */
  readonly array: readonly number[];
  readonly kind: "future" | "option";
  /** Contract month, and the tier of months that it belongs to. */
  readonly month: string;
  readonly tier: number;
  /** Composite delta of one long contract, in futures. */
  readonly delta: number;
  /** Value of one long option whose premium was paid; 0 for futures. Quote. */
  readonly value: number;
}

/** Parameters of one combined commodity: the futures of one underlying and the options on them. Quote. */
export interface SpanParameters {
  readonly calendarSpreads: readonly SpanCalendarSpread[];
  /** Least risk per option sold. */
  readonly shortOptionMinimum: number;
}

/** Requirement of one combined commodity, in quote; all but P&L and net option value are 0 or more. */
export interface SpanMargin {
  readonly scenarioPnl: readonly number[];
  /** Worst loss over the scenarios. */
  readonly scanRisk: number;
  readonly calendarCharge: number;
  readonly shortOptionMinimum: number;
  /** Scan risk and calendar charge, or the short-option minimum if more. */
  readonly risk: number;
  readonly netOptionValue: number;
  readonly requirement: number;
}

/**
 * SPAN requirement of one combined commodity in double precision; requirements of commodities are summed. Credits
 * between commodities are left out, which asks for more; so are delivery charges, which asks for less near delivery.
 * This floating model is not what is proved: it is what a policy is compared with (docs/margin-models.md). Source: CME
 * SPAN methodology. Throws a RangeError when the arrays are not of equal length.
 */
export function spanMargin(positions: readonly SpanPosition[], parameters: SpanParameters): SpanMargin {
  const length = positions[0]?.array.length ?? 0;
  for (const { month, array } of positions) {
    if (array.length !== length)
      throw new RangeError(
        `expected risk arrays of ${length} scenarios, came ${array.length} in month ${month}`,
      );
  }
  const scenarioPnl = Array.from({ length }, (_, s) =>
    positions.reduce((sum, { quantity, array }) => sum + quantity * array[s]!, 0),
  );
  const scanRisk = Math.max(0, ...scenarioPnl.map((pnl) => -pnl));
  const months = new Map<string, { tier: number; delta: number }>();
  for (const { month, tier, quantity, delta } of positions) {
    const key = JSON.stringify([tier, month]);
    months.set(key, { tier, delta: (months.get(key)?.delta ?? 0) + quantity * delta });
  }
  const calendarCharge = spanCalendarCharge([...months.values()], parameters.calendarSpreads);
  const sold = positions.reduce(
    (n, { kind, quantity }) => n + (kind === "option" ? Math.max(-quantity, 0) : 0),
    0,
  );
  const shortOptionMinimum = sold * parameters.shortOptionMinimum;
  const risk = Math.max(scanRisk + calendarCharge, shortOptionMinimum);
  const netOptionValue = positions.reduce((sum, { quantity, value }) => sum + quantity * value, 0);
  return Object.freeze({
    scenarioPnl: Object.freeze(scenarioPnl),
    scanRisk,
    calendarCharge,
    shortOptionMinimum,
    risk,
    netOptionValue,
    requirement: Math.max(0, risk - netOptionValue),
  });
}
