import { BASE_FIELD, type G1Point, type G2Point } from "@plimsoll/verifier/groth16/key.ts";

const COORDINATE_BYTES = 32;
const MONTGOMERY_INVERSE = inverseModulo(2n ** 256n, BASE_FIELD);

/** Coordinates of an affine point in Montgomery form, little-endian; infinity, all zeros, becomes 0, 0. */
export function readG1(point: Uint8Array): G1Point {
  return [coordinate(point, 0), coordinate(point, 1)];
}

export function readG2(point: Uint8Array): G2Point {
  return [
    [coordinate(point, 0), coordinate(point, 1)],
    [coordinate(point, 2), coordinate(point, 3)],
  ];
}

function coordinate(point: Uint8Array, index: number): bigint {
  const hex = Buffer.from(point.subarray(COORDINATE_BYTES * index, COORDINATE_BYTES * (index + 1)))
    .reverse()
    .toString("hex");
  return (BigInt(`0x${hex}`) * MONTGOMERY_INVERSE) % BASE_FIELD;
}

function inverseModulo(value: bigint, prime: bigint): bigint {
  let result = 1n;
  for (let square = value % prime, rest = prime - 2n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}
