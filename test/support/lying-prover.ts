import type { Entry } from "../../verifier/src/encodings/entry.ts";
import type { CompiledPolicy } from "../../verifier/src/policy/compile.ts";
import { type MatrixRow, policyMatrix } from "../../verifier/src/policy/matrix.ts";
import { COLUMN, hasMax, ownColumns } from "../../verifier/src/policy/shape.ts";
import type { Random } from "./random.ts";

/**
 * Surplus over initial margin that a prover reaches who picks maxima, extras and what groups hand on as it likes, starting from amounts
 * that are the least or not enough; undefined where an inequality of M does not hold. For policies without hedges. Read off M alone.
 */
export function lyingProver(policy: CompiledPolicy, random: Random) {
  const matrix = policyMatrix(policy.coefficients);
  return (holdings: readonly Entry[]): bigint | undefined => lie(policy, matrix, holdings, random);
}

function lie(
  { layout }: CompiledPolicy,
  matrix: ReadonlyMap<number, MatrixRow>,
  holdings: readonly Entry[],
  random: Random,
): bigint | undefined {
  const columns = new Array<bigint>(layout.columns).fill(0n);
  const add = (row: number, quantity: bigint): void => {
    for (const [column, c] of matrix.get(row)!) columns[column]! += c * quantity;
  };
  for (const { row, quantity } of holdings) add(row, quantity);
  for (const [g, shape] of layout.shape.groups.entries()) {
    const own = Array.from({ length: ownColumns(shape) }, (_, s) => layout.scenarioColumn(g, s));
    for (let e = 0; e < (shape.extras ?? 0); e++) {
      const row = layout.extra(g, e);
      const lacks = matrix
        .get(row)!
        .filter(([, c]) => c > 0n)
        .map(([column]) => (columns[column]! < 0n ? -columns[column]! : 0n));
      add(row, near(largest(lacks), random));
    }
    if (hasMax(shape)) {
      const losses = own.slice(0, shape.scenarios).map((column) => -columns[column]!);
      add(layout.max(g), near(largest(losses), random));
    }
    for (const [s, column] of own.entries()) {
      const left = columns[column]!;
      if (hasMax(shape) || s >= shape.scenarios) {
        if (left < 0n) return undefined;
        continue;
      }
      // Profit and loss of the same amount may be added on both sides.
      const waste = random.int(4) === 0 ? random.below(1n << 40n) : 0n;
      add(layout.pos(g, s), waste + (left > 0n ? left : 0n));
      add(layout.neg(g, s), waste + (left < 0n ? -left : 0n));
    }
  }
  return columns[COLUMN.initial]!;
}

/** Mostly the amount itself, else a little or much less or more. */
function near(amount: bigint, random: Random): bigint {
  const by = random.int(12);
  if (by > 3) return amount;
  const change = by < 2 ? 1n : random.below(amount + 2n);
  const lower = amount - change;
  return by % 2 === 0 ? amount + change : lower < 0n ? 0n : lower;
}

function largest(amounts: readonly bigint[]): bigint {
  let most = 0n;
  for (const amount of amounts) if (amount > most) most = amount;
  return most;
}
