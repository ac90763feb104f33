// BN254 in WASM without ffjavascript, which can't be imported inside a worker thread. Numbers are pointers into the
// instance's memory; points are in Montgomery form, coordinates little-endian.
import bn128 from "wasmcurves/build/bn128_wasm.js";

export type Group = "G1" | "G2";

/** Bytes of an affine point; a Jacobian one has half as many again. */
export const POINT_BYTES: Readonly<Record<Group, number>> = { G1: 64, G2: 128 };

type Binary = (left: number, right: number, result: number) => void;

/** Some functions take scratch space after the allocated memory without growing it: a batch of 4,096 at most needs this. */
const SCRATCH_BYTES = 1 << 20;

export interface GroupOperations {
  readonly zero: (result: number) => void;
  readonly add: Binary;
  /** Jacobian plus affine. */
  readonly addMixed: Binary;
  readonly subMixed: Binary;
  /** Of at most 4,096 points. */
  readonly batchToAffine: (points: number, count: number, result: number) => void;
  /** Affine. */
  readonly generator: number;
}

export interface Bn254 {
  readonly group: Readonly<Record<Group, GroupOperations>>;
  readonly scalarsToMontgomery: (scalars: number, count: number, result: number) => void;
  /** Memory that is never freed. */
  allocate(bytes: number): number;
  /** A view that is valid until the next `allocate`. */
  memory(): Uint8Array;
}

export function instantiateBn254(): Bn254 {
  const memory = new WebAssembly.Memory({ initial: 25 });
  const module = new WebAssembly.Module(Buffer.from(bn128.code, "base64"));
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, never>;
  const operations = (prefix: string, generator: number): GroupOperations => ({
    zero: exports[`${prefix}_zero`]!,
    add: exports[`${prefix}_add`]!,
    addMixed: exports[`${prefix}_addMixed`]!,
    subMixed: exports[`${prefix}_subMixed`]!,
    batchToAffine: exports[`${prefix}_batchToAffine`]!,
    generator,
  });
  return {
    group: { G1: operations("g1m", bn128.pG1gen), G2: operations("g2m", bn128.pG2gen) },
    scalarsToMontgomery: exports.frm_batchToMontgomery!,
    allocate(bytes: number): number {
      // Word 0 is the module's own allocation mark: its functions take their scratch space from there.
      const mark = new Uint32Array(memory.buffer);
      const start = mark[0]!;
      const end = (start + bytes + 7) & ~7;
      const missing = end + SCRATCH_BYTES - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / 65_536));
      new Uint32Array(memory.buffer)[0] = end;
      return start;
    },
    memory: () => new Uint8Array(memory.buffer),
  };
}
