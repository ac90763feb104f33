import type { R1cs, SparseMatrix } from "../../prover/src/build/r1cs.ts";
import { FIELD } from "../../verifier/src/constants.ts";
import { inverse, toField } from "../../verifier/src/field.ts";

/** The constraints of a circuit, evaluated with BigInt: independent of the compiler's and the prover's arithmetic. */
export class ConstraintSystem {
  readonly r1cs: R1cs;
  readonly #coefficients: readonly (readonly bigint[])[];
  #occurrences: readonly (readonly number[])[] | undefined;
  #steps: Steps | undefined;

  readonly #inputs: readonly number[];
  readonly #hinted: ReadonlySet<number>;

  /**
   * `inputs`: wires of the inputs; the header counts those that --O2 eliminated too. `hinted`: wires that may get their
   * value from nowhere but the prover.
   */
  constructor(r1cs: R1cs, inputs: readonly number[], hinted: ReadonlySet<number>) {
    this.r1cs = r1cs;
    this.#inputs = inputs;
    this.#hinted = hinted;
    this.#coefficients = r1cs.matrices.map(coefficientsOf);
  }

  /** Numbers of the constraints that do not hold, ascending. Throws on a witness of the wrong length. */
  violations(
    witness: readonly bigint[],
    options: { readonly limit?: number; readonly touching?: Iterable<number> } = {},
  ): number[] {
    if (witness.length !== this.r1cs.wires) {
      throw new Error(`expected ${this.r1cs.wires} wires, came ${witness.length}`);
    }
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    const violated: number[] = [];
    if (witness[0] !== 1n) throw new Error("wire 0 is the constant 1");
    for (const constraint of this.#candidates(options.touching)) {
      if (violated.length >= limit) break;
      if (!this.holds(constraint, witness)) violated.push(constraint);
    }
    return violated;
  }

  holds(constraint: number, witness: readonly bigint[]): boolean {
    const [a, b, c] = [0, 1, 2].map((matrix) => this.#row(matrix, constraint, witness)) as [
      bigint,
      bigint,
      bigint,
    ];
    return (a * b - c) % FIELD === 0n;
  }

  /** Wires of a constraint but the constant, each once. */
  wiresOf(constraint: number): number[] {
    const wires = new Set<number>();
    for (const { starts, wires: all } of this.r1cs.matrices) {
      for (let i = starts[constraint]!; i < starts[constraint + 1]!; i++) wires.add(all[i]!);
    }
    wires.delete(0);
    return [...wires].sort((x, y) => x - y);
  }

  /** Sets the edited wires and computes again, in order, every other wire that a constraint determines from earlier ones. */
  resolve(witness: readonly bigint[], edits: ReadonlyMap<number, bigint>): bigint[] {
    const forged = [...witness];
    for (const [wire, value] of this.#changes(forged, edits, () => true)!) forged[wire] = value;
    return forged;
  }

  /**
   * What `resolve` changes in a witness for which all constraints hold, or undefined if one does not hold afterwards. Only
   * constraints with changed wires are evaluated, each once, as soon as its wires have their last values.
   */
  forger(
    honest: readonly bigint[],
  ): (edits: ReadonlyMap<number, bigint>) => ReadonlyMap<number, bigint> | undefined {
    const working = [...honest];
    return (edits) => this.#changes(working, edits, (constraint) => this.holds(constraint, working));
  }

  /**
   * Wires that the edits change, with their values; undefined as soon as `accepts` refuses a constraint that gives no wire its
   * value. `witness` has the changes while `accepts` looks, and none of them afterwards.
   */
  #changes(
    witness: bigint[],
    edits: ReadonlyMap<number, bigint>,
    accepts: (constraint: number) => boolean,
  ): ReadonlyMap<number, bigint> | undefined {
    this.#steps ??= this.#plan(witness);
    const { order, place } = this.#steps;
    const due = new Uint8Array(order.length);
    const before = new Map<number, bigint>();
    const change = (wire: number, value: bigint): void => {
      before.set(wire, witness[wire]!);
      witness[wire] = value;
      for (const constraint of this.#touching(wire)) due[place[constraint]!] = 1;
    };
    try {
      for (const [wire, value] of edits) change(wire, value);
      // A wire only makes later steps due: those before it did not have it.
      for (let at = due.indexOf(1); at >= 0; at = due.indexOf(1, at + 1)) {
        const { constraint, wire } = order[at]!;
        const given = wire !== undefined && !edits.has(wire);
        const value = given ? this.#solve(constraint, wire, witness) : undefined;
        if (value === undefined) {
          if (!accepts(constraint)) return undefined;
        } else if (value !== witness[wire!]) change(wire!, value);
      }
      return new Map([...before.keys()].map((wire) => [wire, witness[wire]!]));
    } finally {
      for (const [wire, value] of before) witness[wire] = value;
    }
  }

  /** Definitions in their order, every other constraint right after the last definition of a wire in it. */
  #plan(honest: readonly bigint[]): Steps {
    const definitions = this.#define(honest);
    const defines = new Map(definitions.map(({ constraint, wire }) => [constraint, wire]));
    const defined = new Map(definitions.map(({ wire }, i) => [wire, i]));
    const order = Array.from({ length: this.r1cs.constraints }, (_, constraint) => {
      const wire = defines.get(constraint);
      const last =
        wire === undefined
          ? this.wiresOf(constraint).reduce((latest, other) => Math.max(latest, defined.get(other) ?? -1), -1)
          : defined.get(wire)!;
      return { constraint, wire, last };
    }).sort((x, y) => x.last - y.last || Number(x.wire === undefined) - Number(y.wire === undefined));
    const place = new Uint32Array(order.length);
    for (const [at, { constraint }] of order.entries()) place[constraint] = at;
    return { order, place };
  }

  /**
   * Which constraint gives which wire, from the inputs on. When no constraint has exactly one unknown wire, one is taken
   * as a hint: a bit if there is one, else a signal that the source assigns without a constraint, an output last.
   */
  #define(honest: readonly bigint[]): Definition[] {
    const { wires, constraints } = this.r1cs;
    const definitions: Definition[] = [];
    const known = new Uint8Array(wires);
    const unknowns = Array.from({ length: constraints }, (_, i) => this.wiresOf(i).length);
    const ready: number[] = [];
    const learn = (wire: number): void => {
      known[wire] = 1;
      for (const constraint of this.#touching(wire)) {
        unknowns[constraint] = unknowns[constraint]! - 1;
        if (unknowns[constraint] === 1) ready.push(constraint);
      }
    };
    for (const [constraint, count] of unknowns.entries()) if (count === 1) ready.push(constraint);
    for (const input of this.#inputs) learn(input);
    const hints = this.#hintOrder();
    for (let next = 0; next < hints.length; ) {
      const constraint = ready.pop();
      if (constraint !== undefined) {
        const wire = this.wiresOf(constraint).find((other) => !known[other]);
        if (wire === undefined || this.#solve(constraint, wire, honest) === undefined) continue;
        definitions.push({ wire, constraint });
        learn(wire);
      } else if (known[hints[next]!]) next++;
      else learn(hints[next]!);
    }
    return definitions;
  }

  #hintOrder(): number[] {
    const { wires, outputs, constraints } = this.r1cs;
    const bits = new Set<number>();
    for (let constraint = 0; constraint < constraints; constraint++) {
      const [only, ...others] = this.wiresOf(constraint);
      if (only !== undefined && others.length === 0) bits.add(only);
    }
    const rank = (wire: number): number =>
      wire <= outputs ? 3 : bits.has(wire) ? 0 : this.#hinted.has(wire) ? 1 : 2;
    return Array.from({ length: wires - 1 }, (_, i) => i + 1).sort((x, y) => rank(x) - rank(y) || x - y);
  }

  /** The value of a wire that makes a constraint hold; undefined when it is not linear in the wire or does not bind it. */
  #solve(constraint: number, wire: number, witness: readonly bigint[]): bigint | undefined {
    const slopes = [0, 1, 2].map((matrix) => this.#coefficient(matrix, constraint, wire)) as [
      bigint,
      bigint,
      bigint,
    ];
    if (slopes[0] !== 0n && slopes[1] !== 0n) return undefined;
    const at0 = [0, 1, 2].map(
      (matrix) => this.#row(matrix, constraint, witness) - slopes[matrix]! * witness[wire]!,
    ) as [bigint, bigint, bigint];
    const slope = toField(slopes[0] * at0[1] + slopes[1] * at0[0] - slopes[2]);
    return slope === 0n ? undefined : toField((at0[2] - at0[0] * at0[1]) * inverse(slope));
  }

  #row(matrix: number, row: number, witness: readonly bigint[]): bigint {
    const { starts, wires } = this.r1cs.matrices[matrix]!;
    const coefficients = this.#coefficients[matrix]!;
    let sum = 0n;
    for (let i = starts[row]!; i < starts[row + 1]!; i++) sum += coefficients[i]! * witness[wires[i]!]!;
    return sum % FIELD;
  }

  #coefficient(matrix: number, row: number, wire: number): bigint {
    const { starts, wires } = this.r1cs.matrices[matrix]!;
    let sum = 0n;
    for (let i = starts[row]!; i < starts[row + 1]!; i++) {
      if (wires[i] === wire) sum += this.#coefficients[matrix]![i]!;
    }
    return sum;
  }

  #candidates(touching: Iterable<number> | undefined): Iterable<number> {
    if (touching === undefined) return Array(this.r1cs.constraints).keys();
    const found = new Set<number>();
    for (const wire of touching) for (const constraint of this.#touching(wire)) found.add(constraint);
    return [...found].sort((x, y) => x - y);
  }

  #touching(wire: number): readonly number[] {
    if (this.#occurrences === undefined) {
      const occurrences: number[][] = Array.from({ length: this.r1cs.wires }, () => []);
      for (let constraint = 0; constraint < this.r1cs.constraints; constraint++) {
        for (const other of this.wiresOf(constraint)) occurrences[other]!.push(constraint);
      }
      this.#occurrences = occurrences;
    }
    return this.#occurrences[wire]!;
  }
}

interface Definition {
  readonly wire: number;
  readonly constraint: number;
}

/** All constraints, each where its wires have their last values, with the wire that it gives, if any; and the place of each. */
interface Steps {
  readonly order: readonly { readonly constraint: number; readonly wire: number | undefined }[];
  readonly place: Uint32Array;
}

/** Coefficients nearest to 0, so that most products stay small. */
function coefficientsOf({ values }: SparseMatrix): bigint[] {
  const limbs = new BigUint64Array(values.buffer, values.byteOffset, values.byteLength / 8);
  return Array.from({ length: limbs.length / 4 }, (_, i) => {
    const at = 4 * i;
    const value = limbs[at]! + (limbs[at + 1]! << 64n) + (limbs[at + 2]! << 128n) + (limbs[at + 3]! << 192n);
    return value > FIELD / 2n ? value - FIELD : value;
  });
}
