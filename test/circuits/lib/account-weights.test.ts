import { beforeAll, describe, expect, it } from "vitest";
import { power } from "../../../verifier/src/field.ts";
import { succeedsOnlyWithout } from "../../support/attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const spec = {
  name: "account-weights-6",
  file: "lib/account-weights.circom",
  template: "AccountWeights",
  parameters: [6],
} as const;
const alpha = seeded("weights").element();

describe("AccountWeights", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(spec);
  });

  it("rejects the neighbour's weight where an account begins (mutant: weight without its constraint)", async () => {
    const mutant = await loadCircuit({
      ...spec,
      name: "account-weights-6-any",
      mutate: replaceOnce(
        "circuits/lib/account-weights.circom",
        "weight[i] <== weight[i - 1] + next[i] * gain[i];",
        "weight[i] <-- weight[i - 1] + next[i] * gain[i];",
      ),
    });
    const forge = async (target: Circuit): Promise<bigint[]> =>
      target.resolve(await target.solve({ alpha, next: [1, 0, 1, 0, 0, 1] }), {
        "main.weight[5]": alpha ** 0n,
      });
    await succeedsOnlyWithout(circuit, mutant, forge);
  });

  it.each([[[1, 0, 1, 0, 0, 1]], [[0, 0, 1, 0, 0, 1]], [[0, 0, 0, 0, 0, 0]], [[1, 1, 1, 1, 1, 1]]])(
    "counts the accounts that begin after the first element of %j",
    async (next) => {
      const { ...weights } = circuit.outputs(await circuit.witness({ alpha, next }));
      let account = 0n;
      for (const [i, begins] of next.entries()) {
        if (i > 0) account += BigInt(begins);
        expect(weights[`weight[${i}]`]).toBe(power(alpha, account));
      }
    },
  );

  it("costs two constraints for each element after the first", async () => {
    const longer = await loadCircuit({ ...spec, name: "account-weights-16", parameters: [16] });
    expect(longer.constraintCount - circuit.constraintCount).toBe(20);
  });
});
