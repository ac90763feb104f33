import type { CoefficientTable, KeyMemory } from "./layout.ts";
import { ELEMENT_BYTES, PAIR_BYTES } from "./limbs.ts";
import type { ProverFunctions } from "./module.ts";

const WORDS = 11;
const VALUE_WORDS = 8;

/** The coefficients of a key by row of A, then of B; equal values once. */
export interface SortedCoefficients {
  readonly starts: Uint32Array;
  readonly wires: Uint32Array;
  readonly values: Uint32Array;
  /** 32 bytes each. */
  readonly distinct: Uint8Array;
  readonly longestRow: number;
}

/** Sorts the entries of a proving key's section 4, which are checked: matrix, row, wire and value each. */
export function sortCoefficients(entries: Uint8Array, domain: number): SortedCoefficients {
  // A copy only where the section's place in the file makes one necessary: it is half of the file.
  const aligned = entries.byteOffset % 4 === 0 ? entries : new Uint8Array(entries);
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  const count = words.length / WORDS;
  const starts = new Uint32Array(2 * domain + 2);
  const row = (i: number): number => words[WORDS * i]! * domain + words[WORDS * i + 1]!;
  for (let i = 0; i < count; i++) starts[row(i) + 2]!++;
  let longestRow = 0;
  for (let n = 2; n < starts.length; n++) {
    longestRow = Math.max(longestRow, starts[n]!);
    starts[n]! += starts[n - 1]!;
  }
  const [wires, values] = [new Uint32Array(count), new Uint32Array(count)];
  const { numbers, distinct } = numberValues(words, count);
  for (let i = 0; i < count; i++) {
    const at = starts[row(i) + 1]!++;
    wires[at] = words[WORDS * i + 2]!;
    values[at] = numbers[i]!;
  }
  return { starts: starts.subarray(0, 2 * domain + 1), wires, values, distinct, longestRow };
}

/** Numbers equal values alike, in the order of their first entries. */
function numberValues(words: Uint32Array, count: number): { numbers: Uint32Array; distinct: Uint8Array } {
  const numbers = new Uint32Array(count);
  // Open addressing; places hold the entry that first had a value, plus 1.
  const places = new Uint32Array(2 ** Math.ceil(Math.log2(2 * count + 2)));
  const firsts: number[] = [];
  for (let i = 0; i < count; i++) {
    const value = WORDS * i + 3;
    let hash = 0;
    for (let k = 0; k < VALUE_WORDS; k++)
      hash = Math.imul(hash ^ words[value + k]!, 0x9e3779b1) ^ (hash >>> 15);
    let place = (hash ^ (hash >>> 13)) & (places.length - 1);
    for (; places[place] !== 0; place = (place + 1) & (places.length - 1)) {
      const other = WORDS * (places[place]! - 1) + 3;
      let k = 0;
      while (k < VALUE_WORDS && words[other + k] === words[value + k]) k++;
      if (k === VALUE_WORDS) break;
    }
    if (places[place] === 0) {
      places[place] = i + 1;
      numbers[i] = firsts.length;
      firsts.push(i);
    } else {
      numbers[i] = numbers[places[place]! - 1]!;
    }
  }
  const distinct = new Uint32Array(firsts.length * VALUE_WORDS);
  for (const [n, i] of firsts.entries())
    distinct.set(words.subarray(WORDS * i + 3, WORDS * (i + 1)), n * VALUE_WORDS);
  return { numbers, distinct: new Uint8Array(distinct.buffer) };
}

/** Kinds of witness values: what a coefficient is worth with it. */
export const KIND = Object.freeze({ zero: 0, one: 1, small: 2, full: 3 });

/** Evaluates rows of one matrix (0: A, 1: B) with the witness in memory, in a list that belongs to the thread. */
export function evaluateRows(
  functions: ProverFunctions,
  buffer: ArrayBufferLike,
  key: KeyMemory,
  matrix: 0 | 1,
  range: readonly [from: number, to: number],
  list: number,
  listBytes: number,
): void {
  const words = new Uint32Array(buffer);
  const kinds = new Uint8Array(buffer, key.kinds, key.wires);
  const table: CoefficientTable = key.coefficients;
  const [starts, wires, values] = [table.starts / 4, table.wires / 4, table.values / 4];
  const pairs = key.domain / 2;
  const limit = (list + listBytes) / 4 - 4 * (table.longestRow + 4);
  const products: number[] = [];
  let at = list / 4;
  let count = 0;
  const run = (): void => {
    if (count > 0) functions.rows(list, count);
    [at, count] = [list / 4, 0];
  };
  for (let row = range[0]; row < range[1]; row++) {
    if (at >= limit) run();
    const first = starts + matrix * key.domain + row;
    words[at] = key.polynomials[matrix] + (row % pairs) * PAIR_BYTES + (row < pairs ? 0 : 8);
    const header = at + 1;
    at += 2;
    products.length = 0;
    let alone = 0;
    for (let i = words[first]!; i < words[first + 1]!; i++) {
      const wire = words[wires + i]!;
      const kind = kinds[wire]!;
      if (kind === KIND.zero) continue;
      const value = words[values + i]! * ELEMENT_BYTES;
      if (kind === KIND.one) {
        words[at++] = table.alone + value;
        alone++;
      } else {
        products.push(table.factors + value, key.limbs + wire * ELEMENT_BYTES);
      }
    }
    if (alone % 2 === 1) words[at++] = key.zero;
    if (products.length % 4 === 2) products.push(key.zero, key.zero);
    words[header] = Math.ceil(alone / 2);
    words[at++] = products.length / 4;
    for (const address of products) words[at++] = address;
    count++;
  }
  run();
}
