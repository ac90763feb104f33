import * as lite from "poseidon-lite";
import { describe, expect, it } from "vitest";
import { fastPoseidon } from "../../../prover/src/commit/hash.ts";
import { FIELD } from "../../../verifier/src/constants.ts";
import { poseidon } from "../../../verifier/src/poseidon.ts";
import { seeded } from "../../support/random.ts";

const WIDTHS = Array.from({ length: 16 }, (_, i) => i + 1);
const reference = lite as unknown as Record<`poseidon${number}`, (inputs: bigint[]) => bigint>;

describe("the prover's Poseidon", () => {
  it.each([FIELD, FIELD + 1n, -1n, 1n << 256n])(
    "refuses the input %s, which is not canonical",
    async (input) => {
      const hash = await fastPoseidon();
      expect(() => hash([1n, input, 3n])).toThrow(/input 1: expected a canonical/);
    },
  );

  it("refuses no inputs and more than sixteen", async () => {
    const hash = await fastPoseidon();
    expect(() => hash([])).toThrow(RangeError);
    expect(() => hash(new Array(17).fill(1n))).toThrow(RangeError);
  });

  it.each(WIDTHS)("is the reference's function of %i inputs, at the edges and at random", async (width) => {
    const hash = await fastPoseidon();
    const random = seeded(`width ${width}`);
    const edges = [0n, 1n, FIELD - 1n, (1n << 253n) - 1n, (1n << 64n) - 1n, (1n << 232n) - 1n];
    const lists = [
      ...edges.map((edge) => new Array<bigint>(width).fill(edge)),
      ...Array.from({ length: 6 }, () => Array.from({ length: width }, () => random.element())),
      Array.from({ length: width }, (_, i) => edges[i % edges.length]!),
    ];
    for (const list of lists) expect(hash(list)).toBe(reference[`poseidon${width}`]!(list));
  });

  it("is the verifier's function, also when widths alternate", async () => {
    const hash = await fastPoseidon();
    const random = seeded("alternate");
    for (let i = 0; i < 20; i++) {
      const list = Array.from({ length: [3, 4, 5, 15, 16][i % 5]! }, () => random.element());
      expect(hash(list)).toBe(poseidon(list));
    }
  });
});
