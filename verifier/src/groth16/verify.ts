import type { Curve } from "snarkjs";
import { FIELD } from "../constants.ts";
import { isCanonical } from "../field.ts";
import { BASE_FIELD, type G1Point, type G2Point, type VerificationKey } from "./key.ts";
import { type Proof, type ProofWords, proofFromWords } from "./proof.ts";

let loading: Promise<Curve> | undefined;

/** Whether the proof shows the statement with these public signals under this key. Never throws on bad input. */
export async function verifyProof(
  key: VerificationKey,
  publicSignals: readonly bigint[],
  proof: ProofWords,
): Promise<boolean> {
  return (await proofFault(key, publicSignals, proof)) === undefined;
}

/** Why a proof is refused, in words; undefined when it verifies. */
export async function proofFault(
  key: VerificationKey,
  publicSignals: readonly bigint[],
  proof: ProofWords,
): Promise<string | undefined> {
  const inKey = await keyFault(key, publicSignals.length);
  if (inKey !== undefined) return inKey;
  // x and x + r give one and the same group element: without this a statement would have several encodings.
  const strange = publicSignals.findIndex((signal) => !isCanonical(signal));
  if (strange >= 0) return `public signal ${strange} is not below the field's order`;
  if (proof.length !== 8) return `expected a proof of 8 words, came ${proof.length}`;
  const curve = await bn254();
  const points = proofFromWords(proof);
  for (const [name, fault] of [
    ["A", faultOfG1(curve, points.a)],
    ["B", faultOfG2(curve, points.b)],
    ["C", faultOfG1(curve, points.c)],
  ] as const) {
    if (fault !== undefined) return `proof point ${name} ${fault}`;
  }
  const holds = await pairingHolds(curve, key, publicSignals, points);
  return holds ? undefined : "the pairing equation does not hold";
}

/**
 * Why a key proves nothing, in words; undefined when nothing is wrong that its points can show. With gamma2 = delta2 anyone
 * forges (A = alpha1, B = beta2, C = -vk_x); delta2 = the generator means that nobody contributed to its phase 2.
 */
export async function keyFault(key: VerificationKey, publicSignals: number): Promise<string | undefined> {
  if (key.ic.length !== publicSignals + 1) {
    return `expected a key with ${publicSignals + 1} IC points, came ${key.ic.length}`;
  }
  const curve = await bn254();
  const g1 = [["alpha1", key.alpha1] as const, ...key.ic.map((point, i) => [`IC ${i}`, point] as const)];
  const g2 = [
    ["beta2", key.beta2] as const,
    ["gamma2", key.gamma2] as const,
    ["delta2", key.delta2] as const,
  ];
  for (const [name, point] of g1) {
    const fault = faultOfG1(curve, point);
    if (fault !== undefined) return `key point ${name} ${fault}`;
  }
  for (const [name, point] of g2) {
    const fault = faultOfG2(curve, point);
    if (fault !== undefined) return `key point ${name} ${fault}`;
  }
  if (sameG2(key.gamma2, key.delta2)) return "gamma2 equals delta2: anyone can forge proofs for this key";
  if (sameG2(key.delta2, generatorG2(curve)))
    return "delta2 is the generator: nobody contributed to this key";
  return undefined;
}

/** e(A, B) = e(alpha, beta) e(vk_x, gamma) e(C, delta), vk_x = IC_0 + sum signal_i IC_(i+1). */
async function pairingHolds(
  curve: Curve,
  key: VerificationKey,
  publicSignals: readonly bigint[],
  { a, b, c }: Proof,
): Promise<boolean> {
  const { G1, G2 } = curve;
  const inputs = publicSignals.reduce(
    (sum, signal, i) => G1.add(sum, G1.timesScalar(G1.fromObject(key.ic[i + 1]!), signal)),
    G1.fromObject(key.ic[0]!),
  );
  return curve.pairingEq(
    ...[G1.neg(G1.fromObject(a)), G2.fromObject(b)],
    ...[inputs, G2.fromObject(key.gamma2)],
    ...[G1.fromObject(c), G2.fromObject(key.delta2)],
    ...[G1.fromObject(key.alpha1), G2.fromObject(key.beta2)],
  );
}

function faultOfG1(curve: Curve, point: G1Point): string | undefined {
  if (point.some((coordinate) => coordinate < 0n || coordinate >= BASE_FIELD))
    return "has a coordinate of q or more";
  if (point.every((coordinate) => coordinate === 0n)) return "is at infinity";
  return curve.G1.isValid(curve.G1.fromObject(point)) ? undefined : "is not on the curve";
}

function faultOfG2(curve: Curve, point: G2Point): string | undefined {
  const coordinates = point.flat();
  if (coordinates.some((value) => value < 0n || value >= BASE_FIELD)) return "has a coordinate of q or more";
  if (coordinates.every((value) => value === 0n)) return "is at infinity";
  const { G2 } = curve;
  const loaded = G2.fromObject(point);
  if (!G2.isValid(loaded)) return "is not on the curve";
  // The twist has points of other orders, on which the pairing means nothing; the EVM's precompile checks this too.
  return G2.isZero(G2.timesScalar(loaded, FIELD)) ? undefined : "is not in the group of order r";
}

function sameG2(left: G2Point, right: G2Point): boolean {
  return left.flat().every((value, i) => value === right.flat()[i]);
}

function generatorG2(curve: Curve): G2Point {
  const [x, y] = curve.G2.toObject(curve.G2.toAffine(curve.G2.g));
  return [
    [x![0]!, x![1]!],
    [y![0]!, y![1]!],
  ];
}

/** One thread: no workers that keep a process alive, nothing that a page has to allow. */
function bn254(): Promise<Curve> {
  loading ??= loadCurve().catch((cause: unknown) => {
    // Asked for again with the next proof: the connection may be back.
    loading = undefined;
    throw new Error(
      "the code that checks proofs could not be loaded, which says nothing about the proof: check your connection and try again",
      { cause },
    );
  });
  return loading;
}

/** Loaded when the first pairing is checked: it is larger than all the rest, and most checks need none. */
async function loadCurve(): Promise<Curve> {
  const { curves } = await import("snarkjs");
  return curves.getCurveFromName("bn128", { singleThread: true });
}
