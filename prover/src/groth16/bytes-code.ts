// Between 32 bytes, little-endian, and limbs. Elements side by side in memory are done two at a time.
import { type Code, op, type WasmFunction } from "../wasm/module.ts";
import { bitsOf, type ConstantPool, Locals } from "./code.ts";
import { type FieldCode, inLocals } from "./field-code.ts";
import { ELEMENT_BYTES, LIMB_BITS, LIMBS } from "./limbs.ts";
import { advance } from "./pairs-code.ts";
import { v } from "./vectors.ts";

const BITS = Number(LIMB_BITS);
const MASK = (1n << LIMB_BITS) - 1n;
const INTEGERS = 1.5 * 2 ** 52;
const OFFSET = 1n << 62n;

/** locals = limbs in [0, 2^51), the last in [0, 2^52), of two numbers of 32 bytes. */
function unpack(pool: ConstantPool, locals: Locals, from: number, limbs: readonly number[]): Code {
  const words = locals.vectors(4);
  const load = words.flatMap((word, w) => [
    ...v.loadSecond(op.get(from), 32 + 8 * w, v.loadFirst(op.get(from), 8 * w)),
    ...op.set(word),
  ]);
  const convert = limbs.flatMap((limb, k) => {
    const [word, bit] = [Math.floor((BITS * k) / 64), (BITS * k) % 64];
    const low = v.shiftRight(op.get(words[word]!), bit);
    const across = bit + BITS > 64 && word < 3;
    const bits = across ? v.or(low, v.shiftLeft(op.get(words[word + 1]!), 64 - bit)) : low;
    const kept = k === LIMBS - 1 ? bits : v.and(bits, pool.integer(MASK));
    return [...v.sub(v.or(kept, pool.double(2 ** 52)), pool.double(2 ** 52)), ...op.set(limb)];
  });
  return [...load, ...convert];
}

function storeElements(to: number, limbs: readonly number[]): Code {
  return limbs.flatMap((limb, k) => [
    ...v.storeLane(op.get(to), 8 * k, 0, op.get(limb)),
    ...v.storeLane(op.get(to), ELEMENT_BYTES + 8 * k, 1, op.get(limb)),
  ]);
}

/**
 * import or scale(from, to, count, factor): to = from * factor / R, reduced, from 32 bytes each or from elements; count is of
 * pairs, factor points to an element.
 */
export function scaleElements(
  name: string,
  source: "bytes" | "elements",
  field: FieldCode,
  pool: ConstantPool,
): WasmFunction {
  const [from, to, count, factor] = [0, 1, 2, 3];
  const locals = new Locals(4);
  const limbs = locals.vectors(LIMBS);
  const right = (k: number): Code => v.loadSplat(op.get(factor), 8 * k);
  const load = limbs.flatMap((limb, k) => [
    ...v.loadSecond(op.get(from), ELEMENT_BYTES + 8 * k, v.loadFirst(op.get(from), 8 * k)),
    ...op.set(limb),
  ]);
  const code = op.repeat(
    [
      ...(source === "bytes" ? unpack(pool, locals, from, limbs) : load),
      ...field.multiply(locals, [{ left: inLocals(limbs), right }], limbs),
      ...[...field.reduce(locals, limbs), ...storeElements(to, limbs)],
      ...advance(from, source === "bytes" ? 64 : 2 * ELEMENT_BYTES),
      ...[...advance(to, 2 * ELEMENT_BYTES), ...advance(count, -1)],
    ],
    op.get(count),
  );
  return { name, parameters: 4, locals: locals.types, code };
}

/** unpack(from, to, count): the plain numbers as limbs; count is of pairs. */
export function unpackElements(pool: ConstantPool): WasmFunction {
  const [from, to, count] = [0, 1, 2];
  const locals = new Locals(3);
  const limbs = locals.vectors(LIMBS);
  const code = op.repeat(
    [
      ...[...unpack(pool, locals, from, limbs), ...storeElements(to, limbs)],
      ...[...advance(from, 64), ...advance(to, 2 * ELEMENT_BYTES), ...advance(count, -1)],
    ],
    op.get(count),
  );
  return { name: "unpack", parameters: 3, locals: locals.types, code };
}

/**
 * Stores reduced limbs, plus the order so that they are positive, as 32 bytes for each lane. That is a scalar below 1.51
 * times the order, not the least one: for multiples of points of that order it's the same.
 */
export function packScalars(
  field: FieldCode,
  pool: ConstantPool,
  locals: Locals,
  limbs: readonly number[],
  to: readonly [number, number],
): Code {
  const integer = (k: number): Code =>
    v.iadd(
      v.add(v.add(op.get(limbs[k]!), field.order(k)), pool.double(INTEGERS)),
      pool.integer(OFFSET - bitsOf(INTEGERS) - (k > 0 ? OFFSET >> LIMB_BITS : 0n)),
    );
  const carried = limbs.flatMap((limb, k) => {
    const before = op.get(limbs[k - 1]!);
    const sum = k === 0 ? integer(0) : v.iadd(integer(k), v.shiftRight(before, BITS));
    return [...sum, ...op.set(limb)];
  });
  // The last limb is below 2^51: what is above is the offset alone.
  const digit = (k: number): Code => v.and(op.get(limbs[k]!), pool.integer(MASK));
  const digits = locals.vectors(LIMBS);
  const words = [0, 1, 2, 3].flatMap((w) => {
    const parts = digits.flatMap((local, k) => {
      const start = BITS * k - 64 * w;
      if (start <= -BITS || start >= 64) return [];
      return [start < 0 ? v.shiftRight(op.get(local), -start) : v.shiftLeft(op.get(local), start)];
    });
    const word = locals.vector();
    return [
      ...[...parts.reduce((left, right) => v.or(left, right)), ...op.set(word)],
      ...v.storeLane(op.get(to[0]), 8 * w, 0, op.get(word)),
      ...v.storeLane(op.get(to[1]), 8 * w, 1, op.get(word)),
    ];
  });
  return [...carried, ...digits.flatMap((local, k) => [...digit(k), ...op.set(local)]), ...words];
}
