import { FIELD } from "@plimsoll/verifier/constants.ts";
import { BASE_FIELD } from "@plimsoll/verifier/groth16/key.ts";
import { BASE, type Extended, type Point } from "./curve.ts";

const GROTH16 = 1;
const SCALAR = 32;
const COEFFICIENT = 12 + SCALAR;
/** A domain twice the size must still be in the field. */
const LARGEST_DOMAIN = 2 ** 27;
const HEADER_BYTES = 2 * (4 + SCALAR) + 12 + 3 * 64 + 3 * 128;

/** A file is not what its name says: cut off, of another curve, or with an index outside of its tables. */
export class ProverFileError extends Error {
  readonly code = "PROVER_FILE";
  readonly retryable = false;
}

/** A Groth16 proving key as snarkjs writes it, in views of the file's bytes. Points are affine and in Montgomery's form. */
export interface ProvingKeyFile {
  readonly wires: number;
  readonly publics: number;
  readonly domain: number;
  readonly alpha1: Point<bigint>;
  readonly beta1: Point<bigint>;
  readonly beta2: Point<Extended>;
  readonly delta1: Point<bigint>;
  readonly delta2: Point<Extended>;
  /** Entries of matrix, row, wire, value times 2^512; every matrix, row and wire was checked. */
  readonly coefficients: Uint8Array;
  readonly a: Uint8Array;
  readonly b1: Uint8Array;
  readonly b2: Uint8Array;
  readonly c: Uint8Array;
  readonly h: Uint8Array;
}

/** Reads a .zkey file and checks all that it says of itself. Throws ProverFileError. */
export function parseProvingKey(bytes: Uint8Array): ProvingKeyFile {
  const sections = readSections(bytes, "zkey", 1);
  const section = (id: number, length: number): Uint8Array => {
    const found = sections.get(id);
    if (found === undefined) throw new ProverFileError(`proving key: expected a section ${id}, came none`);
    if (found.length !== length)
      throw new ProverFileError(
        `proving key: expected section ${id} of ${length} bytes, came ${found.length}`,
      );
    return found;
  };
  const protocol = viewOf(section(1, 4)).getUint32(0, true);
  if (protocol !== GROTH16)
    throw new ProverFileError(`proving key: expected Groth16 (1), came protocol ${protocol}`);
  const header = section(2, HEADER_BYTES);
  const view = viewOf(header);
  expectField(header, 0, BASE_FIELD, "proving key");
  expectField(header, 4 + SCALAR, FIELD, "proving key");
  const start = 2 * (4 + SCALAR);
  const [wires, publics, domain] = [0, 4, 8].map((at) => view.getUint32(start + at, true)) as [
    number,
    number,
    number,
  ];
  if (publics + 1 > wires)
    throw new ProverFileError(`proving key: expected more wires than ${publics} public ones, came ${wires}`);
  if (domain < 2 || domain > LARGEST_DOMAIN || (domain & (domain - 1)) !== 0)
    throw new ProverFileError(
      `proving key: expected a power of two from 2 to 2^27 as domain, came ${domain}`,
    );
  const at = start + 12;
  const g1 = (offset: number) => pointOfG1(header, at + offset);
  const g2 = (offset: number) => pointOfG2(header, at + offset);
  const coefficients = sections.get(4);
  if (coefficients === undefined || coefficients.length < 4)
    throw new ProverFileError("proving key: expected a section 4, came none");
  const count = viewOf(coefficients).getUint32(0, true);
  section(4, 4 + count * COEFFICIENT);
  const points = (id: number, length: number, name: string): Uint8Array => {
    const found = section(id, length);
    expectBelow(found, BASE_FIELD, `proving key: ${name}`);
    return found;
  };
  const key = {
    ...{ wires, publics, domain, alpha1: g1(0), beta1: g1(64), beta2: g2(128) },
    ...{ delta1: g1(384), delta2: g2(448), coefficients: coefficients.subarray(4) },
    a: points(5, 64 * wires, "A points"),
    b1: points(6, 64 * wires, "B points of G1"),
    b2: points(7, 128 * wires, "B points of G2"),
    c: points(8, 64 * (wires - publics - 1), "C points"),
    h: points(9, 64 * domain, "H points"),
  };
  checkCoefficients(key);
  return key;
}

/**
 * The wires of a .wtns file: 32 bytes each, canonical, the first is 1. Throws ProverFileError when the file isn't that, or not
 * for so many wires.
 */
export function parseWitness(bytes: Uint8Array, wires: number): Uint8Array {
  const sections = readSections(bytes, "wtns", 2);
  const header = sections.get(1);
  if (header?.length !== 4 + SCALAR + 4) throw new ProverFileError("witness: expected a header of 40 bytes");
  expectField(header, 0, FIELD, "witness");
  const count = viewOf(header).getUint32(4 + SCALAR, true);
  if (count !== wires) throw new ProverFileError(`witness: expected ${wires} wires, came ${count}`);
  const body = sections.get(2);
  if (body?.length !== wires * SCALAR)
    throw new ProverFileError(
      `witness: expected ${wires * SCALAR} bytes of wires, came ${body?.length ?? 0}`,
    );
  checkWitness(body, wires);
  return body;
}

/** Throws ProverFileError unless all of so many wires are canonical and the first is 1. */
export function checkWitness(body: Uint8Array, wires: number): void {
  if (body.length !== wires * SCALAR)
    throw new ProverFileError(`witness: expected ${wires * SCALAR} bytes of wires, came ${body.length}`);
  expectBelow(body, FIELD, "witness");
  if (integer(body, 0) !== 1n) throw new ProverFileError("witness: expected wire 0 to be 1");
}

function readSections(bytes: Uint8Array, magic: string, version: number): Map<number, Uint8Array> {
  const view = viewOf(bytes);
  const short = (): never => {
    throw new ProverFileError(`${magic}: the file ends too early`);
  };
  if (bytes.length < 12) short();
  const came = String.fromCharCode(...bytes.subarray(0, 4));
  if (came !== magic) throw new ProverFileError(`expected a ${magic} file, came one that starts otherwise`);
  const number = view.getUint32(4, true);
  if (number !== version) throw new ProverFileError(`${magic}: expected version ${version}, came ${number}`);
  const sections = new Map<number, Uint8Array>();
  let at = 12;
  for (let left = view.getUint32(8, true); left > 0; left--) {
    if (at + 12 > bytes.length) short();
    const id = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true) + 2 ** 32 * view.getUint32(at + 8, true);
    at += 12;
    if (size > bytes.length - at) short();
    if (sections.has(id)) throw new ProverFileError(`${magic}: expected one section ${id}, came two`);
    sections.set(id, bytes.subarray(at, at + size));
    at += size;
  }
  if (at !== bytes.length)
    throw new ProverFileError(`${magic}: ${bytes.length - at} bytes follow the last section`);
  return sections;
}

function expectField(bytes: Uint8Array, at: number, order: bigint, file: string): void {
  const size = viewOf(bytes).getUint32(at, true);
  if (size !== SCALAR || integer(bytes, at + 4) !== order)
    throw new ProverFileError(`${file}: expected the fields of BN254, came others`);
}

/** Throws unless all numbers of 32 bytes are below a bound. */
function expectBelow(bytes: Uint8Array, bound: bigint, what: string): void {
  const view = viewOf(bytes);
  const top = Number(bound >> 224n);
  for (let at = 0; at < bytes.length; at += SCALAR) {
    const word = view.getUint32(at + 28, true);
    if (word > top || (word === top && integer(bytes, at) >= bound))
      throw new ProverFileError(`${what}: number ${at / SCALAR} is not below its field's order`);
  }
}

function checkCoefficients({ coefficients, wires, domain }: ProvingKeyFile): void {
  const view = viewOf(coefficients);
  const top = Number(FIELD >> 224n);
  for (let at = 0; at < coefficients.length; at += COEFFICIENT) {
    const [matrix, row, wire] = [
      view.getUint32(at, true),
      view.getUint32(at + 4, true),
      view.getUint32(at + 8, true),
    ];
    const word = view.getUint32(at + 40, true);
    const strange = word > top || (word === top && integer(coefficients, at + 12) >= FIELD);
    if (matrix > 1 || row >= domain || wire >= wires || strange)
      throw new ProverFileError(`proving key: coefficient ${at / COEFFICIENT} is outside of its matrix`);
  }
}

const MONTGOMERY_INVERSE = BASE.invert(2n ** 256n % BASE_FIELD);

function coordinate(bytes: Uint8Array, at: number): bigint {
  const value = integer(bytes, at);
  if (value >= BASE_FIELD)
    throw new ProverFileError("proving key: a coordinate is not below its field's order");
  return BASE.multiply(value, MONTGOMERY_INVERSE);
}

function pointOfG1(bytes: Uint8Array, at: number): Point<bigint> {
  const [x, y] = [coordinate(bytes, at), coordinate(bytes, at + 32)];
  return x === 0n && y === 0n ? undefined : { x, y };
}

function pointOfG2(bytes: Uint8Array, at: number): Point<Extended> {
  const [a, b, c, d] = [0, 32, 64, 96].map((offset) => coordinate(bytes, at + offset)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  return [a, b, c, d].every((value) => value === 0n) ? undefined : { x: [a, b], y: [c, d] };
}

function integer(bytes: Uint8Array, at: number): bigint {
  const view = viewOf(bytes);
  return [3, 2, 1, 0].reduce((value, k) => (value << 64n) | view.getBigUint64(at + 8 * k, true), 0n);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
