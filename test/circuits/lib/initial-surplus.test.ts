import { beforeAll, describe, expect, it } from "vitest";
import { toField } from "../../../verifier/src/field.ts";
import { acceptsInputs } from "../../support/attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";
import { stoppedByOneGuard } from "../../support/withdrawal.ts";

const MARGIN = "circuits/lib/initial-surplus.circom";
const GRID = "circuits/lib/scenario-grid.circom";
const spec = {
  name: "initial-surplus",
  file: "lib/initial-surplus.circom",
  template: "InitialSurplus",
  parameters: [4, 2, 2],
  public: ["quantity", "initial"],
} as const;

type Deep = bigint | Deep[];
/**
 * 100 of an asset of weight 8 that hedges (cap 50), a debt of 3 at -12; 10 longs in group 3 that lose 5 or win 4, 10 shorts in
 * group 9 that win 2 or lose 6, both with their own charge of 1; 4 of the asset hedge in group 3: refund 1, +3 or -3.
 * 800 - 36 - 10 - 10 + 4, less 2 * (50 - 12) and 3 * 60.
 */
const inputs: Record<string, Deep> = {
  quantity: [100n, 3n, 10n, 10n, 4n, 0n],
  initial: [8n, toField(-12n), toField(-1n), toField(-1n), 1n, 0n],
  cap: [50n, 0n, 0n, 0n, 50n, 0n],
  group: [0n, 0n, 3n, 9n, 3n, 0n],
  maxInitial: [0n, 0n, toField(-2n), toField(-3n), toField(-2n), 0n],
  pnl: [
    [0n, 0n],
    [0n, 0n],
    [toField(-5n), 4n],
    [2n, toField(-6n)],
    [3n, toField(-3n)],
    [0n, 0n],
  ],
  slot: [3n, 9n],
  charge: [2n, 3n],
  share: [
    [0n, 0n],
    [0n, 0n],
    [1n, 0n],
    [0n, 1n],
  ],
  backs: [
    [1n, 0n],
    [0n, 0n],
    [0n, 0n],
    [0n, 0n],
  ],
  maximum: [38n, 60n],
};
const SURPLUS = 800n - 36n - 10n - 10n + 4n - 2n * 38n - 3n * 60n;

const GUARDS = [
  [GRID, "_ <== Bits(bits)(sum + maximum);", ""],
  [GRID, "_ <== Bits(bits)(maximum);", ""],
  [MARGIN, "group[i] * (1 - shares) === 0;", ""],
  [MARGIN, "share[i][g] * (group[i] - slot[g]) === 0;", ""],
  [MARGIN, "share[i][g] * (maxInitial[i] + charge[g]) === 0;", ""],
  [MARGIN, "quantity[i] * (group[i] - slot[h]) === 0;", ""],
  [MARGIN, "quantity[i] * (maxInitial[i] + charge[h]) === 0;", ""],
  [MARGIN, "_ <== Bits(COEFFICIENT_BITS())(charge[g]);", ""],
  [MARGIN, "cover.hedged[h] <== quantity[i];", "cover.hedged[h] <== 0;"],
  [MARGIN, "cover.hedgeCap[h] <== cap[i];", "cover.hedgeCap[h] <== cap[0];"],
] as const;

describe("InitialSurplus", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(spec);
  });
  const surplusOf = async (change: Record<string, Deep>): Promise<bigint> =>
    circuit.outputs(await circuit.witness({ ...inputs, ...change })).surplus!;

  describe("(mutant: without its guards)", () => {
    let mutant: Circuit;
    beforeAll(async () => {
      const mutate = GUARDS.map(([file, from, to]) => replaceOnce(file, from, to));
      mutant = await loadCircuit({ ...spec, name: "initial-surplus-unguarded", mutate });
    });

    it.each<[string, Record<string, Deep>]>([
      ["a worst loss too small by one", { maximum: [37n, 60n] }],
      [
        "a worst loss below zero, where nothing loses",
        {
          pnl: [
            [0n, 0n],
            [0n, 0n],
            [5n, 4n],
            [2n, 6n],
            [3n, 3n],
            [0n, 0n],
          ],
          maximum: [toField(-10n), 0n],
        },
      ],
      [
        "a losing position in no slot",
        {
          share: [
            [0n, 0n],
            [0n, 0n],
            [1n, 0n],
            [0n, 0n],
          ],
          maximum: [38n, 0n],
        },
      ],
      [
        "one group's gains against another's losses",
        {
          share: [
            [0n, 0n],
            [0n, 0n],
            [1n, 0n],
            [1n, 0n],
          ],
          maxInitial: [0n, 0n, toField(-2n), toField(-2n), toField(-2n), 0n],
          maximum: [32n, 0n],
        },
      ],
      ["a charge that is not the group's", { charge: [2n, 0n] }],
      ["a hedge in another group than its own", { group: [0n, 0n, 3n, 9n, 9n, 0n] }],
      [
        "a hedge in a group without positions, whose losses cost nothing",
        {
          group: [0n, 0n, 0n, 9n, 3n, 0n],
          maxInitial: [0n, 0n, 0n, toField(-3n), toField(-2n), 0n],
          share: [
            [0n, 0n],
            [0n, 0n],
            [0n, 0n],
            [0n, 1n],
          ],
          charge: [0n, 3n],
          maximum: [12n, 60n],
        },
      ],
      [
        "a charge that gives: a larger worst loss would be a profit",
        {
          maxInitial: [0n, 0n, 2n, toField(-3n), 2n, 0n],
          charge: [toField(-2n), 3n],
          maximum: [10_000n, 60n],
        },
      ],
      ["a hedge of what is not held", { quantity: [3n, 3n, 10n, 10n, 4n, 0n] }],
      ["a hedge of another asset", { cap: [50n, 0n, 0n, 0n, 51n, 0n] }],
    ])("rejects %s", async (_, change) => {
      await stoppedByOneGuard(circuit, mutant, (target) => target.solve({ ...inputs, ...change }));
    });
  });

  it("is the weighted sum less each group's worst scenario, and less where the prover errs", async () => {
    expect(await surplusOf({})).toBe(SURPLUS);
    // Without the hedge: 2 * 50 instead of 2 * 38, and no refund.
    const quantity = [100n, 3n, 10n, 10n, 0n, 0n];
    expect(await surplusOf({ quantity, maximum: [50n, 60n] })).toBe(SURPLUS - 4n - 24n);
    expect(await surplusOf({ maximum: [39n, 60n] })).toBe(SURPLUS - 2n);
  });

  it("charges no less where one group stands in both slots, whole or in shares of any number", async () => {
    const group = [0n, 0n, 3n, 3n, 3n, 0n];
    const one = {
      group,
      maxInitial: [0n, 0n, toField(-2n), toField(-2n), toField(-2n), 0n],
      slot: [3n, 3n],
      charge: [2n, 2n],
    };
    // Both positions and the hedge: -50 + 20 + 12 = -18 or 40 - 60 - 12 = -32 together.
    const together = SURPLUS + 2n * 38n + 3n * 60n - 2n * 32n;
    const share = [
      [0n, 0n],
      [0n, 0n],
      [1n, 0n],
      [1n, 0n],
    ];
    expect(await surplusOf({ ...one, share, maximum: [32n, 0n] })).toBe(together);
    const apart = [
      [0n, 0n],
      [0n, 0n],
      [1n, 0n],
      [0n, 1n],
    ];
    expect(await surplusOf({ ...one, share: apart, maximum: [38n, 60n] })).toBeLessThan(together);
    const shares = [
      [0n, 0n],
      [0n, 0n],
      [3n, toField(-2n)],
      [1n, 0n],
    ];
    for (const maximum of [
      [32n, 0n],
      [0n, 32n],
      [16n, 15n],
    ])
      expect(await acceptsInputs(circuit, { ...inputs, ...one, share: shares, maximum })).toBe(false);
  });
});
