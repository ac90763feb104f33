import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../../verifier/src/constants.ts";
import { acceptsInputs, succeedsOnlyWithout } from "../../support/attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const FILE = "circuits/lib/bits.circom";
const bits = (name: string, n: number, from?: string, to = ""): Promise<Circuit> =>
  loadCircuit({
    name,
    file: "lib/bits.circom",
    template: "Bits",
    parameters: [n],
    // Or --O2 would put the sum of bits in the place of the input, and no input would be out of range.
    public: ["in"],
    ...(from === undefined ? {} : { mutate: replaceOnce(FILE, from, to) }),
  });

describe("Bits", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await bits("bits-64", 64);
  });

  it.each([
    ["2^64", 1n << 64n],
    ["2^64 + 1", (1n << 64n) + 1n],
    ["-1", FIELD - 1n],
    ["-2^64", FIELD - (1n << 64n)],
    ["half the field", FIELD / 2n],
  ])("rejects %s in 64 bits", async (_, value) => {
    expect(await acceptsInputs(circuit, { in: value })).toBe(false);
  });

  it("refuses a width at which the sum of bits could wrap the field", async () => {
    await expect(bits("bits-254", 254)).rejects.toThrow(/assert/i);
  });

  it("rejects a bit that is no bit, and one that is another (mutant: bits not boolean)", async () => {
    const mutant = await bits("bits-4-any", 4, "out[i] * (1 - out[i]) === 0;");
    const four = await bits("bits-4", 4);
    // 5 + 7 (11 - 1) = 75 as "four bits": the forger moves what is missing into one of them.
    const forge = async (target: Circuit): Promise<bigint[]> => {
      const honest = await target.solve({ in: 75n });
      const missing =
        75n - [0, 1, 2, 3].reduce((sum, i) => sum + bit(target, honest, i) * 2n ** BigInt(i), 0n);
      return target.edit(honest, { "main.out[0]": bit(target, honest, 0) + missing });
    };
    await succeedsOnlyWithout(four, mutant, forge);
    const honest = await four.witness({ in: 5n });
    for (const i of [0, 1, 2, 3]) {
      const flipped = four.edit(honest, { [`main.out[${i}]`]: 1n - bit(four, honest, i) });
      expect(four.accepts(flipped), `bit ${i}`).toBe(false);
    }
  });

  it("rejects bits of another number (mutant: sum not compared)", async () => {
    const mutant = await bits("bits-64-any", 64, "in === sum;");
    await succeedsOnlyWithout(circuit, mutant, (target) => target.solve({ in: 1n << 64n }));
  });

  it("gives the bits of every number below 2^64, for one constraint each", async () => {
    const random = seeded("bits");
    for (const value of [0n, 1n, 2n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n, random.bits(64)]) {
      const witness = await circuit.witness({ in: value });
      const sum = Array.from({ length: 64 }, (_, i) => bit(circuit, witness, i) << BigInt(i));
      expect(sum.reduce((a, b) => a + b, 0n)).toBe(value);
    }
    expect(circuit.constraintCount).toBe(65);
  });
});

function bit(circuit: Circuit, witness: readonly bigint[], i: number): bigint {
  return circuit.value(witness, `main.out[${i}]`);
}
