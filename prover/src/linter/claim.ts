import type { MatrixRow } from "@plimsoll/verifier/policy/matrix.ts";

/** One unknown of a claim: how many units of a row, what a unit adds to the equations, and what it adds to the gain. */
export interface Unknown {
  readonly row: number;
  readonly terms: MatrixRow;
  readonly gain: bigint;
  /** Free collateral may be negative; quantities may not. */
  readonly signed?: boolean;
}

/**
 * "Whenever all equations hold, the gain is at most 0": for all z >= 0 (signed where marked) with sum z_i terms_i = 0 in each
 * column, sum z_i gain_i <= 0. By Farkas' lemma exactly one of two things exists: multipliers that certify it, or a
 * combination that refutes it. Both are checked here in exact integers; how they were found does not matter.
 */
export interface Claim {
  readonly columns: number;
  readonly unknowns: readonly Unknown[];
}

/** Multipliers y_j = byColumn[j] / denominator of the equations; a missing column is 0. */
export interface Multipliers {
  readonly denominator: bigint;
  readonly byColumn: ReadonlyMap<number, bigint>;
}

/** How much of each row: a vector z that refutes a claim. */
export type Combination = ReadonlyMap<number, bigint>;

/** y . terms_i >= gain_i for every unknown, with equality where it is signed: then gain . z <= y . 0 = 0. */
export function certifies(claim: Claim, { denominator, byColumn }: Multipliers): boolean {
  if (denominator <= 0n) return false;
  return claim.unknowns.every(({ terms, gain, signed }) => {
    const margin = dot(terms, byColumn) - gain * denominator;
    return signed === true ? margin === 0n : margin >= 0n;
  });
}

/** The gain of a combination that refutes the claim; undefined when it breaks an equation or a sign, or gains nothing. */
export function refutedBy(claim: Claim, combination: Combination): bigint | undefined {
  const residual = new Map<number, bigint>();
  const used = new Set<number>();
  let gain = 0n;
  for (const unknown of claim.unknowns) {
    const quantity = combination.get(unknown.row) ?? 0n;
    if (quantity < 0n && unknown.signed !== true) return undefined;
    used.add(unknown.row);
    gain += quantity * unknown.gain;
    for (const [column, coefficient] of unknown.terms) {
      residual.set(column, (residual.get(column) ?? 0n) + quantity * coefficient);
    }
  }
  const strange = [...combination].some(([row, quantity]) => quantity !== 0n && !used.has(row));
  const open = [...residual.values()].some((sum) => sum !== 0n);
  return strange || open || gain <= 0n ? undefined : gain;
}

export function dot(terms: MatrixRow, byColumn: ReadonlyMap<number, bigint>): bigint {
  return terms.reduce((sum, [column, c]) => sum + c * (byColumn.get(column) ?? 0n), 0n);
}
