import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../../verifier/src/constants.ts";
import { openedLeaf } from "../../../verifier/src/withdrawal/leaf-opening.ts";
import { acceptsInputs } from "../../support/attack.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import { leafInBatch, mutantRefusal, REFUSAL, refusalInputsOf } from "../../support/refusal-circuit.ts";
import { childrenAt, type Inputs, paddingLeaf, stoppedByOneGuard } from "../../support/withdrawal.ts";

const random = seeded("refusal attacks");
/** 700 of asset 2 in two entries, of which 9 are owed back; 5,000 units of 10^-6 free. */
const holdings = [
  { row: 4, quantity: 600n },
  { row: 4, quantity: 100n },
  { row: 5, quantity: 9n },
];
const victim = leafInBatch(random, { holdings, free: 5_000n });
const allowed = { asset: 2, amount: 700n, charge: 5_000_000_000n };
/** What may be withdrawn: no reason holds. */
const honest = refusalInputsOf(victim, allowed, 1);
/** What may not. */
const refused = refusalInputsOf(victim, { ...allowed, amount: 701n }, 1);
const solving =
  (inputs: Inputs) =>
  (circuit: Circuit): Promise<bigint[]> =>
    circuit.solve(inputs);
const naming = (...entries: number[]): bigint[][] => [
  [0, 1, 2, 3, 4, 5].map((k) => (entries.includes(k) ? 1n : 0n)),
];

describe("an operator refuses nothing that her own leaf allows", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit("refusal-1");
  });

  describe("(mutant: claims and asset without their guards, and no reason at all)", () => {
    let mutant: Circuit;
    beforeAll(async () => {
      mutant = await mutantRefusal(
        "claims",
        [REFUSAL, "_ <== Bits(bits)(beyondBalance);"],
        [REFUSAL, "_ <== Bits(bits)(beyondFree);"],
        [REFUSAL, "solvent * (1 - under) === 0;"],
        [REFUSAL, "_ <== Bits(ROW_BITS() - 1)(asset);"],
      );
    });

    it.each([
      ["a balance that is just enough", { tooLittle: 1n }],
      ["free collateral that is just enough", { tooDear: 1n }],
      ["no reason", {}],
      ["half a reason twice", { tooLittle: (FIELD + 1n) / 2n, tooDear: 0n, amount: 701n }],
    ])("rejects %s", async (_, change) => {
      const forged = await stoppedByOneGuard(circuit, mutant, solving({ ...honest, ...change }));
      expect(mutant.outputs(forged)).toEqual({ ...openedLeaf(victim) });
    });

    it("rejects a debt in the asset's place: half of (r + 5)", async () => {
      const debt = { asset: (FIELD + 5n) / 2n, named: naming(2), tooLittle: 1n };
      await stoppedByOneGuard(circuit, mutant, solving({ ...honest, ...debt }));
    });
  });

  it("rejects a balance with an entry left out, or one of another asset's, whatever she claims", async () => {
    for (const named of [naming(0), naming(), naming(0, 1, 2), naming(2)])
      for (const claim of [{ tooLittle: 1n }, { tooDear: 1n }])
        expect(await acceptsInputs(circuit, { ...honest, ...claim, named })).toBe(false);
  });

  it("rejects a claim of another number than 1 as a reason", async () => {
    for (const claim of [2n, FIELD - 1n, 0n])
      expect(await acceptsInputs(circuit, { ...refused, tooLittle: claim })).toBe(false);
  });

  it("rejects another asset's name in a finished proof: of that one there is nothing", async () => {
    const other = refusalInputsOf(victim, { ...allowed, asset: 3 }, 1);
    const finished = await circuit.witness(other);
    expect(circuit.accepts(circuit.edit(finished, { "main.asset": 2n }))).toBe(false);
    expect(circuit.accepts(circuit.resolve(finished, { "main.asset": 2n }))).toBe(false);
  });

  // The leaf is opened by the gadgets of a withdrawal: its tests show what happens without their guards.

  it("rejects under set on a good account, less free, an entry that is not there: that leaf is in no batch", async () => {
    const { child } = honest as { child: bigint[][] };
    for (const change of [{ under: 1 as const }, { free: 4_999n }, { holdings: holdings.slice(1) }]) {
      const bent = refusalInputsOf({ ...victim, ...change }, allowed, 1);
      expect(await acceptsInputs(circuit, { ...bent, child })).toBe(false);
    }
  });

  it("rejects a prefix of an account without its last balances: that slot holds 0", async () => {
    const long = leafInBatch(random, {
      holdings: [...Array.from({ length: 6 }, () => ({ row: 5, quantity: 1n })), { row: 4, quantity: 700n }],
      free: 5_000n,
    });
    const cut = { ...long, holdings: long.holdings.slice(0, 6), free: 0n };
    const { child } = refusalInputsOf(long, allowed, 2) as { child: bigint[][] };
    expect(await acceptsInputs(circuit, { ...refusalInputsOf(cut, allowed, 1), child })).toBe(false);
  });

  it("row 15: rejects padding as a leaf of the key", async () => {
    const padding = { ...victim, holdings: [], free: 0n, salt: 0n };
    const inputs = { ...refusalInputsOf(padding, allowed, 1), child: childrenAt([1n, paddingLeaf()], 1) };
    expect(await acceptsInputs(circuit, inputs)).toBe(false);
  });

  describe("binds what it shows (mutant: epoch of the leaf is another signal, root and key no result)", () => {
    let mutant: Circuit;
    beforeAll(async () => {
      mutant = await mutantRefusal(
        "shown",
        [REFUSAL, "account.epoch <== epoch;", "account.epoch <== charge;"],
        [REFUSAL, "root <== account.root;", "root <-- account.root;"],
        [REFUSAL, "key <== account.key;", "key <-- account.key;"],
      );
    });
    const moved = { ...refused, charge: victim.epoch };

    it("row 44: rejects the root of one epoch with the number of another", async () => {
      const change = { epoch: victim.epoch + 1n };
      await stoppedByOneGuard(circuit, mutant, async (target) =>
        target.solve(target === mutant ? { ...moved, ...change } : { ...refused, ...change }),
      );
    });

    it.each(["root", "key"])("row 44: rejects the %s of another epoch or account", async (name) => {
      const forge = async (target: Circuit): Promise<bigint[]> =>
        target.edit(await target.solve(target === mutant ? moved : refused), {
          [`main.${name}`]: random.element(),
        });
      await stoppedByOneGuard(circuit, mutant, forge);
    });
  });

  it("rejects a word opened in another way: 100 of row 4 as a debt of 100 - 2^64, which leaves 600", async () => {
    const row = [[4n, 5n, 5n, 0n, 0n, 0n]];
    const quantity = [[600n, FIELD + 100n - (1n << 64n), 9n, 0n, 0n, 0n]];
    const reopened = { ...honest, row, quantity, named: naming(0), tooLittle: 1n };
    expect(await acceptsInputs(circuit, reopened)).toBe(false);
  });

  it("accepts what is true", async () => {
    expect(circuit.outputs(await circuit.witness(refused))).toEqual({ ...openedLeaf(victim) });
  });
});
