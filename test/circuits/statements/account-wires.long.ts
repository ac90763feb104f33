import { beforeAll, describe, expect, it } from "vitest";
import { FIELD, SPONGE_RATE } from "../../../verifier/src/constants.ts";
import { accountInputsOf, FULL, holdingsOf, judgedAccount } from "../../support/account-circuit.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import { unboundWires } from "../../support/unbound-wires.ts";
import { unseenWires } from "../../support/unseen-wires.ts";

const random = seeded("account wires");
const { opening, request } = judgedAccount(random, holdingsOf(FULL));

describe("row 16: wires of account-1", () => {
  let circuit: Circuit;
  let honest: bigint[];
  beforeAll(async () => {
    circuit = await loadCircuit("account-1");
    honest = await circuit.witness(accountInputsOf(opening, request));
  });

  it("are each bound by a constraint: changed alone, every one is rejected", () => {
    const edits = (value: bigint, wire: number) => [
      value + 1n,
      ...(wire % 20 === 0 ? [value - 1n, 0n, FIELD - 1n, random.element()] : []),
    ];
    expect(unboundWires(circuit, honest, edits)).toEqual([]);
  });

  it("are rejected or show something else when all that follows from one is solved again, but for scenarios of no group", () => {
    // An asset's row ends in its sponge's first chunk. What the prover says of it in later scenarios is charged to nobody.
    const last = SPONGE_RATE - 8;
    const scenarios = (accountInputsOf(opening, request).pnl as bigint[][])[0]!.length;
    const ofNoGroup = [0, 1, 2].flatMap((asset) =>
      Array.from({ length: scenarios - last }, (_, s) => `main.pnl[${asset}][${last + s}]`),
    );
    expect(unseenWires(circuit, honest, random).sort()).toEqual(ofNoGroup.sort());
  });
});
