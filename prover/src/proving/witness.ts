import { toField } from "@plimsoll/verifier/field.ts";

/** Values of a circuit's inputs by name; arrays of any depth, in the order of the signal's dimensions. */
export type CircuitInputs = Readonly<Record<string, InputValue>>;
export type InputValue = bigint | number | boolean | readonly InputValue[];

/** The generator of a circuit's witness refused the inputs. Names templates and lines, never values. */
export class WitnessError extends Error {
  readonly code = "WITNESS_REFUSED";
  readonly retryable = false;
}

interface GeneratorExports {
  getFieldNumLen32(): number;
  getWitnessSize(): number;
  getInputSize(): number;
  getInputSignalSize(high: number, low: number): number;
  getMessageChar(): number;
  init(sanityCheck: number): void;
  readSharedRWMemory(index: number): number;
  writeSharedRWMemory(index: number, value: number): void;
  setInputSignal(high: number, low: number, index: number): void;
  getWitness(index: number): void;
}

const FAILURES: Readonly<Record<number, string>> = {
  1: "there is no such input",
  2: "an input has too many values",
  3: "an input was set twice",
  4: "a constraint does not hold",
  5: "not enough memory",
  6: "an input has too many values",
};

/** A witness generator made by circom 2, compiled once; each witness runs in a fresh instance. */
export class WitnessGenerator {
  readonly #module: WebAssembly.Module;

  private constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  static async compile(bytes: Uint8Array<ArrayBuffer>): Promise<WitnessGenerator> {
    return new WitnessGenerator(await WebAssembly.compile(bytes));
  }

  /** All wires as 32-bit little-endian limbs, eight to a wire: the body of a .wtns file. Throws WitnessError. */
  async limbs(inputs: CircuitInputs): Promise<Uint32Array> {
    const { exports, failure } = await this.#instance();
    try {
      exports.init(1);
      setInputs(exports, inputs);
    } catch (error) {
      if (error instanceof WitnessError) throw error;
      throw new WitnessError(failure() ?? "the witness generator stopped", { cause: error });
    }
    const limbs = exports.getFieldNumLen32();
    const wires = exports.getWitnessSize();
    const witness = new Uint32Array(wires * limbs);
    for (let wire = 0; wire < wires; wire++) {
      exports.getWitness(wire);
      for (let i = 0; i < limbs; i++) witness[wire * limbs + i] = exports.readSharedRWMemory(i);
    }
    return witness;
  }

  /** All wires as canonical field elements; wire 0 is 1. Throws WitnessError. */
  async witness(inputs: CircuitInputs): Promise<bigint[]> {
    const limbs = new BigUint64Array((await this.limbs(inputs)).buffer);
    return Array.from({ length: limbs.length / 4 }, (_, i) => {
      const at = 4 * i;
      return limbs[at]! + (limbs[at + 1]! << 64n) + (limbs[at + 2]! << 128n) + (limbs[at + 3]! << 192n);
    });
  }

  async #instance(): Promise<{ exports: GeneratorExports; failure: () => string | undefined }> {
    let trace = "";
    let failure: string | undefined;
    const message = (): string => {
      let text = "";
      for (let code = exports.getMessageChar(); code !== 0; code = exports.getMessageChar()) {
        text += String.fromCharCode(code);
      }
      return text;
    };
    const instance = await WebAssembly.instantiate(this.#module, {
      runtime: {
        exceptionHandler: (code: number) => {
          failure = [FAILURES[code] ?? `failure ${code}`, trace.trim()].filter(Boolean).join(": ");
          throw new WitnessError(failure);
        },
        printErrorMessage: () => {
          trace += `${message()}\n`;
        },
        // Output of `log`: circuits have none, and a witness must not reach a log.
        writeBufferMessage: () => {
          message();
        },
        showSharedRWMemory: () => {},
      },
    });
    const exports = instance.exports as unknown as GeneratorExports;
    return { exports, failure: () => failure };
  }
}

function setInputs(exports: GeneratorExports, inputs: CircuitInputs): void {
  const limbs = exports.getFieldNumLen32();
  let set = 0;
  for (const [name, value] of Object.entries(inputs)) {
    const [high, low] = fnv(name);
    const values = flat(value);
    const size = exports.getInputSignalSize(high, low);
    if (size <= 0 && values.length > 0)
      throw new WitnessError(`input ${name}: the circuit has no such input`);
    if (size !== values.length)
      throw new WitnessError(`input ${name}: expected ${size} values, came ${values.length}`);
    // The last value set starts the computation: everything before it must be complete.
    for (const [index, element] of values.entries()) {
      for (let i = 0, rest = element; i < limbs; i++, rest >>= 32n) {
        exports.writeSharedRWMemory(i, Number(rest & 0xffffffffn));
      }
      exports.setInputSignal(high, low, index);
      set++;
    }
  }
  const expected = exports.getInputSize();
  if (set < expected) throw new WitnessError(`expected ${expected} input values, came ${set}`);
}

function flat(value: InputValue): bigint[] {
  return typeof value === "object" ? value.flatMap(flat) : [toField(BigInt(value))];
}

/** 64-bit FNV-1a of a signal's name, as circom's generators key their inputs: high and low half. */
function fnv(name: string): [number, number] {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return [Number(hash >> 32n), Number(hash & 0xffffffffn)];
}
