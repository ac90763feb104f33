import { beforeAll, describe, expect, it } from "vitest";
import { batchRoot } from "../../../verifier/src/encodings/tree.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const random = seeded("tree");
const slot = Array.from({ length: 17 }, () => random.element());
const spec = { file: "lib/batch-tree.circom", template: "BatchTree" } as const;

describe("BatchTree", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit({ ...spec, name: "batch-tree-17", parameters: [17] });
  });

  it("refuses more slots than three levels have", async () => {
    await expect(loadCircuit({ ...spec, name: "batch-tree-4097", parameters: [4097] })).rejects.toThrow(
      /assert/i,
    );
  });

  it("depends on every slot, and on where it is", async () => {
    const root = await rootOf(circuit, slot);
    for (const i of [0, 1, 15, 16]) {
      const changed = slot.map((leaf, k) => (k === i ? leaf + 1n : leaf));
      expect(await rootOf(circuit, changed), `slot ${i}`).not.toBe(root);
    }
    const [first, second, ...rest] = slot;
    expect(await rootOf(circuit, [second!, first!, ...rest])).not.toBe(root);
    const honest = await circuit.witness({ slot });
    expect(circuit.accepts(circuit.edit(honest, { "main.root": root + 1n }))).toBe(false);
  });

  it("equals the reference with one slot and with a second node begun", async () => {
    expect(await rootOf(circuit, slot)).toBe(batchRoot(slot));
    const one = await loadCircuit({ ...spec, name: "batch-tree-1", parameters: [1] });
    expect(await rootOf(one, slot.slice(0, 1))).toBe(batchRoot(slot.slice(0, 1)));
  });

  it("costs 609 a node, 3 less for each missing child", () => {
    expect(circuit.constraintCount).toBe(4 * 609 - 3 * (15 + 14 + 15));
  });
});

async function rootOf(circuit: Circuit, leaves: readonly bigint[]): Promise<bigint> {
  return circuit.outputs(await circuit.witness({ slot: leaves })).root!;
}
