// Field arithmetic on pairs of elements, as straight-line WebAssembly. Docs/prover.md has the bounds as arithmetic.
//
// A product of two limbs comes out in two halves by fused multiply-adds (N. Emmart, F. Zheng and C. Weems, "Faster modular
// exponentiation using double precision floating point arithmetic on the GPU", 2018): adding 1.5 * 2^103 rounds it to a
// multiple of 2^51, whose quotient then stands in the double's lowest bits; what is missing, at most 2^50, is exact.
// Halves are summed as the integers that their bits are; the constant part of those bits is taken off once per column.
import { type Code, op } from "../wasm/module.ts";
import { bitsOf, type ConstantPool, type Locals } from "./code.ts";
import { balanced, inverseOfOdd, LIMB_BITS, LIMBS, RADIX_BITS, toLimbs } from "./limbs.ts";
import { v } from "./vectors.ts";

const LIMB = 2 ** 51;
/** Doubles from here to 2^53 are the integers; the middle of them, so that negative numbers can be added. */
const INTEGERS = 1.5 * 2 ** 52;
const HIGH = 1.5 * 2 ** 103;
/** Makes a column positive, so that a logical shift divides it; its own quotient is taken off the next column. */
const OFFSET = 1n << 62n;
const HALF_LIMB = 1n << (LIMB_BITS - 1n);

/** Five locals or five expressions that push the limbs of a pair. */
export type Operand = (limb: number) => Code;
export const inLocals =
  (locals: readonly number[]): Operand =>
  (k) =>
    op.get(locals[k]!);
export const inMemory =
  (pointer: number, offset = 0): Operand =>
  (k) =>
    v.load(op.get(pointer), offset + 16 * k);

export interface Product {
  readonly left: Operand;
  readonly right: Operand;
}

/** Generates the arithmetic of one field into functions that share a pool of constants. */
export class FieldCode {
  readonly modulus: bigint;
  readonly #pool: ConstantPool;
  /** Whether the code checks its operands' bounds and traps. */
  readonly #checked: boolean;
  readonly #limbs: readonly number[];
  /** (m 2^51 - 1) and (m 2^102 - 1) are multiples of the order: with them a quotient digit is the lowest limb itself. */
  readonly #single: readonly number[];
  readonly #double: readonly number[];
  readonly #negatedInverse: number;

  constructor(modulus: bigint, pool: ConstantPool, checked: boolean) {
    this.modulus = modulus;
    this.#pool = pool;
    this.#checked = checked;
    this.#limbs = toLimbs(modulus);
    const friendly = (bits: bigint) => toLimbs((modulus * -inverseOfOdd(modulus, bits) + 1n) >> bits);
    this.#single = friendly(LIMB_BITS);
    this.#double = friendly(2n * LIMB_BITS);
    this.#negatedInverse = Number(balanced(-inverseOfOdd(modulus, LIMB_BITS), LIMB_BITS));
  }

  /** result = the sum of the products / R modulo the order, in balanced limbs. */
  multiply(locals: Locals, products: readonly Product[], result: readonly number[]): Code {
    const columns = new Columns(this.#pool, locals);
    const code: Code[] = [];
    const lefts = products.map(() => locals.vector());
    const rights = products.map(({ right }, n) => {
      const taken = locals.vectors(LIMBS);
      code.push(...taken.map((local, j) => [...right(j), ...op.set(local)]));
      if (this.#checked) code.push(this.#checkValues(products[n]!, products.length));
      return taken;
    });
    const row = (i: number): Code =>
      products.flatMap(({ left }, n) => [
        ...[...left(i), ...op.set(lefts[n]!)],
        ...rights[n]!.flatMap((local, j) => [
          ...(this.#checked ? this.#checkProduct(lefts[n]!, local) : []),
          ...columns.product(i + j, lefts[n]!, op.get(local)),
        ]),
      ]);
    const times = (quotient: number, limbs: readonly number[], column: number): Code =>
      limbs.flatMap((limb, j) => columns.product(column + j, quotient, this.#pool.double(limb)));
    const quotient = locals.vectors(4);
    // The quotient digits of two rows at once, then of one at a time, each as early as its column is complete.
    code.push(row(0), row(1), columns.split(0, quotient[0]!), columns.split(1, quotient[1]!), row(2));
    code.push(times(quotient[0]!, this.#double, 2), times(quotient[1]!, this.#double, 3), row(3));
    code.push(columns.split(2, quotient[2]!), times(quotient[2]!, this.#single, 3), row(4));
    code.push(columns.split(3, quotient[3]!), times(quotient[3]!, this.#single, 4));
    // The last row takes the order itself: with a multiple of it the result would be longer by a limb.
    const digit = columns.peek(4);
    const last = locals.vector();
    const negatedInverse = this.#pool.double(this.#negatedInverse);
    code.push(
      digit.code,
      v.sub(this.#pool.double(HIGH), v.madd(op.get(digit.local), negatedInverse, this.#pool.double(HIGH))),
    );
    code.push(op.set(last), v.madd(op.get(digit.local), negatedInverse, op.get(last)), op.set(last));
    code.push(times(last, this.#limbs, 4), columns.divide(4));
    for (let k = 0; k < LIMBS - 1; k++) code.push(columns.split(LIMBS + k, result[k]!));
    code.push(columns.whole(2 * LIMBS - 1, result[LIMBS - 1]!));
    return code.flat();
  }

  /**
   * Brings sums of a few elements to less than 0.51 of the order from 0, and their limbs back to balance, in place. Zero is
   * then five zeros.
   */
  reduce(locals: Locals, limbs: readonly number[]): Code {
    const integers = this.#pool.double(INTEGERS);
    const quotient = locals.vector();
    const carries = locals.vectors(LIMBS - 1);
    const scale = this.#pool.double(2 ** 204 / Number(this.modulus));
    const rounded = (product: Code): Code => v.sub(product, integers);
    return [
      ...[...rounded(v.madd(op.get(limbs[LIMBS - 1]!), scale, integers)), ...op.set(quotient)],
      ...limbs.flatMap((limb, k) => [
        ...v.nmadd(op.get(quotient), this.#pool.double(this.#limbs[k]!), op.get(limb)),
        ...op.set(limb),
      ]),
      ...carries.flatMap((carry, k) => [
        ...rounded(v.madd(op.get(limbs[k]!), this.#pool.double(1 / LIMB), integers)),
        ...op.set(carry),
      ]),
      ...carries.flatMap((carry, k) => [
        ...[...v.nmadd(op.get(carry), this.#pool.double(LIMB), op.get(limbs[k]!)), ...op.set(limbs[k]!)],
        ...[...v.add(op.get(limbs[k + 1]!), op.get(carry)), ...op.set(limbs[k + 1]!)],
      ]),
    ];
  }

  /** Limb k of the order, of 1 in Montgomery's form, and of any other number, in both lanes. */
  order(k: number): Code {
    return this.#pool.double(this.#limbs[k]!);
  }

  one(k: number): Code {
    return this.number((1n << RADIX_BITS) % this.modulus, k);
  }

  number(value: bigint, k: number): Code {
    return this.#pool.double(toLimbs(value > this.modulus / 2n ? value - this.modulus : value)[k]!);
  }

  /** Traps unless limbs' product is at most 2^102, half the room around `HIGH`. */
  #checkProduct(left: number, right: number): Code {
    const size = v.abs(v.mul(op.get(left), op.get(right)));
    return trapUnless(v.atMost(size, this.#pool.double(2 ** 102)));
  }

  /** Traps unless the values' products sum to at most 5 times the square of the order: then the result is below 2^255. */
  #checkValues({ left, right }: Product, products: number): Code {
    const value = (operand: Operand): Code =>
      v.abs(v.madd(operand(3), this.#pool.double(1 / LIMB), operand(4)));
    const most = (5 * Number(this.modulus) ** 2) / 2 ** 408 / products;
    return trapUnless(v.atMost(v.mul(value(left), value(right)), this.#pool.double(most)));
  }
}

export function trapUnless(lanes: Code): Code {
  return [...v.allTrue(lanes), ...op.isZero32, ...op.when([0x00])];
}

/** Columns of a product in the making: integers whose constant part is known and taken off when they are read. */
class Columns {
  readonly #pool: ConstantPool;
  readonly #columns: readonly number[];
  readonly #constant: bigint[];
  readonly #started: boolean[];
  readonly #high: number;

  constructor(pool: ConstantPool, locals: Locals) {
    this.#pool = pool;
    this.#columns = locals.vectors(2 * LIMBS);
    this.#constant = this.#columns.map(() => 0n);
    this.#started = this.#columns.map(() => false);
    this.#high = locals.vector();
  }

  /** Adds the product of two limbs: its lower half to column k, the upper half to the next. */
  product(k: number, left: number, right: Code): Code {
    const high = [...v.madd(op.get(left), right, this.#pool.double(HIGH)), ...op.tee(this.#high)];
    const missing = v.sub(this.#pool.double(HIGH + INTEGERS), op.get(this.#high));
    return [
      ...this.#add(k + 1, high, bitsOf(HIGH)),
      ...this.#add(k, v.madd(op.get(left), right, missing), bitsOf(INTEGERS)),
    ];
  }

  /** digit = the lowest 51 bits of a column, balanced; the rest goes to the next column. */
  split(k: number, digit: number): Code {
    const column = op.get(this.#columns[k]!);
    const positive = v.iadd(column, this.#pool.integer(OFFSET + HALF_LIMB - this.#constant[k]!));
    return [
      ...[...positive, ...op.set(this.#columns[k]!)],
      ...[...this.#lowest(column), ...op.set(digit)],
      ...this.#carry(k),
    ];
  }

  /** The lowest 51 bits of a column, balanced, while it is still to be added to. */
  peek(k: number): { code: Code; local: number } {
    const local = this.#high;
    const positive = v.iadd(
      op.get(this.#columns[k]!),
      this.#pool.integer(OFFSET + HALF_LIMB - this.#constant[k]!),
    );
    return { code: [...this.#lowest(positive), ...op.set(local)], local };
  }

  /** Carries a column that 2^51 divides to the next. */
  divide(k: number): Code {
    const column = op.get(this.#columns[k]!);
    const positive = v.iadd(column, this.#pool.integer(OFFSET - this.#constant[k]!));
    return [...positive, ...op.set(this.#columns[k]!), ...this.#carry(k)];
  }

  /** The last column, whole, as a double. */
  whole(k: number, result: number): Code {
    const bits = v.iadd(op.get(this.#columns[k]!), this.#pool.integer(bitsOf(INTEGERS) - this.#constant[k]!));
    return [...v.sub(bits, this.#pool.double(INTEGERS)), ...op.set(result)];
  }

  #lowest(positive: Code): Code {
    const mask = this.#pool.integer((1n << LIMB_BITS) - 1n);
    const bits = v.or(v.and(positive, mask), this.#pool.double(2 ** 52));
    return v.sub(bits, this.#pool.double(2 ** 52 + 2 ** 50));
  }

  #carry(k: number): Code {
    return this.#add(k + 1, v.shiftRight(op.get(this.#columns[k]!), Number(LIMB_BITS)), OFFSET >> LIMB_BITS);
  }

  #add(k: number, summand: Code, constant: bigint): Code {
    const column = this.#columns[k]!;
    const sum = this.#started[k] ? v.iadd(summand, op.get(column)) : summand;
    this.#started[k] = true;
    this.#constant[k]! += constant;
    return [...sum, ...op.set(column)];
  }
}
