import { beforeAll, describe, expect, it } from "vitest";
import { FIELD, MAX_QUANTITY } from "../../../verifier/src/constants.ts";
import { acceptsInputs, succeedsOnlyWithout } from "../../support/attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";
import { stoppedByOneGuard } from "../../support/withdrawal.ts";

const PATH = "circuits/lib/hedge-cover.circom";
const spec = {
  name: "hedge-cover",
  file: "lib/hedge-cover.circom",
  template: "HedgeCover",
  parameters: [3, 2],
  public: ["quantity", "cap", "backs", "hedged", "hedgeCap"],
} as const;
/** 10 and 20 of an asset of cap 7, 40 of something that hedges nothing; 30 are used in the first group. */
const inputs = {
  quantity: [10n, 20n, 40n],
  cap: [7n, 7n, 0n],
  backs: [
    [1n, 0n],
    [1n, 0n],
    [0n, 0n],
  ],
  hedged: [30n, 0n],
  hedgeCap: [7n, 7n],
};

const GUARDS = [
  "Boolean()(backs[i][h]);",
  "Boolean()(hedgesOfEntry);",
  "backs[i][h] * (cap[i] - hedgeCap[h]) === 0;",
  "_ <== Bits(QUANTITY_BITS())(hedged[h]);",
  "_ <== Bits(bits)(held - hedged[h]);",
];

describe("HedgeCover", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(spec);
  });

  describe("(mutant: without its guards)", () => {
    let mutant: Circuit;
    beforeAll(async () => {
      const mutate = GUARDS.map((guard) => replaceOnce(PATH, guard, ""));
      mutant = await loadCircuit({ ...spec, name: "hedge-cover-unguarded", mutate });
    });

    it.each<[string, Partial<typeof inputs>]>([
      ["more than is held", { hedged: [31n, 0n] }],
      [
        "another asset's entry",
        {
          backs: [
            [1n, 0n],
            [1n, 0n],
            [1n, 0n],
          ],
          hedged: [70n, 0n],
        },
      ],
      [
        "one entry behind two hedges",
        {
          backs: [
            [1n, 1n],
            [1n, 0n],
            [0n, 0n],
          ],
          hedged: [30n, 10n],
        },
      ],
      ["a hedge of minus one unit", { hedged: [FIELD - 1n, 0n] }],
    ])("rejects %s", async (_, change) => {
      await stoppedByOneGuard(circuit, mutant, (target) => target.solve({ ...inputs, ...change }));
    });

    it("rejects an entry twice behind a hedge, taken back behind the other", async () => {
      const backs = [
        [2n, FIELD - 1n],
        [0n, 1n],
        [0n, 0n],
      ];
      const forgery = { ...inputs, backs, hedged: [20n, 10n] };
      await succeedsOnlyWithout(circuit, mutant, (target) => target.solve(forgery));
    });
  });

  it("accepts all that is held, split by entries, and no hedge at all", async () => {
    for (const change of [
      {},
      { hedged: [0n, 0n] },
      {
        backs: [
          [1n, 0n],
          [0n, 1n],
          [0n, 0n],
        ],
        hedged: [10n, 20n],
      },
      { quantity: [MAX_QUANTITY, MAX_QUANTITY, 0n], hedged: [MAX_QUANTITY, 0n] },
    ])
      expect(await acceptsInputs(circuit, { ...inputs, ...change })).toBe(true);
  });
});
