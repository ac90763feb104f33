import { FIELD } from "@plimsoll/verifier/constants.ts";

/** The bytes of a .wtns file, version 2: header (32-byte elements, the field, the number of wires), then the wires. */
export function wtnsFile(limbs: Uint32Array): Uint8Array {
  const field = Array.from({ length: 8 }, (_, i) => Number((FIELD >> BigInt(32 * i)) & 0xffffffffn));
  const magic = new Uint32Array(new TextEncoder().encode("wtns").buffer)[0]!;
  const head = [magic, 2, 2, 1, 40, 0, 32, ...field, limbs.length / 8, 2, limbs.length * 4, 0];
  const words = new Uint32Array(head.length + limbs.length);
  words.set(head);
  words.set(limbs, head.length);
  return new Uint8Array(words.buffer);
}
