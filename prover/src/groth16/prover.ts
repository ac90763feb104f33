import { FIELD } from "@plimsoll/verifier/constants.ts";
import { toField } from "@plimsoll/verifier/field.ts";
import { type ProofWords, proofToWords } from "@plimsoll/verifier/groth16/proof.ts";
import { KIND } from "./coefficients.ts";
import type { Extended, Point } from "./curve.ts";
import { checkWitness, parseProvingKey } from "./key-file.ts";
import { groupOf, type SumName } from "./layout.ts";
import { type LoadedKey, loadKey } from "./load-key.ts";
import type { ProverModule } from "./module.ts";
import type { ProverPool } from "./pool.ts";
import type { AnyPoint, Task } from "./tasks.ts";
import { bestWindow, mostWindows, windowCount } from "./window-sum.ts";

/** Lower numbers first: what others wait for, then the large sums, so that small tasks fill the end. */
const PRIORITY = Object.freeze({ polynomial: 0, join: 1, h: 2, b2: 3, c: 4, a: 5, b1: 6 });
/** Windows of a task: few enough that threads end at about the same time. */
const WINDOWS_OF_TASK = { g1: 4, g2: 3 } as const;

/** A proof, not verified yet, and its public signals. */
export interface RawProof {
  readonly proof: ProofWords;
  readonly publicSignals: readonly bigint[];
}

/** A scalar below the field's order, all equally likely: larger ones are drawn again. */
export function randomScalar(): bigint {
  for (;;) {
    const words = crypto.getRandomValues(new BigUint64Array(4));
    words[0]! &= 2n ** 62n - 1n;
    const scalar = words.reduce((value, word) => (value << 64n) | word, 0n);
    if (scalar < FIELD) return scalar;
  }
}

/** One proving key, resident in the memory of a pool's threads. Proofs are made one after the other. */
export class ResidentProver {
  readonly #pool: ProverPool;
  readonly #key: LoadedKey;
  readonly #number: number;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(pool: ProverPool, key: LoadedKey, number: number) {
    this.#pool = pool;
    this.#key = key;
    this.#number = number;
  }

  /** Reads a .zkey file's bytes, which are not needed afterwards. Throws ProverFileError, ProverThreadError. */
  static async load(
    pool: ProverPool,
    module: ProverModule,
    compiled: WebAssembly.Module,
    zkey: Uint8Array,
  ): Promise<ResidentProver> {
    const key = loadKey(parseProvingKey(zkey), module, compiled, pool.threads);
    return new ResidentProver(pool, key, await pool.open(compiled, key.memory, key.layout));
  }

  /** Bytes that the key and its proofs take. */
  get bytes(): number {
    return this.#key.layout.bytes;
  }

  /**
   * A proof for a witness: 32 bytes for each wire. Throws ProverFileError when it isn't one, ProverThreadError. `blinds` are
   * for known answers alone: who knows a proof's learns of its witness.
   */
  prove(witness: Uint8Array, blinds?: readonly [bigint, bigint]): Promise<RawProof> {
    const made = this.#last.then(() => this.#prove(witness, blinds ?? [randomScalar(), randomScalar()]));
    this.#last = made.catch(() => {});
    return made;
  }

  /** Frees the threads' part of the key, after the last proof. */
  async close(): Promise<void> {
    await this.#last;
    await this.#pool.forget(this.#number);
  }

  async #prove(witness: Uint8Array, [r, s]: readonly [bigint, bigint]): Promise<RawProof> {
    const { file } = this.#key;
    checkWitness(witness, file.wires);
    const counts = this.#takeWitness(witness);
    const sum = (name: SumName): Promise<AnyPoint> => this.#sum(name, counts[name]);
    const g1 = (terms: readonly (readonly [bigint, Point<bigint>])[]): Promise<Point<bigint>> =>
      this.#run({ kind: "combine", group: "g1", terms }, PRIORITY.join) as Promise<Point<bigint>>;
    const quotient = this.#quotient().then(() => sum("h"));
    const a = sum("a").then((point) =>
      g1([
        [1n, file.alpha1],
        [r, file.delta1],
        [1n, point as Point<bigint>],
      ]),
    );
    const b1 = sum("b1").then((point) =>
      g1([
        [1n, file.beta1],
        [s, file.delta1],
        [1n, point as Point<bigint>],
      ]),
    );
    const b2 = sum("b2").then((point) => {
      const terms = [
        [1n, file.beta2],
        [s, file.delta2],
        [1n, point as Point<Extended>],
      ] as const;
      return this.#run({ kind: "combine", group: "g2", terms }, PRIORITY.join) as Promise<Point<Extended>>;
    });
    const blinded = Promise.all([a, b1]).then(([pointA, pointB]) =>
      g1([
        [s, pointA],
        [r, pointB],
        [toField(-r * s), file.delta1],
      ]),
    );
    const parts = Promise.all([a, b2, blinded, sum("c"), quotient]);
    // The one that fails first tells why; the others end with it or without it.
    const [A, B, ...C] = await parts;
    const c = await g1((C as Point<bigint>[]).map((point) => [1n, point] as const));
    if (A === undefined || B === undefined || c === undefined)
      throw new RangeError("a point of the proof is at infinity");
    const view = new DataView(witness.buffer, witness.byteOffset, witness.byteLength);
    const publicSignals = Array.from({ length: file.publics }, (_, i) =>
      [3, 2, 1, 0].reduce((value, k) => (value << 64n) | view.getBigUint64(32 * (i + 1) + 8 * k, true), 0n),
    );
    return { proof: proofToWords({ a: [A.x, A.y], b: [B.x, B.y], c: [c.x, c.y] }), publicSignals };
  }

  #run(task: Task, priority: number): Promise<AnyPoint> {
    return this.#pool.run(this.#number, task, priority);
  }

  /** Copies the witness to the key's memory and lists the points that its values need, full scalars first. */
  #takeWitness(witness: Uint8Array): Record<SumName, { full: number; all: number }> {
    const { layout, memory, functions, quotientEntries } = this.#key;
    const bytes = new Uint8Array(memory.buffer);
    const words = new Uint32Array(memory.buffer);
    bytes.set(witness, layout.witness);
    bytes.fill(0, layout.witness + witness.length, layout.witness + witness.length + 32);
    functions.unpack(layout.witness, layout.limbs, Math.ceil(layout.wires / 2));
    for (let wire = 0; wire < layout.wires; wire++) {
      const at = layout.witness / 4 + 8 * wire;
      let high = 0;
      for (let k = 2; k < 8; k++) high |= words[at + k]!;
      const low = words[at]!;
      const next = words[at + 1]!;
      bytes[layout.kinds + wire] =
        high !== 0 ? KIND.full : next !== 0 || low > 1 ? KIND.small : low === 1 ? KIND.one : KIND.zero;
    }
    const listed = (name: "a" | "b1" | "b2" | "c"): { full: number; all: number } => {
      const { count, wires, entries } = layout.sums[name];
      let full = 0;
      let last = count;
      for (let point = 0; point < count; point++) {
        const kind = bytes[layout.kinds + words[wires / 4 + point]!];
        if (kind === KIND.full) words[entries / 4 + full++] = point;
        else if (kind !== KIND.zero) words[entries / 4 + --last] = point;
      }
      words.copyWithin(entries / 4 + full, entries / 4 + last, entries / 4 + count);
      return { full, all: full + count - last };
    };
    const h = { full: quotientEntries, all: quotientEntries };
    return { a: listed("a"), b1: listed("b1"), b2: listed("b2"), c: listed("c"), h };
  }

  /** A and B by rows, C as their product, all three moved to the points between, and the scalars of H from them. */
  async #quotient(): Promise<void> {
    const { domain } = this.#key.layout;
    const all = (tasks: readonly Task[]) =>
      Promise.all(tasks.map((task) => this.#run(task, PRIORITY.polynomial)));
    const ranges = (size: number): [number, number][] => {
      const parts = Math.min(size, this.#pool.threads);
      const cut = (part: number): number => Math.floor((part * size) / parts);
      return Array.from({ length: parts }, (_, part) => [cut(part), cut(part + 1)]);
    };
    await all(
      ranges(domain).flatMap((range) =>
        ([0, 1] as const).map((matrix) => ({ kind: "rows", matrix, range }) as const),
      ),
    );
    await all(ranges(domain / 2).map((range) => ({ kind: "product", range })));
    await all(([0, 1, 2] as const).map((polynomial) => ({ kind: "transform", polynomial })));
    await all(ranges(domain / 2).map((range) => ({ kind: "quotient", range })));
  }

  async #sum(name: SumName, { full, all }: { full: number; all: number }): Promise<AnyPoint> {
    if (all === 0) return undefined;
    const { layout } = this.#key;
    const { points, entries, wires } = layout.sums[name];
    const group = groupOf(name);
    const window = bestWindow(full);
    const step = Math.min(
      mostWindows(window),
      Math.max(WINDOWS_OF_TASK[group], Math.ceil(4096 / Math.max(full, 1))),
    );
    const starts = Array.from({ length: Math.ceil(windowCount(window) / step) }, (_, i) => i * step);
    const scalars = name === "h" ? layout.quotient : layout.witness;
    const parts = await Promise.all(
      starts.map((from) => {
        const to = Math.min(windowCount(window), from + step);
        const windows = { points, entries, full, all, scalars, scalarOf: wires, window, from, to };
        return this.#run({ kind: "sum", group, windows }, PRIORITY[name]);
      }),
    );
    return this.#run({ kind: "join", group, parts, step: step * window }, PRIORITY.join);
  }
}
