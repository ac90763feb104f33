import { describe, expect, it } from "vitest";
import { packWord } from "../../../verifier/src/encodings/entry.ts";
import { loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

describe("Word", () => {
  it("packs entries as the reference does, which is linear", async () => {
    const circuit = await loadCircuit({
      name: "word",
      file: "lib/word.circom",
      template: "Word",
      parameters: [],
      public: ["row", "quantity"],
    });
    const random = seeded("word");
    const cases = [
      [0n, 0n, 0n].map(() => ({ row: 0, quantity: 0n })),
      [0n, 0n, 0n].map(() => ({ row: (1 << 17) - 1, quantity: (1n << 64n) - 1n })),
      [0n, 0n, 0n].map(() => ({ row: random.int(1 << 17), quantity: random.bits(64) })),
    ];
    for (const entries of cases) {
      const row = entries.map((entry) => entry.row);
      const quantity = entries.map((entry) => entry.quantity);
      const { out } = circuit.outputs(await circuit.witness({ row, quantity }));
      expect(out).toBe(packWord(entries));
      expect(out! >> 246n).toBe(0n);
    }
    // Its output stands alone here; inside a circuit --O2 puts the sum in its place.
    expect(circuit.constraintCount).toBe(1);
  });
});
