import { type Code, I32, I64, op, V128, vector } from "../wasm/module.ts";
import { FIELD_LIMBS, LIMB_BITS, LIMBS, MASK, NEGATED_INVERSE } from "./poseidon-limbs.ts";

/**
 * Arithmetic on one element (a lane of a pair) or on both of a pair at once. A *limb* is what is multiplied; a *sum* has
 * room for products. With one lane both are 64-bit integers; with two, limbs are the lower 32-bit lanes of a vector and
 * sums its 64-bit lanes.
 */
export interface Lanes {
  readonly type: number;
  readonly zero: Code;
  /** Pushes limb i of the element or pair that a local points to. */
  readonly limb: (pointer: number, i: number) => Code;
  /** Limbs a, b -> sum a b. */
  readonly multiply: Code;
  readonly add: Code;
  /** Sum -> its lowest 29 bits, as a sum. `mask` is a local that `prepare` has set. */
  readonly low: (mask: number) => Code;
  /** Sum -> the bits above those. */
  readonly high: Code;
  /** Sum below 2^32 -> limb, and back. */
  readonly toLimb: Code;
  readonly toSum: Code;
  /** Sum -> limb that makes the sum's lowest 29 bits vanish when it is multiplied by the field's order and added. */
  readonly factor: (mask: number) => Code;
  /** Pushes limb i of the field's order. */
  readonly field: (i: number) => Code;
  /** Stores a sum below 2^32 as limb i. */
  readonly store: (pointer: number, i: number, sum: Code) => Code;
  readonly prepare: (mask: number) => Code;
}

export const one: Lanes = {
  type: I64,
  zero: op.i64(0n),
  limb: (pointer, i) => [...op.get(pointer), ...op.load32(8 * i)],
  multiply: op.mul64,
  add: op.add64,
  low: () => [...op.i64(MASK), ...op.and64],
  high: [...op.i64(BigInt(LIMB_BITS)), ...op.shiftRight64],
  toLimb: [],
  toSum: [],
  factor: () => [...op.i64(NEGATED_INVERSE), ...op.mul64, ...op.i64(MASK), ...op.and64],
  field: (i) => op.i64(BigInt(FIELD_LIMBS[i]!)),
  store: (pointer, i, sum) => [...op.get(pointer), ...sum, ...op.store32(8 * i)],
  prepare: () => [],
};

/** What vectors are made of: four equal 32-bit words each, at the start of memory. */
export const VECTOR_CONSTANTS = Uint32Array.from([...FIELD_LIMBS, Number(MASK), Number(NEGATED_INVERSE), 0]);
const constant = (i: number): Code => [...op.i32(0), ...vector.load32x4(4 * i)];
const [MASK_AT, INVERSE_AT] = [LIMBS, LIMBS + 1];

export const two: Lanes = {
  type: V128,
  zero: vector.zero,
  limb: (pointer, i) => [...op.get(pointer), ...vector.load64(8 * i)],
  multiply: vector.multiplyWide,
  add: vector.add64x2,
  low: (mask) => [...op.get(mask), ...vector.and],
  high: [...op.i32(LIMB_BITS), ...vector.shiftRight64x2],
  toLimb: vector.narrow,
  toSum: vector.widen,
  // Products modulo 2^32 of all four words: those of the lower ones count.
  factor: (mask) => [
    ...[...constant(INVERSE_AT), ...vector.multiply32x4],
    ...[...op.get(mask), ...vector.and, ...vector.narrow],
  ],
  field: constant,
  store: (pointer, i, sum) => [...op.get(pointer), ...sum, ...vector.narrow, ...vector.store64(8 * i)],
  prepare: (mask) => [...constant(MASK_AT), ...vector.widen, ...op.set(mask)],
};

/** Pushes limb i of one element for both lanes. */
export const both = (pointer: number, i: number): Code => [...op.get(pointer), ...vector.load32x4(8 * i)];

const COLUMNS = 2 * LIMBS;

/** Names of local variables: parameters first, then limbs of the left factor, columns, scratches and counters. */
export function variables({ type }: Lanes, parameters: number) {
  const left = (i: number) => parameters + i;
  const column = (i: number) => parameters + LIMBS + i;
  const scratch = parameters + LIMBS + COLUMNS;
  const mask = scratch + 1;
  const [counter, step, from, rest] = [mask + 1, mask + 2, mask + 3, mask + 4];
  const locals = [...Array.from({ length: LIMBS + COLUMNS + 2 }, () => type), I32, I32, I32, I32];
  return { left, column, scratch, mask, counter, step, from, rest, locals };
}

export type Variables = ReturnType<typeof variables>;

export function range(count: number, code: (i: number) => Code): Code {
  return Array.from({ length: count }, (_, i) => code(i)).flat();
}

/** Indices i of the products of limbs i and k - i that make column k. */
const terms = (k: number): number[] =>
  Array.from({ length: LIMBS }, (_, i) => i).filter((i) => k - i >= 0 && k - i < LIMBS);

/** The left variables = the element or pair that a local points to. */
export function take(lanes: Lanes, v: Variables, pointer: number, limb = lanes.limb): Code {
  return range(LIMBS, (i) => [...limb(pointer, i), ...op.set(v.left(i))]);
}

/**
 * columns = or += the left variables * what a local points to. Column by column, so that a sum stays in a register: limb by
 * limb, every product would go through memory.
 */
export function multiply(lanes: Lanes, v: Variables, pointer: number, kind: "alone" | "added"): Code {
  const columns = range(COLUMNS - 1, (k) => [
    ...(kind === "added" ? op.get(v.column(k)) : []),
    ...terms(k).flatMap((i, n) => [
      ...[...op.get(v.left(i)), ...lanes.limb(pointer, k - i), ...lanes.multiply],
      ...(kind === "added" || n > 0 ? lanes.add : []),
    ]),
    ...op.set(v.column(k)),
  ]);
  return kind === "added" ? columns : [...columns, ...lanes.zero, ...op.set(v.column(COLUMNS - 1))];
}

/** columns = the square of the left variables: products of two limbs once, doubled. */
export function square(lanes: Lanes, v: Variables): Code {
  const columns = range(COLUMNS - 1, (k) => {
    const unequal = terms(k).filter((i) => 2 * i < k);
    const diagonal = [...op.get(v.left(k / 2)), ...op.get(v.left(k / 2)), ...lanes.multiply];
    return [
      ...unequal.flatMap((i, n) => [
        ...[...op.get(v.left(i)), ...op.get(v.left(k - i)), ...lanes.multiply],
        ...(n > 0 ? lanes.add : []),
      ]),
      ...(unequal.length > 0 ? [...op.tee(v.scratch), ...op.get(v.scratch), ...lanes.add] : []),
      ...(k % 2 === 0 ? [...diagonal, ...(unequal.length > 0 ? lanes.add : [])] : []),
      ...op.set(v.column(k)),
    ];
  });
  return [...columns, ...lanes.zero, ...op.set(v.column(COLUMNS - 1))];
}

/**
 * Montgomery's reduction of the columns: nine upper ones are left, normalised; the lower ones keep its factors. What is
 * known last is added last, or every column would wait for the one before.
 */
export function reduce(lanes: Lanes, v: Variables): Code {
  const carried = (k: number): Code => (k === 0 ? [] : [...op.get(v.scratch), ...lanes.add]);
  const columns = range(COLUMNS - 1, (k) => [
    ...op.get(v.column(k)),
    ...terms(k)
      .filter((i) => i < k)
      .flatMap((i) => [...op.get(v.column(i)), ...lanes.field(k - i), ...lanes.multiply, ...lanes.add]),
    ...carried(k),
    ...op.tee(v.scratch),
    ...(k < LIMBS
      ? [
          ...[...op.get(v.scratch), ...lanes.factor(v.mask), ...op.tee(v.column(k))],
          ...[...lanes.field(0), ...lanes.multiply, ...lanes.add, ...lanes.high, ...op.set(v.scratch)],
        ]
      : [
          ...[...lanes.low(v.mask), ...op.set(v.column(k))],
          ...[...op.get(v.scratch), ...lanes.high, ...op.set(v.scratch)],
        ]),
  ]);
  const last = v.column(COLUMNS - 1);
  return [...columns, ...op.get(last), ...op.get(v.scratch), ...lanes.add, ...op.set(last)];
}

/** Carries between columns `from` and `to`, so that each but the last is below 2^29. */
export function carry(lanes: Lanes, v: Variables, from: number, to: number): Code {
  return range(to - from, (n) => {
    const k = from + n;
    return [
      ...[...op.get(v.column(k + 1)), ...op.get(v.column(k)), ...lanes.high, ...lanes.add],
      ...op.set(v.column(k + 1)),
      ...[...op.get(v.column(k)), ...lanes.low(v.mask), ...op.set(v.column(k))],
    ];
  });
}

export const normalise = (lanes: Lanes, v: Variables): Code => carry(lanes, v, 0, COLUMNS - 1);

/** The left variables = the result of `reduce`. */
export function takeResult(lanes: Lanes, v: Variables): Code {
  return range(LIMBS, (i) => [...op.get(v.column(LIMBS + i)), ...lanes.toLimb, ...op.set(v.left(i))]);
}

/** The result of `reduce` += what a local points to. */
export function addToResult(lanes: Lanes, v: Variables, pointer: number): Code {
  const sums = range(LIMBS, (i) => [
    ...[...op.get(v.column(LIMBS + i)), ...lanes.limb(pointer, i), ...lanes.toSum, ...lanes.add],
    ...op.set(v.column(LIMBS + i)),
  ]);
  return [...sums, ...carry(lanes, v, LIMBS, COLUMNS - 1)];
}

export function storeResult(lanes: Lanes, v: Variables, pointer: number): Code {
  return range(LIMBS, (i) => lanes.store(pointer, i, op.get(v.column(LIMBS + i))));
}
