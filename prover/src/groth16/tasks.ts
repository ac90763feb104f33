import { evaluateRows } from "./coefficients.ts";
import { type Extended, G1, G2, type Point } from "./curve.ts";
import type { KeyMemory } from "./layout.ts";
import { PAIR_BYTES } from "./limbs.ts";
import { instantiate, type ProverFunctions } from "./module.ts";
import { G1_LAYOUT, G2_LAYOUT } from "./points.ts";
import { transform } from "./roots.ts";
import { WindowSummer, type WindowTask } from "./window-sum.ts";

/** Points of either group, by the name of the group. */
export type AnyPoint = Point<bigint> | Point<Extended>;
export type GroupName = "g1" | "g2";
type Range = readonly [from: number, to: number];

/** What a thread can do with a key. Ranges are of rows or of pairs. */
export type Task =
  | { readonly kind: "rows"; readonly matrix: 0 | 1; readonly range: Range }
  | { readonly kind: "product"; readonly range: Range }
  | { readonly kind: "transform"; readonly polynomial: 0 | 1 | 2 }
  | { readonly kind: "quotient"; readonly range: Range }
  | { readonly kind: "sum"; readonly group: GroupName; readonly windows: WindowTask }
  | {
      readonly kind: "join";
      readonly group: GroupName;
      readonly parts: readonly AnyPoint[];
      readonly step: number;
    }
  | {
      readonly kind: "combine";
      readonly group: GroupName;
      readonly terms: readonly (readonly [bigint, AnyPoint])[];
    };

/** A thread's share of one key: an instance of the module on the key's memory, and its own regions there. */
export class KeyThread {
  readonly #functions: ProverFunctions;
  readonly #buffer: ArrayBufferLike;
  readonly #layout: KeyMemory;
  readonly #thread: number;
  readonly #g1: WindowSummer<bigint>;
  readonly #g2: WindowSummer<Extended>;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, layout: KeyMemory, thread: number) {
    this.#functions = instantiate(module, memory);
    this.#buffer = memory.buffer;
    this.#layout = layout;
    this.#thread = thread;
    const own = layout.threads[thread]!;
    this.#g1 = new WindowSummer(this.#functions, this.#buffer, G1_LAYOUT, own.g1, own.g1Bytes);
    this.#g2 = new WindowSummer(this.#functions, this.#buffer, G2_LAYOUT, own.g2, own.g2Bytes);
  }

  /** Sums return their point; the others work in memory and return nothing. */
  run(task: Task): AnyPoint {
    const layout = this.#layout;
    const [a, b, c] = layout.polynomials;
    switch (task.kind) {
      case "rows": {
        const { list, listBytes } = layout.threads[this.#thread]!;
        evaluateRows(this.#functions, this.#buffer, layout, task.matrix, task.range, list, listBytes);
        return undefined;
      }
      case "product": {
        const [from, to] = task.range;
        const at = from * PAIR_BYTES;
        if (to > from) this.#functions.frMultiply(c + at, a + at, b + at, to - from);
        return undefined;
      }
      case "transform":
        transform(this.#functions, layout.roots, layout.domain, layout.polynomials[task.polynomial]);
        return undefined;
      case "quotient": {
        const [from, to] = task.range;
        const at = from * PAIR_BYTES;
        const first = layout.quotient + 32 * from;
        const second = first + 16 * layout.domain;
        if (to > from) this.#functions.quotient(a + at, b + at, c + at, first, second, to - from);
        return undefined;
      }
      case "sum":
        return task.group === "g1" ? this.#g1.sum(task.windows) : this.#g2.sum(task.windows);
      case "join":
        return task.group === "g1"
          ? G1.horner(task.parts as Point<bigint>[], task.step)
          : G2.horner(task.parts as Point<Extended>[], task.step);
      case "combine":
        return task.group === "g1"
          ? G1.combine(task.terms as [bigint, Point<bigint>][])
          : G2.combine(task.terms as [bigint, Point<Extended>][]);
    }
  }
}
