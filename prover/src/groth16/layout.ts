import { ELEMENT_BYTES, PAIR_BYTES } from "./limbs.ts";
import { G1_LAYOUT, G2_LAYOUT } from "./points.ts";
import { windowSumBytes } from "./window-sum.ts";

/** The five multi-scalar multiplications of a proof. */
export const SUMS = ["a", "b1", "b2", "c", "h"] as const;
export type SumName = (typeof SUMS)[number];
export const groupOf = (name: SumName) => (name === "b2" ? "g2" : "g1");

/** Points of one sum, without those at infinity. */
export interface PointTable {
  readonly points: number;
  readonly count: number;
  /** Wires by point, 32 bits each; 0 for H, whose points are in the order of their scalars. */
  readonly wires: number;
  /** Room for the indices of the points that a proof needs. */
  readonly entries: number;
}

/** Rows of A, then of B, by their starts (32 bits, one more than rows); wires and numbers of values by coefficient. */
export interface CoefficientTable {
  readonly starts: number;
  readonly wires: number;
  readonly values: number;
  /** Values for products with plain witness elements, and in Montgomery's form for themselves. */
  readonly factors: number;
  readonly alone: number;
  readonly longestRow: number;
}

/** Roots of unity: of layer `half` from element `half` on; across the lanes; and what moves to the other half of 2 n points. */
export interface RootTables {
  readonly down: number;
  readonly up: number;
  readonly acrossDown: number;
  readonly acrossUp: number;
  /** Pairs in the order that transforms down leave. */
  readonly shift: number;
}

/** Addresses in the memory of one key, for all threads. */
export interface KeyMemory {
  readonly wires: number;
  readonly domain: number;
  readonly sums: Readonly<Record<SumName, PointTable>>;
  readonly coefficients: CoefficientTable;
  readonly roots: RootTables;
  /** A zero element. */
  readonly zero: number;
  /** The proof in the making: wires as 32 bytes, as limbs, and by kind (a byte each). */
  readonly witness: number;
  readonly limbs: number;
  readonly kinds: number;
  readonly polynomials: readonly [number, number, number];
  /** H's scalars. */
  readonly quotient: number;
  readonly threads: readonly ThreadMemory[];
  readonly bytes: number;
}

/** Regions that belong to one thread. */
export interface ThreadMemory {
  readonly g1: number;
  readonly g1Bytes: number;
  readonly g2: number;
  readonly g2Bytes: number;
  /** The list of `rows`. */
  readonly list: number;
  readonly listBytes: number;
}

/** What a key needs room for. */
export interface KeySizes {
  readonly wires: number;
  readonly domain: number;
  readonly points: Readonly<Record<SumName, number>>;
  readonly coefficients: number;
  readonly values: number;
  readonly longestRow: number;
  readonly threads: number;
  /** Bytes of the module's constants. */
  readonly constants: number;
}

const LIST_BYTES = 1 << 18;

/** Lays out a key's memory. Points come before all regions of threads: sums rely on it. */
export function layOut(sizes: KeySizes): KeyMemory {
  let next = sizes.constants;
  const take = (bytes: number): number => {
    const start = next;
    next += Math.ceil(bytes / 64) * 64;
    return start;
  };
  next = Math.ceil(next / 64) * 64;
  const { wires, domain } = sizes;
  const pairs = domain / 2;
  const zero = take(2 * ELEMENT_BYTES);
  const table = (name: SumName): PointTable => {
    const count = sizes.points[name];
    const { bytes } = groupOf(name) === "g2" ? G2_LAYOUT : G1_LAYOUT;
    return {
      points: take(count * bytes),
      count,
      wires: name === "h" ? 0 : take(4 * count),
      entries: take(4 * count),
    };
  };
  const sums = { a: table("a"), b1: table("b1"), b2: table("b2"), c: table("c"), h: table("h") };
  const coefficients = {
    starts: take(4 * (2 * domain + 1)),
    wires: take(4 * sizes.coefficients),
    values: take(4 * sizes.coefficients),
    factors: take(ELEMENT_BYTES * (sizes.values + 1)),
    alone: take(ELEMENT_BYTES * (sizes.values + 1)),
    longestRow: sizes.longestRow,
  };
  const elements = (count: number): number => take(ELEMENT_BYTES * Math.max(2, count));
  const roots = {
    ...{ down: elements(pairs), up: elements(pairs), acrossDown: elements(pairs), acrossUp: elements(pairs) },
    shift: take(PAIR_BYTES * pairs),
  };
  const proof = {
    ...{ witness: take(32 * (wires + 1)), limbs: take(ELEMENT_BYTES * (wires + 1)), kinds: take(wires) },
    polynomials: [take(PAIR_BYTES * pairs), take(PAIR_BYTES * pairs), take(PAIR_BYTES * pairs)] as const,
    quotient: take(32 * domain),
  };
  const listBytes = LIST_BYTES + 16 * (sizes.longestRow + 8);
  const g1Bytes = windowSumBytes(
    G1_LAYOUT,
    Math.max(...(["a", "b1", "c", "h"] as const).map((n) => sizes.points[n])),
  );
  const g2Bytes = windowSumBytes(G2_LAYOUT, sizes.points.b2);
  const threads = Array.from({ length: sizes.threads }, () => ({
    ...{ g1: take(g1Bytes), g1Bytes, g2: take(g2Bytes), g2Bytes, list: take(listBytes), listBytes },
  }));
  return { wires, domain, sums, coefficients, roots, zero, ...proof, threads, bytes: next };
}
