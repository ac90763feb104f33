import { beforeAll, describe, expect, it } from "vitest";
import { TAG } from "../../../verifier/src/constants.ts";
import { sponge } from "../../../verifier/src/encodings/sponge.ts";
import { type Circuit, loadCircuit, type Mutation, replaceOnce } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const FILE = "circuits/lib/sponge.circom";
const sponges = (name: string, length: number, mutate?: Mutation): Promise<Circuit> =>
  loadCircuit({
    name,
    file: "lib/sponge.circom",
    template: "Sponge",
    parameters: [Number(TAG.TRANSCRIPT), length],
    ...(mutate ? { mutate } : {}),
  });
const random = seeded("sponge");
const list = Array.from({ length: 15 }, () => random.element());

describe("Sponge", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await sponges("sponge-15", 15);
  });

  it("tells a list from the same list with a zero appended (mutant: length not absorbed)", async () => {
    const start = replaceOnce(FILE, "tag + length * 2 ** LENGTH_SHIFT()", "tag");
    const short = list.slice(0, 2);
    const collides = async (mutate?: Mutation): Promise<boolean> => {
      const name = mutate ? "sponge-without-length" : "sponge";
      const [two, three] = await Promise.all([
        sponges(`${name}-2`, 2, mutate),
        sponges(`${name}-3`, 3, mutate),
      ]);
      const hashes = [await two.witness({ in: short }), await three.witness({ in: [...short, 0n] })];
      return two.outputs(hashes[0]!).out === three.outputs(hashes[1]!).out;
    };
    expect(await collides()).toBe(false);
    expect(await collides(start)).toBe(true);
  });

  it("depends on every element and chains its chunks (mutant: chunk from 0)", async () => {
    const changed = { in: [list[0]! + 1n, ...list.slice(1)] };
    const honest = circuit.outputs(await circuit.witness({ in: list })).out;
    for (let k = 0; k < list.length; k++) {
      const other = list.map((value, i) => (i === k ? value + 1n : value));
      expect(circuit.outputs(await circuit.witness({ in: other })).out, `element ${k}`).not.toBe(honest);
    }
    const unchained = replaceOnce(FILE, "hash[c].inputs[0] <== hash[c - 1].out", "hash[c].inputs[0] <== 0");
    const mutant = await sponges("sponge-15-unchained", 15, unchained);
    expect(mutant.outputs(await mutant.witness({ in: list }))).toEqual(
      mutant.outputs(await mutant.witness(changed)),
    );
  });

  it("rejects another output", async () => {
    const honest = await circuit.witness({ in: list });
    expect(circuit.accepts(circuit.edit(honest, { "main.out": 1n }))).toBe(false);
  });

  it("equals the reference within its cost", async () => {
    const { out } = circuit.outputs(await circuit.witness({ in: list }));
    expect(out).toBe(sponge(TAG.TRANSCRIPT, list));
    // Two chunks, less a constant start and 13 zeros.
    expect(circuit.constraintCount).toBe(2 * 573 - 3 * (1 + 13));
  });
});
