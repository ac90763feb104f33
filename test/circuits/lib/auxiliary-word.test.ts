import { beforeAll, describe, expect, it } from "vitest";
import type { CircuitInputs } from "../../../prover/src/proving/witness.ts";
import { AUXILIARY_BASE, FIELD } from "../../../verifier/src/constants.ts";
import { packAuxiliaryWord } from "../../../verifier/src/encodings/entry.ts";
import { acceptsInputs, succeedsOnlyWithout } from "../../support/attack.ts";
import { auxiliaries } from "../../support/batch.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const TOP = (1n << 64n) - 1n;
const BASE = BigInt(AUXILIARY_BASE);
const spec = {
  name: "auxiliary-word",
  file: "lib/auxiliary-word.circom",
  template: "AuxiliaryWord",
  parameters: [],
  public: ["row", "quantity", "step", "previousRow"],
} as const;

const without = (name: string, from: string, to = ""): Promise<Circuit> =>
  loadCircuit({
    ...spec,
    name: `auxiliary-word-${name}`,
    mutate: replaceOnce("circuits/lib/auxiliary-word.circom", from, to),
  });

const word = { row: [4n, 5n, 9n], quantity: [70n, 80n, 90n], step: 0n, previousRow: 3n };
const solving =
  (inputs: CircuitInputs) =>
  (circuit: Circuit): Promise<bigint[]> =>
    circuit.solve(inputs);

describe("AuxiliaryWord", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(spec);
  });

  it.each([
    ["a quantity of p - 1", { ...word, quantity: [FIELD - 1n, 0n, 0n] }],
    ["a quantity of 2^64", { ...word, quantity: [0n, 0n, TOP + 1n] }],
    ["a first row of 2^15", { ...word, row: [BASE, BASE + 1n, BASE + 2n], step: 1n }],
    ["a gap of 2^15", { ...word, row: [4n, 5n, 6n + BASE] }],
    ["step 2", { ...word, step: 2n }],
    ["step -1", { ...word, step: FIELD - 1n }],
  ])("rejects %s", async (_, inputs) => {
    expect(await acceptsInputs(circuit, inputs)).toBe(false);
  });

  it("row 8: rejects a word reopened as other rows and quantities (mutant: no range of quantities)", async () => {
    const mutant = await without("reopened", "_ <== Bits(QUANTITY_BITS())(quantity[k]);");
    const reopened = { ...word, row: [4n, 5n, 8n], quantity: [70n, 80n, 90n + (1n << 64n)] };
    const forged = await succeedsOnlyWithout(circuit, mutant, solving(reopened));
    expect(mutant.outputs(forged).out).toBe(circuit.outputs(await circuit.witness(word)).out);
  });

  it.each([
    [
      "a stored row below 0 (mutant: no range of the first row)",
      "_ <== Bits(ROW_BITS())(row[0]);",
      "",
      -BASE,
    ],
    ["its stored row (mutant: 2^15 not added)", "row[k] + AUXILIARY_BASE()", "row[k]", 0n],
  ])("row 11: invents no collateral in a holding row by %s", async (name, from, to, shift) => {
    const mutant = await without(name.replaceAll(/\W+/g, "-").slice(0, 20).toLowerCase(), from, to);
    const row = word.row.map((stored) => (stored + shift + FIELD) % FIELD);
    const previousRow = (FIELD + row[0]! - 1n) % FIELD;
    const forge = async (target: Circuit): Promise<bigint[]> => {
      const honest = await target.solve({ ...word, row, previousRow });
      return target.edit(
        honest,
        Object.fromEntries(word.row.map((holding, k) => [`main.entryRow[${k}]`, holding])),
      );
    };
    await succeedsOnlyWithout(circuit, mutant, forge);
  });

  it.each([
    ["twice", "first and second", [4n, 4n, 9n], "_ <== Bits(ROW_BITS())(row[1] - row[0] - 1);"],
    ["twice", "second and third", [4n, 9n, 9n], "_ <== Bits(ROW_BITS())(row[2] - row[1] - 1);"],
    ["descending", "second and third", [4n, 9n, 8n], "_ <== Bits(ROW_BITS())(row[2] - row[1] - 1);"],
  ])("row 39: rejects rows that stand %s in a word, %s (mutant: no gap)", async (_, where, row, guard) => {
    const mutant = await without(`gap-${where}`.replaceAll(" ", "-"), guard);
    await succeedsOnlyWithout(circuit, mutant, solving({ ...word, row }));
  });

  it.each([
    ["twice", 4n],
    ["descending", 7n],
  ])("row 39: rejects rows that stand %s across words (mutant: no gap)", async (_, previousRow) => {
    const mutant = await without("across", "_ <== Bits(ROW_BITS())(gap);");
    await succeedsOnlyWithout(circuit, mutant, solving({ ...word, previousRow }));
  });

  it("row 39: rejects a row that stands twice across a step of 2 (mutant: step not boolean)", async () => {
    const mutant = await without("step", "Boolean()(step);");
    await succeedsOnlyWithout(circuit, mutant, solving({ ...word, previousRow: 4n, step: 2n }));
  });

  it("row 39: accepts a row that the account before has too", async () => {
    expect(await acceptsInputs(circuit, { ...word, previousRow: 9n, step: 1n })).toBe(true);
  });

  it("row 11: another step is another word (mutant: step not in the transcript)", async () => {
    const mutant = await without("unbound", "out <== word + step * 2 ** STEP_BIT();", "out <== word;");
    const { out } = circuit.outputs(await circuit.witness(word));
    const forge = async (target: Circuit): Promise<bigint[]> =>
      target.edit(await target.solve({ ...word, step: 1n }), { "main.out": out! });
    await succeedsOnlyWithout(circuit, mutant, forge);
  });

  it("equals the reference on random words and at the edges", async () => {
    const random = seeded("auxiliary word");
    const edge = AUXILIARY_BASE - 1;
    const cases: [number, number, number][] = [
      [0, 1, 2],
      [edge, edge + 1, edge + 2],
      [edge, 2 * edge + 1, 3 * edge + 2],
      [random.int(edge), edge + random.int(9), 2 * edge + random.int(9)],
    ];
    for (const rows of cases) {
      const entries = auxiliaries(...rows.map((row): [number, bigint] => [row, random.bits(64)]));
      const quantity = entries.map((entry) => entry.quantity);
      for (const step of [0, 1]) {
        const inputs = {
          row: rows.map(BigInt),
          quantity,
          step,
          previousRow: step ? 77n : BigInt(rows[0]) - 1n,
        };
        const outputs = circuit.outputs(await circuit.witness(inputs));
        expect(outputs.out).toBe(packAuxiliaryWord(entries, step));
        expect([0, 1, 2].map((k) => outputs[`entryRow[${k}]`])).toEqual(
          entries.map(({ row }) => BigInt(row)),
        );
      }
    }
    expect(await acceptsInputs(circuit, { ...word, quantity: [TOP, TOP, TOP] })).toBe(true);
  });
});
