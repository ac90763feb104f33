// Number-theoretic transforms over pairs. Pair j of a polynomial's n/2 holds elements j and j + n/2, so one layer works
// across the lanes and all others are two transforms of half the size side by side.
//
// Bounds. Elements are below 1.3 times the order: a sum is reduced to 0.51; a difference of two, below 2.6, times a reduced
// root is below 0.378 * 2.6 * 0.51 + 0.75 < 1.3 (docs/prover.md has the bound of a product).
import { type Code, op, type WasmFunction } from "../wasm/module.ts";
import { packScalars } from "./bytes-code.ts";
import { type ConstantPool, Locals } from "./code.ts";
import { type FieldCode, inLocals, inMemory } from "./field-code.ts";
import { ELEMENT_BYTES, LIMBS, PAIR_BYTES } from "./limbs.ts";
import { advance, difference, storePair } from "./pairs-code.ts";
import { v } from "./vectors.ts";

const load = (locals: readonly number[], pointer: number, offset = 0): Code =>
  locals.flatMap((local, k) => [...v.load(op.get(pointer), offset + 16 * k), ...op.set(local)]);
const sumOf = (left: readonly number[], right: readonly number[]) => (k: number) =>
  v.add(op.get(left[k]!), op.get(right[k]!));
const assign = (locals: readonly number[], limb: (k: number) => Code): Code =>
  locals.flatMap((local, k) => [...limb(k), ...op.set(local)]);

/** multiply(result, a, b, count): pairs of elements, one by one, reduced. */
export function multiplyArrays(name: string, field: FieldCode): WasmFunction {
  const [result, a, b, count] = [0, 1, 2, 3];
  const locals = new Locals(4);
  const product = locals.vectors(LIMBS);
  const code = op.repeat(
    [
      ...field.multiply(locals, [{ left: inMemory(a), right: inMemory(b) }], product),
      ...[...field.reduce(locals, product), ...storePair(result, 0, product)],
      ...[result, a, b].flatMap((pointer) => advance(pointer, PAIR_BYTES)),
      ...advance(count, -1),
    ],
    op.get(count),
  );
  return { name, parameters: 4, locals: locals.types, code };
}

/**
 * layer(base, half, blocks, roots): butterflies between pairs j and j + half of every block of 2 half pairs, with root j.
 * "down" is Gentleman and Sande's (sum, difference times root), "up" Cooley and Tukey's (a plus and minus root times b).
 */
export function layer(name: "down" | "up", field: FieldCode): WasmFunction {
  const [base, half, blocks, roots] = [0, 1, 2, 3];
  const locals = new Locals(4);
  const [other, root, left] = [locals.number(), locals.number(), locals.number()];
  const [a, b, sum] = [locals.vectors(LIMBS), locals.vectors(LIMBS), locals.vectors(LIMBS)];
  const right = (k: number): Code => v.loadSplat(op.get(root), 8 * k);
  const times = (locals_: readonly number[]): Code =>
    field.multiply(locals, [{ left: inLocals(locals_), right }], locals_);
  const down = [
    ...[...assign(sum, sumOf(a, b)), ...field.reduce(locals, sum), ...storePair(base, 0, sum)],
    ...[...assign(b, difference(a, b)), ...times(b), ...storePair(other, 0, b)],
  ];
  const up = [
    ...[...times(b), ...assign(sum, sumOf(a, b)), ...field.reduce(locals, sum), ...storePair(base, 0, sum)],
    ...[...assign(b, difference(a, b)), ...field.reduce(locals, b), ...storePair(other, 0, b)],
  ];
  const distance: Code = [...op.get(half), ...op.i32(PAIR_BYTES), ...op.multiply32];
  const code = op.repeat(
    [
      ...[...op.get(base), ...distance, ...op.add32, ...op.set(other), ...op.get(roots), ...op.set(root)],
      ...[...op.get(half), ...op.set(left)],
      ...op.repeat(
        [
          ...[...load(a, base), ...load(b, other), ...(name === "down" ? down : up)],
          ...[...advance(base, PAIR_BYTES), ...advance(other, PAIR_BYTES), ...advance(root, ELEMENT_BYTES)],
          ...advance(left, -1),
        ],
        op.get(left),
      ),
      ...[...op.get(other), ...op.set(base), ...advance(blocks, -1)],
    ],
    op.get(blocks),
  );
  return { name, parameters: 4, locals: locals.types, code };
}

/** across(base, pairs, roots): the layer between the lanes of each pair; roots are elements. */
export function across(name: "acrossDown" | "acrossUp", field: FieldCode, pool: ConstantPool): WasmFunction {
  const [base, pairs, roots] = [0, 1, 2];
  const locals = new Locals(3);
  const [twice, turned] = [locals.vectors(LIMBS), locals.vectors(LIMBS)];
  // Lanes (1, root).
  const root = (k: number): Code => v.loadSecond(op.get(roots), 8 * k, field.one(k));
  const times = (factor: readonly number[]): Code =>
    field.multiply(locals, [{ left: inLocals(factor), right: root }], factor);
  const first = (from: readonly number[]) => (k: number) => v.repeatFirst(op.get(from[k]!));
  // (b, -b), so that adding (a, a) gives sum and difference.
  const second = (from: readonly number[]) => (k: number) =>
    v.xor(v.repeatSecond(op.get(from[k]!)), pool.lanes(0n, 1n << 63n));
  const butterfly = [
    ...[
      ...assign(turned, second(twice)),
      ...assign(twice, first(twice)),
      ...assign(twice, sumOf(twice, turned)),
    ],
  ];
  const code = op.repeat(
    [
      ...load(twice, base),
      ...(name === "acrossDown" ? [...butterfly, ...times(twice)] : [...times(twice), ...butterfly]),
      ...[...field.reduce(locals, twice), ...storePair(base, 0, twice)],
      ...[...advance(base, PAIR_BYTES), ...advance(roots, ELEMENT_BYTES), ...advance(pairs, -1)],
    ],
    op.get(pairs),
  );
  return { name, parameters: 3, locals: locals.types, code };
}

/** quotient(a, b, c, first, second, pairs): scalars of a b - c; first lanes go to `first`, second ones to `second`. */
export function quotient(field: FieldCode, pool: ConstantPool): WasmFunction {
  const [a, b, c, first, second, pairs] = [0, 1, 2, 3, 4, 5];
  const locals = new Locals(6);
  const [product, subtracted] = [locals.vectors(LIMBS), locals.vectors(LIMBS)];
  const one = (k: number): Code => pool.double(k === 0 ? 1 : 0);
  const code = op.repeat(
    [
      ...field.multiply(locals, [{ left: inMemory(a), right: inMemory(b) }], product),
      ...[...load(subtracted, c), ...assign(product, difference(product, subtracted))],
      ...field.multiply(locals, [{ left: inLocals(product), right: one }], product),
      ...[...field.reduce(locals, product), ...packScalars(field, pool, locals, product, [first, second])],
      ...[a, b, c].flatMap((pointer) => advance(pointer, PAIR_BYTES)),
      ...[...advance(first, 32), ...advance(second, 32), ...advance(pairs, -1)],
    ],
    op.get(pairs),
  );
  return { name: "quotient", parameters: 6, locals: locals.types, code };
}

/**
 * rows(list, count): sums of coefficients times witness elements. A row is: the address of its lane of a pair, a number of
 * pairs of coefficients alone with their addresses, a number of pairs of products with addresses of coefficient and witness
 * element in turns.
 */
export function rows(field: FieldCode): WasmFunction {
  const [list, count] = [0, 1];
  const locals = new Locals(2);
  const [to, left] = [locals.number(), locals.number()];
  const [sum, term] = [locals.vectors(LIMBS), locals.vectors(LIMBS)];
  const word = (n: number): Code => [...op.get(list), ...op.loadNumber(4 * n)];
  const lanes = (one: number, other: number) => (k: number) =>
    v.loadSecond(word(other), 8 * k, v.loadFirst(word(one), 8 * k));
  const add = (by: number): Code => [
    ...[...assign(sum, sumOf(sum, term)), ...field.reduce(locals, sum)],
    ...[...advance(list, by), ...advance(left, -1)],
  ];
  const some = (body: Code): Code => [
    ...[...op.get(list), ...op.loadNumber(0), ...op.set(left), ...advance(list, 4), ...op.get(left)],
    ...op.when(op.repeat(body, op.get(left))),
  ];
  const code = op.repeat(
    [
      ...[...word(0), ...op.set(to), ...advance(list, 4)],
      ...assign(sum, () => v.sub(field.one(0), field.one(0))),
      ...some([...assign(term, lanes(0, 1)), ...add(8)]),
      ...some([...field.multiply(locals, [{ left: lanes(0, 2), right: lanes(1, 3) }], term), ...add(16)]),
      ...assign(term, (k) => v.repeatSecond(op.get(sum[k]!))),
      ...[...assign(sum, sumOf(sum, term)), ...field.reduce(locals, sum)],
      ...sum.flatMap((local, k) => v.storeLane(op.get(to), 16 * k, 0, op.get(local))),
      ...advance(count, -1),
    ],
    op.get(count),
  );
  return { name: "rows", parameters: 2, locals: locals.types, code };
}
