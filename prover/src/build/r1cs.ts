import { FIELD } from "@plimsoll/verifier/constants.ts";

const ELEMENT_BYTES = 32;

/** Rows of one matrix: entries of row i are at [starts[i], starts[i + 1]). */
export interface SparseMatrix {
  readonly starts: Uint32Array;
  readonly wires: Uint32Array;
  /** 32 bytes little-endian per entry, canonical. */
  readonly values: Uint8Array;
}

/** A rank-1 constraint system A w * B w = C w. Wires: the constant 1, outputs, public inputs, private inputs, the rest. */
export interface R1cs {
  readonly wires: number;
  readonly outputs: number;
  readonly publicInputs: number;
  readonly privateInputs: number;
  readonly constraints: number;
  readonly matrices: readonly [SparseMatrix, SparseMatrix, SparseMatrix];
}

export type R1csHeader = Omit<R1cs, "matrices">;

/** Reads the format of circom (version 1, BN254, no custom gates). Throws on anything else. */
export function parseR1cs(bytes: Uint8Array): R1cs {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sections = sectionsOf(view);
  const header = headerOf(view, sections);
  return { ...header, matrices: matricesOf(bytes, view, section(sections, 2), header.constraints) };
}

export function parseR1csHeader(bytes: Uint8Array): R1csHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return headerOf(view, sectionsOf(view));
}

function sectionsOf(view: DataView): Map<number, number> {
  const magic = String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(i)));
  if (magic !== "r1cs" || view.getUint32(4, true) !== 1) throw new Error("expected an r1cs file, version 1");
  const sections = new Map<number, number>();
  let at = 12;
  for (let i = view.getUint32(8, true); i > 0; i--) {
    sections.set(view.getUint32(at, true), at + 12);
    at += 12 + Number(view.getBigUint64(at + 4, true));
  }
  if (at !== view.byteLength) throw new Error("the r1cs file is truncated or has bytes left over");
  return sections;
}

function section(sections: ReadonlyMap<number, number>, id: number): number {
  const at = sections.get(id);
  if (at === undefined) throw new Error(`the r1cs file has no section ${id}`);
  return at;
}

function headerOf(view: DataView, sections: ReadonlyMap<number, number>): R1csHeader {
  const at = section(sections, 1);
  let prime = 0n;
  for (let i = 3; i >= 0; i--) prime = (prime << 64n) + view.getBigUint64(at + 4 + 8 * i, true);
  if (view.getUint32(at, true) !== ELEMENT_BYTES || prime !== FIELD) {
    throw new Error("expected an r1cs file over the scalar field of BN254");
  }
  const [wires, outputs, publicInputs, privateInputs] = [0, 1, 2, 3].map((i) =>
    view.getUint32(at + 36 + 4 * i, true),
  );
  const constraints = view.getUint32(at + 60, true);
  return {
    wires: wires!,
    outputs: outputs!,
    publicInputs: publicInputs!,
    privateInputs: privateInputs!,
    constraints,
  };
}

function matricesOf(bytes: Uint8Array, view: DataView, start: number, constraints: number): R1cs["matrices"] {
  const counts = [0, 0, 0];
  walk((matrix, entries) => {
    counts[matrix] = counts[matrix]! + entries;
  });
  const matrices = counts.map((count) => ({
    starts: new Uint32Array(constraints + 1),
    wires: new Uint32Array(count),
    values: new Uint8Array(count * ELEMENT_BYTES),
  }));
  const filled = [0, 0, 0];
  walk((matrix, entries, at, row) => {
    const { starts, wires, values } = matrices[matrix]!;
    for (let i = 0; i < entries; i++) {
      const entry = at + i * (4 + ELEMENT_BYTES);
      const to = filled[matrix]! + i;
      wires[to] = view.getUint32(entry, true);
      values.set(bytes.subarray(entry + 4, entry + 4 + ELEMENT_BYTES), to * ELEMENT_BYTES);
    }
    filled[matrix] = filled[matrix]! + entries;
    starts[row + 1] = filled[matrix]!;
  });
  return [matrices[0]!, matrices[1]!, matrices[2]!];

  function walk(visit: (matrix: number, entries: number, at: number, row: number) => void): void {
    let at = start;
    for (let row = 0; row < constraints; row++) {
      for (let matrix = 0; matrix < 3; matrix++) {
        const entries = view.getUint32(at, true);
        visit(matrix, entries, at + 4, row);
        at += 4 + entries * (4 + ELEMENT_BYTES);
      }
    }
  }
}
