import { beforeAll, describe, expect, it } from "vitest";
import { acceptsInputs, succeedsOnlyWithout } from "../../support/attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const spec = (n: number) => ({
  name: `member-${n}`,
  file: "lib/member.circom",
  template: "Member",
  parameters: [n],
  public: ["value", "list"],
});
const random = seeded("member");

describe.each([2, 16])("Member(%i)", (n) => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(spec(n));
  });
  const list = Array.from({ length: n }, () => random.element());

  it("rejects a number that is next to one of the list, or 0", async () => {
    for (const value of [0n, ...list.map((one) => one + 1n)]) {
      expect(await acceptsInputs(circuit, { value, list })).toBe(false);
    }
  });

  it("rejects a number that is none of the list (mutant: the product may be anything)", async () => {
    const guard = "product[n - 2] * (list[n - 1] - value) === 0;";
    const mutate = replaceOnce("circuits/lib/member.circom", guard, "");
    const mutant = await loadCircuit({ ...spec(n), name: `member-${n}-any`, mutate });
    await succeedsOnlyWithout(circuit, mutant, (target) => target.solve({ value: random.element(), list }));
  });

  it("accepts each one of the list, and costs one less than there are", async () => {
    for (const value of list) expect(await acceptsInputs(circuit, { value, list })).toBe(true);
    expect(circuit.constraintCount).toBe(n - 1);
  });
});
