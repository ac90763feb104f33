// Pippenger's buckets with signed digits. Adding half a window's size at every window makes all digits positive, and taking
// it off each digit again makes them signed, without carries: so windows are independent.
import { adderBytes, BatchAdder } from "./batch-adder.ts";
import type { Point } from "./curve.ts";
import { Slots, sumGroups } from "./forest.ts";
import type { ProverFunctions } from "./module.ts";
import { copyPoint, type GroupLayout, readPoint } from "./points.ts";

/** Windows cover this many bits: scalars are below 2^255, and a carry of the signed digits needs another bit. */
const SCALAR_BITS = 256;
/** Scalars that are small are below 2^this: beyond it they have only zero digits, but for a carry. */
export const SMALL_BITS = 64;
export const WIDEST_WINDOW = 13;
/** Buckets of all windows that are summed together. */
const MOST_BUCKETS = 24 << 10;
/** References that go through the tree together, so that their sums stay in the cache. */
const CHUNK = 32 << 10;

/** A part of a multi-scalar multiplication: some windows of all its scalars. */
export interface WindowTask {
  readonly points: number;
  /** Indices of points with scalars that are not 0: `full` ones, then those with small scalars, `all` together. */
  readonly entries: number;
  readonly full: number;
  readonly all: number;
  /** Scalars of 32 bytes; `scalarOf` has their indices by point, 0 where they are the points'. */
  readonly scalars: number;
  readonly scalarOf: number;
  readonly window: number;
  readonly from: number;
  readonly to: number;
}

export const windowCount = (window: number): number => Math.ceil(SCALAR_BITS / window);

/** The window with the fewest additions for so many full scalars. */
export function bestWindow(scalars: number): number {
  const additions = (window: number): number => windowCount(window) * (scalars + 1.2 * 2 ** window);
  const windows = Array.from({ length: WIDEST_WINDOW - 2 }, (_, i) => i + 3);
  return windows.reduce((best, window) => (additions(window) < additions(best) ? window : best));
}

/** How many windows may be one task. */
export const mostWindows = (window: number): number =>
  Math.max(1, Math.floor(MOST_BUCKETS / 2 ** (window - 1)));

/** Bytes of memory that the sums over at most so many points need. */
export function windowSumBytes(layout: { readonly bytes: number }, points: number): number {
  const slots = 2.5 * MOST_BUCKETS + Math.max(CHUNK, points / 2) + CHUNK;
  return adderBytes(layout) + Math.ceil(slots) * layout.bytes + 64;
}

/** Sums windows in one thread, in a region of the memory that is its own. */
export class WindowSummer<T> {
  readonly #adder: BatchAdder<T>;
  readonly #layout: GroupLayout<T>;
  readonly #words: Uint32Array;
  readonly #memory: Float64Array;
  readonly #start: number;
  readonly #end: number;

  constructor(
    functions: ProverFunctions,
    buffer: ArrayBufferLike,
    layout: GroupLayout<T>,
    region: number,
    bytes: number,
  ) {
    this.#adder = new BatchAdder(functions, buffer, layout, region);
    this.#layout = layout;
    this.#words = new Uint32Array(buffer);
    this.#memory = new Float64Array(buffer);
    this.#start = region + Math.ceil(adderBytes(layout) / 16) * 16;
    this.#end = region + bytes;
  }

  /** The sum over the task's windows w of 2^(window (w - from)) times the points' sum with their digits in w. */
  sum(task: WindowTask): Point<T> {
    const { window, from, to } = task;
    const half = 2 ** (window - 1);
    const { bytes } = this.#layout;
    this.#adder.forget();
    const { references, starts } = this.#sorted(task, half);
    const buckets = new Uint32Array((to - from) * (half + 1));
    const area = this.#start;
    const rest = area + buckets.length * bytes;
    for (let first = 0; first < buckets.length; ) {
      let last = first + 1;
      while (last < buckets.length && starts[last]! - starts[first]! < CHUNK) last++;
      sumGroups(this.#adder, references, starts, first, last, new Slots(rest, this.#end, bytes));
      for (let bucket = first; bucket < last; bucket++) {
        if (starts[bucket] === starts[bucket + 1]) continue;
        buckets[bucket] = area + bucket * bytes;
        copyPoint(this.#memory, references[starts[bucket]!]!, buckets[bucket]!, bytes);
      }
      first = last;
    }
    return this.#weighted(buckets, to - from, window, rest);
  }

  /** References by window and size of their digit: one group for each digit d and -d of each window; none for 0. */
  #sorted(task: WindowTask, half: number) {
    const { points, entries, window, from, to, all, full } = task;
    const digits = signedDigits(this.#words, task);
    const starts = new Uint32Array((to - from) * (half + 1) + 2);
    const eachDigit = (visit: (group: number, digit: number, entry: number) => void): void => {
      for (let w = from; w < to; w++) {
        const count = w * window < SMALL_BITS + 2 ? all : full;
        for (let i = 0; i < count; i++) {
          const digit = digits[(w - from) * all + i]!;
          if (digit !== 0) visit((w - from) * (half + 1) + Math.abs(digit), digit, i);
        }
      }
    };
    eachDigit((group) => starts[group + 2]!++);
    for (let n = 2; n < starts.length; n++) starts[n]! += starts[n - 1]!;
    const references = new Uint32Array(starts[starts.length - 1]!);
    eachDigit((group, digit, entry) => {
      const point = points + this.#words[entries / 4 + entry]! * this.#layout.bytes;
      references[starts[group + 1]!++] = digit < 0 ? point + 1 : point;
    });
    return { references, starts };
  }

  /**
   * The sum of digit times bucket, bit by bit of the digit: buckets of odd digits make the lowest bit's sum; then digits 2 d
   * and 2 d + 1 are put together as d.
   */
  #weighted(buckets: Uint32Array, windows: number, window: number, free: number): Point<T> {
    const slots = new Slots(free, this.#end, this.#layout.bytes);
    const odd: Uint32Array[] = [];
    const width = 2 ** (window - 1) + 1;
    let level = Array.from({ length: windows }, (_, w) => buckets.subarray(w * width, (w + 1) * width));
    for (let bit = 0; bit < window; bit++) {
      odd.push(...level.map((digits) => digits.filter((point, digit) => digit % 2 === 1 && point !== 0)));
      level = level.map((digits) => {
        const next = new Uint32Array((digits.length >> 1) + 1);
        for (let digit = 1; 2 * digit < digits.length; digit++) {
          const [low, high] = [digits[2 * digit]!, digits[2 * digit + 1] ?? 0];
          next[digit] = low === 0 || high === 0 ? low + high : slots.take();
          if (low !== 0 && high !== 0) this.#adder.add(low, high, next[digit]!);
        }
        return next;
      });
      this.#adder.flush();
    }
    const starts = Uint32Array.from([0, ...odd.map(({ length }) => length)]);
    for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
    const references = new Uint32Array(starts[odd.length]!);
    for (const [i, points] of odd.entries()) references.set(points, starts[i]!);
    sumGroups(this.#adder, references, starts, 0, odd.length, slots);
    const sums = odd.map(({ length }, i) =>
      length === 0 ? undefined : readPoint(this.#layout, this.#memory, references[starts[i]!]!),
    );
    const inOrder = Array.from({ length: windows }, (_, w) =>
      Array.from({ length: window }, (_, bit) => sums[bit * windows + w]),
    ).flat();
    return this.#layout.curve.horner(inOrder);
  }
}

/** Digits by window, then by entry. */
function signedDigits(words: Uint32Array, task: WindowTask): Int16Array {
  const { window, from, to, all, scalars, scalarOf, entries } = task;
  const half = 2 ** (window - 1);
  const digits = new Int16Array((to - from) * all);
  const added = halves(window);
  const sum = new Int32Array(11);
  for (let i = 0; i < all; i++) {
    const point = words[entries / 4 + i]!;
    const at = scalars / 4 + 8 * (scalarOf === 0 ? point : words[scalarOf / 4 + point]!);
    let carry = 0;
    for (let k = 0; k < 9; k++) {
      const total = (k < 8 ? words[at + k]! : 0) + added[k]! + carry;
      sum[k] = total;
      carry = total >= 2 ** 32 ? 1 : 0;
    }
    for (let w = from; w < to; w++) {
      const [word, bit] = [(w * window) >> 5, (w * window) & 31];
      let digit = sum[word]! >>> bit;
      if (bit + window > 32) digit |= sum[word + 1]! << (32 - bit);
      digits[(w - from) * all + i] = (digit & (2 * half - 1)) - half;
    }
  }
  return digits;
}

/** Half a window's size at every window, in words. */
function halves(window: number): number[] {
  let sum = 0n;
  for (let w = 0; w < windowCount(window); w++) sum += 1n << BigInt((w + 1) * window - 1);
  return Array.from({ length: 9 }, (_, k) => Number((sum >> BigInt(32 * k)) & 0xffffffffn));
}
