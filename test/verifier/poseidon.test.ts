import * as lite from "poseidon-lite";
import { describe, expect, it } from "vitest";
import { FIELD, HASHES } from "../../verifier/src/constants.ts";
import { poseidon } from "../../verifier/src/poseidon.ts";
import { seeded } from "../support/random.ts";

const ARITIES = [3, 4, 5, 15, 16];
const reference = lite as unknown as Record<`poseidon${number}`, (inputs: bigint[]) => bigint>;

describe("the verifier's Poseidon", () => {
  it.each([0, 1, 2, 6, 14, 17])("refuses %i inputs, which no encoding hashes", (arity) => {
    expect(() => poseidon(new Array(arity).fill(1n))).toThrow(`no encoding hashes ${arity} inputs`);
  });

  it("has every arity of the table of hashes", () => {
    expect([...new Set(Object.values(HASHES).map(({ inputs }) => inputs))].sort((a, b) => a - b)).toEqual(
      ARITIES,
    );
  });

  it.each(ARITIES)("is the reference's function of %i inputs, at the edges and at random", (arity) => {
    const random = seeded(`verifier's poseidon ${arity}`);
    const lists = [
      ...[0n, 1n, FIELD - 1n, (1n << 253n) - 1n].map((edge) => new Array<bigint>(arity).fill(edge)),
      ...Array.from({ length: 4 }, () => Array.from({ length: arity }, () => random.element())),
    ];
    for (const list of lists) expect(poseidon(list)).toBe(reference[`poseidon${arity}`]!(list));
  });
});
