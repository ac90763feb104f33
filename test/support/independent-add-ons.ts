import * as q from "../../verifier/src/policy/rational.ts";
import type { GroupParameters, Marks } from "../../verifier/src/policy/schemas.ts";
import { cashDelta } from "../../verifier/src/policy/valuation.ts";

/** A scenario as counted: P&L of positions, and of 1 quote of collateral that moves along. */
export interface Line {
  readonly pnl: q.Rational;
  readonly move: q.Rational;
}
type Level = "maintenance" | "initial";
const sum = (list: readonly q.Rational[]) => list.reduce(q.add, q.ZERO);
const size = (a: q.Rational) => q.maximum(a, q.negate(a));
const still = (loss: q.Rational): Line => ({ pnl: q.lowestTerms(q.negate(loss)), move: q.ZERO });

/**
 * Add-ons of a group of model "grid" as the documents word them: charges beside scan risk, and floors that compete with the
 * scenarios, multiplied by the margin factor. `net` by instrument, in contracts.
 */
export function addOnsOf(
  { instruments, underlying, grossMinimum, nakedShort, delta }: GroupParameters,
  marks: Marks,
  level: Level,
  net: readonly q.Rational[],
  factor: q.Rational,
): { charges: q.Rational; floors: Line[] } {
  const decimal = q.fromDecimal;
  const spot = decimal(marks.spot[underlying]!.price);
  const charges: q.Rational[] = [];
  let [minimum, deltaFloor] = [q.ZERO, q.ZERO];
  if (nakedShort) {
    const bySeries = new Map<string, q.Rational>();
    for (const [n, terms] of instruments.entries()) {
      if (terms.kind !== "call" && terms.kind !== "put") continue;
      const series = `${terms.expiry}/${terms.strike}`;
      const amount = q.multiply(net[n]!, decimal(terms.contractSize));
      bySeries.set(series, q.add(bySeries.get(series) ?? q.ZERO, amount));
    }
    for (const amount of bySeries.values())
      charges.push(q.multiply(q.maximum(q.negate(amount), q.ZERO), spot, decimal(nakedShort[level])));
  }
  if (grossMinimum) {
    const total = instruments.map(({ kind, contractSize }, n) => {
      const option = net[n]!.n < 0n ? grossMinimum.optionShort : grossMinimum.optionLong;
      const rate = kind === "call" || kind === "put" ? option : grossMinimum.linear;
      return q.multiply(size(net[n]!), decimal(contractSize), spot, decimal(rate), factor);
    });
    minimum = sum(total);
  }
  if (delta) {
    const deltas = instruments.map((terms, n) => q.multiply(net[n]!, cashDelta(terms, underlying, marks)));
    const netDelta = size(sum(deltas));
    const hedged = q.divide(q.subtract(sum(deltas.map(size)), netDelta), q.integer(2n));
    const charge = (a: string, b: string) =>
      q.add(q.multiply(netDelta, decimal(a)), q.multiply(hedged, decimal(b)));
    if (delta.as === "charge") charges.push(charge(delta.net[level], delta.hedged[level]));
    else deltaFloor = q.multiply(charge(delta.net, delta.hedged), factor);
  }
  return { charges: sum(charges), floors: [still(minimum), still(deltaFloor)] };
}

/** What a group brings to its cluster. */
export interface Member {
  readonly lines: readonly Line[];
  readonly floors: readonly Line[];
}

/** Scenarios and floors of a cluster: losses of members in full, gains by the offset; and what each loses for itself, in part. */
export function clusterLines(
  members: readonly Member[],
  offset: q.Rational,
  independent: q.Rational,
): Line[] {
  const all = members.map(({ lines, floors }) => [...lines, ...floors]);
  const common = all[0]!.map(({ move }, s) => {
    const counted = all.map((lines) => q.minimum(lines[s]!.pnl, q.multiply(lines[s]!.pnl, offset)));
    return { pnl: q.lowestTerms(sum(counted)), move };
  });
  const worst = members.map(({ lines }) => lines.map(({ pnl }) => q.negate(pnl)).reduce(q.maximum, q.ZERO));
  return [...common, still(q.multiply(sum(worst), independent))];
}
