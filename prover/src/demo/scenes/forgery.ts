import { bn254 } from "@noble/curves/bn254";
import { evmOrder, type VerificationKey } from "@plimsoll/verifier/groth16/key.ts";

type Words = readonly bigint[];
const { ProjectivePoint: G1 } = bn254.G1;
const { ProjectivePoint: G2 } = bn254.G2;

/**
 * A proof for any signals, from the key alone: A = alpha1, B = beta2, C = -IC(x). It holds when gamma2 = delta2, which is what a
 * key looks like to which nobody contributed.
 */
export function forgedProof({ alpha1, beta2, ic }: VerificationKey, signals: Words): Words {
  const input = signals.reduce(
    (sum, signal, i) => sum.add(pointOf(ic[i + 1]!).multiply(signal)),
    pointOf(ic[0]!),
  );
  return [...alpha1, ...evmOrder(beta2), ...wordsOf(input.negate())];
}

/** Another proof of the same statement: A times a scalar, B divided by it. */
export function rerandomised([ax, ay, bx1, bx0, by1, by0, cx, cy]: Words, scalar: bigint): Words {
  const a = pointOf([ax!, ay!]).multiply(scalar);
  const b = G2.fromAffine({ x: { c0: bx0!, c1: bx1! }, y: { c0: by0!, c1: by1! } });
  const { x, y } = b.multiply(bn254.fields.Fr.inv(scalar)).toAffine();
  return [...wordsOf(a), x.c1, x.c0, y.c1, y.c0, cx!, cy!];
}

/** The proof with a multiple of the generator added to C. */
export function shifted(proof: Words, scalar: bigint): Words {
  const step = G1.BASE.multiply(scalar < 0n ? -scalar : scalar);
  const c = pointOf([proof[6]!, proof[7]!]).add(scalar < 0n ? step.negate() : step);
  return [...proof.slice(0, 6), ...wordsOf(c)];
}

function pointOf([x, y]: readonly [bigint, bigint]) {
  return G1.fromAffine({ x, y });
}

function wordsOf(point: ReturnType<typeof pointOf>): [bigint, bigint] {
  const { x, y } = point.toAffine();
  return [x, y];
}
