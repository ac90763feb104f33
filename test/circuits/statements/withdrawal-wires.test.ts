import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../../verifier/src/constants.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import { unboundWires } from "../../support/unbound-wires.ts";
import { accountInBatch, inputsOf, randomRequest } from "../../support/withdrawal.ts";

const random = seeded("withdrawal wires");
const account = accountInBatch(random, {
  holdings: [1, 4, 4, 5, 9, 30_000].map((row) => ({ row, quantity: 1n + random.bits(60) })),
  free: 12_345n,
});
const request = randomRequest(random, { asset: 2, amount: 2n, charge: 12_000_000n });

describe("row 16: every wire of withdrawal-1", () => {
  let circuit: Circuit;
  let honest: bigint[];
  beforeAll(async () => {
    circuit = await loadCircuit("withdrawal-1");
    honest = await circuit.witness(inputsOf(account, request, 1));
  });

  it("is bound by a constraint: changed alone, it is rejected", () => {
    const edits = (value: bigint) => [value + 1n, value - 1n, 0n, FIELD - 1n, random.element()];
    expect(unboundWires(circuit, honest, edits)).toEqual([]);
  });
});
