// Groth16 keys whose secrets are known, and proofs made from the secrets instead of a circuit: a valid proof for any
// signals, in milliseconds. Contracts cannot tell them from others, which is what a set-up's secrecy is about.
import { bn254 } from "@noble/curves/bn254";
import { keccak256, toUtf8Bytes } from "ethers";
import { readG1, readG2 } from "../../prover/src/build/affine-points.ts";
import { type Bn254, type Group, instantiateBn254 } from "../../prover/src/build/bn254-wasm.ts";
import { scalarBytes } from "../../prover/src/build/fixed-base.ts";
import { FixedBaseTables } from "../../prover/src/build/fixed-base-tables.ts";
import { FIELD } from "../../verifier/src/constants.ts";
import { concatBytes, uint256 } from "../../verifier/src/encodings/bytes.ts";
import { inverse, toField } from "../../verifier/src/field.ts";

const WINDOW = 5;
let bn254Wasm: Bn254 | undefined;
const tables: Partial<Record<Group, FixedBaseTables>> = {};

/** The secrets that keys of one first phase share, as exponents. */
export interface Setup {
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly gamma: bigint;
}

export interface TrapdoorKey {
  readonly setup: Setup;
  readonly delta: bigint;
  /** Exponents of the IC points, one more than there are signals. */
  readonly ic: readonly bigint[];
  /** alpha1, beta2, gamma2, delta2, IC as 32-byte words. */
  readonly packed: Uint8Array;
}

/** Field elements, not 0, that depend on the seed only. */
export function scalarsFrom(seed: string): () => bigint {
  let state = keccak256(toUtf8Bytes(seed));
  return () => {
    state = keccak256(state);
    return (BigInt(state) % (FIELD - 1n)) + 1n;
  };
}

export function trapdoorSetup(next: () => bigint): Setup {
  return { alpha: next(), beta: next(), gamma: next() };
}

export function trapdoorKey(setup: Setup, signals: number, next: () => bigint, delta = next()): TrapdoorKey {
  const ic = Array.from({ length: signals + 1 }, next);
  const words = [
    ...g1(setup.alpha),
    ...g2(setup.beta),
    ...g2(setup.gamma),
    ...g2(delta),
    ...ic.flatMap((exponent) => g1(exponent)),
  ];
  return { setup, delta, ic, packed: packWords(words) };
}

/** Eight words of a proof that holds for `signals` and no others. */
export function trapdoorProof(key: TrapdoorKey, signals: readonly bigint[], next: () => bigint): bigint[] {
  const { alpha, beta, gamma } = key.setup;
  const [a, b] = [next(), next()];
  const input = signals.reduce((sum, signal, i) => sum + signal * key.ic[i + 1]!, key.ic[0]!);
  const c = (a * b - alpha * beta - input * gamma) * inverse(key.delta);
  return [...g1(a), ...g2(b), ...g1(c)];
}

/** The textbook check of one proof, e(A, B) = e(alpha, beta) e(IC(x), gamma) e(C, delta), by pairings in JavaScript. */
export function provesOneByOne(
  key: TrapdoorKey,
  signals: readonly bigint[],
  proof: readonly bigint[],
): boolean {
  const input = signals.reduce((sum, signal, i) => sum + signal * key.ic[i + 1]!, key.ic[0]!);
  const pairs = [
    [proof.slice(0, 2), proof.slice(2, 6)],
    [negated(g1(key.setup.alpha)), g2(key.setup.beta)],
    [negated(g1(input)), g2(key.setup.gamma)],
    [negated(proof.slice(6)), g2(key.delta)],
  ] as const;
  const product = bn254.pairingBatch(
    pairs.map(([left, right]) => ({ g1: pointOf(left), g2: twistOf(right) })),
  );
  return bn254.fields.Fp12.eql(product, bn254.fields.Fp12.ONE);
}

/** scalar times the generator of G1: x, y. */
export function g1(scalar: bigint): [bigint, bigint] {
  const [x, y] = readG1(multiple("G1", scalar));
  return [x, y];
}

/** scalar times the generator of G2: x.c1, x.c0, y.c1, y.c0. */
export function g2(scalar: bigint): [bigint, bigint, bigint, bigint] {
  const [[x0, x1], [y0, y1]] = readG2(multiple("G2", scalar));
  return [x1, x0, y1, y0];
}

/** As development keys get their points: in a fraction of a millisecond, where BigInt takes ten. */
function multiple(group: Group, scalar: bigint): Uint8Array {
  bn254Wasm ??= instantiateBn254();
  tables[group] ??= new FixedBaseTables(bn254Wasm, group, WINDOW);
  return tables[group].multiply(scalarBytes([toField(scalar)]));
}

/** left + scalar right, in G1. */
export function addMultiple(
  left: readonly bigint[],
  right: readonly bigint[],
  scalar: bigint,
): [bigint, bigint] {
  const { x, y } = pointOf(left)
    .add(pointOf(right).multiply(toField(scalar)))
    .toAffine();
  return [x, y];
}

export function negated(point: readonly bigint[]): [bigint, bigint] {
  const { x, y } = pointOf(point).negate().toAffine();
  return [x, y];
}

/** scalar times a point of G2. */
export function multiplyTwist(twist: readonly bigint[], scalar: bigint): bigint[] {
  const { x, y } = twistOf(twist).multiply(toField(scalar)).toAffine();
  return [x.c1, x.c0, y.c1, y.c0];
}

export function packWords(words: readonly bigint[]): Uint8Array {
  return concatBytes(words.map(uint256));
}

function pointOf([x, y]: readonly bigint[]) {
  return bn254.G1.ProjectivePoint.fromAffine({ x: x!, y: y! });
}

function twistOf([x1, x0, y1, y0]: readonly bigint[]) {
  return bn254.G2.ProjectivePoint.fromAffine({ x: { c0: x0!, c1: x1! }, y: { c0: y0!, c1: y1! } });
}
