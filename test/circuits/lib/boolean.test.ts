import { describe, expect, it } from "vitest";
import { FIELD } from "../../../verifier/src/constants.ts";
import { acceptsInputs } from "../../support/attack.ts";
import { loadCircuit } from "../../support/circuit.ts";

describe("Boolean", () => {
  it("rejects 2, -1 and one half, and accepts 0 and 1", async () => {
    const circuit = await loadCircuit({
      name: "boolean",
      file: "lib/boolean.circom",
      template: "Boolean",
      parameters: [],
    });
    for (const value of [2n, FIELD - 1n, (FIELD + 1n) / 2n]) {
      expect(await acceptsInputs(circuit, { in: value })).toBe(false);
    }
    for (const value of [0n, 1n]) expect(await acceptsInputs(circuit, { in: value })).toBe(true);
  });
});
