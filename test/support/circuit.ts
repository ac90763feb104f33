// Circuits under test: compile anything, compute witnesses of true and of false statements, forge them wire by wire, and
// ask the constraints themselves. Nothing here trusts a witness generator's refusal.
import { readFile } from "node:fs/promises";
import { compileProgram, type Program } from "../../prover/src/build/compile.ts";
import { findInstance, instanceProgram, type Parameter } from "../../prover/src/build/instances.ts";
import { parseR1cs, type R1cs } from "../../prover/src/build/r1cs.ts";
import { circuitSources, reachableSources, type Sources } from "../../prover/src/build/sources.ts";
import { type CircuitInputs, WitnessGenerator } from "../../prover/src/proving/witness.ts";
import { ConstraintSystem } from "./constraint-system.ts";
import { withoutAsserts } from "./without-asserts.ts";

/** A change of the sources: gets them by path from the root ("circuits/lib/range.circom") and edits the map. */
export type Mutation = (files: Map<string, string>) => void;

/** What to compile: an instance, a template with parameters, or a whole text; with or without changed sources. */
export type CircuitSpec = { readonly name: string; readonly mutate?: Mutation | readonly Mutation[] } & (
  | { readonly instance: string }
  | {
      readonly file: string;
      readonly template: string;
      readonly parameters: readonly Parameter[];
      readonly public?: readonly string[];
    }
  | { readonly source: string }
);

/** Edits of a witness by full signal name ("main.quantity[0][1]") or wire number. */
export type Edits = Readonly<Record<string | number, bigint>>;

export interface Violation {
  readonly constraint: number;
  /** Names of the signals in it, main. first; at most eight. */
  readonly signals: readonly string[];
}

/**
 * Compiles (or takes from the cache) and loads. A string is the name of an instance. A mutant:
 * `loadCircuit({ name: "batch-4-8-no-range", instance: "batch-4-8", mutate: replaceOnce(path, from, to) })`.
 */
export async function loadCircuit(spec: string | CircuitSpec): Promise<Circuit> {
  const program = typeof spec === "string" ? instanceProgram(findInstance(spec)) : programOf(spec);
  const compiled = await compileProgram(program);
  const [r1cs, sym, wasm] = await Promise.all([
    readFile(compiled.r1cs),
    readFile(compiled.sym, "utf8"),
    readFile(compiled.wasm),
  ]);
  const generator = await WitnessGenerator.compile(withoutAsserts(wasm));
  const sources = reachableSources(program.main, program.sources ?? circuitSources());
  return new Circuit(program.name, parseR1cs(r1cs), sym, generator, hintedNames(sources));
}

/** Replaces a text of one source file. Throws unless it is there exactly once, so that no mutant is the original. */
export function replaceOnce(path: string, from: string, to: string): Mutation {
  return (files) => {
    const text = files.get(path);
    if (text === undefined) throw new Error(`mutant: there is no file ${path}`);
    const times = text.split(from).length - 1;
    if (times !== 1) throw new Error(`mutant: expected "${from}" once in ${path}, came ${times} times`);
    files.set(
      path,
      text.replace(from, () => to),
    );
  };
}

function programOf(spec: CircuitSpec): Program {
  const sources = circuitSources();
  for (const mutation of spec.mutate === undefined ? [] : [spec.mutate].flat()) mutation(sources);
  const { name } = spec;
  if ("source" in spec) return { name, main: spec.source, sources };
  if ("instance" in spec) return { ...instanceProgram({ ...findInstance(spec.instance), name }), sources };
  return { ...instanceProgram({ ...spec, public: spec.public ?? [] }), sources };
}

/** Names of the signals that a source assigns without a constraint, whatever template they are in. */
function hintedNames(sources: Sources): Set<string> {
  const hints = [...sources.values()].flatMap((text) => [
    ...text.matchAll(/\b(\w+)\s*(?:\[[^;\n]*\]\s*)?<--|-->\s*(\w+)/g),
  ]);
  return new Set(hints.map((match) => (match[1] ?? match[2])!));
}

export class Circuit {
  readonly name: string;
  readonly system: ConstraintSystem;
  readonly #generator: WitnessGenerator;
  readonly #wires = new Map<string, number>();
  readonly #names: string[] = ["one"];

  constructor(
    name: string,
    r1cs: R1cs,
    sym: string,
    generator: WitnessGenerator,
    hints: ReadonlySet<string>,
  ) {
    this.name = name;
    this.#generator = generator;
    const hinted = new Set<number>();
    const inputs: number[] = [];
    for (const line of sym.split("\n")) {
      const [label, wire, , signal] = line.split(",");
      if (signal === undefined) continue;
      // Labels are in the order of the wires before any was eliminated: outputs, inputs, the rest.
      const place = Number(label) - 1 - r1cs.outputs;
      const isInput = place >= 0 && place < r1cs.publicInputs + r1cs.privateInputs;
      if (isInput && Number(wire) > 0) inputs.push(Number(wire));
      this.#wires.set(signal, Number(wire));
      // Signals that are equal share a wire: the first is the one nearest to main.
      if (Number(wire) > 0) this.#names[Number(wire)] ??= signal;
      if (hints.has(signal.replace(/(\[\d+\])+$/, "").replace(/^.*\./, ""))) hinted.add(Number(wire));
    }
    this.system = new ConstraintSystem(r1cs, inputs, hinted);
  }

  get constraintCount(): number {
    return this.system.r1cs.constraints;
  }

  get wireCount(): number {
    return this.system.r1cs.wires;
  }

  /** The witness of true inputs. Throws when a constraint does not hold, naming the signals in it. */
  async witness(inputs: CircuitInputs): Promise<bigint[]> {
    const witness = await this.solve(inputs);
    const first = this.violations(witness, { limit: 1 })[0];
    if (first) {
      throw new Error(
        `${this.name}: constraint ${first.constraint} does not hold (${first.signals.join(", ")})`,
      );
    }
    return witness;
  }

  /** What the witness generator computes from any inputs, with no constraint or assertion checked. */
  solve(inputs: CircuitInputs): Promise<bigint[]> {
    return this.#generator.witness(inputs);
  }

  /** A copy with some wires changed and nothing else. */
  edit(witness: readonly bigint[], edits: Edits): bigint[] {
    const forged = [...witness];
    for (const [wire, value] of this.#edited(edits)) forged[wire] = value;
    return forged;
  }

  /**
   * A copy with some wires changed and every wire that the constraints determine from earlier ones computed again, in the
   * order in which an honest prover gets them; hints (bits, quotients) keep their values. The forger's best next step.
   */
  resolve(witness: readonly bigint[], edits: Edits): bigint[] {
    return this.system.resolve(witness, this.#edited(edits));
  }

  /** What `resolve` of an honest witness changes, or undefined when a constraint rejects that: faster than to ask `accepts`. */
  forger(honest: readonly bigint[]): (edits: Edits) => ReadonlyMap<number, bigint> | undefined {
    const forge = this.system.forger(honest);
    return (edits) => forge(this.#edited(edits));
  }

  /** Constraints that do not hold, in order; none is acceptance. `touching`: only those with one of these wires. */
  violations(
    witness: readonly bigint[],
    options: { readonly limit?: number; readonly touching?: Iterable<number> } = {},
  ): Violation[] {
    return this.system.violations(witness, options).map((constraint) => ({
      constraint,
      signals: this.system
        .wiresOf(constraint)
        .slice(0, 8)
        .map((wire) => this.signal(wire)),
    }));
  }

  /** Whether all constraints hold. */
  accepts(witness: readonly bigint[]): boolean {
    return this.system.violations(witness, { limit: 1 }).length === 0;
  }

  /** Wire of a signal. Throws when there is no such signal or when --O2 eliminated it. */
  wire(signal: string): number {
    const wire = this.#wires.get(signal);
    if (wire === undefined) throw new Error(`${this.name}: there is no signal ${signal}`);
    if (wire < 0) throw new Error(`${this.name}: ${signal} is no wire: it was substituted by others`);
    return wire;
  }

  hasWire(signal: string): boolean {
    return (this.#wires.get(signal) ?? -1) >= 0;
  }

  /** Name of a wire. */
  signal(wire: number): string {
    return this.#names[wire] ?? `wire ${wire}`;
  }

  value(witness: readonly bigint[], signal: string): bigint {
    return witness[this.wire(signal)]!;
  }

  /** Outputs by name without "main." ("root", "out[1]"). */
  outputs(witness: readonly bigint[]): Record<string, bigint> {
    const outputs: Record<string, bigint> = {};
    for (let wire = 1; wire <= this.system.r1cs.outputs; wire++) {
      outputs[this.signal(wire).replace(/^main\./, "")] = witness[wire]!;
    }
    return outputs;
  }

  /** Public signals in the order of the proof: outputs, then public inputs. */
  publicSignals(witness: readonly bigint[]): bigint[] {
    const { outputs, publicInputs } = this.system.r1cs;
    return witness.slice(1, 1 + outputs + publicInputs);
  }

  #edited(edits: Edits): Map<number, bigint> {
    return new Map(
      Object.entries(edits).map(([key, value]) => {
        const wire = /^\d+$/.test(key) ? Number(key) : this.wire(key);
        if (wire < 1 || wire >= this.wireCount) throw new Error(`${this.name}: wire ${wire} can't be edited`);
        return [wire, value];
      }),
    );
  }
}
