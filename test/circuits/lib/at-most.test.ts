import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../../verifier/src/constants.ts";
import { acceptsInputs, succeedsOnlyWithout } from "../../support/attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";

const spec = (n: number) => ({
  name: `at-most-${n}`,
  file: "lib/at-most.circom",
  template: "AtMost",
  parameters: [n],
  public: ["value", "limit"],
});

describe.each([1, 8, 252])("AtMost(%i)", (n) => {
  const top = (1n << BigInt(n)) - 1n;
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(spec(n));
  });
  const mutant = (name: string, guard: string): Promise<Circuit> =>
    loadCircuit({
      ...spec(n),
      name: `at-most-${n}-${name}`,
      mutate: replaceOnce("circuits/lib/at-most.circom", guard, ""),
    });

  it("rejects one more than the limit (mutant: not compared)", async () => {
    const lax = await mutant("any", "_ <== Bits(n)(limit - value);");
    for (const limit of [0n, top - 1n]) {
      await succeedsOnlyWithout(circuit, lax, (target) => target.solve({ value: limit + 1n, limit }));
    }
  });

  it("rejects -1, which is below every limit but the largest (mutant: value without its range)", async () => {
    const lax = await mutant("negative", "_ <== Bits(n)(value);");
    await succeedsOnlyWithout(circuit, lax, (target) => target.solve({ value: FIELD - 1n, limit: 0n }));
    expect(await acceptsInputs(circuit, { value: FIELD - 1n, limit: top })).toBe(false);
  });

  it("accepts nothing, the limit and what lies between", async () => {
    for (const [value, limit] of [
      [0n, 0n],
      [0n, top],
      [top, top],
      [top / 2n, top],
    ]) {
      expect(await acceptsInputs(circuit, { value: value!, limit: limit! })).toBe(true);
    }
  });
});

it("does not compile for numbers whose differences wrap", async () => {
  await expect(loadCircuit(spec(253))).rejects.toThrow(/assert/i);
});
