// Additions in G1: see pairs-code.ts.
import { type Code, op, type WasmFunction } from "../wasm/module.ts";
import { Locals } from "./code.ts";
import { type FieldCode, inLocals, inMemory } from "./field-code.ts";
import { ELEMENT_BYTES, LIMBS, PAIR_BYTES } from "./limbs.ts";
import { advance, assign, difference, LIST_STEP, PairReader, storePair } from "./pairs-code.ts";
import { v } from "./vectors.ts";

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
