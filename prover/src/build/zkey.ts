import { open } from "node:fs/promises";
import { FIELD } from "@plimsoll/verifier/constants.ts";
import { BASE_FIELD } from "@plimsoll/verifier/groth16/key.ts";
import { instantiateBn254 } from "./bn254-wasm.ts";
import { scalarBytes } from "./fixed-base.ts";
import type { R1cs } from "./r1cs.ts";

const GROTH16 = 1;
const ELEMENT_BYTES = 32;
const COEFFICIENT_BATCH = 1 << 15;

/** Points as snarkjs stores them: affine, Montgomery form, little-endian. */
export interface ZkeyPoints {
  readonly alpha1: Uint8Array;
  readonly beta1: Uint8Array;
  readonly beta2: Uint8Array;
  readonly gamma2: Uint8Array;
  readonly delta1: Uint8Array;
  readonly delta2: Uint8Array;
  readonly ic: Uint8Array;
  readonly a: Uint8Array;
  readonly b1: Uint8Array;
  readonly b2: Uint8Array;
  readonly c: Uint8Array;
  readonly h: Uint8Array;
}

/** Writes a Groth16 proving key in snarkjs's format, without contributions; `origin` (64 bytes) takes the circuit hash's place. */
export async function writeZkey(
  file: string,
  r1cs: R1cs,
  domain: number,
  points: ZkeyPoints,
  origin: Uint8Array,
): Promise<void> {
  const publics = r1cs.outputs + r1cs.publicInputs;
  const header = [
    words(ELEMENT_BYTES),
    scalarBytes([BASE_FIELD]),
    words(ELEMENT_BYTES),
    scalarBytes([FIELD]),
    words(r1cs.wires, publics, domain),
    points.alpha1,
    points.beta1,
    points.beta2,
    points.gamma2,
    points.delta1,
    points.delta2,
  ];
  const sections: readonly (readonly [number, readonly Uint8Array[]])[] = [
    [1, [words(GROTH16)]],
    [2, header],
    [4, coefficients(r1cs, publics)],
    [3, [points.ic]],
    [9, [points.h]],
    [8, [points.c]],
    [5, [points.a]],
    [6, [points.b1]],
    [7, [points.b2]],
    [10, [origin, words(0)]],
  ];
  const handle = await open(file, "wx");
  try {
    await handle.writeFile(new Uint8Array([...Buffer.from("zkey"), ...words(1, sections.length)]));
    for (const [id, parts] of sections) {
      const size = parts.reduce((sum, part) => sum + part.length, 0);
      await handle.writeFile(
        new Uint8Array([...words(id), ...words(size % 2 ** 32, Math.floor(size / 2 ** 32))]),
      );
      for (const part of parts) await handle.writeFile(part);
    }
  } finally {
    await handle.close();
  }
}

/**
 * A and B of the constraints, then the rows of the public signals. A value is stored times R^2: the prover multiplies it by
 * plain witness elements in Montgomery arithmetic and gets products in Montgomery form.
 */
function coefficients(r1cs: R1cs, publics: number): Uint8Array[] {
  const [a, b] = r1cs.matrices;
  const count = a.wires.length + b.wires.length + publics + 1;
  const entry = 12 + ELEMENT_BYTES;
  const bytes = new Uint8Array(count * entry);
  const view = new DataView(bytes.buffer);
  const values = [a, b].map((matrix) => timesR2(matrix.values));
  let at = 0;
  const write = (matrix: number, row: number, wire: number, value: Uint8Array): void => {
    view.setUint32(at, matrix, true);
    view.setUint32(at + 4, row, true);
    view.setUint32(at + 8, wire, true);
    bytes.set(value, at + 12);
    at += entry;
  };
  for (let row = 0; row < r1cs.constraints; row++) {
    for (const [number, matrix] of [a, b].entries()) {
      for (let i = matrix.starts[row]!; i < matrix.starts[row + 1]!; i++) {
        const from = i * ELEMENT_BYTES;
        write(number, row, matrix.wires[i]!, values[number]!.subarray(from, from + ELEMENT_BYTES));
      }
    }
  }
  const one = timesR2(scalarBytes([1n]));
  for (let wire = 0; wire <= publics; wire++) write(0, r1cs.constraints + wire, wire, one);
  return [words(count), bytes];
}

function timesR2(values: Uint8Array): Uint8Array {
  const bn254 = instantiateBn254();
  const buffer = bn254.allocate(COEFFICIENT_BATCH * ELEMENT_BYTES);
  const result = new Uint8Array(values.length);
  for (let from = 0; from < values.length; from += COEFFICIENT_BATCH * ELEMENT_BYTES) {
    const batch = values.subarray(from, from + COEFFICIENT_BATCH * ELEMENT_BYTES);
    bn254.memory().set(batch, buffer);
    for (let times = 0; times < 2; times++) {
      bn254.scalarsToMontgomery(buffer, batch.length / ELEMENT_BYTES, buffer);
    }
    result.set(bn254.memory().subarray(buffer, buffer + batch.length), from);
  }
  return result;
}

function words(...values: readonly number[]): Uint8Array {
  return new Uint8Array(new Uint32Array(values).buffer);
}
