import { type Code, I32, op, V128 } from "../wasm/module.ts";
import { v } from "./vectors.ts";

/** Vectors that the code reads, at the start of memory; equal ones once. */
export class ConstantPool {
  readonly #words: bigint[] = [];
  readonly #addresses = new Map<string, number>();

  /** Pushes a vector of two 64-bit integers. */
  lanes(first: bigint, second: bigint): Code {
    const words = [BigInt.asUintN(64, first), BigInt.asUintN(64, second)];
    const address = this.#addresses.get(words.join()) ?? 8 * this.#words.length;
    if (!this.#addresses.has(words.join())) this.#words.push(...words);
    this.#addresses.set(words.join(), address);
    return v.load(op.i32(0), address);
  }

  /** Pushes a vector of two equal 64-bit integers. */
  integer(value: bigint): Code {
    return this.lanes(value, value);
  }

  /** Pushes a vector of two equal doubles. */
  double(value: number): Code {
    return this.integer(bitsOf(value));
  }

  /** What must stand in memory from address 0. */
  words(): BigUint64Array {
    return BigUint64Array.from(this.#words);
  }
}

/** Local variables of one function, given out as they are needed. */
export class Locals {
  readonly types: number[] = [];
  readonly #parameters: number;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  vector(): number {
    return this.#next(V128);
  }

  vectors(count: number): number[] {
    return Array.from({ length: count }, () => this.vector());
  }

  number(): number {
    return this.#next(I32);
  }

  #next(type: number): number {
    this.types.push(type);
    return this.#parameters + this.types.length - 1;
  }
}

export function bitsOf(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0]!;
}
