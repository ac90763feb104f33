import { inverse } from "@plimsoll/verifier/field.ts";
import { BASE_FIELD } from "@plimsoll/verifier/groth16/key.ts";
import { sortCoefficients } from "./coefficients.ts";
import { ProverFileError, type ProvingKeyFile } from "./key-file.ts";
import { groupOf, type KeyMemory, layOut, type PointTable, SUMS, type SumName } from "./layout.ts";
import { ELEMENT_BYTES, toLimbs } from "./limbs.ts";
import { instantiate, memoryFor, PAGE, type ProverFunctions, type ProverModule } from "./module.ts";
import { fillRoots, writeLimbs } from "./roots.ts";

/** Addresses stay positive as signed numbers of 32 bits. */
const MOST_BYTES = 2 ** 31;
/** Raw numbers that are converted at a time, in a list's place. */
const STAGED = 2048;

/** A key in memory that all threads share, ready for proofs. */
export interface LoadedKey {
  readonly file: Omit<ProvingKeyFile, "coefficients" | SumName>;
  readonly memory: WebAssembly.Memory;
  readonly layout: KeyMemory;
  readonly functions: ProverFunctions;
  /** How many of H's points are not at infinity: these are its entries, in every proof. */
  readonly quotientEntries: number;
}

/** Lays a parsed key out in a memory of its own. Throws ProverFileError when that would be larger than 2 GiB. */
export function loadKey(
  key: ProvingKeyFile,
  module: ProverModule,
  compiled: WebAssembly.Module,
  threads: number,
): LoadedKey {
  const { wires, domain, publics } = key;
  const finite = Object.fromEntries(
    SUMS.map((name) => [name, finitePoints(key[name], groupOf(name) === "g2" ? 128 : 64)]),
  ) as Record<SumName, Uint32Array>;
  // H's points stay where they are, in the order of their scalars: its entries leave out those at infinity.
  const sorted = sortCoefficients(key.coefficients, domain);
  const values = sorted.distinct.length / 32;
  const layout = layOut({
    ...{ wires, domain, threads, values, coefficients: sorted.wires.length, longestRow: sorted.longestRow },
    points: Object.fromEntries(
      SUMS.map((name) => [name, name === "h" ? domain : finite[name].length]),
    ) as Record<SumName, number>,
    constants: module.constants.byteLength,
  });
  if (layout.bytes > MOST_BYTES)
    throw new ProverFileError(`proving key: expected at most 2 GiB of memory, came ${layout.bytes} bytes`);
  const pages = Math.ceil(layout.bytes / PAGE);
  const memory = memoryFor(module, pages);
  const bytes = new Uint8Array(memory.buffer);
  const words = new Uint32Array(memory.buffer);
  const doubles = new Float64Array(memory.buffer);
  const functions = instantiate(compiled, memory);

  const stage = layout.threads[0]!.list;
  const factor = stage + STAGED * 64;
  const convert = (from: Uint8Array, to: number, importer: ProverFunctions["fpImport"]): void => {
    for (let at = 0; at < from.length; at += STAGED * 32) {
      const part = from.subarray(at, at + STAGED * 32);
      bytes.fill(0, stage, stage + STAGED * 32 + 32);
      bytes.set(part, stage);
      importer(stage, to + (at / 32) * ELEMENT_BYTES, Math.ceil(part.length / 64), factor);
    }
  };
  for (const name of SUMS) {
    const size = groupOf(name) === "g2" ? 128 : 64;
    const table: PointTable = layout.sums[name];
    writeFactor(doubles, factor, 2n ** 254n % BASE_FIELD, BASE_FIELD);
    const points = name === "h" ? key.h : gather(key[name], finite[name], size);
    convert(points, table.points, functions.fpImport);
    if (name === "h") words.set(finite.h, table.entries / 4);
    else
      words.set(name === "c" ? finite.c.map((point) => point + publics + 1) : finite[name], table.wires / 4);
  }
  const { coefficients } = layout;
  writeLimbs(doubles, factor, 2n ** 253n);
  convert(sorted.distinct, coefficients.factors, functions.frImport);
  writeLimbs(doubles, factor, inverse(4n));
  convert(sorted.distinct, coefficients.alone, functions.frImport);
  words.set(sorted.starts, coefficients.starts / 4);
  words.set(sorted.wires, coefficients.wires / 4);
  words.set(sorted.values, coefficients.values / 4);
  fillRoots(functions, doubles, layout.roots, domain, factor, layout.polynomials[0]);
  const { alpha1, beta1, beta2, delta1, delta2 } = key;
  const file = { wires, publics, domain, alpha1, beta1, beta2, delta1, delta2 };
  return { file, memory, layout, functions, quotientEntries: finite.h.length };
}

function writeFactor(memory: Float64Array, address: number, value: bigint, order: bigint): void {
  memory.set(toLimbs(value > order / 2n ? value - order : value), address / 8);
}

/** Indices of the points that are not all zeros. */
function finitePoints(points: Uint8Array, size: number): Uint32Array {
  const view = new DataView(points.buffer, points.byteOffset, points.byteLength);
  const finite = new Uint32Array(points.length / size);
  let count = 0;
  for (let point = 0; point < finite.length; point++) {
    let at = point * size;
    while (at < (point + 1) * size && view.getUint32(at, true) === 0) at += 4;
    if (at < (point + 1) * size) finite[count++] = point;
  }
  return finite.subarray(0, count);
}

function gather(points: Uint8Array, chosen: Uint32Array, size: number): Uint8Array {
  const gathered = new Uint8Array(chosen.length * size);
  for (const [i, point] of chosen.entries())
    gathered.set(points.subarray(point * size, (point + 1) * size), i * size);
  return gathered;
}
