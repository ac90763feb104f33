import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToBigInt, concatBytes, uint256 } from "../encodings/bytes.ts";

/** Order of BN254's base field, in which coordinates are. */
export const BASE_FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** Affine coordinates; (0, 0) is infinity. */
export type G1Point = readonly [x: bigint, y: bigint];
/** Affine coordinates in F_q^2, each as c0 + c1 i. */
export type G2Point = readonly [x: readonly [c0: bigint, c1: bigint], y: readonly [c0: bigint, c1: bigint]];

/** A Groth16 verification key; `ic` has one point more than there are public signals. */
export interface VerificationKey {
  readonly alpha1: G1Point;
  readonly beta2: G2Point;
  readonly gamma2: G2Point;
  readonly delta2: G2Point;
  readonly ic: readonly G1Point[];
}

/** The JSON that snarkjs writes; points have a third coordinate, 1. */
export interface SnarkjsVerificationKey {
  readonly protocol: "groth16";
  readonly curve: "bn128";
  readonly nPublic: number;
  readonly vk_alpha_1: readonly string[];
  readonly vk_beta_2: readonly (readonly string[])[];
  readonly vk_gamma_2: readonly (readonly string[])[];
  readonly vk_delta_2: readonly (readonly string[])[];
  readonly IC: readonly (readonly string[])[];
}

/** The key as 32-byte big-endian words: alpha1, beta2, gamma2, delta2, then the IC points; G2 as x.c1, x.c0, y.c1, y.c0. */
export function packKey(key: VerificationKey): Uint8Array {
  return concatBytes(
    [
      ...key.alpha1,
      ...[key.beta2, key.gamma2, key.delta2].flatMap(evmOrder),
      ...key.ic.flatMap((point) => [...point]),
    ].map(uint256),
  );
}

/** keccak256 of the packed key: what a batch's leaf and an epoch name their circuit by. */
export function circuitId(key: VerificationKey): bigint {
  return bytesToBigInt(keccak_256(packKey(key)));
}

/** A G2 point as the EVM's precompiles take it. */
export function evmOrder([[x0, x1], [y0, y1]]: G2Point): bigint[] {
  return [x1, x0, y1, y0];
}

/** Reads snarkjs's JSON. Throws on another protocol or curve, a point at infinity, or a key for another number of signals. */
export function parseVerificationKey(json: SnarkjsVerificationKey): VerificationKey {
  if (json.protocol !== "groth16" || json.curve !== "bn128") {
    throw new Error(`expected a groth16 key on bn128, came ${json.protocol} on ${json.curve}`);
  }
  if (json.IC.length !== json.nPublic + 1) {
    throw new Error(`expected ${json.nPublic + 1} IC points, came ${json.IC.length}`);
  }
  return {
    alpha1: parseG1(json.vk_alpha_1),
    beta2: parseG2(json.vk_beta_2),
    gamma2: parseG2(json.vk_gamma_2),
    delta2: parseG2(json.vk_delta_2),
    ic: json.IC.map(parseG1),
  };
}

export function toSnarkjsKey(key: VerificationKey): SnarkjsVerificationKey {
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: key.ic.length - 1,
    vk_alpha_1: writeG1(key.alpha1),
    vk_beta_2: writeG2(key.beta2),
    vk_gamma_2: writeG2(key.gamma2),
    vk_delta_2: writeG2(key.delta2),
    IC: key.ic.map(writeG1),
  };
}

/** Coordinates of snarkjs's JSON, third one checked to be 1. */
export function parseG1(point: readonly string[]): G1Point {
  if (point.length !== 3 || BigInt(point[2]!) !== 1n) throw new Error("expected an affine point of G1");
  return [BigInt(point[0]!), BigInt(point[1]!)];
}

export function parseG2(point: readonly (readonly string[])[]): G2Point {
  const [x, y, z] = point;
  if (point.length !== 3 || !x || !y || !z || [x, y, z].some((pair) => pair.length !== 2)) {
    throw new Error("expected an affine point of G2");
  }
  if (BigInt(z[0]!) !== 1n || BigInt(z[1]!) !== 0n) throw new Error("expected an affine point of G2");
  return [
    [BigInt(x[0]!), BigInt(x[1]!)],
    [BigInt(y[0]!), BigInt(y[1]!)],
  ];
}

export function writeG1([x, y]: G1Point): string[] {
  return [`${x}`, `${y}`, "1"];
}

export function writeG2([x, y]: G2Point): string[][] {
  return [
    [`${x[0]}`, `${x[1]}`],
    [`${y[0]}`, `${y[1]}`],
    ["1", "0"],
  ];
}
