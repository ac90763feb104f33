import { type Bn254, type Group, type GroupOperations, POINT_BYTES } from "./bn254-wasm.ts";

export const SCALAR_BYTES = 32;
const SCALAR_BITS = 254;
/** Most scalars at once. */
export const BATCH = 4096;

/** Multiplies a group's generator by many scalars: signed windows over tables of affine multiples, one addition per window. */
export class FixedBaseTables {
  readonly #bn254: Bn254;
  readonly #operations: GroupOperations;
  readonly #bytes: number;
  readonly #window: number;
  readonly #windows: number;
  readonly #table: number;
  readonly #sums: number;
  readonly #affine: number;

  constructor(bn254: Bn254, group: Group, window: number) {
    this.#bn254 = bn254;
    this.#operations = bn254.group[group];
    this.#bytes = POINT_BYTES[group];
    this.#window = window;
    // One bit more than a scalar has, for the carry of signed digits.
    this.#windows = Math.ceil((SCALAR_BITS + 1) / window);
    this.#sums = bn254.allocate(BATCH * this.#bytes * 1.5);
    this.#affine = bn254.allocate(BATCH * this.#bytes);
    this.#table = this.#makeTable();
  }

  /** Entry (w, d), d from 1 to half = 2^(window - 1), is d 2^(window w) times the generator. */
  #makeTable(): number {
    const { zero, add, addMixed, batchToAffine, generator } = this.#operations;
    const [affine, jacobian] = [this.#bytes, this.#bytes * 1.5];
    const half = 1 << (this.#window - 1);
    const table = this.#bn254.allocate(this.#windows * half * affine);
    const base = this.#bn254.allocate(affine);
    const multiples = this.#bn254.allocate((half + 1) * jacobian);
    this.#bn254.memory().copyWithin(base, generator, generator + affine);
    for (let w = 0; w < this.#windows; w++) {
      zero(multiples);
      for (let d = 1; d <= half; d++) {
        addMixed(multiples + (d - 1) * jacobian, base, multiples + d * jacobian);
      }
      for (let from = 0; from < half; from += BATCH) {
        const to = table + (w * half + from) * affine;
        batchToAffine(multiples + (from + 1) * jacobian, Math.min(BATCH, half - from), to);
      }
      const last = multiples + half * jacobian;
      add(last, last, multiples);
      batchToAffine(multiples, 1, base);
    }
    return table;
  }

  /**
   * Of at most BATCH scalars, 32 bytes little-endian each, canonical: points that are affine, in Montgomery form,
   * little-endian; infinity is all zeros.
   */
  multiply(scalars: Uint8Array): Uint8Array<ArrayBuffer> {
    const { zero, addMixed, subMixed, batchToAffine } = this.#operations;
    const count = scalars.length / SCALAR_BYTES;
    const half = 1 << (this.#window - 1);
    const mask = 2 * half - 1;
    const padded = new DataView(new ArrayBuffer(scalars.length + 4));
    new Uint8Array(padded.buffer).set(scalars);
    for (let i = 0; i < count; i++) {
      const sum = this.#sums + i * this.#bytes * 1.5;
      zero(sum);
      let carry = 0;
      for (let w = 0; w < this.#windows; w++) {
        const bit = w * this.#window;
        const left = SCALAR_BITS - bit;
        const word = padded.getUint32(i * SCALAR_BYTES + (bit >> 3), true) >>> (bit & 7);
        const digit = (word & (left < this.#window ? (1 << left) - 1 : mask)) + carry;
        carry = digit > half ? 1 : 0;
        if (digit === 0 || digit > mask) continue;
        const multiple = carry ? mask + 1 - digit : digit;
        const entry = this.#table + (w * half + multiple - 1) * this.#bytes;
        if (carry) subMixed(sum, entry, sum);
        else addMixed(sum, entry, sum);
      }
    }
    batchToAffine(this.#sums, count, this.#affine);
    return this.#bn254.memory().slice(this.#affine, this.#affine + count * this.#bytes);
  }
}
