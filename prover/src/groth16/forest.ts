import type { BatchAdder } from "./batch-adder.ts";

/** Places for points, one after the other. */
export class Slots {
  readonly #end: number;
  readonly #bytes: number;
  #next: number;

  constructor(start: number, end: number, bytes: number) {
    this.#next = start;
    this.#end = end;
    this.#bytes = bytes;
  }

  /** Where the next slot will be. */
  get next(): number {
    return this.#next;
  }

  take(): number {
    const slot = this.#next;
    if (slot + this.#bytes > this.#end) throw new RangeError("expected room for another point, came none");
    this.#next += this.#bytes;
    return slot;
  }
}

/**
 * Sums groups of points, all groups at once, pair by pair: as many additions as possible share an inversion. Group g are the
 * references from starts[g] to starts[g + 1]; afterwards the first of them names its sum. Sums take slots, or the places of
 * operands that are in slots from `reusable` on.
 */
export function sumGroups<T>(
  adder: BatchAdder<T>,
  references: Uint32Array,
  starts: Uint32Array,
  from: number,
  to: number,
  slots: Slots,
  reusable = slots.next,
): void {
  const counts = new Uint32Array(to - from);
  let open: number[] = [];
  for (let group = from; group < to; group++) {
    counts[group - from] = starts[group + 1]! - starts[group]!;
    if (counts[group - from]! > 1) open.push(group);
  }
  while (open.length > 0) {
    const next: number[] = [];
    for (const group of open) {
      const start = starts[group]!;
      const end = start + counts[group - from]!;
      let out = start;
      let at = start;
      for (; at + 1 < end; at += 2) {
        const [left, right] = [references[at]!, references[at + 1]!];
        // Points of the key lie below all slots, and may be negative: that bit does not matter here.
        const sum = left >= reusable ? left : right >= reusable ? right : slots.take();
        adder.add(left, right, sum);
        references[out++] = sum;
      }
      if (at < end) references[out++] = references[at]!;
      counts[group - from] = out - start;
      if (out - start > 1) next.push(group);
    }
    adder.flush();
    open = next;
  }
}
