import { beforeAll, describe, expect, it } from "vitest";
import type { CircuitInputs } from "../../../prover/src/proving/witness.ts";
import { FIELD } from "../../../verifier/src/constants.ts";
import { accountLeaf, blockHash, leafMeta } from "../../../verifier/src/encodings/leaf.ts";
import { acceptsInputs, succeedsOnlyWithout } from "../../support/attack.ts";
import { holdings } from "../../support/batch.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";

const TOP = (1n << 64n) - 1n;
const spec = {
  name: "holding-block",
  file: "lib/holding-block.circom",
  template: "HoldingBlock",
  parameters: [],
  // All of them, or --O2 puts sums of bits in the place of inputs and no input would be out of range.
  public: ["row", "quantity", "first", "last", "identity", "previous", "free", "under"],
} as const;

/** The circuit with one text of its source replaced. */
const without = (name: string, from: string, to = ""): Promise<Circuit> =>
  loadCircuit({
    ...spec,
    name: `holding-block-${name}`,
    mutate: replaceOnce("circuits/lib/holding-block.circom", from, to),
  });

const random = seeded("holding block");
const entries = holdings([5, 7n], [6, 9n], [1000, 1n], [2000, 44n]);
const block = {
  row: entries.map(({ row }) => BigInt(row)),
  quantity: entries.map(({ quantity }) => quantity),
  first: 1n,
  last: 1n,
  identity: random.element(),
  previous: random.element(),
  free: 123n,
  under: 0n,
};
type Block = typeof block;

/** The block with single entries changed. */
function withEntry(k: number, row: bigint, quantity: bigint, of: Block = block): Block {
  return { ...of, row: of.row.with(k, row), quantity: of.quantity.with(k, quantity) };
}

const solving =
  (inputs: CircuitInputs) =>
  (circuit: Circuit): Promise<bigint[]> =>
    circuit.solve(inputs);

describe("HoldingBlock", () => {
  let circuit: Circuit;
  let outputs: (inputs: Block) => Promise<Record<string, bigint>>;
  beforeAll(async () => {
    circuit = await loadCircuit(spec);
    outputs = async (inputs) => circuit.outputs(await circuit.witness(inputs));
  });

  it.each([
    ["a quantity of p - 1", withEntry(0, 5n, FIELD - 1n)],
    ["a quantity of 2^64", withEntry(5, 5n, TOP + 1n)],
    ["a row of 2^15", withEntry(3, 1n << 15n, 1n)],
    ["a row of -1", withEntry(1, FIELD - 1n, 1n)],
    ["an auxiliary row", withEntry(1, (1n << 15n) + 4n, 1n)],
    ["free of 2^64", { ...block, free: TOP + 1n }],
    ["free of -1", { ...block, free: FIELD - 1n }],
    ["under of 2", { ...block, under: 2n }],
  ])("rejects %s", async (_, inputs) => {
    expect(await acceptsInputs(circuit, inputs)).toBe(false);
  });

  it.each([
    ["no range of quantities", "_ <== Bits(QUANTITY_BITS())(quantity[k]);", ""],
    [
      "quantities of 65 bits",
      "_ <== Bits(QUANTITY_BITS())(quantity[k]);",
      "_ <== Bits(QUANTITY_BITS() + 1)(quantity[k]);",
    ],
  ])("row 8: rejects a word reopened as another row and quantity (mutant: %s)", async (name, from, to) => {
    const mutant = await without(`reopen-${name.replaceAll(" ", "-")}`, from, to);
    const reopened = withEntry(0, 4n, 7n + (1n << 64n));
    const forged = await succeedsOnlyWithout(circuit, mutant, solving(reopened));
    expect(mutant.outputs(forged)).toEqual(await outputs(block));
  });

  it("row 8: rejects a row that borrows from the next entry (mutant: no range of rows)", async () => {
    const mutant = await without("rows", "_ <== Bits(ROW_BITS())(row[k]);");
    const reopened = withEntry(1, 6n, 9n - 1n, withEntry(0, 5n + (1n << 18n), 7n));
    const forged = await succeedsOnlyWithout(circuit, mutant, solving(reopened));
    expect(mutant.outputs(forged)).toEqual(await outputs(block));
  });

  it("row 10: an account's last block is no whole account (mutant: first not in the leaf hash)", async () => {
    const two = [holdings([5, 7n]), holdings([9, 8n])] as const;
    const identity = block.identity;
    const leaf = accountLeaf(identity, two.flat(), { free: 123n, under: 0 });
    const chain = blockHash(identity, two[0], leafMeta({ free: 0n, under: 0 }, 1));
    const last = asInputs(two[1]);
    expect((await outputs({ ...last, first: 0n, previous: chain })).slot).toBe(leaf);

    const truncated = { ...last, first: 1n, identity: chain };
    expect((await outputs(truncated)).slot).not.toBe(leaf);
    const mutant = await without("first", " + first * 2 ** FIRST_BIT()");
    const forge = async (target: Circuit): Promise<bigint[]> => {
      // The user's leaf, opened with and without her first block.
      const whole = target.outputs(await target.solve({ ...last, first: 0n, previous: chain }));
      return target.edit(await target.solve(truncated), { "main.slot": whole.slot!, "main.h": whole.h! });
    };
    await succeedsOnlyWithout(circuit, mutant, forge);
  });

  it("row 10: rejects a leaf that is in no slot (mutant: slot without its constraint)", async () => {
    const mutant = await without("slot", "slot <== last * h;", "slot <-- last * h;");
    const forge = async (target: Circuit): Promise<bigint[]> =>
      target.edit(await target.solve(block), { "main.slot": 0n });
    await succeedsOnlyWithout(circuit, mutant, forge);
  });

  it.each([
    ["free", "free * (1 - last) === 0;", { free: 1_000_000n, under: 0n }],
    ["under", "under * (1 - last) === 0;", { free: 0n, under: 1n }],
  ])(
    "row 14: rejects %s on a block that is not the last (mutant: not compared)",
    async (name, guard, free) => {
      const mutant = await without(`not-last-${name}`, guard);
      await succeedsOnlyWithout(circuit, mutant, solving({ ...block, last: 0n, ...free }));
      expect(await acceptsInputs(circuit, { ...block, last: 0n, free: 1n, under: 1n })).toBe(false);
    },
  );

  it.each([
    [
      "free one unit too high",
      { free: 123n, under: 0n },
      { free: 124n },
      "meta <== free + under",
      "meta <== under",
    ],
    ["under cleared", { free: 123n, under: 1n }, { under: 0n }, " + under * 2 ** UNDER_BIT()", ""],
  ])("row 14: %s is another leaf (mutant: not in the leaf hash)", async (name, free, change, from, to) => {
    const committed = { ...block, ...free };
    const changed = { ...committed, ...change };
    const mutant = await without(name.replaceAll(" ", "-"), from, to);
    const forge = async (target: Circuit): Promise<bigint[]> => {
      const { h } = target.outputs(await target.solve(committed));
      return target.edit(await target.solve(changed), { "main.h": h!, "main.slot": h! });
    };
    const forged = await succeedsOnlyWithout(circuit, mutant, forge);
    expect(mutant.outputs(forged).surplus).not.toBe((await outputs(committed)).surplus);
    expect((await outputs(changed)).h).not.toBe((await outputs(committed)).h);
  });

  it("row 14: rejects a surplus of the other sign (mutant: surplus without its constraint)", async () => {
    const mutant = await without(
      "surplus",
      "surplus <== (1 - 2 * under) * free;",
      "surplus <-- (1 - 2 * under) * free;",
    );
    const forge = async (target: Circuit): Promise<bigint[]> =>
      target.edit(await target.solve({ ...block, under: 1n }), { "main.surplus": 123n });
    await succeedsOnlyWithout(circuit, mutant, forge);
  });

  it("row 15: padding with a balance is another leaf (mutant: a word not in the leaf hash)", async () => {
    const padding = { ...asInputs(holdings()), identity: 0n, free: 0n };
    const leaf = accountLeaf(0n, [], { free: 0n, under: 0 });
    expect((await outputs(padding)).slot).toBe(leaf);
    const mutant = await without("word", "[prev, word0, word1, meta]", "[prev, word0, 0, meta]");
    const rich = { ...padding, row: padding.row.with(3, 5n), quantity: padding.quantity.with(3, TOP) };
    const forge = async (target: Circuit): Promise<bigint[]> => {
      const { h } = target.outputs(await target.solve(padding));
      return target.edit(await target.solve(rich), { "main.h": h!, "main.slot": h! });
    };
    await succeedsOnlyWithout(circuit, mutant, forge);
  });

  it("two users with the same holdings have two leaves (mutant: identity not used)", async () => {
    const mutant = await without("identity", "previous + first * (identity - previous)", "previous");
    const other = { ...block, identity: block.identity + 1n };
    expect((await outputs(other)).slot).not.toBe((await outputs(block)).slot);
    const same = [await mutant.witness(block), await mutant.witness(other)].map(
      (w) => mutant.outputs(w).slot,
    );
    expect(same[0]).toBe(same[1]);
  });

  it("equals the reference on random blocks, first and last or not", async () => {
    for (const [first, last] of [
      [1, 1],
      [1, 0],
      [0, 1],
      [0, 0],
    ] as const) {
      const opened = Array.from({ length: 6 }, () => ({
        row: random.int(1 << 15),
        quantity: random.bits(64),
      }));
      const free = last ? { free: random.bits(64), under: random.flag() } : ({ free: 0n, under: 0 } as const);
      const inputs = { ...block, ...asInputs(opened), first: BigInt(first), last: BigInt(last) };
      const result = await outputs({ ...inputs, free: free.free, under: BigInt(free.under) });
      const h = blockHash(first ? block.identity : block.previous, opened, leafMeta(free, first));
      const surplus = free.under ? (FIELD - free.free) % FIELD : free.free;
      expect(result).toEqual({ h, slot: last ? h : 0n, surplus });
    }
  });

  it("accepts the largest quantity, row and free", async () => {
    const largest = holdings(...Array.from({ length: 6 }, (): [number, bigint] => [(1 << 15) - 1, TOP]));
    const { h } = await outputs({ ...asInputs(largest), free: TOP, under: 1n });
    expect(h).toBe(blockHash(block.identity, largest, leafMeta({ free: TOP, under: 1 }, 1)));
  });
});

function asInputs(opened: readonly { row: number; quantity: bigint }[]): Block {
  const row = opened.map((entry) => BigInt(entry.row));
  return { ...block, row, quantity: opened.map((entry) => entry.quantity) };
}
