import { type Scenario, scenarioGrid, scenarioWeight, spotMove } from "../../verifier/src/policy/grid.ts";
import * as q from "../../verifier/src/policy/rational.ts";
import type {
  InstrumentTerms,
  Marks,
  RiskParameters,
  VolatilityRule,
} from "../../verifier/src/policy/schemas.ts";
import { optionPrice } from "../../verifier/src/policy/valuation.ts";
import { addOnsOf, clusterLines, type Line, type Member } from "./independent-add-ons.ts";

export interface Position {
  readonly symbol: string;
  readonly side: "asset" | "debt" | "long" | "short";
  /** In 10^-decimals of the asset or contract. */
  readonly units: bigint;
}
type Level = "maintenance" | "initial";
const sum = (list: readonly q.Rational[]) => list.reduce(q.add, q.ZERO);

/**
 * Margin surplus as the mission words it, in quote, from the two policy files alone: haircut-weighted collateral and
 * marks, less debts, buffers and each group's worst scenario loss, with hedging collateral used as well as it can be.
 * Exact fractions (a grid's moves and an option's price per unit come from the pricing model), and no matrix.
 */
export function independentSurplus(
  policy: RiskParameters,
  marks: Marks,
  level: Level,
  positions: readonly Position[],
) {
  if (policy.model !== "grid") throw new RangeError(`expected model "grid", came "${policy.model}"`);
  const decimal = q.fromDecimal;
  const spot = (symbol: string) => decimal(marks.spot[symbol]!.price);
  const accepted = q.integer(BigInt(policy.collateral.length));
  const growth = q.add(q.ONE, q.multiply(decimal(policy.cardinalityAddOn ?? "0"), accepted, accepted));
  const amount = (of: { symbol: string; decimals: number }, side: Position["side"]) => {
    const same = positions.filter((p) => p.symbol === of.symbol && p.side === side);
    return q.multiply(sum(same.map((p) => q.integer(p.units))), q.powerOfTen(-of.decimals));
  };
  const collateral = policy.collateral.flatMap((asset) => [
    q.multiply(amount(asset, "asset"), spot(asset.symbol), decimal(asset.weight[level])),
    q.negate(q.multiply(amount(asset, "debt"), spot(asset.symbol), decimal(asset.debtWeight[level]))),
  ]);
  const worthOf = (symbol: string | undefined) => {
    const asset = policy.collateral.find((of) => of.symbol === symbol);
    return asset ? q.multiply(amount(asset, "asset"), spot(asset.symbol)) : q.ZERO;
  };
  const inCluster = new Map<string, Member[]>();
  const groups = policy.groups.flatMap((group) => {
    const { underlying, grid, instruments, buffers, hedge } = group;
    const { scenarios, volatility } = scenarioGrid(grid);
    const held = instruments.filter(({ symbol }) =>
      positions.some((p) => p.symbol === symbol && p.units > 0n),
    );
    if (held.length === 0) return [];
    const parts: q.Rational[] = [];
    const pnl = scenarios.map(() => q.ZERO);
    for (const terms of held) {
      const size = decimal(terms.contractSize);
      const [long, short] = [
        q.multiply(amount(terms, "long"), size),
        q.multiply(amount(terms, "short"), size),
      ];
      const net = q.subtract(long, short);
      const { mark, changes } = unitPrices(terms, underlying, scenarios, volatility, marks);
      const isLinear = terms.kind === "perp" || terms.kind === "future";
      const cost = (kind: keyof typeof buffers) =>
        q.multiply(spot(underlying), decimal(buffers[kind][level]), growth);
      const longCost = isLinear ? cost("linear") : q.minimum(cost("optionLong"), mark);
      const shortCost = cost(isLinear ? "linear" : "optionShort");
      parts.push(
        q.multiply(net, mark),
        q.negate(q.multiply(long, longCost)),
        q.negate(q.multiply(short, shortCost)),
      );
      for (const [s, change] of changes.entries()) pnl[s] = sum([pnl[s]!, q.multiply(net, change)]);
    }
    const factor = decimal(policy.marginFactor[level]);
    const weights = scenarios.map((s) => q.multiply(scenarioWeight(s), factor));
    const lines = scenarios.map((s, i) => ({
      pnl: q.lowestTerms(q.multiply(pnl[i]!, weights[i]!)),
      move: q.lowestTerms(q.multiply(spotMove(s), weights[i]!)),
    }));
    const net = instruments.map((terms) => q.subtract(amount(terms, "long"), amount(terms, "short")));
    const { charges, floors } = addOnsOf(group, marks, level, net, factor);
    parts.push(q.negate(charges));
    const cluster = policy.clusters?.find(({ groups: members }) => members.includes(group.name));
    if (cluster) {
      inCluster.set(cluster.name, [...(inCluster.get(cluster.name) ?? []), { lines, floors }]);
      return parts;
    }
    return [
      ...parts,
      bestUse([...lines, ...floors], decimal(hedge?.refund[level] ?? "0"), worthOf(hedge?.asset)),
    ];
  });
  for (const { name, hedge, offset, independent } of policy.clusters ?? []) {
    const members = inCluster.get(name);
    if (members === undefined) continue;
    const lines = clusterLines(members, decimal(offset), decimal(independent ?? "0"));
    groups.push(bestUse(lines, decimal(hedge?.refund[level] ?? "0"), worthOf(hedge?.asset)));
  }
  return sum([...collateral, ...groups]);
}

/** Largest of refund * v less the worst loss when v of collateral moves along, v from 0 to value: at a corner or an end. */
function bestUse(scenarios: readonly Line[], refund: q.Rational, value: q.Rational) {
  const lines: Line[] = [];
  for (const line of [{ pnl: q.ZERO, move: q.ZERO }, ...scenarios]) {
    const same = lines.findIndex(({ move }) => move.n * line.move.d === line.move.n * move.d);
    if (same < 0) lines.push(line);
    else if (q.isLess(line.pnl, lines[same]!.pnl)) lines[same] = line;
  }
  const corners = lines.flatMap((a, i) =>
    lines.slice(0, i).map((b) => q.divide(q.subtract(a.pnl, b.pnl), q.subtract(b.move, a.move))),
  );
  const inside = corners.filter((v) => q.isLess(q.ZERO, v) && q.isLess(v, value));
  const gain = (v: q.Rational) =>
    q.add(
      q.multiply(refund, v),
      lines.map(({ pnl, move }) => q.add(pnl, q.multiply(move, v))).reduce(q.minimum),
    );
  return [q.ZERO, value, ...inside].map(gain).reduce(q.maximum);
}

/** Prices do not depend on who holds them. */
const known = new WeakMap<InstrumentTerms, ReturnType<typeof pricesOf>>();
function unitPrices(...of: Parameters<typeof pricesOf>): ReturnType<typeof pricesOf> {
  const prices = known.get(of[0]) ?? pricesOf(...of);
  known.set(of[0], prices);
  return prices;
}

/** Mark and scenario changes per unit of the underlying; perps and futures are marked at 0. */
function pricesOf(
  terms: InstrumentTerms,
  underlying: string,
  scenarios: readonly Scenario[],
  rule: VolatilityRule,
  marks: Marks,
): { mark: q.Rational; changes: q.Rational[] } {
  const perpOrFuture = terms.kind === "perp" ? marks.perps[terms.symbol]?.mark : undefined;
  const linear = terms.kind === "future" ? marks.expiries[underlying]![terms.expiry]!.forward : perpOrFuture;
  if (terms.kind === "perp" || terms.kind === "future")
    return { mark: q.ZERO, changes: scenarios.map((s) => q.multiply(q.fromDecimal(linear!), spotMove(s))) };
  const price = (s: Scenario | null) => q.fromDouble(optionPrice(terms, underlying, marks, s, rule));
  const mark = price(null);
  const spot = q.fromDecimal(marks.spot[underlying]!.price);
  const changes = scenarios.map((s) =>
    s.kind === "minimum" ? q.multiply(spot, s.charge) : q.subtract(price(s), mark),
  );
  return { mark, changes };
}
