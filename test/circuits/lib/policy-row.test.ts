import { beforeAll, describe, expect, it } from "vitest";
import { FIELD, SPONGE_RATE, TAG } from "../../../verifier/src/constants.ts";
import { sponge } from "../../../verifier/src/encodings/sponge.ts";
import { toField } from "../../../verifier/src/field.ts";
import {
  type PolicyRow,
  policyRowLeaf,
  policyTreeChildren,
} from "../../../verifier/src/policy/policy-tree.ts";
import { poseidon } from "../../../verifier/src/poseidon.ts";
import { JUDGED, judged } from "../../support/account-circuit.ts";
import { acceptsInputs } from "../../support/attack.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";
import { stoppedByOneGuard } from "../../support/withdrawal.ts";

const PATH = "circuits/lib/policy-row.circom";
const SCENARIOS = 16;
const spec = {
  name: "policy-row",
  file: "lib/policy-row.circom",
  template: "PolicyRow",
  parameters: [SCENARIOS],
  public: ["row", "initial", "top"],
} as const;
const GUARDS = ["_ <== Bits(12)(length);", "Member(chunks)(leaf, ends);", "Member(arity)(found, top);"];

/** Inputs that open a row of the judged policy. */
function opened(number: number) {
  const row = judged.tree.rows.get(number)!;
  const [first, second, third, top] = policyTreeChildren(judged.tree, number);
  return {
    opened: 1n,
    ...{ row: BigInt(row.row), cap: BigInt(row.cap), group: BigInt(row.group) },
    ...{ maxMaintenance: toField(row.maxMaintenance), maxInitial: toField(row.maxInitial) },
    ...{ equity: toField(row.equity), maintenance: toField(row.maintenance), initial: toField(row.initial) },
    scenario: Array.from({ length: SCENARIOS }, (_, s) => toField(row.scenarios[s] ?? 0n)),
    length: BigInt(8 + row.scenarios.length),
    leaf: policyRowLeaf(row),
    child: [first!, second!, third!],
    top: top!,
  };
}

describe("PolicyRow", () => {
  const honest = opened(JUDGED.btcPerpShort);
  let circuit: Circuit;
  let mutant: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(spec);
    const mutate = GUARDS.map((guard) => replaceOnce(PATH, guard, ""));
    mutant = await loadCircuit({ ...spec, name: "policy-row-unguarded", mutate });
  });

  describe("(mutant: without its guards)", () => {
    it.each<[string, object]>([
      ["another weight", { initial: honest.initial + 1n }],
      ["another number", { row: honest.row + 1n }],
      ["another group", { group: 0n }],
      ["another scenario's P&L", { scenario: honest.scenario.with(9, 0n) }],
      ["another length", { length: honest.length + 1n }],
    ])("rejects %s than the leaf's", async (_, change) => {
      await stoppedByOneGuard(circuit, mutant, (target) => target.solve({ ...honest, ...change }));
    });

    it("rejects a row of the prover's own, in a tree of its own", async () => {
      const rich: PolicyRow = { ...judged.tree.rows.get(JUDGED.usdt)!, initial: 1n << 90n };
      let node = policyRowLeaf(rich);
      const inputs = { ...opened(JUDGED.usdt), initial: rich.initial, leaf: node };
      const child = [0, 1, 2].map(() => {
        const children = [node, ...Array<bigint>(15).fill(0n)];
        node = poseidon(children);
        return children;
      });
      await stoppedByOneGuard(circuit, mutant, (target) => target.solve({ ...inputs, child }));
    });

    it("rejects the second chunk of a leaf's list as a row: its length would be the state before", async () => {
      const { row, cap, group, maxMaintenance, maxInitial, equity, maintenance, initial } = honest;
      const head = [row, cap, group, maxMaintenance, maxInitial, equity, maintenance, initial];
      const list = [...head, ...honest.scenario];
      const state = poseidon([TAG.POLICY_ROW + (BigInt(list.length) << 32n), ...list.slice(0, SPONGE_RATE)]);
      expect(sponge(TAG.POLICY_ROW, list)).toBe(honest.leaf);
      const rest = [...list.slice(SPONGE_RATE), ...Array<bigint>(SCENARIOS).fill(0n)];
      const length = divided(state - TAG.POLICY_ROW, 1n << 32n);
      // A P&L becomes the number of a row, another its weight.
      const names = [
        "row",
        "cap",
        "group",
        "maxMaintenance",
        "maxInitial",
        "equity",
        "maintenance",
        "initial",
      ];
      const read = Object.fromEntries(names.map((name, i) => [name, rest[i]!]));
      const forgery = { ...honest, ...read, scenario: rest.slice(8, 8 + SCENARIOS), length };
      await stoppedByOneGuard(circuit, mutant, (target) => target.solve(forgery));
    });
  });

  it("opens rows of 16 scenarios or none, and lets what does not count be anything", async () => {
    const { usdt, usdtDebt, btc, btcPerpLong, btcHedge } = JUDGED;
    for (const row of [usdt, usdtDebt, btc, btcPerpLong, btcHedge])
      expect(await acceptsInputs(circuit, opened(row))).toBe(true);
    const nothing = { ...honest, opened: 0n, top: Array<bigint>(16).fill(5n) };
    expect(await acceptsInputs(circuit, nothing)).toBe(true);
    expect(await acceptsInputs(circuit, { ...nothing, opened: 1n })).toBe(false);
  });

  it("leaves P&L beyond the row's own list open: the scenarios of collateral, which has none", async () => {
    const usdt = opened(JUDGED.usdt);
    // The first chunk, which the leaf is, has room for six.
    const room = SPONGE_RATE - 8;
    for (const s of [0, room - 1, room, SCENARIOS - 1]) {
      const inputs = { ...usdt, scenario: usdt.scenario.with(s, 1n) };
      expect(await acceptsInputs(circuit, inputs)).toBe(s >= room);
    }
  });
});

function divided(n: bigint, d: bigint): bigint {
  let [inverse, base, exponent] = [1n, d, FIELD - 2n];
  for (; exponent > 0n; exponent >>= 1n, base = (base * base) % FIELD)
    if (exponent & 1n) inverse = (inverse * base) % FIELD;
  return toField(n * inverse);
}
