import { beforeAll, describe, expect, it } from "vitest";
import { toField } from "../../../verifier/src/field.ts";
import { acceptsInputs, succeedsOnlyWithout } from "../../support/attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";

const FILE = "circuits/lib/solvency.circom";
const ASSETS = "_ <== Bits(SURPLUS_BITS())(claims[k + 1] + lent - owed);";
const INSURANCE = "_ <== Bits(SURPLUS_BITS())(claims[0] - shortfall - equityMinus);";
const load = (name: string, from?: string, to = "") =>
  loadCircuit({
    name: `solvency-${name}`,
    file: "lib/solvency.circom",
    template: "Solvency",
    parameters: [2, 1],
    // Public, or --O2 would make one wire of a long and its short and leave nothing to reject.
    public: ["holdings"],
    ...(from === undefined ? {} : { mutate: replaceOnce(FILE, from, to) }),
  });

/** Two assets, owed and lent, one instrument, long and short. Just covered. */
const COVERED = {
  holdings: [100n, 30n, 7n, 0n, 5n, 5n],
  shortfall: 11n,
  equityMinus: 13n,
  claims: [24n, 70n, 7n],
};
type Inputs = typeof COVERED;
const claiming = (k: number, claim: bigint): Inputs => ({
  ...COVERED,
  claims: COVERED.claims.with(k, toField(claim)),
});

describe("Solvency", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await load("2-1");
  });

  it.each([
    ["asset 0 (mutant: assets unchecked)", 1, 70n, ASSETS],
    ["asset 1 (mutant: assets unchecked)", 2, 7n, ASSETS],
    ["the insurance (mutant: insurance unchecked)", 0, 24n, INSURANCE],
  ] as const)(
    "rejects a surplus of -1 and of 2^160 of %s, and takes 0 and 2^160 - 1",
    async (_, k, need, guard) => {
      const mutant = await load(`no-${guard === ASSETS ? "assets" : "insurance"}`, guard);
      for (const surplus of [-1n, 1n << 160n]) {
        const forged = claiming(k, need + surplus);
        await succeedsOnlyWithout(circuit, mutant, (target) => target.solve(forged));
      }
      for (const surplus of [0n, 1n, (1n << 160n) - 1n]) {
        expect(await acceptsInputs(circuit, claiming(k, need + surplus))).toBe(true);
      }
    },
  );

  it("rejects more long than short, and more short than long (mutant: sides unchecked)", async () => {
    const sides = "holdings[2 * (assets + n)] === holdings[2 * (assets + n) + 1];";
    const mutant = await load("no-sides", sides);
    for (const [long, short] of [
      [6n, 5n],
      [5n, 6n],
    ] as const) {
      const forged = { ...COVERED, holdings: [...COVERED.holdings.slice(0, 4), long, short] };
      await succeedsOnlyWithout(circuit, mutant, (target) => target.solve(forged));
    }
  });

  it("compares each asset with its own claim (mutant: all with the first)", async () => {
    const mutant = await load("first-claim", "claims[k + 1] + lent", "claims[1] + lent");
    await succeedsOnlyWithout(circuit, mutant, (target) => target.solve(claiming(2, 0n)));
  });

  it("counts what is lent as held (mutant: not counted), also when more is lent than owed", async () => {
    const mutant = await load("lent-ignored", "claims[k + 1] + lent - owed", "claims[k + 1] - owed");
    expect(await acceptsInputs(mutant, COVERED)).toBe(false);
    expect(await acceptsInputs(circuit, COVERED)).toBe(true);
    const lent = { ...claiming(1, 0n), holdings: COVERED.holdings.with(1, 1000n) };
    expect(await acceptsInputs(circuit, lent)).toBe(true);
  });

  it("charges both shortfall and negative equity to the insurance (mutants: one of them)", async () => {
    for (const [name, term] of [
      ["no-shortfall", "- shortfall"],
      ["no-equity-minus", "- equityMinus"],
    ] as const) {
      const mutant = await load(name, INSURANCE, INSURANCE.replace(term, ""));
      await succeedsOnlyWithout(circuit, mutant, (target) => target.solve(claiming(0, 23n)));
    }
  });
});
