import { FIELD } from "@plimsoll/verifier/constants.ts";
import type { Hash } from "@plimsoll/verifier/poseidon.ts";
import { poseidonConstants } from "./poseidon-constants.ts";
import {
  ELEMENT_BYTES,
  montgomeryLimbs,
  type PoseidonArithmetic,
  poseidonArithmetic,
  RADIX_SQUARED,
} from "./poseidon-wasm.ts";

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
  const words = heap.place(4 * 8);
  const one = heap.elements([montgomeryLimbs(1n)]);
  const unit = heap.elements([Uint32Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0)]);
  const radixSquared = heap.elements([RADIX_SQUARED]);
  const state = heap.place(MAX_WIDTH * ELEMENT_BYTES);
  const other = heap.place(MAX_WIDTH * ELEMENT_BYTES);
  const arithmetic = await poseidonArithmetic(memory);
  const widths = new Map<number, Placed>();

  return (inputs) => {
    const t = inputs.length + 1;
    const known = widths.get(t);
    const placed = known ?? place(heap, t);
    if (known === undefined) widths.set(t, placed);
    const view = new BigUint64Array(memory.buffer, words, 4);
    new Uint8Array(memory.buffer, state, ELEMENT_BYTES).fill(0);
    for (const [i, input] of inputs.entries()) {
      if (input < 0n || input >= FIELD)
        throw new RangeError(`input ${i}: expected a canonical field element`);
      // Storing takes the lowest 64 bits.
      view[0] = input;
      view[1] = input >> 64n;
      view[2] = input >> 128n;
      view[3] = input >> 192n;
      const at = state + (i + 1) * ELEMENT_BYTES;
      arithmetic.unpack(words, at);
      arithmetic.dot(at, radixSquared, 1, at);
    }
    for (let i = 0; i < t; i++) {
      arithmetic.addProduct(one, placed.C + i * ELEMENT_BYTES, state + i * ELEMENT_BYTES);
    }
    const result = permute(arithmetic, placed, state, other);
    arithmetic.dot(result, unit, 1, result);
    arithmetic.pack(result, words);
    const value = view[0]! + (view[1]! << 64n) + (view[2]! << 128n) + (view[3]! << 192n);
    return value >= FIELD ? value - FIELD : value;
  };
}

/** Addresses of the constants of one width; matrices transposed, so that a row lies together. */
interface Placed {
  readonly t: number;
  readonly C: number;
  readonly M: number;
  readonly P: number;
  readonly S: number;
}

function place(heap: Heap, t: number): Placed {
  if (t < 2 || t > MAX_WIDTH) throw new RangeError(`expected 1 to 16 inputs, came ${t - 1}`);
  const { C, M, P, S } = poseidonConstants(t);
  const elements = (list: readonly bigint[]) => heap.elements(list.map(montgomeryLimbs));
  const transposed = (matrix: readonly bigint[]) =>
    matrix.map((_, i) => matrix[(i % t) * t + Math.floor(i / t)]!);
  // The last round has no constants: zeros stand behind the others.
  const zeros = new Array<bigint>(t).fill(0n);
  return {
    t,
    C: elements([...C, ...zeros]),
    M: elements(transposed(M)),
    P: elements(transposed(P)),
    S: elements(S),
  };
}

/** The permutation on the state, its first constants added; returns the address of the first element that comes out. */
function permute(wasm: PoseidonArithmetic, { t, C, M, P, S }: Placed, state: number, spare: number): number {
  const partial = PARTIAL_ROUNDS[t - 2]!;
  const constants = (index: number) => C + index * ELEMENT_BYTES;
  let [from, to] = [state, spare];
  for (let r = 1; r <= HALF; r++) {
    wasm.fullSboxes(from, constants(r * t), t);
    wasm.mix(from, r < HALF ? M : P, t, to, t);
    [from, to] = [to, from];
  }
  wasm.sparseRounds(from, S, constants((HALF + 1) * t), t, partial, to);
  for (let r = 0; r < HALF; r++) {
    const last = r === HALF - 1;
    wasm.fullSboxes(from, constants((HALF + 1 + r) * t + partial), t);
    wasm.mix(from, M, t, to, last ? 1 : t);
    [from, to] = [to, from];
  }
  return from;
}

/** Memory that is only ever handed out. */
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

  elements(limbs: readonly Uint32Array[]): number {
    const start = this.place(limbs.length * ELEMENT_BYTES);
    const view = new Uint32Array(this.#memory.buffer, start, limbs.length * (ELEMENT_BYTES / 4));
    for (const [i, element] of limbs.entries()) view.set(element, i * (ELEMENT_BYTES / 4));
    return start;
  }
}
