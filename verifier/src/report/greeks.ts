import type { CompiledPolicy } from "../policy/compile.ts";
import { greeks as optionGreeks } from "../policy/greeks.ts";
import { fromDecimal, toDouble } from "../policy/rational.ts";
import type { InstrumentTerms } from "../policy/schemas.ts";
import { optionAt, spotOf } from "../policy/valuation.ts";
import type { RowContribution } from "./components.ts";

const DAYS_PER_YEAR = 365;

/** Sensitivities, in double precision: for the eye and for hedging, not part of any proof. */
export interface Greeks {
  /** Units of the underlying that move as the value does when spot and all forwards move by the same fraction. */
  readonly delta: number;
  /** Change of delta when spot rises by 1 quote. */
  readonly gamma: number;
  /** Quote for one point (0.01) of volatility. */
  readonly vega: number;
  /** Quote for one day that passes at the same forwards, volatilities and rates. */
  readonly theta: number;
}

/** Net greeks of an account in one underlying, and where they stand. */
export interface GreeksLine extends Greeks {
  readonly underlying: string;
  /** "spot" is what is owned less what is owed of the underlying itself; otherwise "perpetual" or an expiry. */
  readonly bucket: string;
}

export interface UnderlyingGreeks extends Greeks {
  readonly underlying: string;
  /** Delta in quote. */
  readonly cashDelta: number;
  readonly buckets: readonly GreeksLine[];
}

/** Greeks by underlying of the policy's groups and by expiry, of those underlyings that the account has to do with. */
export function accountGreeks(policy: CompiledPolicy, rows: readonly RowContribution[]): UnderlyingGreeks[] {
  const underlyings = [
    ...new Set(policy.groups.flatMap(({ name, underlying }) => (name === "" ? [] : [underlying]))),
  ];
  return underlyings.flatMap((underlying) => {
    const buckets = new Map<string, Greeks>();
    for (const { named, units } of rows) {
      const amount =
        (Number(units) / 10 ** named.decimals) * (named.kind === "debt" || named.kind === "short" ? -1 : 1);
      if (!("group" in named)) {
        if (named.symbol === underlying) addTo(buckets, "spot", { ...NONE, delta: 1 }, amount);
      } else if (policy.groups[named.group]!.underlying === underlying) {
        addTo(buckets, bucketOf(named.terms), contractGreeks(policy, underlying, named.terms), amount);
      }
    }
    if (buckets.size === 0) return [];
    const lines = [...buckets]
      .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .map(([bucket, greeks]) => ({ underlying, bucket, ...greeks }));
    const net = lines.reduce<Greeks>((sum, line) => plus(sum, line, 1), NONE);
    const spot = toDouble(spotOf(policy.marks, underlying));
    return [{ underlying, ...net, cashDelta: net.delta * spot, buckets: lines }];
  });
}

const NONE: Greeks = Object.freeze({ delta: 0, gamma: 0, vega: 0, theta: 0 });

const bucketOf = (terms: InstrumentTerms): string => (terms.kind === "perp" ? "perpetual" : terms.expiry);
/** Spot, then perpetuals, then expiries by date. */
const rank = (bucket: string): number => (bucket === "spot" ? 0 : bucket === "perpetual" ? 1 : 2);

/** Of one long contract, in the terms of `Greeks`; where the marks have a risk array and nothing else, no more than its delta. */
function contractGreeks({ marks }: CompiledPolicy, underlying: string, terms: InstrumentTerms): Greeks {
  const size = Number(terms.contractSize);
  const spot = toDouble(spotOf(marks, underlying));
  if (terms.kind === "perp") {
    return { ...NONE, delta: (size * Number(marks.perps[terms.symbol]!.mark)) / spot };
  }
  const published = marks.riskArrays?.[terms.symbol];
  if (published !== undefined && terms.kind !== "future") {
    const quoted = marks.expiries[underlying]?.[terms.expiry]?.volatility[terms.strike];
    if (quoted === undefined) return { ...NONE, delta: Number(published.delta) };
  }
  const option = terms.kind === "future" ? null : optionAt(terms, underlying, marks);
  const forward = toDouble(fromDecimal(marks.expiries[underlying]![terms.expiry]!.forward));
  const scale = forward / spot;
  if (option === null) return { ...NONE, delta: size * scale };
  const { delta, gamma, vega, theta } = optionGreeks(option);
  return {
    delta: size * delta * scale,
    gamma: size * gamma * scale * scale,
    vega: size * vega * 0.01,
    theta: (size * theta) / DAYS_PER_YEAR,
  };
}

function addTo(buckets: Map<string, Greeks>, bucket: string, greeks: Greeks, amount: number): void {
  buckets.set(bucket, plus(buckets.get(bucket) ?? NONE, greeks, amount));
}

function plus(sum: Greeks, more: Greeks, times: number): Greeks {
  return {
    delta: sum.delta + times * more.delta,
    gamma: sum.gamma + times * more.gamma,
    vega: sum.vega + times * more.vega,
    theta: sum.theta + times * more.theta,
  };
}
