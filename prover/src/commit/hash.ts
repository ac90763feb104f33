import { FIELD } from "@plimsoll/verifier/constants.ts";
import type { Hash } from "@plimsoll/verifier/poseidon.ts";
import { poseidonConstants } from "./poseidon-constants.ts";
import { VECTOR_CONSTANTS } from "./poseidon-lanes.ts";
import {
  elementAt,
  LANE_BYTES,
  limbsOf,
  montgomeryLimbs,
  PAIR_BYTES,
  RADIX_SQUARED,
} from "./poseidon-limbs.ts";
import { BLOCK, type PoseidonArithmetic, poseidonArithmetic } from "./poseidon-wasm.ts";

const FULL_ROUNDS = 8;
const HALF = FULL_ROUNDS / 2;
/** Partial rounds by width, from 2. */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];
const MAX_WIDTH = 17;
const PAGE = 65_536;

let built: Promise<Hash> | undefined;

/**
 * Poseidon in WebAssembly for the prover: the same function as the verifier's, for 1 to 16 canonical inputs, and much
 * faster. Built once per thread. Throws a RangeError on an input that is not a canonical field element.
 */
export function fastPoseidon(): Promise<Hash> {
  built ??= build();
  return built;
}

async function build(): Promise<Hash> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const heap = new Heap(memory);
  heap.words(VECTOR_CONSTANTS);
  const scratch: Scratch = {
    words: heap.place(4 * 8),
    unit: heap.elements([limbsOf(1n)]),
    radixSquared: heap.elements([RADIX_SQUARED]),
    zero: heap.elements([limbsOf(0n)]),
    boxed: heap.elements(new Array(BLOCK).fill(limbsOf(0n))),
    dots: heap.elements(new Array(BLOCK).fill(limbsOf(0n))),
    state: heap.elements(new Array(MAX_WIDTH).fill(limbsOf(0n))),
    spare: heap.elements(new Array(MAX_WIDTH).fill(limbsOf(0n))),
  };
  const wasm = await poseidonArithmetic(memory);
  const widths = new Map<number, Placed>();
  const { words, state, radixSquared } = scratch;

  return (inputs) => {
    const t = inputs.length + 1;
    const known = widths.get(t);
    const placed = known ?? place(heap, t);
    if (known === undefined) widths.set(t, placed);
    const view = new BigUint64Array(memory.buffer, words, 4);
    for (const [i, input] of inputs.entries()) {
      if (input < 0n || input >= FIELD)
        throw new RangeError(`input ${i}: expected a canonical field element`);
      // Storing takes the lowest 64 bits.
      view[0] = input;
      view[1] = input >> 64n;
      view[2] = input >> 128n;
      view[3] = input >> 192n;
      const at = elementAt(state, i);
      wasm.unpack(words, at);
      wasm.addDot(at, radixSquared, 1, elementAt(placed.first, i), at);
    }
    wasm.addDot(scratch.zero, radixSquared, 1, elementAt(placed.first, t - 1), elementAt(state, t - 1));
    const result = elementAt(permute(wasm, placed, scratch), t - 1);
    wasm.addDot(result, scratch.unit, 1, scratch.zero, result);
    wasm.pack(result, words);
    const value = view[0]! + (view[1]! << 64n) + (view[2]! << 128n) + (view[3]! << 192n);
    return value >= FIELD ? value - FIELD : value;
  };
}

/** Addresses that all widths share. */
interface Scratch {
  readonly words: number;
  readonly unit: number;
  readonly radixSquared: number;
  readonly zero: number;
  /** What came out of the s-boxes of a block of partial rounds. */
  readonly boxed: number;
  /** What the rest of the state adds to the first element in each round of a block. */
  readonly dots: number;
  readonly state: number;
  readonly spare: number;
}

/**
 * Addresses of the constants of one width. The first element of a state, the only one that partial rounds put through
 * the s-box, stands last, so that the others are whole pairs where their number is even.
 */
interface Placed {
  readonly t: number;
  /** Constants before the first round; then of each full round. */
  readonly first: number;
  readonly full: readonly number[];
  readonly M: number;
  readonly P: number;
  readonly blocks: readonly Block[];
}

/**
 * Some partial rounds. In round r, the first element x becomes y_r = x^5 + c_r, then x = sum_j row_rj s_j + row_r0 y_r, and
 * every other s_j grows by column_rj y_r. With the s_j of the block's start, x = sum_j row_rj s_j + sum_k link_rk y_k, where
 * link_rk = sum_j row_rj column_kj of the rounds before: so the s_j need one update a block.
 */
interface Block {
  readonly rounds: number;
  readonly constants: number;
  /** row_rj, two rounds at a time. */
  readonly rows: number;
  /** link_rk for k up to r, of each round. */
  readonly links: readonly number[];
  /** column_kj, two j at a time. */
  readonly columns: number;
}

function place(heap: Heap, t: number): Placed {
  if (t < 2 || t > MAX_WIDTH) throw new RangeError(`expected 1 to 16 inputs, came ${t - 1}`);
  const { C, M, P, S } = poseidonConstants(t);
  const partial = PARTIAL_ROUNDS[t - 2]!;
  const elements = (list: readonly bigint[]) => heap.elements(list.map(montgomeryLimbs));
  const firstLast = <T>(list: readonly T[]): T[] => [...list.slice(1), list[0]!];
  /** circomlib's matrices are transposed. */
  const matrix = (m: readonly bigint[]) =>
    pairsOfRows(
      firstLast(
        Array.from({ length: t }, (_, i) => firstLast(Array.from({ length: t }, (_, j) => m[j * t + i]!))),
      ),
    );
  const round = (at: number) => elements(firstLast(C.slice(at, at + t)));
  const after = (HALF + 1) * t + partial;
  const rounds = Array.from({ length: partial }, (_, r) => ({
    constant: C[(HALF + 1) * t + r]!,
    own: S[(2 * t - 1) * r]!,
    row: S.slice((2 * t - 1) * r + 1, (2 * t - 1) * r + t),
    column: S.slice((2 * t - 1) * r + t, (2 * t - 1) * (r + 1)),
  }));
  const blocks: Block[] = [];
  for (let start = 0; start < partial; start += BLOCK) {
    const block = rounds.slice(start, start + BLOCK);
    const links = block.map(({ row, own }, r) => [
      ...block.slice(0, r).map(({ column }) => row.reduce((sum, c, j) => (sum + c * column[j]!) % FIELD, 0n)),
      own,
    ]);
    blocks.push({
      rounds: block.length,
      constants: elements(block.map(({ constant }) => constant)),
      rows: elements(pairsOfRows(block.map(({ row }) => row))),
      links: links.map(elements),
      columns: elements(
        pairsOfRows(Array.from({ length: t - 1 }, (_, j) => block.map(({ column }) => column[j]!))),
      ),
    });
  }
  return {
    t,
    first: round(0),
    // The last round has no constants.
    full: [
      ...Array.from({ length: HALF }, (_, r) => round((r + 1) * t)),
      ...Array.from({ length: HALF - 1 }, (_, r) => round(after + r * t)),
      elements(new Array<bigint>(t).fill(0n)),
    ],
    M: elements(matrix(M)),
    P: elements(matrix(P)),
    blocks,
  };
}

/** Rows of equal length, two at a time column by column: a missing last one is zeros. */
function pairsOfRows(rows: readonly (readonly bigint[])[]): bigint[] {
  return rows.flatMap((row, i) =>
    i % 2 === 1 ? [] : row.flatMap((value, j) => [value, rows[i + 1]?.[j] ?? 0n]),
  );
}

/** The permutation on the state, its first constants added; returns the address of the state that comes out. */
function permute(wasm: PoseidonArithmetic, { t, full, M, P, blocks }: Placed, scratch: Scratch): number {
  const pairs = Math.ceil(t / 2);
  let [from, to] = [scratch.state, scratch.spare];
  for (const [r, constants] of full.entries()) {
    if (r === HALF) for (const block of blocks) partialRounds(wasm, block, t, from, scratch);
    wasm.sboxes(from, constants, pairs);
    // Of the last round only the first element is wanted, which is in the last pair.
    const rows = r === full.length - 1 ? pairs - 1 : 0;
    const matrix = (r === HALF - 1 ? P : M) + rows * t * PAIR_BYTES;
    wasm.mix(from, matrix, t, to + rows * PAIR_BYTES, pairs - rows);
    [from, to] = [to, from];
  }
  return from;
}

function partialRounds(
  wasm: PoseidonArithmetic,
  block: Block,
  t: number,
  state: number,
  scratch: Scratch,
): void {
  const { boxed, dots } = scratch;
  const x = elementAt(state, t - 1);
  wasm.mix(state, block.rows, t - 1, dots, Math.ceil(block.rounds / 2));
  for (let r = 0; r < block.rounds; r++) {
    wasm.sbox(x, elementAt(block.constants, r), elementAt(boxed, r));
    wasm.addDot(boxed, block.links[r]!, r + 1, elementAt(dots, r), x);
  }
  // Where the first element shares the last pair, its column is zeros.
  wasm.addMix(boxed, block.columns, block.rounds, state, Math.ceil((t - 1) / 2));
}

/** Memory that is only ever handed out, and starts as zeros. */
class Heap {
  readonly #memory: WebAssembly.Memory;
  #next = 0;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** Eight-byte aligned. Growing detaches views made before. */
  place(bytes: number): number {
    const start = this.#next;
    this.#next = (start + bytes + 7) & ~7;
    const missing = this.#next - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return start;
  }

  words(words: Uint32Array): number {
    const start = this.place(words.byteLength);
    new Uint32Array(this.#memory.buffer, start, words.length).set(words);
    return start;
  }

  /** An array of pairs; a missing last element is 0. */
  elements(list: readonly Uint32Array[]): number {
    const start = this.place(Math.ceil(list.length / 2) * PAIR_BYTES);
    const view = new Uint32Array(this.#memory.buffer);
    for (const [i, limbs] of list.entries()) {
      const at = elementAt(start, i) / LANE_BYTES;
      for (const [k, limb] of limbs.entries()) view[at + 2 * k] = limb;
    }
    return start;
  }
}
