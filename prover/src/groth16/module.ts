import { FIELD } from "@plimsoll/verifier/constants.ts";
import { BASE_FIELD } from "@plimsoll/verifier/groth16/key.ts";
import { assemble, type WasmFunction } from "../wasm/module.ts";
import { scaleElements, unpackElements } from "./bytes-code.ts";
import { ConstantPool } from "./code.ts";
import { FieldCode } from "./field-code.ts";
import { g1Backward, g1Forward } from "./g1-code.ts";
import { fp2Multiply, g2Backward, g2Forward } from "./g2-code.ts";
import { across, layer, multiplyArrays, quotient, rows } from "./transform-code.ts";

/** A WebAssembly memory's page, and how many of them an address can reach. */
export const PAGE = 65_536;
export const MOST_PAGES = 65_536;

export interface ProverModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What must stand at the start of the memory that the module is given. */
  readonly constants: BigUint64Array;
  /** Whether that memory is one that threads share: a module takes no other than it was made for. */
  readonly shared: boolean;
}

/** Functions of the module; all numbers are addresses and counts. See the files named `*-code.ts`. */
export interface ProverFunctions {
  fpMultiply(result: number, a: number, b: number, count: number): void;
  frMultiply(result: number, a: number, b: number, count: number): void;
  fp2Multiply(result: number, a: number, b: number): void;
  fpImport(from: number, to: number, pairs: number, factor: number): void;
  frImport(from: number, to: number, pairs: number, factor: number): void;
  frScale(from: number, to: number, pairs: number, factor: number): void;
  unpack(from: number, to: number, pairs: number): void;
  g1Forward(list: number, count: number, work: number): void;
  g1Backward(list: number, count: number, work: number): void;
  g2Forward(list: number, count: number, work: number): void;
  g2Backward(list: number, count: number, work: number, scratch: number): void;
  down(base: number, half: number, blocks: number, roots: number): void;
  up(base: number, half: number, blocks: number, roots: number): void;
  acrossDown(base: number, pairs: number, roots: number): void;
  acrossUp(base: number, pairs: number, roots: number): void;
  quotient(a: number, b: number, c: number, first: number, second: number, pairs: number): void;
  rows(list: number, count: number): void;
}

/**
 * Generates the prover's module. `checked`: it traps when an operand is out of the bounds that docs/prover.md derives.
 * `shared`: for several threads; not everywhere does a browser let them share memory.
 */
export function proverModule({ checked = false, shared = true } = {}): ProverModule {
  const pool = new ConstantPool();
  const fp = new FieldCode(BASE_FIELD, pool, checked);
  const fr = new FieldCode(FIELD, pool, checked);
  const functions: readonly WasmFunction[] = [
    fp2Multiply(fp),
    g2Forward(0, (k) => fp.one(k)),
    g2Backward(fp, 0),
    g1Forward(fp, (k) => fp.one(k)),
    g1Backward(fp),
    multiplyArrays("fpMultiply", fp),
    multiplyArrays("frMultiply", fr),
    scaleElements("fpImport", "bytes", fp, pool),
    scaleElements("frImport", "bytes", fr, pool),
    scaleElements("frScale", "elements", fr, pool),
    unpackElements(pool),
    layer("down", fr),
    layer("up", fr),
    across("acrossDown", fr, pool),
    across("acrossUp", fr, pool),
    quotient(fr, pool),
    rows(fr),
  ];
  const bytes = assemble(functions, { least: 1, most: MOST_PAGES, shared });
  return { bytes, constants: pool.words(), shared };
}

/** A memory for instances of the module, of so many pages; starts with its constants. */
export function memoryFor({ constants, shared }: ProverModule, pages: number): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  new BigUint64Array(memory.buffer).set(constants);
  return memory;
}

/** An instance of the module on a memory that was made for it. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): ProverFunctions {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as ProverFunctions;
}
