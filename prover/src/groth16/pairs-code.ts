// Affine additions of many pairs of points with one inversion (P. Montgomery's trick), two at a time. A list has three
// words for each addition: two references and the address of the sum. A reference is a point's address, plus 1 for its
// negative. `forward` multiplies all differences of x, keeping each and the product before it; once the product's inverse
// stands in its place, `backward` takes every difference's inverse from it and adds.
//
// It knows neither infinity nor equal or opposite points: the product is then 0, or garbage comes of infinity, and who
// calls takes care of both (batch-adder.ts).
//
// What both groups' code (g1-code.ts, g2-code.ts) is made of.
import { type Code, op } from "../wasm/module.ts";
import type { Locals } from "./code.ts";
import { LIMBS } from "./limbs.ts";
import { v } from "./vectors.ts";

/** Words of two additions, which are done at once. */
export const LIST_STEP = 24;

export const shifted = (local: number, by: number): Code => [...op.get(local), ...op.i32(by), ...op.add32];
export const advance = (local: number, by: number): Code => [...shifted(local, by), ...op.set(local)];
const limbsOf = (limb: (k: number) => Code): Code => Array.from({ length: LIMBS }, (_, k) => limb(k)).flat();
export const assign = (locals: readonly number[], limb: (k: number) => Code): Code =>
  limbsOf((k) => [...limb(k), ...op.set(locals[k]!)]);
export const storePair = (pointer: number, offset: number, locals: readonly number[]): Code =>
  limbsOf((k) => v.store(op.get(pointer), offset + 16 * k, op.get(locals[k]!)));
export const difference = (left: readonly number[], right: readonly number[]) => (k: number) =>
  v.sub(op.get(left[k]!), op.get(right[k]!));

/** Addresses and sign masks of both lanes' operands, and where sums go. */
export class PairReader {
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
