// Poseidon's arithmetic in WebAssembly, written for sums of products: field elements are nine limbs of 29 bits, so that
// the columns of several 261-bit products add up in 64 bits and are reduced once.
//
// Bounds. With q < 2^253.6 and R = 2^261, reducing a sum S gives less than S / R + q. Elements are kept below 2^261 (nine
// full limbs) and are never brought below q on the way:
//   after an s-box and its constant: below 2^256 (see the last line);
//   a matrix row, 17 products of such an element with a constant: below 2^252.7 + q < 2^254.2;
//   a sparse round adds less than 2^253.7 to an element, at most 68 times: below 2^254.2 + 2^259.8 < 2^259.9;
//   its row: 17 products of those with constants: below 2^256.6 + q < 2^256.8;
//   an s-box of x < 2^259.9: x^2 < 2^258.9, x^4 < 2^257, x^5 < 2^255.9 + q, and so on: below 2^256.2 with its constant.
// Columns. A product has at most nine terms below 2^58 in a column. Five products, the reduction's nine terms and a
// carry: 54 * 2^58 + 2^36 < 2^64. So columns are normalised after every fifth product.
import { FIELD } from "@plimsoll/verifier/constants.ts";
import { assemble, type Code, I32, I64, op, type WasmFunction } from "./wasm-module.ts";

const LIMBS = 9;
const LIMB_BITS = 29n;
const MASK = (1n << LIMB_BITS) - 1n;
/** Bytes of an element in memory: nine limbs of 32 bits. */
export const ELEMENT_BYTES = 4 * LIMBS;
const COLUMNS = 2 * LIMBS;
const PRODUCTS_BEFORE_CARRY = 5;
const RADIX = 1n << (LIMB_BITS * BigInt(LIMBS));

/** A constant as it stands in memory: times R, in limbs. */
export function montgomeryLimbs(value: bigint): Uint32Array {
  return limbsOf((value * RADIX) % FIELD);
}

/** R^2 mod q in limbs: multiplying with it brings a number into Montgomery form. */
export const RADIX_SQUARED = limbsOf((RADIX * RADIX) % FIELD);

function limbsOf(value: bigint): Uint32Array {
  return Uint32Array.from({ length: LIMBS }, (_, i) => Number((value >> (LIMB_BITS * BigInt(i))) & MASK));
}

const FIELD_LIMBS = Array.from(limbsOf(FIELD), BigInt);
/** -1 / q mod 2^29. */
const NEGATED_INVERSE = (() => {
  let inverseOfField = 1n;
  // Newton's iteration doubles the bits that are right.
  for (let bits = 1; bits < 32; bits *= 2)
    inverseOfField = (inverseOfField * (2n - FIELD * inverseOfField)) & MASK;
  return (1n << LIMB_BITS) - (inverseOfField & MASK);
})();

/** Names of local variables: parameters first, then limbs of the left factor, columns, and a scratch. */
function variables(parameters: number) {
  const left = (i: number) => parameters + i;
  const column = (i: number) => parameters + LIMBS + i;
  const scratch = parameters + LIMBS + COLUMNS;
  const locals = [...Array.from({ length: LIMBS + COLUMNS + 1 }, () => I64), I32];
  return { left, column, scratch, counter: scratch + 1, locals };
}

type Variables = ReturnType<typeof variables>;

function range(count: number, code: (i: number) => Code): Code {
  return Array.from({ length: count }, (_, i) => code(i)).flat();
}

/** columns += element at pointer a * element at pointer b. */
function accumulate(v: Variables, a: number, b: number): Code {
  return [
    ...range(LIMBS, (i) => [...op.get(a), ...op.load32(4 * i), ...op.set(v.left(i))]),
    ...range(LIMBS, (i) => multiplyByLimb(v, b, i)),
  ];
}

/** columns += the left variables * limb i of the element at pointer b. */
function multiplyByLimb(v: Variables, b: number, i: number): Code {
  return [
    ...[...op.get(b), ...op.load32(4 * i), ...op.set(v.scratch)],
    ...range(LIMBS, (j) => addTo(v.column(i + j), [...op.get(v.left(j)), ...op.get(v.scratch), ...op.mul64])),
  ];
}

function addTo(local: number, term: Code): Code {
  return [...op.get(local), ...term, ...op.add64, ...op.set(local)];
}

const shifted = (local: number): Code => [...op.get(local), ...op.i64(LIMB_BITS), ...op.shiftRight64];
const masked = (local: number): Code => [...op.get(local), ...op.i64(MASK), ...op.and64];

/** Carries from column to column, so that each but the last is below 2^29. */
function carry(v: Variables, from: number, to: number): Code {
  return range(to - from, (k) => [
    ...addTo(v.column(from + k + 1), shifted(v.column(from + k))),
    ...masked(v.column(from + k)),
    ...op.set(v.column(from + k)),
  ]);
}

/** Montgomery's reduction of the columns; the nine upper ones are left, normalised. */
function reduce(v: Variables): Code {
  return [
    ...range(LIMBS, (i) => [
      ...[...masked(v.column(i)), ...op.i64(NEGATED_INVERSE), ...op.mul64, ...op.i64(MASK), ...op.and64],
      ...op.set(v.scratch),
      ...range(LIMBS, (j) =>
        addTo(v.column(i + j), [...op.get(v.scratch), ...op.i64(FIELD_LIMBS[j]!), ...op.mul64]),
      ),
      ...addTo(v.column(i + 1), shifted(v.column(i))),
    ]),
    ...carry(v, LIMBS, COLUMNS - 1),
  ];
}

function store(v: Variables, result: number): Code {
  return range(LIMBS, (i) => [...op.get(result), ...op.get(v.column(LIMBS + i)), ...op.store32(4 * i)]);
}

function clear(v: Variables): Code {
  return range(COLUMNS, (i) => [...op.i64(0n), ...op.set(v.column(i))]);
}

const advance = (local: number, by: number): Code => [
  ...op.get(local),
  ...op.i32(by),
  ...op.add32,
  ...op.set(local),
];

/** dot(a, b, n, result): sum of a_i * b_i over n elements each. */
function dot(): WasmFunction {
  const [a, b, n, result] = [0, 1, 2, 3];
  const v = variables(4);
  const code = [
    ...op.repeat(
      [
        ...accumulate(v, a, b),
        ...[
          ...advance(a, ELEMENT_BYTES),
          ...advance(b, ELEMENT_BYTES),
          ...advance(n, -1),
          ...advance(v.counter, 1),
        ],
        ...[...op.get(v.counter), ...op.i32(PRODUCTS_BEFORE_CARRY), ...op.less32, ...op.isZero32],
        ...op.when([...carry(v, 0, COLUMNS - 1), ...op.i32(0), ...op.set(v.counter)]),
      ],
      op.get(n),
    ),
    ...reduce(v),
    ...store(v, result),
  ];
  return { name: "dot", parameters: 4, locals: v.locals, code };
}

/** addProduct(a, b, result): result += a * b. */
function addProduct(): WasmFunction {
  const [a, b, result] = [0, 1, 2];
  const v = variables(3);
  const code = [
    ...accumulate(v, a, b),
    ...reduce(v),
    ...range(LIMBS, (i) => addTo(v.column(LIMBS + i), [...op.get(result), ...op.load32(4 * i)])),
    ...carry(v, LIMBS, COLUMNS - 1),
    ...store(v, result),
  ];
  return { name: "addProduct", parameters: 3, locals: v.locals, code };
}

/** columns += the square of the element in the left variables: products of two limbs once, doubled. */
function accumulateSquare(v: Variables): Code {
  return range(LIMBS, (i) => [
    ...addTo(v.column(2 * i), [...op.get(v.left(i)), ...op.get(v.left(i)), ...op.mul64]),
    ...[...op.get(v.left(i)), ...op.get(v.left(i)), ...op.add64, ...op.set(v.scratch)],
    ...range(LIMBS - 1 - i, (k) =>
      addTo(v.column(2 * i + 1 + k), [...op.get(v.scratch), ...op.get(v.left(i + 1 + k)), ...op.mul64]),
    ),
  ]);
}

function takeResult(v: Variables): Code {
  return range(LIMBS, (i) => [...op.get(v.column(LIMBS + i)), ...op.set(v.left(i))]);
}

/** sbox(x, c): x = x^5 + c. */
function sbox(): WasmFunction {
  const [x, c] = [0, 1];
  const v = variables(2);
  const square = [...clear(v), ...accumulateSquare(v), ...reduce(v)];
  const code = [
    ...range(LIMBS, (i) => [...op.get(x), ...op.load32(4 * i), ...op.set(v.left(i))]),
    ...[...square, ...takeResult(v), ...square, ...takeResult(v), ...clear(v)],
    ...range(LIMBS, (i) => multiplyByLimb(v, x, i)),
    ...reduce(v),
    ...range(LIMBS, (i) => addTo(v.column(LIMBS + i), [...op.get(c), ...op.load32(4 * i)])),
    ...carry(v, LIMBS, COLUMNS - 1),
    ...store(v, x),
  ];
  return { name: "sbox", parameters: 2, locals: v.locals, code };
}

const [DOT, ADD_PRODUCT, SBOX] = [0, 1, 2];

/** fullSboxes(state, c, t): every element of the state through the s-box, plus its constant. */
function fullSboxes(): WasmFunction {
  const [state, c, t] = [0, 1, 2];
  const code = op.repeat(
    [
      ...[...op.get(state), ...op.get(c), ...op.call(SBOX)],
      ...[...advance(state, ELEMENT_BYTES), ...advance(c, ELEMENT_BYTES), ...advance(t, -1)],
    ],
    op.get(t),
  );
  return { name: "fullSboxes", parameters: 3, locals: [], code };
}

/** mix(state, matrix, t, result, rows): the first rows of matrix * state; the matrix lies row by row. */
function mix(): WasmFunction {
  const [state, matrix, t, result, rows] = [0, 1, 2, 3, 4];
  const width = 5;
  const code = [
    ...[...op.get(t), ...op.i32(ELEMENT_BYTES), 0x6c, ...op.set(width)],
    ...op.repeat(
      [
        ...[...op.get(state), ...op.get(matrix), ...op.get(t), ...op.get(result), ...op.call(DOT)],
        ...[...op.get(matrix), ...op.get(width), ...op.add32, ...op.set(matrix)],
        ...[...advance(result, ELEMENT_BYTES), ...advance(rows, -1)],
      ],
      op.get(rows),
    ),
  ];
  return { name: "mix", parameters: 5, locals: [I32], code };
}

/** sparseRounds(state, s, c, t, rounds, first): partial rounds with sparse matrices, 2t - 1 constants in each. */
function sparseRounds(): WasmFunction {
  const [state, s, c, t, rounds, first] = [0, 1, 2, 3, 4, 5];
  const [at, left] = [6, 7];
  const code = op.repeat(
    [
      ...[...op.get(state), ...op.get(c), ...op.call(SBOX), ...advance(c, ELEMENT_BYTES)],
      ...[...op.get(state), ...op.get(s), ...op.get(t), ...op.get(first), ...op.call(DOT)],
      ...[...op.get(t), ...op.i32(ELEMENT_BYTES), 0x6c, ...op.get(s), ...op.add32, ...op.set(s)],
      ...[...op.get(state), ...op.set(at), ...op.get(t), ...op.i32(-1), ...op.add32, ...op.set(left)],
      ...op.repeat(
        [
          ...advance(at, ELEMENT_BYTES),
          ...[...op.get(state), ...op.get(s), ...op.get(at), ...op.call(ADD_PRODUCT)],
          ...[...advance(s, ELEMENT_BYTES), ...advance(left, -1)],
        ],
        op.get(left),
      ),
      ...range(LIMBS, (i) => [...op.get(state), ...op.get(first), ...op.load32(4 * i), ...op.store32(4 * i)]),
      ...advance(rounds, -1),
    ],
    op.get(rounds),
  );
  return { name: "sparseRounds", parameters: 6, locals: [I32, I32], code };
}

/** Where bit `29 i` of a number in 64-bit words is: the two words that a limb may lie across. */
const word = (i: number) => Math.floor((29 * i) / 64);
const offset = (i: number) => BigInt((29 * i) % 64);

/** unpack(words, result): four 64-bit words to nine limbs. */
function unpack(): WasmFunction {
  const [words, result] = [0, 1];
  const code = range(LIMBS, (i) => {
    const low = [...op.get(words), ...op.load64(8 * word(i)), ...op.i64(offset(i)), ...op.shiftRight64];
    const high = [
      ...op.get(words),
      ...op.load64(8 * (word(i) + 1)),
      ...op.i64(64n - offset(i)),
      ...op.shiftLeft64,
      ...op.or64,
    ];
    const across = offset(i) + LIMB_BITS > 64n && word(i) < 3;
    return [
      ...op.get(result),
      ...low,
      ...(across ? high : []),
      ...op.i64(MASK),
      ...op.and64,
      ...op.store32(4 * i),
    ];
  });
  return { name: "unpack", parameters: 2, locals: [], code };
}

/** pack(element, words): nine limbs of a number below 2^256 to four 64-bit words. */
function pack(): WasmFunction {
  const [element, words] = [0, 1];
  const code = range(4, (w) => {
    const parts = Array.from({ length: LIMBS }, (_, i) => i).flatMap((i) => {
      const start = 29n * BigInt(i) - 64n * BigInt(w);
      if (start <= -LIMB_BITS || start >= 64n) return [];
      const shift =
        start < 0n ? [...op.i64(-start), ...op.shiftRight64] : [...op.i64(start), ...op.shiftLeft64];
      return [[...op.get(element), ...op.load32(4 * i), ...shift]];
    });
    return [
      ...op.get(words),
      ...parts.flatMap((part, i) => (i === 0 ? part : [...part, ...op.or64])),
      ...op.store64(8 * w),
    ];
  });
  return { name: "pack", parameters: 2, locals: [], code };
}

/** Numbers are addresses in the memory, but n, t, rows and rounds. See the functions of the same names. */
export interface PoseidonArithmetic {
  addProduct(a: number, b: number, result: number): void;
  dot(a: number, b: number, n: number, result: number): void;
  fullSboxes(state: number, constants: number, t: number): void;
  mix(state: number, matrix: number, t: number, result: number, rows: number): void;
  sparseRounds(state: number, s: number, c: number, t: number, rounds: number, first: number): void;
  unpack(words: number, result: number): void;
  pack(element: number, words: number): void;
}

export async function poseidonArithmetic(memory: WebAssembly.Memory): Promise<PoseidonArithmetic> {
  const functions = [dot(), addProduct(), sbox(), fullSboxes(), mix(), sparseRounds(), unpack(), pack()];
  const { instance } = await WebAssembly.instantiate(assemble(functions), { env: { memory } });
  return instance.exports as unknown as PoseidonArithmetic;
}
