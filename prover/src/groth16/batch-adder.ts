import { BASE_FIELD } from "@plimsoll/verifier/groth16/key.ts";
import { EXTENDED_INVERSION_BYTES, invertExtendedPair, invertPair } from "./inversion.ts";
import { fromLimbs, LIMBS, PAIR_BYTES, RADIX_BITS, toLimbs } from "./limbs.ts";
import type { ProverFunctions } from "./module.ts";
import { type GroupLayout, isInfinity, readPoint, writePoint } from "./points.ts";

/** Additions that share an inversion: enough that it costs little, few enough that their work stays in the cache. */
const MOST_PAIRS = 8192;
const LIST_BYTES = 12;
const PREFIX_BYTES = 10 * PAIR_BYTES;
/** The last limb of the order, near which the last limb of a difference of equal coordinates is, if it isn't near 0. */
const LAST_LIMB = toLimbs(BASE_FIELD)[LIMBS - 1]!;

/** Bytes that an adder needs: the list, differences and products, what an inversion and `g2Backward` need, fixed points. */
export function adderBytes({ bytes }: { readonly bytes: number }): number {
  return (
    MOST_PAIRS * LIST_BYTES +
    (MOST_PAIRS / 2 + 1) * 2 * bytes +
    PREFIX_BYTES +
    EXTENDED_INVERSION_BYTES +
    8 * bytes
  );
}

/**
 * Adds pairs of points in memory. Additions wait in a list until `flush`, or until the list is full: so none may need
 * another's sum before a flush, but a sum may take the place of its own operands. All points are correct whatever they are:
 * infinity, equal and opposite ones are added one by one.
 */
export class BatchAdder<T> {
  readonly #functions: ProverFunctions;
  readonly #memory: Float64Array;
  readonly #words: Uint32Array;
  readonly #layout: GroupLayout<T>;
  readonly #list: number;
  readonly #work: number;
  readonly #scratch: number;
  readonly #inversion: number;
  readonly #one: number;
  readonly #fixed: readonly [number, number, number];
  #pairs = 0;
  /** Whether some sum was infinity, which `forward` does not notice. */
  #infinities = false;

  /** `region`: the address of `adderBytes` bytes of the memory, a multiple of 16, that nobody else uses. */
  constructor(functions: ProverFunctions, buffer: ArrayBufferLike, layout: GroupLayout<T>, region: number) {
    this.#functions = functions;
    this.#memory = new Float64Array(buffer);
    this.#words = new Uint32Array(buffer);
    this.#layout = layout;
    this.#list = region;
    this.#work = region + MOST_PAIRS * LIST_BYTES;
    this.#scratch = this.#work + (MOST_PAIRS / 2 + 1) * 2 * layout.bytes;
    this.#inversion = this.#scratch + PREFIX_BYTES;
    this.#one = this.#inversion + EXTENDED_INVERSION_BYTES;
    const points = this.#one + PAIR_BYTES;
    this.#fixed = [points, points + layout.bytes, points + 2 * layout.bytes];
    const { curve, generator } = layout;
    writePoint(layout, this.#memory, this.#fixed[0], generator);
    writePoint(layout, this.#memory, this.#fixed[1], curve.add(generator, generator));
    const one = toLimbs((1n << RADIX_BITS) % BASE_FIELD);
    for (const [k, limb] of one.entries())
      this.#memory.fill(limb, this.#one / 8 + 2 * k, this.#one / 8 + 2 * k + 2);
  }

  /** From here on no operand is a sum made before. */
  forget(): void {
    this.#infinities = false;
  }

  add(left: number, right: number, sum: number): void {
    this.#append(left, right, sum);
    if (this.#pairs === MOST_PAIRS) this.flush();
  }

  flush(): void {
    if (this.#pairs === 0) return;
    if (this.#pairs % 2 === 1) this.#append(...this.#fixed);
    const steps = this.#pairs / 2;
    if (this.#infinities) this.#addSpecial();
    const product = this.#forward(steps);
    if (!this.#isInvertible(product)) {
      this.#addSpecial();
      this.#forward(steps);
    }
    this.#invert(product);
    if (this.#layout.parts === 1) this.#functions.g1Backward(this.#list, steps, this.#work);
    else this.#functions.g2Backward(this.#list, steps, this.#work, this.#scratch);
    this.#pairs = 0;
  }

  #append(left: number, right: number, sum: number): void {
    const at = this.#list / 4 + 3 * this.#pairs++;
    this.#words[at] = left;
    this.#words[at + 1] = right;
    this.#words[at + 2] = sum;
  }

  /** Returns where the product is. */
  #forward(steps: number): number {
    const { g1Forward, g2Forward } = this.#functions;
    (this.#layout.parts === 1 ? g1Forward : g2Forward)(this.#list, steps, this.#work);
    return this.#work + steps * 2 * this.#layout.bytes;
  }

  #invert(product: number): void {
    if (this.#layout.parts === 1) invertPair(this.#functions, product, this.#inversion, this.#one);
    else invertExtendedPair(this.#functions, this.#memory, product, this.#inversion, this.#one);
  }

  #isInvertible(product: number): boolean {
    const { parts } = this.#layout;
    return [0, 1].every((lane) =>
      Array.from({ length: parts }, (_, part) => product + part * PAIR_BYTES).some((pair) => {
        const limbs = Array.from({ length: LIMBS }, (_, k) => this.#memory[pair / 8 + 2 * k + lane]!);
        return fromLimbs(limbs) % BASE_FIELD !== 0n;
      }),
    );
  }

  /** Does the additions that `backward` can't, and puts one of two fixed points in their place. */
  #addSpecial(): void {
    const { curve } = this.#layout;
    for (let pair = 0; pair < this.#pairs; pair++) {
      const at = this.#list / 4 + 3 * pair;
      const [left, right, sum] = [this.#words[at]!, this.#words[at + 1]!, this.#words[at + 2]!];
      if (!this.#maybeSpecial((left & ~1) >>> 0, (right & ~1) >>> 0)) continue;
      const a = readPoint(this.#layout, this.#memory, left);
      const b = readPoint(this.#layout, this.#memory, right);
      const equalX = a && b && this.#layout.coordinate.isZero(this.#layout.coordinate.subtract(a.x, b.x));
      if (a && b && !equalX) continue;
      const total = curve.add(a, b);
      if (total === undefined) this.#infinities = true;
      writePoint(this.#layout, this.#memory, sum, total);
      this.#words.set(this.#fixed, at);
    }
  }

  /** Whether the addition could be one of infinity or of equal x, by last limbs alone where they tell. */
  #maybeSpecial(left: number, right: number): boolean {
    const { bytes } = this.#layout;
    const last = LIMBS - 1;
    const gap = Math.abs(this.#memory[left / 8 + last]! - this.#memory[right / 8 + last]!);
    if (gap < 4 || Math.abs(gap - LAST_LIMB) < 4) return true;
    return isInfinity(this.#memory, left, bytes) || isInfinity(this.#memory, right, bytes);
  }
}
