import type { Unknown } from "../../prover/src/linter/claim.ts";
import { faceOf, minimum, type SurplusColumn } from "../../prover/src/linter/unit-weights.ts";
import { MAX_QUANTITY } from "../../verifier/src/constants.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import type { CompiledPolicy } from "../../verifier/src/policy/compile.ts";
import { policyMatrix } from "../../verifier/src/policy/matrix.ts";
import { COLUMN } from "../../verifier/src/policy/shape.ts";

/**
 * The largest surplus that any auxiliaries give these holdings, as an exact fraction: the same linear program as for a unit that
 * leaves, for minus the whole book and with no auxiliary free to fall. A portion of a tier has an equation more, "it and what it lacks
 * are C", since here it is not its number of bits that bounds it.
 */
export function exactOptimum(
  policy: CompiledPolicy,
  holdings: readonly Entry[],
  column: SurplusColumn,
): [bigint, bigint] {
  const { layout } = policy;
  const system = { layout, matrix: policyMatrix(policy.coefficients) };
  const { auxiliaries, ...face } = faceOf(system, 0, column, -1);
  const open = [COLUMN.equity, COLUMN.maintenance, COLUMN.initial].filter((c) => c !== column);
  const book = new Map<number, bigint>();
  for (const { row, quantity } of holdings) {
    for (const [c, coefficient] of system.matrix.get(row)!) {
      if (!open.includes(c as 0)) book.set(c, (book.get(c) ?? 0n) - coefficient * quantity);
    }
  }
  const portions = layout.roles.filter(({ role }) => role.kind === "portion").map(({ row }) => row);
  const capOf = new Map(portions.map((row, i) => [row, layout.columns + i]));
  const capped = auxiliaries.flatMap((a): Unknown[] => {
    const cap = capOf.get(a.row);
    if (cap === undefined) return [a];
    return [
      { ...a, terms: [...a.terms, [cap, 1n]] },
      { row: -cap, terms: [[cap, 1n]], gain: 0n },
    ];
  });
  for (const cap of capOf.values()) book.set(cap, MAX_QUANTITY);
  const columns = layout.columns + portions.length;
  const assetTerms: Unknown["terms"] = [...book].filter(([, c]) => c !== 0n);
  const least = minimum({ ...face, columns, auxiliaries: capped, assetTerms });
  if (typeof least === "string") throw new Error(`the program is ${least}`);
  return [-least.numerator, least.denominator];
}
