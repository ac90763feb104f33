import { MAX_QUANTITY } from "../constants.ts";
import type { CompiledPolicy } from "./compile.ts";
import { UnknownRowError } from "./complete.ts";
import { hedgeInDoubles } from "./hedge-in-doubles.ts";
import type { AccountColumns, AccountFigures } from "./kernel.ts";
import { type KernelTables, UNNAMED } from "./kernel-tables.ts";
import { type LinkedGroup, type LinkedHedge, type LinkedTables, linkedTables } from "./linked-tables.ts";

/** What monitors policies of any shape. */
export interface LinkedKernel {
  readonly monitor: (accounts: AccountColumns, figures: AccountFigures) => void;
  /** Of one account, as `errorBounds` of a kernel. */
  readonly errorBound: (accounts: AccountColumns, account: number) => number;
}

const LEVELS = [0, 1] as const;
/** 2^64, to which its largest count rounds. */
const FULL_PORTION = Number(MAX_QUANTITY);

/**
 * Monitors in doubles what `completeAccount` computes in integers, step by step in the same order: groups before those that they
 * feed, hedges that are used in full, extras, the best hedge. Extras and hedges need not be whole here. A hedge whose best amount is looked for stands in a group that
 * feeds no other, so each level has its own best. Throws a RangeError for a policy without a closed form.
 */
export function linkedKernel(policy: CompiledPolicy, tables: KernelTables): LinkedKernel {
  const linked = linkedTables(policy);
  return {
    monitor: (accounts, figures) => monitor(tables, linked, accounts, figures),
    errorBound: (accounts, account) => errorBound(tables, linked, accounts, account),
  };
}

function monitor(
  { amounts, groupOf, capOf, held, touched }: KernelTables,
  { units, tierOf, groups, tiers }: LinkedTables,
  { offsets, rows, quantities }: AccountColumns,
  figures: AccountFigures,
): void {
  const bySize = new Float64Array(tiers.length);
  const surplus: [number, number] = [0, 0];
  for (let i = 0; i + 1 < offsets.length; i++) {
    let equity = 0;
    surplus.fill(0);
    held.fill(0);
    bySize.fill(0);
    touched.fill(0);
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) {
      const row = rows[e]!;
      const quantity = quantities[e]!;
      const group = row < groupOf.length ? groupOf[row]! : UNNAMED;
      if (group === UNNAMED) throw new UnknownRowError(row);
      if (!(quantity >= 0 && quantity < Number.POSITIVE_INFINITY))
        throw new RangeError(`account ${i}, row ${row}: expected a quantity from 0, came another number`);
      equity += amounts[3 * row]! * quantity;
      surplus[0] += amounts[3 * row + 1]! * quantity;
      surplus[1] += amounts[3 * row + 2]! * quantity;
      if (capOf[row]! >= 0) held[capOf[row]!]! += quantity;
      if (tierOf[row]! >= 0) bySize[tierOf[row]!]! += quantity;
      if (group < 0 || quantity === 0) continue;
      const { columns } = touch(groups, touched, group);
      const unit = units[row]!;
      for (let c = 0; c < columns.length; c++) columns[c]! += unit[c]! * quantity;
    }
    for (const [t, { widths, weights, lastWeight, credit }] of tiers.entries()) {
      let rest = bySize[t]!;
      let counted = 0;
      for (let p = 0; p < widths.length; p++) {
        const inPortion = Math.min(rest, widths[p]!);
        counted += inPortion * weights[p]!;
        rest -= inPortion;
      }
      counted += rest * lastWeight;
      for (const level of LEVELS) surplus[level] += credit[level] * counted;
    }
    for (let g = 0; g < groups.length; g++) {
      const worst = touched[g] === 1 ? settle(groups, touched, held, g, surplus) : -1;
      figures.worstScenario[i * groups.length + g] = worst;
    }
    figures.equity[i] = equity;
    figures.maintenanceSurplus[i] = surplus[0];
    figures.initialSurplus[i] = surplus[1];
  }
}

/** The group with its columns ready to be added to. */
function touch(groups: readonly LinkedGroup[], touched: Uint8Array, g: number): LinkedGroup {
  const group = groups[g]!;
  if (touched[g] === 0) {
    touched[g] = 1;
    group.columns.fill(0);
  }
  return group;
}

/** Charges a group, or hands on what it has. Returns its worst scenario under the hedge that is best for initial margin, or -1. */
function settle(
  groups: readonly LinkedGroup[],
  touched: Uint8Array,
  held: Float64Array,
  g: number,
  surplus: [number, number],
): number {
  const group = groups[g]!;
  const { columns, scenarios, best, max } = group;
  for (const hedge of group.full) addHedge(group, hedge, held[hedge.cap]!, surplus);
  for (const { charge, lifts, terms } of group.extras) {
    let amount = 0;
    for (const { column, by } of lifts) amount = Math.max(amount, -columns[column]! / by);
    if (amount === 0) continue;
    for (const { column, by } of terms) columns[column]! += by * amount;
    for (const level of LEVELS) surplus[level] -= charge[level] * amount;
  }
  const parent = group.parent === null ? null : touch(groups, touched, group.parent);
  if (max === null) {
    for (let s = 0; s < scenarios; s++) {
      const pnl = columns[s]!;
      const { parent: by, charge } = pnl > 0 ? group.feed[s]!.pos : group.feed[s]!.neg;
      const amount = Math.abs(pnl);
      parent!.columns[s]! += by * amount;
      for (const level of LEVELS) surplus[level] -= charge[level] * amount;
    }
    return -1;
  }
  let worst = -1;
  for (const level of LEVELS) {
    let hedge = 0;
    if (best !== null && held[best.cap]! > 0) {
      const refund = best.refund[level] / max[level];
      hedge = hedgeInDoubles(columns, best.scenarios, 0, scenarios, refund, held[best.cap]!);
      surplus[level] += best.refund[level] * hedge;
    }
    worst = -1;
    let lowest = 0;
    for (let s = 0; s < scenarios; s++) {
      const pnl = best === null ? columns[s]! : columns[s]! + best.scenarios[s]! * hedge;
      if (pnl >= lowest) continue;
      lowest = pnl;
      worst = s;
    }
    surplus[level] += max[level] * lowest;
    // A group that feeds has no hedge to look for, so its maximum is the same at both levels.
    if (level === 0 && group.fedMax !== null)
      parent!.columns[group.fedMax.column]! -= group.fedMax.by * lowest;
  }
  return worst;
}

function addHedge(
  { columns }: LinkedGroup,
  hedge: LinkedHedge,
  units: number,
  surplus: [number, number],
): void {
  for (let s = 0; s < hedge.scenarios.length; s++) columns[s]! += hedge.scenarios[s]! * units;
  for (const level of LEVELS) surplus[level] += hedge.refund[level] * units;
}

/** Half the distance from 1 to the next double. */
const ROUNDING = Number.EPSILON / 2;
/** Roundings of one step: of coefficient and quantity, product or quotient, sum; twice what there are. */
const STEP = 8;

/** By own column: a bound on the sum of magnitudes that it is made of, and on its error. */
interface Bounds {
  readonly size: Float64Array;
  readonly error: Float64Array;
}

/**
 * How far `monitor` may be from exact margin at the same level's best hedge, in money units: the steps of `monitor` once more, with
 * each amount's largest magnitude and largest error in its place. Derived, not measured:
 * - A sum of products of e entries errs by at most (e + 8) roundings, 2^-53 each, of the sum of magnitudes.
 * - An extra errs by what its column errs, divided as the column is; it is a whole number in the exact margin: one more.
 * - Whatever is added to a column brings its own error, and a few roundings of what the column then is.
 * - The best hedge: as in kernel.ts, one unit of refund and of the steepest scenario, and roundings of the group's magnitude.
 * - Tiers: exact credits are rounded down twice, by less than one unit of credit and one for each 2^64 of width times weight.
 */
function errorBound(
  { amounts, groupOf, capOf, held: caps }: KernelTables,
  { units, tierOf, groups, tiers }: LinkedTables,
  { offsets, rows, quantities }: AccountColumns,
  account: number,
): number {
  const entries = offsets[account + 1]! - offsets[account]!;
  const held = new Float64Array(caps.length);
  const bySize = new Float64Array(tiers.length);
  const bounds = new Map<number, Bounds>();
  const of = (g: number): Bounds => {
    const { length } = groups[g]!.columns;
    const known = bounds.get(g) ?? { size: new Float64Array(length), error: new Float64Array(length) };
    bounds.set(g, known);
    return known;
  };
  // Magnitude and error of the two surpluses together: the larger of both levels each time.
  let [magnitude, error] = [0, 0];
  for (let e = offsets[account]!; e < offsets[account + 1]!; e++) {
    const row = rows[e]!;
    const group = groupOf[row] ?? UNNAMED;
    if (group === UNNAMED) throw new UnknownRowError(row);
    const quantity = quantities[e]!;
    magnitude += quantity * Math.max(...[0, 1, 2].map((c) => Math.abs(amounts[3 * row + c]!)));
    if (capOf[row]! >= 0) held[capOf[row]!]! += quantity;
    if (tierOf[row]! >= 0) bySize[tierOf[row]!]! += quantity;
    if (group < 0 || quantity === 0) continue;
    const { size } = of(group);
    for (const [c, unit] of units[row]!.entries()) size[c]! += Math.abs(unit) * quantity;
  }
  for (const [t, { widths, weights, lastWeight, credit }] of tiers.entries()) {
    if (bySize[t] === 0) continue;
    const most = Math.max(...weights, lastWeight, 0);
    const perUnit = Math.max(...credit);
    magnitude += STEP * (1 + widths.length) * bySize[t]! * most * perUnit;
    error += perUnit * (2 + widths.reduce((sum, width, p) => sum + (width * weights[p]!) / FULL_PORTION, 0));
  }
  let steps = entries + STEP;
  for (let g = 0; g < groups.length; g++) {
    const known = bounds.get(g);
    if (known === undefined) continue;
    const { size, error: errors } = known;
    const group = groups[g]!;
    const add = (column: number, amount: number, errs: number) => {
      size[column]! += amount;
      errors[column]! += errs + STEP * ROUNDING * size[column]!;
    };
    const charge = (pair: readonly number[], amount: number, errs: number) => {
      const most = Math.max(...pair.map(Math.abs));
      magnitude += STEP * most * amount;
      error += most * errs;
    };
    for (let c = 0; c < size.length; c++) errors[c]! += (entries + STEP) * ROUNDING * size[c]!;
    for (const { cap, refund, scenarios } of group.full) {
      for (const [s, pnl] of scenarios.entries()) add(s, Math.abs(pnl) * held[cap]!, 0);
      charge(refund, held[cap]!, 0);
    }
    for (const { charge: pair, lifts, terms } of group.extras) {
      let [amount, errs] = [0, 0];
      for (const { column, by } of lifts) {
        amount = Math.max(amount, size[column]! / by + 1);
        errs = Math.max(errs, errors[column]! / by + STEP * ROUNDING * (size[column]! / by));
      }
      for (const { column, by } of terms) add(column, Math.abs(by) * amount, Math.abs(by) * (errs + 1));
      charge(pair, amount, errs + 1);
    }
    const largest = (numbers: Float64Array) =>
      numbers.subarray(0, group.scenarios).reduce((a, b) => Math.max(a, b), 0);
    steps += 2 * group.extras.length + 2 * group.full.length + STEP;
    if (group.max === null) {
      const parent = of(group.parent!);
      for (let s = 0; s < group.scenarios; s++) {
        const { pos, neg } = group.feed[s]!;
        const by = Math.max(Math.abs(pos.parent), Math.abs(neg.parent));
        parent.size[s]! += by * size[s]!;
        parent.error[s]! +=
          by * (errors[s]! + STEP * ROUNDING * size[s]!) + STEP * ROUNDING * parent.size[s]!;
        charge([...pos.charge, ...neg.charge], size[s]!, errors[s]!);
      }
      steps += 2 * group.scenarios;
      continue;
    }
    let [worst, errs] = [largest(size), largest(errors)];
    const { best } = group;
    if (best !== null && held[best.cap]! > 0) {
      const slope = largest(best.scenarios.map(Math.abs));
      worst += slope * held[best.cap]!;
      errs += STEP * ROUNDING * worst;
      charge(best.refund, held[best.cap]!, 1);
      error += Math.max(...group.max) * slope;
    }
    charge(group.max, worst, errs);
    if (group.fedMax !== null) {
      const parent = of(group.parent!);
      const { column, by } = group.fedMax;
      parent.size[column]! += Math.abs(by) * worst;
      parent.error[column]! += Math.abs(by) * errs + STEP * ROUNDING * parent.size[column]!;
    }
  }
  return steps * ROUNDING * magnitude + error;
}
