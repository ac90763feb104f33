import { beforeAll, describe, expect, it } from "vitest";
import { FIELD, MAX_QUANTITY } from "../../../verifier/src/constants.ts";
import { acceptsInputs, succeedsOnlyWithout } from "../../support/attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";

const spec = {
  name: "row-balance",
  file: "lib/row-balance.circom",
  template: "RowBalance",
  parameters: [],
  public: ["row", "quantity", "named", "wanted"],
} as const;
const inputs = {
  row: [4n, 6n, 4n, 5n, 0n, 0n],
  quantity: [10n, 20n, MAX_QUANTITY, 40n, 0n, 0n],
  named: [1n, 0n, 1n, 0n, 0n, 0n],
  wanted: 4n,
};

describe("RowBalance", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(spec);
  });
  const balance = async (changed: Partial<typeof inputs>): Promise<bigint> =>
    circuit.outputs(await circuit.witness({ ...inputs, ...changed })).out!;

  it.each([
    [
      "another row's entry",
      "named[k] * (row[k] - wanted) === 0;",
      [1n, 1n, 1n, 0n, 0n, 0n],
      30n + MAX_QUANTITY,
    ],
    ["an entry five times", "Boolean()(named[k]);", [5n, 0n, 1n, 0n, 0n, 0n], 50n + MAX_QUANTITY],
  ])("rejects %s (mutant: without %s)", async (name, guard, named, sum) => {
    const mutant = await loadCircuit({
      ...spec,
      name: `row-balance-${name.replaceAll(/\W+/g, "-")}`,
      mutate: replaceOnce("circuits/lib/row-balance.circom", guard, ""),
    });
    const forged = await succeedsOnlyWithout(circuit, mutant, (target) => target.solve({ ...inputs, named }));
    expect(mutant.outputs(forged).out).toBe(sum);
  });

  it("rejects an entry counted minus once", async () => {
    expect(await acceptsInputs(circuit, { ...inputs, named: inputs.named.with(0, FIELD - 1n) })).toBe(false);
  });

  it("adds the named entries of the row, in 18 constraints; leaving one out is allowed", async () => {
    expect(await balance({})).toBe(10n + MAX_QUANTITY);
    expect(await balance({ named: [1n, 0n, 0n, 0n, 0n, 0n] })).toBe(10n);
    expect(await balance({ wanted: 0n, named: [0n, 0n, 0n, 0n, 1n, 1n] })).toBe(0n);
    expect(circuit.constraintCount).toBe(18);
  });
});
