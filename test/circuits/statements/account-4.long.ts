import { beforeAll, describe, expect, it } from "vitest";
import { accountSignalList, accountSignals } from "../../../verifier/src/account/statement.ts";
import {
  accountInputsOf,
  type DeepInputs,
  FOUR_BLOCKS,
  judgedAccount,
} from "../../support/account-circuit.ts";
import { acceptsInputs } from "../../support/attack.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const random = seeded("account of two groups");
const { opening, request } = judgedAccount(random, FOUR_BLOCKS);
const honest = accountInputsOf(opening, request, [4, 2, 40]);

describe("account-4, an account of four blocks with positions and hedges in two groups", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit("account-4");
  });
  const accepts = (change: Partial<DeepInputs>): Promise<boolean> =>
    acceptsInputs(circuit, { ...honest, ...(change as DeepInputs) });
  const swapped = (name: string) => (honest[name] as bigint[][]).map((slots) => slots.toReversed());

  it("is shown to the unit", async () => {
    expect([opening.holdings.length, request.hedges.length]).toEqual([24, 2]);
    const witness = await circuit.witness(honest);
    expect(circuit.publicSignals(witness)).toEqual(accountSignalList(accountSignals(opening, request)));
    expect(await accepts({ minimumFree: request.minimumFree + 1n })).toBe(false);
  });

  it("has each group's losses in its own slot, and each hedge before its own asset", async () => {
    expect(await accepts({ share: swapped("share") })).toBe(false);
    expect(await accepts({ backs: swapped("backs") })).toBe(false);
    expect(await accepts({ slot: (honest.slot as bigint[]).toReversed() })).toBe(false);
  });

  it("has no group's gains against the other's losses, no entry behind both hedges, none left out", async () => {
    const first = honest.slot as bigint[];
    expect(await accepts({ slot: [first[0]!, first[0]!] })).toBe(false);
    const backs = honest.backs as bigint[][];
    const behind = backs.findIndex(([one]) => one === 1n);
    expect(await accepts({ backs: backs.with(behind, [1n, 1n]) })).toBe(false);
    // Each position of a group: the last block's entries as well as the first one's.
    const opened = honest.opened as bigint[];
    for (const at of [0, 7, 13, 23]) expect(await accepts({ opened: opened.with(at, 0n) })).toBe(false);
  });
});
