import { FIELD, ROW_BLIND, ROW_FREE, TAG } from "../constants.ts";
import { toField } from "../field.ts";
import { coarse, isTwinned, type Layout } from "../policy/shape.ts";
import { type Hash, poseidon } from "../poseidon.ts";
import { sponge } from "./sponge.ts";

/**
 * Rows of the tables that the commitments list, in order: holdings, then auxiliaries fine and, where they have that twin, coarse.
 * A row in no table has total 0, so no account has any of it.
 */
export function tableRows({ roles }: Pick<Layout, "roles">): number[] {
  return roles.flatMap(({ row, role }) => (isTwinned(role) ? [row, coarse(row)] : [row]));
}

/**
 * sponge(TAG_TOTALS, salt, Tot by row, Tot_BLIND, claims). `totals` by row, missing rows are 0; `claims`: insurance first,
 * then what the exchange declares it holds of each asset. Throws on a row that the layout does not have.
 */
export function totalsCommitment(
  layout: Layout,
  salt: bigint,
  totals: ReadonlyMap<number, bigint>,
  claims: readonly bigint[],
  hash: Hash = poseidon,
): bigint {
  if (claims.length !== layout.shape.assets + 1) {
    throw new RangeError(
      `expected ${layout.shape.assets + 1} claims (insurance, then each asset), came ${claims.length}`,
    );
  }
  return sponge(TAG.TOTALS, [salt, ...listed(layout, totals, [ROW_BLIND]), ...claims], hash);
}

/** sponge(TAG_WEIGHTS, salt, W by row, W_FREE, W_BLIND). `weights` are field elements with each batch's weight applied. */
export function weightsCommitment(
  layout: Layout,
  salt: bigint,
  weights: ReadonlyMap<number, bigint>,
  hash: Hash = poseidon,
): bigint {
  return sponge(TAG.WEIGHTS, [salt, ...listed(layout, weights, [ROW_FREE, ROW_BLIND])], hash);
}

/** rho = sum claims_k gamma^k, which binds any number of claims in one public signal. */
export function claimsPolynomial(claims: readonly bigint[], gamma: bigint): bigint {
  return claims.reduceRight((sum, claim) => (sum * gamma + claim) % FIELD, 0n);
}

/** Adds `part` to `sums`, each value times `weight`, in the field when a weight is given. */
export function accumulate(
  sums: Map<number, bigint>,
  part: ReadonlyMap<number, bigint>,
  weight?: bigint,
): void {
  for (const [row, value] of part) {
    const sum = (sums.get(row) ?? 0n) + (weight === undefined ? value : weight * value);
    sums.set(row, weight === undefined ? sum : toField(sum));
  }
}

function listed(layout: Layout, values: ReadonlyMap<number, bigint>, beyond: readonly number[]): bigint[] {
  const rows = [...tableRows(layout), ...beyond];
  const known = new Set(rows);
  for (const [row, value] of values) {
    if (value !== 0n && !known.has(row)) throw new RangeError(`row ${row} is in no table of this shape`);
  }
  return rows.map((row) => toField(values.get(row) ?? 0n));
}
