import { beforeAll, describe, expect, it } from "vitest";
import { FIELD, MAX_QUANTITY, ROW_BLIND } from "../../../verifier/src/constants.ts";
import { alphaOf, type BatchOpening } from "../../../verifier/src/encodings/batch.ts";
import { inverse, toField } from "../../../verifier/src/field.ts";
import { acceptsInputs, succeedsOnlyWithout } from "../../support/attack.ts";
import {
  auxiliaries,
  BETA,
  batchInputs,
  batchSignals,
  block,
  GAMMA,
  holdings,
  type InputTree,
} from "../../support/batch.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const spec = {
  name: "batch-2-2",
  file: "statements/batch.circom",
  template: "Batch",
  parameters: [2, 2],
  public: ["gamma", "beta"],
} as const;

/** The batch with one text of one source replaced. */
const without = (name: string, path: string, from: string, to = ""): Promise<Circuit> =>
  loadCircuit({ ...spec, name: `batch-2-2-${name}`, mutate: replaceOnce(`circuits/${path}`, from, to) });

const random = seeded("batch attacks");

/** Two accounts of one block and one word each. */
const two: BatchOpening = {
  blocks: [
    block({ entries: holdings([5, 7n], [6, 9n]), identity: random.element(), free: 50n }),
    block({ entries: holdings([5, 1n], [7, 2n]), identity: random.element(), free: 60n, under: 1 }),
  ],
  words: [
    { entries: auxiliaries([0, 3n], [2, 4n], [3, 0n]), step: 0 },
    { entries: auxiliaries([4, 8n], [5, 0n], [6, 6n]), step: 1 },
  ],
  blinds: [random.element(), random.element(), random.element()],
};
const inputs = batchInputs(two);
const shown = batchSignals(two);

const outside = 32_767;
const pole = (row: number): bigint => inverse(BETA - BigInt(row));

/** The inputs with quantities of one outside row in the last entries of block 0. */
function withOutside(...quantities: bigint[]): Record<string, InputTree> {
  const first = two.blocks[0]!;
  const entries = first.entries.with(4, { row: outside, quantity: quantities[0]! });
  return batchInputs({
    ...two,
    blocks: [
      { ...first, entries: entries.with(5, { row: outside, quantity: quantities[1] ?? 0n }) },
      two.blocks[1]!,
    ],
  });
}

/** Moves everything shown to what was shown before: the forger keeps the commitments and changes what is below. */
function keep(circuit: Circuit, witness: readonly bigint[], ...names: (keyof typeof shown)[]): bigint[] {
  return circuit.edit(witness, Object.fromEntries(names.map((name) => [`main.${name}`, shown[name]!])));
}

describe("attacks on a batch", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(spec);
  });

  it("row 7: rejects q and p - q on a row outside the table, which leave no trace (mutant: no range)", async () => {
    const mutant = await without(
      "quantities",
      "lib/holding-block.circom",
      "_ <== Bits(QUANTITY_BITS())(quantity[k]);",
    );
    const forged = await succeedsOnlyWithout(circuit, mutant, (target) =>
      target.solve(withOutside(10n, FIELD - 10n)),
    );
    const { t, w } = mutant.outputs(forged);
    expect({ t, w }).toEqual({ t: shown.t, w: shown.w });
  });

  it("row 7: counts a row outside the table at its own pole, up to 2^64 - 1 and not beyond", async () => {
    const { t, w } = circuit.outputs(await circuit.witness(withOutside(MAX_QUANTITY)));
    expect(t).toBe(toField(shown.t! + MAX_QUANTITY * pole(outside)));
    expect(w).toBe(toField(shown.w! + MAX_QUANTITY * pole(outside)));
    for (const quantity of [MAX_QUANTITY + 1n, FIELD - 1n]) {
      expect(await acceptsInputs(circuit, withOutside(quantity))).toBe(false);
    }
  });

  it.each([
    [
      "holdings",
      "root",
      "lib/holding-block.circom",
      "[prev, word0, word1, meta]",
      "[prev, 0, word1, meta]",
      { ...two, blocks: [{ ...two.blocks[0]!, entries: holdings([5, 8n], [6, 9n]) }, two.blocks[1]!] },
    ],
    [
      "auxiliaries",
      "transcript",
      "statements/batch.circom",
      "sponge.in[i] <== word[i].out;",
      "sponge.in[i] <== 0;",
      {
        ...two,
        words: [{ ...two.words[0]!, entries: auxiliaries([0, 4n], [2, 4n], [3, 0n]) }, two.words[1]!],
      },
    ],
  ] as const)(
    "row 9: %s cannot be chosen after gamma (mutant: not in the %s)",
    async (name, commitment, path, from, to, chosen) => {
      const mutant = await without(`late-${name}`, path, from, to);
      const forge = async (target: Circuit): Promise<bigint[]> => {
        const committed = target.outputs(await target.solve(inputs));
        const late = await target.solve(batchInputs(chosen));
        return target.edit(late, { [`main.${commitment}`]: committed[commitment]! });
      };
      const forged = await succeedsOnlyWithout(circuit, mutant, forge);
      expect(mutant.outputs(forged).w).toBe(batchSignals(chosen).w);
    },
  );

  it("row 10: rejects two accounts merged into one (mutant: weight without its constraint)", async () => {
    const mutant = await without(
      "weights",
      "lib/account-weights.circom",
      "weight[i] <== weight[i - 1] + next[i] * gain[i];",
      "weight[i] <-- weight[i - 1] + next[i] * gain[i];",
    );
    const forge = async (target: Circuit): Promise<bigint[]> =>
      target.resolve(await target.solve(inputs), { "main.blockWeight[1]": 1n });
    const forged = await succeedsOnlyWithout(circuit, mutant, forge);
    const merged = batchSignals({ ...two, blocks: [two.blocks[0]!, { ...two.blocks[1]!, first: 0 }] });
    expect(mutant.outputs(forged)).toEqual({ ...shown, w: merged.w });
  });

  it("row 10: the last block is in a slot, so it cannot be chosen late (mutant: no end at the end)", async () => {
    const mutant = await without(
      "end",
      "statements/batch.circom",
      "block[i].last <== 1;",
      "block[i].last <== 0;",
    );
    const forge = async (target: Circuit): Promise<bigint[]> => {
      const noFree = { ...two.blocks[1]!, free: 0n, under: 0 as const };
      const [committed, changed] = await Promise.all(
        [1n, 1000n].map((quantity) => {
          const last = { ...noFree, entries: holdings([5, quantity], [7, 2n]) };
          return target.solve(batchInputs({ ...two, blocks: [two.blocks[0]!, last] }));
        }),
      );
      return target.edit(changed!, { "main.root": target.value(committed!, "main.root") });
    };
    await succeedsOnlyWithout(circuit, mutant, forge);
  });

  it("row 10: rejects a first block that begins no account (mutant: first[0] not compared)", async () => {
    const mutant = await without("beginning", "statements/batch.circom", "first[0] === 1;");
    const headless = { ...two, blocks: [{ ...two.blocks[0]!, first: 0 as const }, two.blocks[1]!] };
    await succeedsOnlyWithout(circuit, mutant, (target) => target.solve(batchInputs(headless)));
  });

  it("row 10: rejects a flag between no and yes (mutant: first not boolean)", async () => {
    const mutant = await without("flags", "statements/batch.circom", "Boolean()(first[i]);");
    const blurred = { ...inputs, first: [1n, 2n], free: [0n, 0n], under: [0n, 0n] };
    await succeedsOnlyWithout(circuit, mutant, (target) => target.solve(blurred));
  });

  it("row 11: rejects a neighbour's slack, borrowed by moving a step (mutant: step not in the transcript)", async () => {
    const mutant = await without(
      "steps",
      "lib/auxiliary-word.circom",
      "out <== word + step * 2 ** STEP_BIT();",
      "out <== word;",
    );
    const moved = { ...two, words: two.words.map((word) => ({ ...word, step: 0 as const })) };
    const forge = async (target: Circuit): Promise<bigint[]> => {
      const { transcript } = target.outputs(await target.solve(inputs));
      return target.edit(await target.solve(batchInputs(moved)), { "main.transcript": transcript! });
    };
    const forged = await succeedsOnlyWithout(circuit, mutant, forge);
    expect(mutant.outputs(forged).w).toBe(batchSignals(moved).w);
    expect(circuit.accepts(keep(circuit, await circuit.solve(batchInputs(moved)), "transcript"))).toBe(false);
  });

  it.each([
    ["too small", -1n],
    ["too large", 1n],
  ])("row 12: an auxiliary %s by one unit moves transcript, t and w by that unit", async (_, change) => {
    const [first, second] = two.words;
    const entries = second!.entries.map((e, k) => (k === 0 ? { ...e, quantity: e.quantity + change } : e));
    const changed = { ...two, words: [first!, { ...second!, entries }] };
    const outputs = circuit.outputs(await circuit.witness(batchInputs(changed)));
    const unit = change * pole(second!.entries[0]!.row);
    expect(outputs.root).toBe(shown.root);
    expect(outputs.transcript).not.toBe(shown.transcript);
    expect(outputs.t).toBe(toField(shown.t! + unit));
    expect(outputs.w).toBe(toField(shown.w! + alphaOf(GAMMA) * unit));
    for (const names of [["transcript"], ["t"], ["w"], ["transcript", "t", "w"]] as const) {
      expect(circuit.accepts(keep(circuit, await circuit.solve(batchInputs(changed)), ...names))).toBe(false);
    }
  });

  it("row 39: rejects a step in the first word (mutant: step[0] not compared)", async () => {
    const mutant = await without("first-step", "statements/batch.circom", "step[0] === 0;");
    const stepped = { ...two, words: two.words.map((word) => ({ ...word, step: 1 as const })) };
    const forged = await succeedsOnlyWithout(circuit, mutant, (target) => target.solve(batchInputs(stepped)));
    // What the transcript says of the accounts is not what the weights say.
    const { transcript, w } = batchSignals(stepped);
    expect(mutant.outputs(forged).transcript).toBe(transcript);
    expect(mutant.outputs(forged).w).not.toBe(w);
  });

  it("row 39: rejects one auxiliary row in two words of an account (mutant: words not compared)", async () => {
    const mutant = await without(
      "words",
      "statements/batch.circom",
      "word[i].previousRow <== auxiliaryRow[i - 1][2];",
      "word[i].previousRow <== -1;",
    );
    const twice = {
      ...two,
      words: [two.words[0]!, { entries: auxiliaries([0, 8n], [1, 0n], [2, 0n]), step: 0 as const }],
    };
    const forged = await succeedsOnlyWithout(circuit, mutant, (target) => target.solve(batchInputs(twice)));
    // Both count in one account: 3 + 8 where one entry of the row is allowed.
    expect(mutant.outputs(forged)).toEqual(batchSignals(twice));
  });

  it("row 38: a batch known but for one balance stays hidden (mutant: blind2 not in the transcript)", async () => {
    // Who knows all but one quantity computes, for each guess, the two blinds that t and w leave, and then the transcript.
    const guesses = async (target: Circuit): Promise<bigint[]> => {
      const seen = target.outputs(await target.witness(inputs));
      const right: bigint[] = [];
      for (const guess of [6n, 7n, 8n]) {
        const entries = holdings([5, guess], [6, 9n]);
        const guessed = { ...two, blocks: [{ ...two.blocks[0]!, entries }, two.blocks[1]!] };
        const bare = batchSignals({ ...guessed, blinds: [0n, 0n, 0n] });
        const blinds = (["t", "w"] as const).map((sum) =>
          toField((seen[sum]! - bare[sum]!) * (BETA - BigInt(ROW_BLIND))),
        );
        const known = { ...guessed, blinds: [blinds[0]!, blinds[1]!, 0n] as const };
        const { transcript } = target.outputs(await target.solve(batchInputs(known)));
        if (transcript === seen.transcript) right.push(guess);
      }
      return right;
    };
    expect(await guesses(circuit)).toEqual([]);
    const mutant = await without(
      "blinds",
      "statements/batch.circom",
      "<== blind[k];",
      "<== (k < 2 ? blind[k] : 0);",
    );
    expect(await guesses(mutant)).toEqual([7n]);
  });

  it("row 39: accepts one auxiliary row in two accounts", async () => {
    const shared = {
      ...two,
      words: [two.words[0]!, { entries: auxiliaries([0, 8n], [1, 0n], [2, 0n]), step: 1 as const }],
    };
    expect(circuit.outputs(await circuit.witness(batchInputs(shared)))).toEqual(batchSignals(shared));
  });
});
