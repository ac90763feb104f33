// Affine additions of many pairs of points with one inversion (P. Montgomery's trick), two at a time. A list has three
// words for each addition: two references and the address of the sum. A reference is a point's address, plus 1 for its
// negative. `forward` multiplies all differences of x, keeping each and the product before it; once the product's inverse
// stands in its place, `backward` takes every difference's inverse from it and adds.
//
// It knows neither infinity nor equal or opposite points: the product is then 0, or garbage comes of infinity, and who
// calls takes care of both (batch-adder.ts).
import { type Code, op, type WasmFunction } from "../wasm/module.ts";
import { Locals } from "./code.ts";
import { type FieldCode, inLocals, inMemory } from "./field-code.ts";
import { ELEMENT_BYTES, LIMBS, PAIR_BYTES } from "./limbs.ts";
import { v } from "./vectors.ts";

/** Words of two additions, which are done at once. */
const LIST_STEP = 24;

export const shifted = (local: number, by: number): Code => [...op.get(local), ...op.i32(by), ...op.add32];
export const advance = (local: number, by: number): Code => [...shifted(local, by), ...op.set(local)];
const limbsOf = (limb: (k: number) => Code): Code => Array.from({ length: LIMBS }, (_, k) => limb(k)).flat();
const assign = (locals: readonly number[], limb: (k: number) => Code): Code =>
  limbsOf((k) => [...limb(k), ...op.set(locals[k]!)]);
export const storePair = (pointer: number, offset: number, locals: readonly number[]): Code =>
  limbsOf((k) => v.store(op.get(pointer), offset + 16 * k, op.get(locals[k]!)));
export const difference = (left: readonly number[], right: readonly number[]) => (k: number) =>
  v.sub(op.get(left[k]!), op.get(right[k]!));

/** Addresses and sign masks of both lanes' operands, and where sums go. */
class PairReader {
  readonly #list: number;
  readonly #addresses: readonly [readonly [number, number], readonly [number, number]];
  readonly #signs: readonly [number, number];
  readonly #results: readonly [number, number];

  constructor(locals: Locals, list: number) {
    this.#list = list;
    const two = (): [number, number] => [locals.number(), locals.number()];
    this.#addresses = [two(), two()];
    this.#signs = [locals.vector(), locals.vector()];
    this.#results = two();
  }

  /** Reads the operands' references; `all` reads their signs and the sums' addresses too. */
  read(all: boolean): Code {
    const reference = (operand: number, lane: number): Code => [
      ...[...op.get(this.#list), ...op.loadNumber(4 * operand + 12 * lane)],
    ];
    const sign = (operand: number, lane: number): Code => [
      ...[...reference(operand, lane), ...op.i32(1), ...op.and32, ...op.extend],
      ...[...op.i64(63n), ...op.shiftLeft64],
    ];
    const code = [0, 1].flatMap((operand) => [
      ...[0, 1].flatMap((lane) => [
        ...[...reference(operand, lane), ...op.i32(-2), ...op.and32],
        ...op.set(this.#addresses[operand]![lane]!),
      ]),
      ...(all ? [...v.integers(sign(operand, 0), sign(operand, 1)), ...op.set(this.#signs[operand]!)] : []),
    ]);
    return all
      ? [...code, ...[0, 1].flatMap((lane) => [...reference(2, lane), ...op.set(this.#results[lane]!)])]
      : code;
  }

  /** locals = a coordinate of operand 0 or 1; `signed` turns it around with the reference's sign. */
  take(operand: 0 | 1, offset: number, locals: readonly number[], signed: boolean): Code {
    const [first, second] = this.#addresses[operand];
    return assign(locals, (k) => {
      const at = offset + 8 * k;
      const lanes = v.loadSecond(op.get(second), at, v.loadFirst(op.get(first), at));
      return signed ? v.xor(lanes, op.get(this.#signs[operand])) : lanes;
    });
  }

  put(offset: number, locals: readonly number[]): Code {
    return limbsOf((k) =>
      ([0, 1] as const).flatMap((lane) =>
        v.storeLane(op.get(this.#results[lane]), offset + 8 * k, lane, op.get(locals[k]!)),
      ),
    );
  }
}

/** g1Forward(list, count, work): count is of pairs of additions; work has 160 bytes for each, then the product (80). */
export function g1Forward(field: FieldCode, one: (k: number) => Code): WasmFunction {
  const [list, count, work] = [0, 1, 2];
  const locals = new Locals(3);
  const reader = new PairReader(locals, list);
  const [product, x1, x2] = [locals.vectors(LIMBS), locals.vectors(LIMBS), locals.vectors(LIMBS)];
  const code = [
    ...assign(product, one),
    ...op.repeat(
      [
        ...[...reader.read(false), ...reader.take(0, 0, x1, false), ...reader.take(1, 0, x2, false)],
        ...assign(x2, difference(x2, x1)),
        ...[...storePair(work, 0, product), ...storePair(work, PAIR_BYTES, x2)],
        ...field.multiply(locals, [{ left: inLocals(x2), right: inLocals(product) }], product),
        ...[...advance(list, LIST_STEP), ...advance(work, 2 * PAIR_BYTES), ...advance(count, -1)],
      ],
      op.get(count),
    ),
    ...storePair(work, 0, product),
  ];
  return { name: "g1Forward", parameters: 3, locals: locals.types, code };
}

/** g1Backward(list, count, work): list and work as `g1Forward` had them, the product inverted. */
export function g1Backward(field: FieldCode): WasmFunction {
  const [list, count, work] = [0, 1, 2];
  const locals = new Locals(3);
  const reader = new PairReader(locals, list);
  const five = () => locals.vectors(LIMBS);
  const [inverse, one, x1, x2, y1, y2, slope, sum] = [
    five(),
    five(),
    five(),
    five(),
    five(),
    five(),
    five(),
    five(),
  ];
  const end = (by: number): Code => [...[...op.get(count), ...op.i32(by), ...op.multiply32, ...op.add32]];
  const multiply = (left: readonly number[], right: readonly number[], result: readonly number[]): Code =>
    field.multiply(locals, [{ left: inLocals(left), right: inLocals(right) }], result);
  const code = [
    ...[
      ...op.get(list),
      ...end(LIST_STEP),
      ...op.set(list),
      ...op.get(work),
      ...end(2 * PAIR_BYTES),
      ...op.set(work),
    ],
    ...assign(inverse, inMemory(work)),
    ...op.repeat(
      [
        ...[...advance(list, -LIST_STEP), ...advance(work, -2 * PAIR_BYTES), ...reader.read(true)],
        ...field.multiply(locals, [{ left: inMemory(work), right: inLocals(inverse) }], one),
        ...field.multiply(locals, [{ left: inMemory(work, PAIR_BYTES), right: inLocals(inverse) }], inverse),
        ...[...reader.take(0, ELEMENT_BYTES, y1, true), ...reader.take(1, ELEMENT_BYTES, y2, true)],
        ...[...assign(y2, difference(y2, y1)), ...multiply(y2, one, slope)],
        ...[...reader.take(0, 0, x1, false), ...reader.take(1, 0, x2, false)],
        ...multiply(slope, slope, sum),
        ...assign(sum, (k) => v.sub(v.sub(op.get(sum[k]!), op.get(x1[k]!)), op.get(x2[k]!))),
        ...[...field.reduce(locals, sum), ...reader.put(0, sum)],
        ...[...assign(x1, difference(x1, sum)), ...multiply(x1, slope, sum)],
        ...[
          ...assign(sum, difference(sum, y1)),
          ...field.reduce(locals, sum),
          ...reader.put(ELEMENT_BYTES, sum),
        ],
        ...advance(count, -1),
      ],
      op.get(count),
    ),
  ];
  return { name: "g1Backward", parameters: 3, locals: locals.types, code };
}

const EXTENDED = 2 * PAIR_BYTES;

/** fp2Multiply(result, a, b): pairs of elements c0 + c1 i, i^2 = -1, each as two pairs; reduced. Operands may be the result. */
export function fp2Multiply(field: FieldCode): WasmFunction {
  const [result, a, b] = [0, 1, 2];
  const locals = new Locals(3);
  const [real, imaginary] = [locals.vectors(LIMBS), locals.vectors(LIMBS)];
  const [a0, a1, b0, b1] = [inMemory(a), inMemory(a, PAIR_BYTES), inMemory(b), inMemory(b, PAIR_BYTES)];
  const negative = (k: number): Code => v.neg(a1(k));
  const code = [
    ...field.multiply(
      locals,
      [
        { left: a0, right: b0 },
        { left: negative, right: b1 },
      ],
      real,
    ),
    ...field.reduce(locals, real),
    ...field.multiply(
      locals,
      [
        { left: a0, right: b1 },
        { left: a1, right: b0 },
      ],
      imaginary,
    ),
    ...[...field.reduce(locals, imaginary), ...storePair(result, 0, real)],
    ...storePair(result, PAIR_BYTES, imaginary),
  ];
  return { name: "fp2Multiply", parameters: 3, locals: locals.types, code };
}

/** g2Forward(list, count, work): as `g1Forward`, with twice the bytes of work. */
export function g2Forward(multiply: number, one: (k: number) => Code): WasmFunction {
  const [list, count, work] = [0, 1, 2];
  const locals = new Locals(3);
  const reader = new PairReader(locals, list);
  const [x1, x2] = [locals.vectors(LIMBS), locals.vectors(LIMBS)];
  const code = [
    ...[...assign(x1, one), ...storePair(work, 0, x1)],
    ...[...assign(x1, (k) => v.sub(one(k), one(k))), ...storePair(work, PAIR_BYTES, x1)],
    ...op.repeat(
      [
        ...reader.read(false),
        ...[0, 1].flatMap((part) => [
          ...reader.take(0, part * ELEMENT_BYTES, x1, false),
          ...reader.take(1, part * ELEMENT_BYTES, x2, false),
          ...[...assign(x2, difference(x2, x1)), ...storePair(work, EXTENDED + part * PAIR_BYTES, x2)],
        ]),
        ...[
          ...shifted(work, 2 * EXTENDED),
          ...shifted(work, EXTENDED),
          ...op.get(work),
          ...op.call(multiply),
        ],
        ...[...advance(list, LIST_STEP), ...advance(work, 2 * EXTENDED), ...advance(count, -1)],
      ],
      op.get(count),
    ),
  ];
  return { name: "g2Forward", parameters: 3, locals: locals.types, code };
}

/** g2Backward(list, count, work, scratch): scratch has 800 bytes. */
export function g2Backward(field: FieldCode, multiply: number): WasmFunction {
  const [list, count, work, scratch] = [0, 1, 2, 3];
  const locals = new Locals(4);
  const reader = new PairReader(locals, list);
  const [u, w, sum] = [locals.vectors(LIMBS), locals.vectors(LIMBS), locals.vectors(LIMBS)];
  const [inverse, one, slope, gap, square] = [0, 1, 2, 3, 4].map((n) => n * EXTENDED) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const end = (by: number): Code => [...op.get(count), ...op.i32(by), ...op.multiply32, ...op.add32];
  const call = (result: number, left: number, right: Code): Code => [
    ...[...shifted(scratch, result), ...shifted(scratch, left), ...right, ...op.call(multiply)],
  ];
  const part = (offset: number, n: number): number => offset + n * PAIR_BYTES;
  const [X, Y] = [0, 2 * ELEMENT_BYTES];
  const code = [
    ...[...op.get(list), ...end(LIST_STEP), ...op.set(list)],
    ...[...op.get(work), ...end(2 * EXTENDED), ...op.set(work)],
    ...[0, 1].flatMap((n) => [
      ...[...assign(u, inMemory(work, n * PAIR_BYTES)), ...storePair(scratch, part(inverse, n), u)],
    ]),
    ...op.repeat(
      [
        ...[...advance(list, -LIST_STEP), ...advance(work, -2 * EXTENDED), ...reader.read(true)],
        ...call(one, inverse, op.get(work)),
        ...call(inverse, inverse, shifted(work, EXTENDED)),
        ...[0, 1].flatMap((n) => [
          ...reader.take(0, Y + n * ELEMENT_BYTES, u, true),
          ...reader.take(1, Y + n * ELEMENT_BYTES, w, true),
          ...[...assign(w, difference(w, u)), ...storePair(scratch, part(gap, n), w)],
        ]),
        ...call(slope, one, shifted(scratch, gap)),
        ...call(square, slope, shifted(scratch, slope)),
        // The sums of both parts are stored last: a sum may take the place of an operand.
        ...[0, 1].flatMap((n) => [
          ...reader.take(0, X + n * ELEMENT_BYTES, u, false),
          ...reader.take(1, X + n * ELEMENT_BYTES, w, false),
          ...assign(sum, (k) =>
            v.sub(v.sub(v.load(op.get(scratch), part(square, n) + 16 * k), op.get(u[k]!)), op.get(w[k]!)),
          ),
          ...[...field.reduce(locals, sum), ...storePair(scratch, part(square, n), sum)],
          ...[...assign(u, difference(u, sum)), ...storePair(scratch, part(gap, n), u)],
        ]),
        ...call(one, slope, shifted(scratch, gap)),
        ...[0, 1].flatMap((n) => [
          ...reader.take(0, Y + n * ELEMENT_BYTES, u, true),
          ...assign(sum, (k) => v.sub(v.load(op.get(scratch), part(one, n) + 16 * k), op.get(u[k]!))),
          ...[...field.reduce(locals, sum), ...reader.put(Y + n * ELEMENT_BYTES, sum)],
          ...assign(sum, inMemory(scratch, part(square, n))),
          ...reader.put(X + n * ELEMENT_BYTES, sum),
        ]),
        ...advance(count, -1),
      ],
      op.get(count),
    ),
  ];
  return { name: "g2Backward", parameters: 4, locals: locals.types, code };
}
