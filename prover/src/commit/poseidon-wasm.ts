// Poseidon's arithmetic in WebAssembly, written for sums of products that are reduced once, two at a time.
//
// Bounds. With q < 2^253.6 and R = 2^261, reducing a sum S gives less than S / R + q. Elements are kept below 2^261 (nine
// full limbs) and are never brought below q on the way; x is what goes through an s-box, `base` the rest of the state:
//   after an s-box and its constant: below 2^255 (see the last line);
//   a matrix row, 17 products of that with a constant: below 2^252 + q < 2^254;
//   a block of partial rounds adds less than 2^251 + q < 2^254 to base, at most 18 times: below 2^258.3;
//   x in a partial round: 16 products of base and 4 of x with constants, reduced apart: below 2^254.9 + 2^253.8 + q < 2^256;
//   the s-box of x < 2^258.3: x^2 < 2^256, x^4 < 2^254, x^5 < 2^251.3 + q, with its constant below 2^255.
// Columns. A product has at most nine terms below 2^58 in a column. Five products, the reduction's nine terms and a
// carry: 54 * 2^58 + 2^36 < 2^64. So columns are normalised after every fifth product.

import { assemble, type Code, op, type WasmFunction } from "../wasm/module.ts";
import {
  addToResult,
  both,
  type Lanes,
  multiply,
  normalise,
  one,
  range,
  reduce,
  square,
  storeResult,
  take,
  takeResult,
  two,
  variables,
} from "./poseidon-lanes.ts";
import { LANE_BYTES, LIMB_BITS, LIMBS, MASK, PAIR_BYTES } from "./poseidon-limbs.ts";

const PRODUCTS_BEFORE_CARRY = 5;
/** Partial rounds that share one update of the state: as many products as need no carry, and even. */
export const BLOCK = 4;

const advance = (local: number, by: number): Code => [
  ...op.get(local),
  ...op.i32(by),
  ...op.add32,
  ...op.set(local),
];

/** pointer += step, which alternates between the distances from lane to lane. */
const nextElement = (pointer: number, step: number): Code => [
  ...[...op.get(pointer), ...op.get(step), ...op.add32, ...op.set(pointer)],
  ...[...op.i32(PAIR_BYTES), ...op.get(step), ...op.subtract32, ...op.set(step)],
];

/** The s-box of what a local points to, plus a constant. */
function sboxCode(lanes: Lanes, v: ReturnType<typeof variables>, x: number, c: number, result: number): Code {
  const squared = [...square(lanes, v), ...reduce(lanes, v), ...takeResult(lanes, v)];
  return [
    ...[...take(lanes, v, x), ...squared, ...squared],
    ...[...multiply(lanes, v, x, "alone"), ...reduce(lanes, v)],
    ...[...addToResult(lanes, v, c), ...storeResult(lanes, v, result)],
  ];
}

/** sbox(x, c, result): result = x^5 + c. */
function sbox(): WasmFunction {
  const v = variables(one, 3);
  return { name: "sbox", parameters: 3, locals: v.locals, code: sboxCode(one, v, 0, 1, 2) };
}

/** sboxes(state, c, pairs): both elements of every pair through the s-box, plus its constants. */
function sboxes(): WasmFunction {
  const [state, c, pairs] = [0, 1, 2];
  const v = variables(two, 3);
  const code = [
    ...two.prepare(v.mask),
    ...op.repeat(
      [
        ...sboxCode(two, v, state, c, state),
        ...[...advance(state, PAIR_BYTES), ...advance(c, PAIR_BYTES), ...advance(pairs, -1)],
      ],
      op.get(pairs),
    ),
  ];
  return { name: "sboxes", parameters: 3, locals: v.locals, code };
}

/** addDot(a, b, n, addend, result): result = the sum of a_i b_i over at most five elements each, plus addend. */
function addDot(): WasmFunction {
  const [a, b, n, addend, result] = [0, 1, 2, 3, 4];
  const v = variables(one, 5);
  const code = [
    ...[...op.i32(LANE_BYTES), ...op.set(v.step)],
    ...op.repeat(
      [
        ...[...take(one, v, a), ...multiply(one, v, b, "added")],
        ...[...op.get(b), ...op.get(v.step), ...op.add32, ...op.set(b)],
        ...[...nextElement(a, v.step), ...advance(n, -1)],
      ],
      op.get(n),
    ),
    ...[...reduce(one, v), ...addToResult(one, v, addend), ...storeResult(one, v, result)],
  ];
  return { name: "addDot", parameters: 5, locals: v.locals, code };
}

/** mix(state, matrix, n, result, pairs): pairs of rows of the matrix times n elements; addMix adds that to the result. */
function mix(name: "mix" | "addMix"): WasmFunction {
  const [state, matrix, n, result, pairs] = [0, 1, 2, 3, 4];
  const v = variables(two, 5);
  const product = [
    ...[...take(two, v, v.from, both), ...multiply(two, v, matrix, "added")],
    ...[...nextElement(v.from, v.step), ...advance(matrix, PAIR_BYTES), ...advance(v.rest, -1)],
    ...[...advance(v.counter, 1), ...op.get(v.counter)],
    ...[...op.i32(PRODUCTS_BEFORE_CARRY), ...op.less32, ...op.isZero32],
    ...op.when([...normalise(two, v), ...op.i32(0), ...op.set(v.counter)]),
  ];
  const code = [
    ...two.prepare(v.mask),
    ...op.repeat(
      [
        ...range(2 * LIMBS, (k) => [...two.zero, ...op.set(v.column(k))]),
        ...[...op.get(state), ...op.set(v.from), ...op.get(n), ...op.set(v.rest)],
        ...[...op.i32(LANE_BYTES), ...op.set(v.step), ...op.i32(0), ...op.set(v.counter)],
        ...op.repeat(product, op.get(v.rest)),
        ...reduce(two, v),
        ...(name === "addMix" ? addToResult(two, v, result) : []),
        ...storeResult(two, v, result),
        ...[...advance(result, PAIR_BYTES), ...advance(pairs, -1)],
      ],
      op.get(pairs),
    ),
  ];
  return { name, parameters: 5, locals: v.locals, code };
}

/** Where bit `29 i` of a number in 64-bit words is: the two words that a limb may lie across. */
const word = (i: number) => Math.floor((LIMB_BITS * i) / 64);
const offset = (i: number) => BigInt((LIMB_BITS * i) % 64);

/** unpack(words, element): four 64-bit words to nine limbs. */
function unpack(): WasmFunction {
  const [words, element] = [0, 1];
  const code = range(LIMBS, (i) => {
    const low = [...op.get(words), ...op.load64(8 * word(i)), ...op.i64(offset(i)), ...op.shiftRight64];
    const high = [
      ...op.get(words),
      ...op.load64(8 * (word(i) + 1)),
      ...op.i64(64n - offset(i)),
      ...op.shiftLeft64,
      ...op.or64,
    ];
    const across = offset(i) + BigInt(LIMB_BITS) > 64n && word(i) < 3;
    return one.store(element, i, [...low, ...(across ? high : []), ...op.i64(MASK), ...op.and64]);
  });
  return { name: "unpack", parameters: 2, locals: [], code };
}

/** pack(element, words): nine limbs of a number below 2^256 to four 64-bit words. */
function pack(): WasmFunction {
  const [element, words] = [0, 1];
  const code = range(4, (w) => {
    const parts = Array.from({ length: LIMBS }, (_, i) => i).flatMap((i) => {
      const start = LIMB_BITS * i - 64 * w;
      if (start <= -LIMB_BITS || start >= 64) return [];
      const by = op.i64(BigInt(Math.abs(start)));
      return [[...one.limb(element, i), ...by, ...(start < 0 ? op.shiftRight64 : op.shiftLeft64)]];
    });
    return [
      ...op.get(words),
      ...parts.flatMap((part, i) => (i === 0 ? part : [...part, ...op.or64])),
      ...op.store64(8 * w),
    ];
  });
  return { name: "pack", parameters: 2, locals: [], code };
}

/** Numbers are addresses of elements or, of states and matrices, of pairs; but n and pairs. See the functions above. */
export interface PoseidonArithmetic {
  sbox(x: number, constant: number, result: number): void;
  sboxes(state: number, constants: number, pairs: number): void;
  addDot(a: number, b: number, n: number, addend: number, result: number): void;
  mix(state: number, matrix: number, n: number, result: number, pairs: number): void;
  addMix(state: number, matrix: number, n: number, result: number, pairs: number): void;
  unpack(words: number, element: number): void;
  pack(element: number, words: number): void;
}

export async function poseidonArithmetic(memory: WebAssembly.Memory): Promise<PoseidonArithmetic> {
  const functions = [sbox(), sboxes(), addDot(), mix("mix"), mix("addMix"), unpack(), pack()];
  const { instance } = await WebAssembly.instantiate(assemble(functions), { env: { memory } });
  return instance.exports as unknown as PoseidonArithmetic;
}
