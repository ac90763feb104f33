import { FIELD } from "@plimsoll/verifier/constants.ts";
import { inverse, inverses, power, toField } from "@plimsoll/verifier/field.ts";
import type { R1cs, SparseMatrix } from "./r1cs.ts";

/** 5 generates the 2-part of the multiplicative group, as in snarkjs and circom: 2^28 divides r - 1. */
const ROOT_2_28 = power(5n, (FIELD - 1n) >> 28n);

/** A quadratic arithmetic program at one point tau: each wire's A, B and C polynomial, and the basis of H. */
export interface QapAtPoint {
  /** Power of two above constraints plus public signals. */
  readonly domain: number;
  readonly a: readonly bigint[];
  readonly b: readonly bigint[];
  readonly c: readonly bigint[];
  /** Lagrange basis of the domain of twice the size at tau, its odd points: in them the prover writes h * Z. */
  readonly h: readonly bigint[];
}

/** snarkjs's QAP: after the constraints, one row "wire * 0 = 0" for the constant and each public signal. */
export function qapAt(tau: bigint, r1cs: R1cs): QapAtPoint {
  const publics = r1cs.outputs + r1cs.publicInputs;
  const domain = 2 ** (Math.floor(Math.log2(r1cs.constraints + publics)) + 1);
  const basis = lagrange(tau, domain);
  const [a, b, c] = r1cs.matrices.map((matrix) => combine(matrix, r1cs, basis)) as [
    bigint[],
    bigint[],
    bigint[],
  ];
  for (let wire = 0; wire <= publics; wire++) a[wire] = (a[wire]! + basis[r1cs.constraints + wire]!) % FIELD;
  return { domain, a, b, c, h: lagrange(tau, 2 * domain).filter((_, i) => i % 2 === 1) };
}

/** L_i(tau) = w^i / n * (tau^n - 1) / (tau - w^i) for all i. Throws when tau is in the domain. */
export function lagrange(tau: bigint, size: number): bigint[] {
  const root = power(ROOT_2_28, 2n ** 28n / BigInt(size));
  const points: bigint[] = [];
  for (let i = 0, point = 1n; i < size; i++, point = (point * root) % FIELD) points.push(point);
  const scale = toField((power(tau, BigInt(size)) - 1n) * inverse(BigInt(size)));
  const quotients = inverses(points.map((point) => tau - point));
  return points.map((point, i) => (((point * scale) % FIELD) * quotients[i]!) % FIELD);
}

/** Sum over the constraints of coefficient times basis, by wire. */
function combine({ starts, wires, values }: SparseMatrix, r1cs: R1cs, basis: readonly bigint[]): bigint[] {
  const sums = new Array<bigint>(r1cs.wires).fill(0n);
  const limbs = new BigUint64Array(values.buffer, values.byteOffset, values.byteLength / 8);
  for (let row = 0; row < r1cs.constraints; row++) {
    for (let i = starts[row]!; i < starts[row + 1]!; i++) {
      const at = 4 * i;
      const value =
        limbs[at]! | (limbs[at + 1]! << 64n) | (limbs[at + 2]! << 128n) | (limbs[at + 3]! << 192n);
      // Reduced once at the end: a sum of products of two 254-bit numbers stays far from any limit of BigInt.
      sums[wires[i]!]! += (value > FIELD >> 1n ? value - FIELD : value) * basis[row]!;
    }
  }
  return sums.map(toField);
}
