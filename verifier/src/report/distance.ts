import { MONEY_DECIMALS } from "../constants.ts";
import type { Entry } from "../encodings/entry.ts";
import { splitQuantity } from "../encodings/quantity.ts";
import { type CompiledPolicy, compilePolicy } from "../policy/compile.ts";
import { completeAccount } from "../policy/complete.ts";
import {
  add,
  ceil,
  floor,
  fromDecimal,
  fromDouble,
  multiply,
  ONE,
  powerOfTen,
  type Rational,
  ZERO,
} from "../policy/rational.ts";
import type { Marks } from "../policy/schemas.ts";
import { MarksError } from "../policy/valuation.ts";
import { type MarginParts, namedRows } from "./components.ts";

/** How far one price is from taking the account below maintenance margin, all else as it is. */
export interface PriceDistance {
  /** The asset or underlying whose spot, perps and forwards move together. */
  readonly symbol: string;
  readonly price: number;
  /** The nearest fall, as a negative fraction, that ends at maintenance; null when none of those looked at does. */
  readonly down: number | null;
  /** The nearest rise. */
  readonly up: number | null;
}

export interface Distance {
  /** Surplus over maintenance, money units; below 0 the account is under it already and no prices are looked at. */
  readonly surplus: bigint;
  /** The surplus as a fraction of what covers the charges: null when nothing does. */
  readonly ofCredits: number | null;
  readonly prices: readonly PriceDistance[];
}

const FALLS = [-0.02, -0.05, -0.1, -0.15, -0.2, -0.3, -0.4, -0.5, -0.6, -0.7, -0.8, -0.9];
const RISES = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5];
/** Halvings of the step in which the sign changes: moves are then known to a thousandth of the step, at most 0.002. */
const HALVINGS = 10;

/**
 * Distance to maintenance in money and in prices. For the underlying of positions, for what hedges them and for what counts by tiers, the policy
 * is compiled anew at moved marks (spot, perps and forwards by one fraction, each strike's volatility as it is), the profit of perps and futures
 * is settled in quote, and the account completed: the same code as the proof's. A surplus is not monotone in a price,
 * so it is looked at in steps from -90 % to +500 %; what is crossed and crossed back within one step is not seen.
 * Other assets count in proportion to their price: exact up to rounding.
 */
export function distanceToMaintenance(
  policy: CompiledPolicy,
  holdings: readonly Entry[],
  { credits, rows }: MarginParts,
  surplus: bigint,
): Distance {
  const ofCredits = credits.maintenance > 0n ? Number(surplus) / Number(credits.maintenance) : null;
  if (surplus < 0n) return { surplus, ofCredits, prices: [] };
  const { quote, collateral } = policy.riskParameters;
  const { groups, layout } = policy;
  const moved = new Set(
    rows.flatMap(({ named }) => {
      // What counts by size counts less than in proportion to its price: bounds are in quote. Quote itself has no price.
      if (named.kind === "asset" && layout.tieredAssets.includes(named.asset))
        return named.symbol === quote ? [] : [named.symbol];
      if (!("group" in named)) return [];
      const { underlying } = groups[named.group]!;
      // What hedges them may stand in a group that theirs feeds.
      const hedged = groups.flatMap((group, g) =>
        group.underlying === underlying ? layout.shape.groups[g]!.hedges : [],
      );
      return [underlying, ...hedged.flatMap((asset) => collateral[asset]?.symbol ?? [])];
    }),
  );
  const price = (symbol: string) => Number(policy.marks.spot[symbol]!.price);
  const prices: PriceDistance[] = [...moved].map((symbol) => ({
    symbol,
    price: price(symbol),
    down: nearest(FALLS, (move) => surplusAfter(policy, holdings, symbol, move)),
    up: nearest(RISES, (move) => surplusAfter(policy, holdings, symbol, move)),
  }));
  const others = new Map<string, bigint>();
  for (const { named, counted } of rows) {
    if ("group" in named || named.symbol === quote || moved.has(named.symbol)) continue;
    others.set(named.symbol, (others.get(named.symbol) ?? 0n) + counted.maintenance);
  }
  for (const [symbol, counted] of others) {
    const move = counted === 0n ? Number.NaN : -Number(surplus) / Number(counted);
    const up = move >= 0 && Number.isFinite(move) ? move : null;
    prices.push({ symbol, price: price(symbol), down: move < 0 && move > -1 ? move : null, up });
  }
  return { surplus, ofCredits, prices };
}

/** First of `steps`, refined, at which the surplus is below 0. Stops where the policy can't be compiled any more. */
function nearest(steps: readonly number[], surplusAt: (move: number) => bigint): number | null {
  let safe = 0;
  for (const step of steps) {
    let at: bigint;
    try {
      at = surplusAt(step);
    } catch (error) {
      // A unit of a row is worth too little or too much at that price, or what was published for this one cannot be computed for it.
      if (error instanceof RangeError || error instanceof MarksError) return null;
      throw error;
    }
    if (at >= 0n) {
      safe = step;
      continue;
    }
    let below = step;
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (safe + below) / 2;
      if (surplusAt(middle) < 0n) below = middle;
      else safe = middle;
    }
    return below;
  }
  return null;
}

/** Surplus over maintenance after the prices of `symbol` have moved by a fraction above -1. */
export function surplusAfter(
  policy: CompiledPolicy,
  holdings: readonly Entry[],
  symbol: string,
  move: number,
): bigint {
  const factor = add(ONE, fromDouble(move));
  const moved = compilePolicy(policy.riskParameters, movedMarks(policy.marks, symbol, factor, policy));
  const settled = [...holdings, ...settlement(policy, holdings, symbol, move)];
  return completeAccount(moved, settled).report.maintenanceSurplus;
}

function movedMarks(marks: Marks, symbol: string, factor: Rational, { groups }: CompiledPolicy): Marks {
  const moved = (price: string) => decimalText(multiply(fromDecimal(price), factor));
  const onIt = groups.filter((group) => group.underlying === symbol);
  const moving = new Set(onIt.flatMap((group) => group.instruments.map((terms) => terms.symbol)));
  // Arrays were published for the price as it is: for another one they are computed.
  const { riskArrays, ...others } = marks;
  const arrays = Object.entries(riskArrays ?? {}).filter(([name]) => !moving.has(name));
  const expiries = marks.expiries[symbol];
  return {
    ...others,
    ...(arrays.length === 0 ? {} : { riskArrays: Object.fromEntries(arrays) }),
    spot: { ...marks.spot, [symbol]: { ...marks.spot[symbol]!, price: moved(marks.spot[symbol]!.price) } },
    perps: Object.fromEntries(
      Object.entries(marks.perps).map(([name, perp]) => [
        name,
        moving.has(name) ? { ...perp, mark: moved(perp.mark) } : perp,
      ]),
    ),
    expiries:
      expiries === undefined
        ? marks.expiries
        : {
            ...marks.expiries,
            [symbol]: Object.fromEntries(
              Object.entries(expiries).map(([expiry, at]) => [expiry, { ...at, forward: moved(at.forward) }]),
            ),
          },
  };
}

/** Profit and loss of perps and futures after the move, as quote owned or owed: they are marked to market. */
function settlement(
  policy: CompiledPolicy,
  holdings: readonly Entry[],
  symbol: string,
  move: number,
): Entry[] {
  const { marks, riskParameters } = policy;
  const names = namedRows(policy);
  let profit: Rational = ZERO;
  for (const { row, quantity } of holdings) {
    const named = names.get(row);
    if (named === undefined || !("group" in named)) continue;
    if (policy.groups[named.group]!.underlying !== symbol) continue;
    const { terms, decimals } = named;
    if (terms.kind !== "perp" && terms.kind !== "future") continue;
    const mark =
      terms.kind === "perp"
        ? marks.perps[terms.symbol]!.mark
        : marks.expiries[symbol]![terms.expiry]!.forward;
    const signed = named.kind === "short" ? -quantity : quantity;
    const contracts = multiply({ n: signed, d: 1n }, powerOfTen(-decimals));
    profit = add(
      profit,
      multiply(contracts, fromDecimal(terms.contractSize), fromDecimal(mark), fromDouble(move)),
    );
  }
  const asset = riskParameters.collateral.findIndex((c) => c.symbol === riskParameters.quote);
  const units = multiply(profit, powerOfTen(riskParameters.collateral[asset]!.decimals));
  const side = profit.n > 0n ? "asset" : "debt";
  const amount = profit.n > 0n ? floor(units) : -floor(units);
  return splitQuantity(amount).map((quantity) => ({ row: policy.layout[side](asset), quantity }));
}

/** A price as the marks' schema admits it: rounded up to money's decimals. */
function decimalText(price: Rational): string {
  const digits = ceil(multiply(price, powerOfTen(MONEY_DECIMALS)))
    .toString()
    .padStart(MONEY_DECIMALS + 1, "0");
  return `${digits.slice(0, -MONEY_DECIMALS)}.${digits.slice(-MONEY_DECIMALS)}`;
}
