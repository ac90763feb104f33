// Additions in G2, whose coordinates are in the extension: see pairs-code.ts.
import { type Code, op, type WasmFunction } from "../wasm/module.ts";
import { Locals } from "./code.ts";
import { type FieldCode, inMemory } from "./field-code.ts";
import { ELEMENT_BYTES, LIMBS, PAIR_BYTES } from "./limbs.ts";
import { advance, assign, difference, LIST_STEP, PairReader, shifted, storePair } from "./pairs-code.ts";
import { v } from "./vectors.ts";

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
