import { beforeAll, describe, expect, it } from "vitest";
import { FIELD, MAX_QUANTITY } from "../../../verifier/src/constants.ts";
import { acceptsInputs, succeedsOnlyWithout } from "../../support/attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";

const spec = {
  name: "row-total",
  file: "lib/row-total.circom",
  template: "RowTotal",
  parameters: [],
  public: ["row", "quantity", "named", "wanted"],
} as const;
const inputs = {
  row: [4n, 6n, 4n, 5n, 0n, 0n],
  quantity: [10n, 20n, MAX_QUANTITY, 40n, 0n, 0n],
  named: [1n, 0n, 1n, 0n, 0n, 0n],
  wanted: 4n,
};

describe("RowTotal", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(spec);
  });

  it.each([
    ["an entry left out", "lib/row-total", "_ <== Inverse()(row[k] - wanted + named[k]);", 2, 0n, 10n],
    ["an entry left out: 0 has an inverse", "lib/inverse", "out * in === 1;", 2, 0n, 10n],
    [
      "an entry counted minus once",
      "lib/row-total",
      "Boolean()(named[k]);",
      0,
      FIELD - 1n,
      MAX_QUANTITY - 10n,
    ],
    [
      "another row's entry",
      "lib/row-total",
      "named[k] * (row[k] - wanted) === 0;",
      1,
      1n,
      MAX_QUANTITY + 30n,
    ],
  ])("rejects %s (mutant: without the guard)", async (name, file, guard, k, named, sum) => {
    const mutant = await loadCircuit({
      ...spec,
      name: `row-total-${name.replaceAll(/\W+/g, "-")}`,
      mutate: replaceOnce(`circuits/${file}.circom`, guard, ""),
    });
    const forgery = { ...inputs, named: inputs.named.with(k, named) };
    const forged = await succeedsOnlyWithout(circuit, mutant, (target) => target.solve(forgery));
    expect(mutant.outputs(forged).out).toBe(sum);
  });

  it("adds all entries of the row and no other, in 24 constraints", async () => {
    const total = async (changed: Partial<typeof inputs>): Promise<bigint> =>
      circuit.outputs(await circuit.witness({ ...inputs, ...changed })).out!;
    expect(await total({})).toBe(10n + MAX_QUANTITY);
    expect(await total({ wanted: 9n, named: Array(6).fill(0n) })).toBe(0n);
    // Empty entries are entries of row 0.
    expect(await total({ wanted: 0n, named: [0n, 0n, 0n, 0n, 1n, 1n] })).toBe(0n);
    expect(await acceptsInputs(circuit, { ...inputs, wanted: 0n, named: Array(6).fill(0n) })).toBe(false);
    expect(circuit.constraintCount).toBe(24);
  });
});
