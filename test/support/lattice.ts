import { FIELD } from "../../verifier/src/constants.ts";
import { inverse, toField } from "../../verifier/src/field.ts";

/**
 * Short integers d, not all 0, with d[0] weights[0] + d[1] weights[1] + ... = 0 in the field: about n-th roots of its order
 * for n weights. What an attacker does who knows the challenge before he chooses quantities.
 */
export function shortRelation(weights: readonly bigint[]): bigint[] {
  const pivot = inverse(weights[0]!);
  const basis = weights.map((weight, i) =>
    weights.map((_, j) => (j === 0 ? (i === 0 ? FIELD : toField(-weight * pivot)) : i === j ? 1n : 0n)),
  );
  return reduceLattice(basis)[0]!;
}

/** LLL with delta 3/4 in integers (Cohen, A Course in Computational Algebraic Number Theory, algorithm 2.6.7). */
function reduceLattice(basis: readonly (readonly bigint[])[]): bigint[][] {
  const b = basis.map((row) => [...row]);
  const n = b.length;
  // Gram determinants, d[i + 1] that of the first i + 1 vectors; lambda[i][j] = d[j + 1] times the projection of i on j.
  const d = new Array<bigint>(n + 1).fill(1n);
  const lambda = b.map(() => new Array<bigint>(n).fill(0n));
  const dot = (i: number, j: number): bigint => b[i]!.reduce((sum, x, at) => sum + x * b[j]![at]!, 0n);
  const orthogonalise = (k: number): void => {
    for (let j = 0; j <= k; j++) {
      let u = dot(k, j);
      for (let i = 0; i < j; i++) u = (d[i + 1]! * u - lambda[k]![i]! * lambda[j]![i]!) / d[i]!;
      if (j < k) lambda[k]![j] = u;
      else d[k + 1] = u;
    }
  };
  const reduce = (k: number, l: number): void => {
    const q = roundedQuotient(lambda[k]![l]!, d[l + 1]!);
    if (q === 0n) return;
    b[k] = b[k]!.map((x, at) => x - q * b[l]![at]!);
    lambda[k]![l] = lambda[k]![l]! - q * d[l + 1]!;
    for (let i = 0; i < l; i++) lambda[k]![i] = lambda[k]![i]! - q * lambda[l]![i]!;
  };
  for (let k = 0; k < n; k++) orthogonalise(k);
  for (let k = 1; k < n; ) {
    reduce(k, k - 1);
    const projected = lambda[k]![k - 1]! ** 2n;
    if (4n * (d[k + 1]! * d[k - 1]! + projected) >= 3n * d[k]! ** 2n) {
      for (let l = k - 2; l >= 0; l--) reduce(k, l);
      k++;
      continue;
    }
    [b[k - 1], b[k]] = [b[k]!, b[k - 1]!];
    for (let i = k - 1; i < n; i++) orthogonalise(i);
    k = Math.max(1, k - 1);
  }
  return b;
}

function roundedQuotient(a: bigint, b: bigint): bigint {
  const doubled = 2n * a + b;
  const floor = doubled / (2n * b);
  return doubled < 0n && floor * 2n * b !== doubled ? floor - 1n : floor;
}
