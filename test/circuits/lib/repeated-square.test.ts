import { describe, expect, it } from "vitest";
import { alphaOf } from "../../../verifier/src/encodings/batch.ts";
import { loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

describe("RepeatedSquare", () => {
  it("makes alpha of gamma in 14 constraints, and rejects a power that is not a square", async () => {
    const circuit = await loadCircuit({
      name: "repeated-square-14",
      file: "lib/repeated-square.circom",
      template: "RepeatedSquare",
      parameters: [14],
    });
    for (const gamma of [0n, 1n, seeded("square").element()]) {
      const honest = await circuit.witness({ in: gamma });
      expect(circuit.outputs(honest).out).toBe(alphaOf(gamma));
      const forged = circuit.resolve(honest, {
        "main.power[7]": circuit.value(honest, "main.power[7]") + 1n,
      });
      expect(circuit.accepts(forged)).toBe(false);
    }
    expect(circuit.constraintCount).toBe(14);
  });
});
