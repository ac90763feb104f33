import { BASE_FIELD } from "@plimsoll/verifier/groth16/key.ts";
import { BASE, type CoordinateField, type Curve, type Extended, G1, G2, type Point } from "./curve.ts";
import { ELEMENT_BYTES, fromLimbs, LIMBS, RADIX_BITS, toLimbs } from "./limbs.ts";

const P = BASE_FIELD;
const RADIX = (1n << RADIX_BITS) % P;
const RADIX_INVERSE = BASE.invert(RADIX);

/** A field element in Montgomery's form, as memory has it, and back: canonical. */
export function readElement(memory: Float64Array, address: number): bigint {
  const at = address / 8;
  const value = (fromLimbs(memory.subarray(at, at + LIMBS)) * RADIX_INVERSE) % P;
  return value < 0n ? value + P : value;
}

export function writeElement(memory: Float64Array, address: number, value: bigint): void {
  const stored = (value * RADIX) % P;
  memory.set(toLimbs(stored > P / 2n ? stored - P : stored), address / 8);
}

/** How one of BN254's groups lies in memory: coordinates one after the other, each of one or two field elements. */
export interface GroupLayout<T> {
  readonly curve: Curve<T>;
  readonly coordinate: CoordinateField<T>;
  /** Field elements of a coordinate. */
  readonly parts: number;
  /** Bytes of a point: two coordinates. */
  readonly bytes: number;
  readonly generator: { readonly x: T; readonly y: T };
  readonly read: (memory: Float64Array, address: number) => T;
  readonly write: (memory: Float64Array, address: number, value: T) => void;
}

export const G1_LAYOUT: GroupLayout<bigint> = Object.freeze({
  curve: G1,
  coordinate: G1.field,
  parts: 1,
  bytes: 2 * ELEMENT_BYTES,
  generator: { x: 1n, y: 2n },
  read: readElement,
  write: writeElement,
});

export const G2_LAYOUT: GroupLayout<Extended> = Object.freeze<GroupLayout<Extended>>({
  curve: G2,
  coordinate: G2.field,
  parts: 2,
  bytes: 4 * ELEMENT_BYTES,
  // As EIP-197 has it.
  generator: {
    x: [
      10857046999023057135944570762232829481370756359578518086990519993285655852781n,
      11559732032986387107991004021392285783925812861821192530917403151452391805634n,
    ],
    y: [
      8495653923123431417604973247489272438418190587263600148770280649306958101930n,
      4082367875863433681332203403145435568316851327593401208105741076214120093531n,
    ],
  },
  read: (memory: Float64Array, address: number): Extended => [
    readElement(memory, address),
    readElement(memory, address + ELEMENT_BYTES),
  ],
  write: (memory: Float64Array, address: number, [c0, c1]: Extended): void => {
    writeElement(memory, address, c0);
    writeElement(memory, address + ELEMENT_BYTES, c1);
  },
});

/** Infinity is all zeros, and nothing else is: reduced limbs of 0 are zeros, and (0, 0) is on no curve here. */
export function isInfinity(memory: Float64Array, address: number, bytes: number): boolean {
  for (let at = address / 8; at < (address + bytes) / 8; at++) if (memory[at] !== 0) return false;
  return true;
}

/** The point that a reference names: an address, plus 1 for the negative. */
export function readPoint<T>(layout: GroupLayout<T>, memory: Float64Array, reference: number): Point<T> {
  const address = (reference & ~1) >>> 0;
  if (isInfinity(memory, address, layout.bytes)) return undefined;
  const x = layout.read(memory, address);
  const y = layout.read(memory, address + layout.bytes / 2);
  return (reference & 1) === 0 ? { x, y } : layout.curve.negate({ x, y });
}

/** Copies the point that a reference names, turned around if it says so. */
export function copyPoint(memory: Float64Array, reference: number, address: number, bytes: number): void {
  const from = ((reference & ~1) >>> 0) / 8;
  const [to, words] = [address / 8, bytes / 8];
  for (let k = 0; k < words; k++) {
    const limb = memory[from + k]!;
    memory[to + k] = (reference & 1) === 1 && k >= words / 2 ? -limb : limb;
  }
}

export function writePoint<T>(
  layout: GroupLayout<T>,
  memory: Float64Array,
  address: number,
  point: Point<T>,
): void {
  if (point === undefined) {
    memory.fill(0, address / 8, (address + layout.bytes) / 8);
    return;
  }
  layout.write(memory, address, point.x);
  layout.write(memory, address + layout.bytes / 2, point.y);
}
