import type { Claim, Combination, Multipliers } from "./claim.ts";
import { gcd } from "./integers.ts";

/** More pivots than any policy of the shipped shapes has needed by a factor of a hundred. */
const MAX_PIVOTS = 20_000;

export type Decision =
  | { readonly holds: true; readonly multipliers: Multipliers }
  | { readonly holds: false; readonly combination: Combination };

/**
 * Decides a claim over the rationals by the primal simplex method on a fraction-free tableau (Edmonds; Bareiss): entries are
 * integers over one common denominator, so every division is exact. All right sides are 0, hence every basis is feasible and a
 * solver's basis (rows in `suggestion`) can be pivoted in as a start whatever its quality. Bland's rule excludes cycling.
 * Throws an Error when MAX_PIVOTS are used up, so that nothing is ever accepted undecided.
 */
export function decideExactly(claim: Claim, suggestion: readonly number[] = []): Decision {
  const { columns: equations, unknowns } = claim;
  const n = unknowns.length;
  // Column n + r is the unit vector of equation r: its reduced cost is minus the multiplier of that equation.
  const tableau: bigint[][] = Array.from({ length: equations }, (_, r) =>
    Array.from({ length: n + equations }, (_, j) => (j === n + r ? 1n : 0n)),
  );
  for (const [j, unknown] of unknowns.entries()) {
    for (const [column, coefficient] of unknown.terms) tableau[column]![j] = coefficient;
  }
  const costs = [...unknowns.map((u) => u.gain), ...Array.from({ length: equations }, () => 0n)];
  const basis = Array.from({ length: equations }, (_, r) => n + r);
  let denominator = 1n;

  const isSigned = (j: number): boolean => j < n && unknowns[j]!.signed === true;
  const isBasic = (j: number): boolean => basis.includes(j);
  const pivot = (r: number, j: number): void => {
    const pivotRow = tableau[r]!;
    const p = pivotRow[j]!;
    const sign = p < 0n ? -1n : 1n;
    for (const row of [...tableau, costs]) {
      if (row === pivotRow) continue;
      const factor = row[j]!;
      if (factor === 0n && p === denominator) continue;
      for (let k = 0; k < row.length; k++) {
        const a = row[k]!;
        const b = pivotRow[k]!;
        if ((a === 0n || p === denominator) && (factor === 0n || b === 0n)) continue;
        row[k] = (sign * (p * a - factor * b)) / denominator;
      }
    }
    if (sign < 0n) for (let k = 0; k < pivotRow.length; k++) pivotRow[k] = -pivotRow[k]!;
    denominator = sign * p;
    basis[r] = j;
  };
  const enter = (j: number): void => {
    if (isBasic(j)) return;
    const r = basis.findIndex((b, row) => b >= n && tableau[row]![j] !== 0n);
    if (r >= 0) pivot(r, j);
  };

  unknowns.forEach((_, j) => {
    if (isSigned(j)) enter(j);
  });
  const wanted = new Set(suggestion);
  unknowns.forEach((u, j) => {
    if (wanted.has(u.row)) enter(j);
  });
  // Sparse rows (slacks) first: their pivots are ±1 and keep the integers short. An equation left over is redundant.
  const bySparsity = unknowns
    .map((_, j) => j)
    .sort((a, b) => unknowns[a]!.terms.length - unknowns[b]!.terms.length);
  for (const j of bySparsity) enter(j);

  for (let pivots = 0; pivots < MAX_PIVOTS; pivots++) {
    const entering = unknowns.findIndex((_, j) =>
      isSigned(j) ? costs[j] !== 0n && !isBasic(j) : costs[j]! > 0n && !isBasic(j),
    );
    if (entering < 0) {
      const byColumn = new Map<number, bigint>();
      for (let r = 0; r < equations; r++) if (costs[n + r] !== 0n) byColumn.set(r, -costs[n + r]!);
      return { holds: true, multipliers: { denominator, byColumn } };
    }
    // A signed unknown that could not enter has a zero column: moving it along its gain is already a ray.
    const direction = costs[entering]! > 0n ? 1n : -1n;
    let leaving = -1;
    for (let r = 0; r < equations; r++) {
      const j = basis[r]!;
      if (j >= n || isSigned(j) || direction * tableau[r]![entering]! <= 0n) continue;
      if (leaving < 0 || j < basis[leaving]!) leaving = r;
    }
    if (leaving < 0) {
      const ray = new Map([[entering, direction * denominator]]);
      basis.forEach((j, r) => {
        if (j < n) ray.set(j, -direction * tableau[r]![entering]!);
      });
      return { holds: false, combination: inLowestTerms(claim, ray) };
    }
    pivot(leaving, entering);
  }
  throw new Error(`exact simplex: no decision after ${MAX_PIVOTS} pivots`);
}

function inLowestTerms(claim: Claim, ray: ReadonlyMap<number, bigint>): Combination {
  const entries = [...ray].filter(([, quantity]) => quantity !== 0n);
  const divisor = entries.reduce((d, [, quantity]) => gcd(d, quantity), 0n);
  return new Map(
    entries
      .map(([j, quantity]) => [claim.unknowns[j]!.row, quantity / divisor] as const)
      .sort(([a], [b]) => a - b),
  );
}
