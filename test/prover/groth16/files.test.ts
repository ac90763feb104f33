import { expect, it } from "vitest";
import {
  checkWitness,
  ProverFileError,
  parseProvingKey,
  parseWitness,
} from "../../../prover/src/groth16/key-file.ts";
import { syntheticKey } from "../../../prover/src/groth16/synthetic-key.ts";
import { wtnsFile } from "../../../prover/src/proving/wtns-file.ts";
import { FIELD } from "../../../verifier/src/constants.ts";
import { BASE_FIELD } from "../../../verifier/src/groth16/key.ts";
import { seeded } from "../../support/random.ts";

const random = seeded("files");
const { zkey, witness } = syntheticKey((bound) => random.int(bound), 8);
const wires = witness.length / 32;
const wtns = wtnsFile(new Uint32Array(witness.slice().buffer));

/** Where a section's content starts in the file. */
function section(bytes: Uint8Array, wanted: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 12; ; ) {
    if (view.getUint32(at, true) === wanted) return at + 12;
    at += 12 + view.getUint32(at + 4, true);
  }
}

function edited(bytes: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

const bytes32 = (value: bigint): number[] =>
  Array.from({ length: 32 }, (_, k) => Number((value >> BigInt(8 * k)) & 0xffn));

it.each<[string, () => Uint8Array, RegExp]>([
  ["no file at all", () => new Uint8Array(), /ends too early/],
  ["a witness", () => wtns, /expected a zkey file/],
  ["another version", () => edited(zkey, 4, 2), /expected version 1, came 2/],
  ["a section twice", () => edited(zkey, section(zkey, 2) - 12, 1), /expected one section 1, came two/],
  ["a section left out", () => edited(zkey, section(zkey, 9) - 12, 11), /expected a section 9, came none/],
  ["a section that ends after the file", () => edited(zkey, section(zkey, 9) - 7, 0xff), /ends too early/],
  ["a section of 2^63 bytes", () => edited(zkey, section(zkey, 9) - 1, 0x80), /ends too early/],
  ["bytes after the last section", () => Uint8Array.from([...zkey, 0]), /1 bytes follow/],
  ["another protocol", () => edited(zkey, section(zkey, 1), 2), /expected Groth16 \(1\), came protocol 2/],
  ["another base field", () => edited(zkey, section(zkey, 2) + 4, 1), /expected the fields of BN254/],
  ["another scalar field", () => edited(zkey, section(zkey, 2) + 40, 0), /expected the fields of BN254/],
  ["more public wires than wires", () => edited(zkey, section(zkey, 2) + 76, 255), /expected more wires/],
  ["a domain that is no power of two", () => edited(zkey, section(zkey, 2) + 80, 7), /power of two/],
  [
    "a domain of 2^28",
    () => edited(zkey, section(zkey, 2) + 80, 0, 0, 0, 16),
    /power of two from 2 to 2\^27/,
  ],
  ["more wires than points", () => edited(zkey, section(zkey, 2) + 72, wires + 1), /expected section 5 of/],
  ["a larger domain than points", () => edited(zkey, section(zkey, 2) + 80, 16), /expected section 9 of/],
  ["more coefficients than there are", () => edited(zkey, section(zkey, 4), 255), /expected section 4 of/],
  ["a third matrix", () => edited(zkey, section(zkey, 4) + 4, 2), /coefficient 0 is outside of its matrix/],
  [
    "a row outside of the domain",
    () => edited(zkey, section(zkey, 4) + 4 + 44 + 4, 8),
    /coefficient 1 is outside/,
  ],
  ["a row of 2^31", () => edited(zkey, section(zkey, 4) + 11, 0x80), /coefficient 0 is outside/],
  ["a wire that there is not", () => edited(zkey, section(zkey, 4) + 12, wires), /coefficient 0 is outside/],
  [
    "a coefficient of r",
    () => edited(zkey, section(zkey, 4) + 16, ...bytes32(FIELD)),
    /coefficient 0 is outside/,
  ],
  ["an A point of q", () => edited(zkey, section(zkey, 5), ...bytes32(BASE_FIELD)), /A points: number 0/],
  [
    "a B point of 2^256 - 1",
    () => edited(zkey, section(zkey, 7) + 96, ...new Array<number>(32).fill(255)),
    /G2: number 3/,
  ],
  [
    "an H point of q",
    () => edited(zkey, section(zkey, 9) + 32, ...bytes32(BASE_FIELD)),
    /H points: number 1/,
  ],
  [
    "delta of q",
    () => edited(zkey, section(zkey, 2) + 468, ...bytes32(BASE_FIELD)),
    /a coordinate is not below/,
  ],
])("refuses as a proving key %s", (_, bytes, words) => {
  expect(() => parseProvingKey(bytes())).toThrow(ProverFileError);
  expect(() => parseProvingKey(bytes())).toThrow(words);
});

it("refuses a key that is cut off anywhere", () => {
  for (let length = 0; length < zkey.length; length += 1 + random.int(97))
    expect(() => parseProvingKey(zkey.subarray(0, length))).toThrow(ProverFileError);
});

it.each<[string, () => Uint8Array, RegExp]>([
  ["a key", () => zkey, /expected a wtns file/],
  ["another field", () => edited(wtns, 28, 0), /expected the fields of BN254/],
  ["fewer wires", () => edited(wtns, 60, wires - 1), /expected \d+ wires, came/],
  ["a wire of r", () => edited(wtns, wtns.length - 32, ...bytes32(FIELD)), /is not below its field's order/],
  [
    "a wire of 2^256 - 1",
    () => edited(wtns, wtns.length - 32, ...new Array<number>(32).fill(255)),
    /not below/,
  ],
  ["a first wire that is not 1", () => edited(wtns, wtns.length - 32 * wires, 2), /expected wire 0 to be 1/],
])("refuses as a witness %s", (_, bytes, words) => {
  expect(() => parseWitness(bytes(), wires)).toThrow(ProverFileError);
  expect(() => parseWitness(bytes(), wires)).toThrow(words);
});

it("refuses a witness that is cut off anywhere, or of another circuit", () => {
  for (let length = 0; length < wtns.length; length += 1 + random.int(31))
    expect(() => parseWitness(wtns.subarray(0, length), wires)).toThrow(ProverFileError);
  expect(() => checkWitness(witness, wires + 1)).toThrow(/expected \d+ bytes of wires/);
});

it("reads both files as they are", () => {
  expect(parseProvingKey(zkey)).toMatchObject({ wires, domain: 8 });
  expect(parseWitness(wtns, wires)).toEqual(witness);
});
