import { pow } from "./mathematics.ts";
import type { ColumnLabel } from "./model.ts";
import {
  divide,
  fromDecimal,
  integer,
  maximum,
  multiply,
  negate,
  ONE,
  type Rational,
  toDouble,
  ZERO,
} from "./rational.ts";
import type { GroupParameters, VolatilityRule } from "./schemas.ts";

export type VolatilityMove = "up" | "same" | "down";

/** One scenario column of a group, with exact shocks. */
export type Scenario =
  | {
      readonly kind: "move";
      /** Move of the underlying as a fraction, above -1. */
      readonly spot: Rational;
      readonly volatility: VolatilityMove;
      /** Fraction of the P&L that counts. */
      readonly weight: Rational;
    }
  | { readonly kind: "skew"; readonly tilt: "linear" | "absolute"; readonly direction: "up" | "down" }
  | { readonly kind: "minimum"; readonly charge: Rational };

export interface ScenarioGrid {
  readonly scenarios: readonly Scenario[];
  readonly volatility: VolatilityRule;
  /** Whether a forward in its settlement window moves only in part. */
  readonly settlementAverage?: true;
}

/** Portfolio-margin practice of the crypto venues: moves shrink with the time left, and calm markets get a floor. */
export const DEFAULT_VOLATILITY: VolatilityRule = Object.freeze({
  up: "0.45",
  down: "0.25",
  floor: "0.45",
  pivotDays: "30",
  nearExponent: "0.3",
  farExponent: "0.13",
});

/** The scenarios of a group, in column order: those in the file, or those of its preset. */
export function scenarioGrid(grid: GroupParameters["grid"]): ScenarioGrid {
  const settlement = grid.settlementAverage === undefined ? {} : { settlementAverage: true as const };
  if ("scenarios" in grid) {
    return { volatility: grid.volatility, scenarios: grid.scenarios.map(exactScenario), ...settlement };
  }
  const volatility = grid.volatility ?? DEFAULT_VOLATILITY;
  const range = fromDecimal(grid.range);
  if (grid.preset === "span-16") return { volatility, scenarios: span16(range), ...settlement };
  return { volatility, scenarios: crypto40(range, fromDecimal(grid.minimumCharge)), ...settlement };
}

type FileScenario = Extract<GroupParameters["grid"], { scenarios: unknown }>["scenarios"][number];

function exactScenario(scenario: FileScenario): Scenario {
  switch (scenario.kind) {
    case "move":
      return { ...scenario, spot: fromDecimal(scenario.spot), weight: fromDecimal(scenario.weight) };
    case "skew":
      return scenario;
    case "minimum":
      return { ...scenario, charge: fromDecimal(scenario.charge) };
  }
}

/** CME SPAN: moves of 0, a third, two thirds and all of the range, volatility up and down; two extremes, covered in part. */
function span16(range: Rational): Scenario[] {
  const thirds = [0n, 1n, -1n, 2n, -2n, 3n, -3n].map((n) => multiply(range, { n, d: 3n }));
  const extremes = [2n, -2n].map((n) => multiply(range, integer(n)));
  return [
    ...thirds.flatMap((spot) => [move(spot, "up"), move(spot, "down")]),
    ...extremes.map((spot) => move(spot, "same", fromDecimal("0.35"))),
  ];
}

const TAILS = ["-0.66", "-0.33", "0.5", "1", "2", "3", "4", "5"];

/** 27 regular moves, 8 tails that count in inverse proportion to their size, 4 tilts of the smile, one minimum charge. */
function crypto40(range: Rational, charge: Rational): Scenario[] {
  const quarters = [-4n, -3n, -2n, -1n, 0n, 1n, 2n, 3n, 4n].map((n) => multiply(range, { n, d: 4n }));
  const tails = TAILS.map(fromDecimal);
  return [
    ...quarters.flatMap((spot) =>
      (["down", "same", "up"] as const).map((volatility) => move(spot, volatility)),
    ),
    ...tails.map((spot) => move(spot, "up", divide(range, maximum(spot, negate(spot))))),
    ...(["linear", "absolute"] as const).flatMap((tilt) =>
      (["up", "down"] as const).map((direction): Scenario => ({ kind: "skew", tilt, direction })),
    ),
    { kind: "minimum", charge },
  ];
}

function move(spot: Rational, volatility: VolatilityMove, weight = ONE): Scenario {
  return { kind: "move", spot, volatility, weight };
}

/** Fraction by which a scenario moves the underlying. */
export function spotMove(scenario: Scenario): Rational {
  return scenario.kind === "move" ? scenario.spot : ZERO;
}

/** Fraction of a scenario's P&L that counts. */
export function scenarioWeight(scenario: Scenario): Rational {
  return scenario.kind === "move" ? scenario.weight : ONE;
}

/** Volatility after a move, of an option with `days` left. */
export function movedVolatility(
  volatility: number,
  direction: VolatilityMove,
  days: number,
  rule: VolatilityRule,
): number {
  if (direction === "same") return volatility;
  const pivot = Number(rule.pivotDays);
  const exponent = Number(days < pivot ? rule.nearExponent : rule.farExponent);
  const scale = pow(pivot / Math.max(days, 1), exponent);
  if (direction === "up") {
    return Math.max(volatility * (1 + Number(rule.up) * scale), Number(rule.floor));
  }
  return volatility * Math.max(1 - Number(rule.down) * scale, 0);
}

/**
 * Factor on the volatility of a strike when the smile tilts, after Derive's PMRM: the tilt grows in log-moneyness
 * `k = ln(strike / forward)`, or in |k|, and stops at a cap that falls with the square root of the time left in years.
 */
export function smileTilt(k: number, tilt: "linear" | "absolute", sqrtYears: number): number {
  const cap = 0.15 - 0.05 * sqrtYears;
  if (!(cap > 0)) return 0;
  const reach = sqrtYears * 4 * (0.6 - 0.1 * sqrtYears);
  const at = (tilt === "linear" || k > 0 ? k : -k) * (cap / Math.max(reach, 0.01));
  return Math.max(Math.min(at, cap), -cap);
}

/** A scenario for people. */
export function scenarioLabel(scenario: Scenario): ColumnLabel {
  const name = scenarioName(scenario);
  if (scenario.kind !== "move") return { name, move: null };
  const { spot, volatility, weight } = scenario;
  return { name, move: { spot: toDouble(spot), volatility, weight: toDouble(weight) } };
}

function scenarioName(scenario: Scenario): string {
  switch (scenario.kind) {
    case "move": {
      const whole = scenario.weight.n === scenario.weight.d;
      const counted = whole ? "" : `, ${percent(scenario.weight)} of it counted`;
      return `spot ${signedPercent(scenario.spot)}, volatility ${scenario.volatility}${counted}`;
    }
    case "skew":
      return `smile tilted ${scenario.direction}, ${scenario.tilt}`;
    case "minimum":
      return `minimum charge, ${percent(scenario.charge)} of notional`;
  }
}

function percent({ n, d }: Rational): string {
  return `${Number(((Number(n) / Number(d)) * 100).toFixed(2))} %`;
}

function signedPercent(move: Rational): string {
  return `${move.n > 0n ? "+" : ""}${percent(move)}`;
}
