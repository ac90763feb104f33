import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../../verifier/src/constants.ts";
import { batchInputs, block, holdings, type InputTree, randomBatch } from "../../support/batch.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import { unboundWires } from "../../support/unbound-wires.ts";

const random = seeded("wires");
const opening = randomBatch(random, 2, 2);
const inputs = batchInputs({
  ...opening,
  blocks: [
    block({ entries: opening.blocks[0]!.entries, identity: random.element() }),
    // The same account goes on.
    block({ first: 0, identity: random.element(), entries: holdings([1, 2n]), free: 77n, under: 1 }),
  ],
});

// An identity counts in an account's first block only.
const WITHOUT_EFFECT = ["identity[1]"];

describe("row 16: every wire of Batch(2, 2)", () => {
  let circuit: Circuit;
  let honest: bigint[];
  beforeAll(async () => {
    circuit = await loadCircuit({
      name: "batch-2-2",
      file: "statements/batch.circom",
      template: "Batch",
      parameters: [2, 2],
      public: ["gamma", "beta"],
    });
    honest = await circuit.witness(inputs);
  });

  it("is bound by a constraint: changed alone, it is rejected", () => {
    const edits = (value: bigint) => [value + 1n, value - 1n, 0n, FIELD - 1n, random.element()];
    expect(unboundWires(circuit, honest, edits)).toEqual(
      WITHOUT_EFFECT.flatMap((name) => [0, 1, 2, 3, 4].map((edit) => `main.${name} = ${edit}`)),
    );
  });

  it("decides what is shown: an input changed and all else solved again is rejected or shows something else", async () => {
    const shown = circuit.publicSignals(honest);
    const unseen = new Set<string>();
    for (const [name, path] of leaves(inputs)) {
      const other = random.element();
      const solved = await circuit.solve({ ...inputs, [name]: replaced(inputs[name]!, path, other) });
      const same = circuit.publicSignals(solved).every((signal, i) => signal === shown[i]);
      if (same && circuit.accepts(solved)) unseen.add([name, ...path.map((i) => `[${i}]`)].join(""));
    }
    expect([...unseen]).toEqual(WITHOUT_EFFECT);
  });
});

/** Name and place of every number in the inputs. */
function* leaves(tree: Record<string, InputTree>): Generator<[string, number[]]> {
  for (const [name, value] of Object.entries(tree)) for (const path of places(value)) yield [name, path];
}

function* places(value: InputTree, path: number[] = []): Generator<number[]> {
  if (typeof value !== "object") yield path;
  else for (const [i, part] of value.entries()) yield* places(part, [...path, i]);
}

function replaced(value: InputTree, path: readonly number[], leaf: bigint): InputTree {
  const [i, ...rest] = path;
  if (i === undefined || typeof value !== "object") return leaf;
  return value.map((part, k) => (k === i ? replaced(part, rest, leaf) : part));
}
