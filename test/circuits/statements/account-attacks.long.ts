import { beforeAll, describe, expect, it } from "vitest";
import { AUXILIARY_BASE, FIELD } from "../../../verifier/src/constants.ts";
import {
  accountInputsOf,
  type DeepInputs,
  type Held,
  holdingsOf,
  JUDGED,
  judgedAccount,
} from "../../support/account-circuit.ts";
import { type Circuit, loadCircuit, replaceOnce } from "../../support/circuit.ts";
import { seeded } from "../../support/random.ts";
import { stoppedByOneGuard } from "../../support/withdrawal.ts";

const PATH = "circuits/statements/account.circom";
const SIZE = [2, 1, 16] as const;
const spec = {
  name: "account-2-1-16",
  file: "statements/account.circom",
  template: "Account",
  parameters: [...SIZE],
  public: ["epoch", "policyTree", "minimumFree", "home", "context"],
};
const GUARDS = [
  ["units[i] * (1 - opened[i]) === 0;", ""],
  ["account.begun[i] * quantity[i][k];", "quantity[i][k];"],
  ["_ <== Bits(ROW_BITS())(hedgeRow[g] - AUXILIARY_BASE());", ""],
  ["tree === policyTree;", ""],
  ["_ <== Bits(QUANTITY_BITS())(minimumFree);", ""],
  ["_ <== Bits(bits)(margin.surplus - FREE_UNIT() * minimumFree);", ""],
  ["signal boundContext <== context * context;", ""],
] as const;

const random = seeded("account attacks");
const held: Held = { usdt: 10n ** 12n, usdtDebt: 10n ** 11n, btc: 5n * 10n ** 8n, btcPerpShort: 20_000n };
const { opening, request } = judgedAccount(random, holdingsOf(held));
const honest = accountInputsOf(opening, request, SIZE);
/** Positions: 6 in the block before, then usdt, usdtDebt, btc, btcPerpShort; the hedge is the last. */
const [DEBT, HEDGE] = [7, 12];
const ROW_FIELDS = [
  ...["opened", "cap", "group", "maxMaintenance", "maxInitial", "equity", "maintenance", "initial"],
  ...["pnl", "length", "leaf", "rowChild"],
];

/** Position `to` of `inputs` read as position `from` of other inputs is. */
function readAs(inputs: DeepInputs, to: number, other: DeepInputs, from: number): DeepInputs {
  const copied = ROW_FIELDS.map((name) => [
    name,
    (inputs[name] as bigint[]).with(to, (other[name] as bigint[])[from]!),
  ]);
  return { ...inputs, ...Object.fromEntries(copied) };
}

describe("an account is judged whole, by the policy that is shown", () => {
  let circuit: Circuit;
  let mutant: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit(spec);
    const mutate = GUARDS.map(([from, to]) => replaceOnce(PATH, from, to));
    mutant = await loadCircuit({ ...spec, name: "account-2-1-16-unguarded", mutate });
  });
  const stopped = (inputs: DeepInputs): Promise<bigint[]> =>
    stoppedByOneGuard(circuit, mutant, (target) => target.solve(inputs));

  it("accepts what is true", async () => {
    expect(request.hedges).toHaveLength(1);
    expect(circuit.accepts(await circuit.solve(honest))).toBe(true);
  });

  it("rejects a debt that is skipped, and counts for nothing", async () => {
    const without = accountInputsOf(
      { ...opening, holdings: holdingsOf({ ...held, usdtDebt: 0n }) },
      request,
      SIZE,
    );
    await stopped(readAs(honest, DEBT, without, DEBT));
  });

  it("rejects a balance in a block before the account's first", async () => {
    const rich = accountInputsOf(opening, request, SIZE);
    const put = (name: string, value: bigint): bigint[][] => {
      const [first, ...rest] = rich[name] as bigint[][];
      return [first!.with(0, value), ...rest];
    };
    const invented = readAs(rich, 0, honest, 6);
    const counted = { row: put("row", BigInt(JUDGED.usdt)), quantity: put("quantity", 10n ** 12n) };
    // It is in the sum that stands below minimumFree: one million quote more.
    const minimumFree = request.minimumFree + 10n ** 11n;
    await stopped({ ...invented, ...counted, minimumFree });
  });

  it("rejects an asset in a hedge's place: its credit a second time", async () => {
    const spot: Held = { btc: 10n ** 8n };
    const one = judgedAccount(random, holdingsOf(spot));
    const inputs = accountInputsOf(one.opening, { ...one.request, hedges: [] }, SIZE);
    const backs = (inputs.backs as bigint[][]).with(6, [1n]);
    const twice = {
      ...readAs(inputs, HEDGE, inputs, 6),
      hedgeRow: [BigInt(JUDGED.btc)],
      hedged: [10n ** 8n],
      backs,
    };
    await stopped({ ...twice, minimumFree: 2n * one.request.minimumFree });
  });

  it("rejects the root of another policy", async () => {
    await stopped({ ...honest, policyTree: 5n });
  });

  it("rejects one unit more, and a number below zero", async () => {
    await stopped({ ...honest, minimumFree: request.minimumFree + 1n });
    await stopped({ ...honest, minimumFree: FIELD - 1n });
  });

  it("row 24: rejects another context in a finished proof", async () => {
    const forge = async (target: Circuit): Promise<bigint[]> =>
      target.edit(await target.solve(honest), { "main.context": 99n });
    await stoppedByOneGuard(circuit, mutant, forge);
  });

  it("rejects a hedge row below the auxiliary ones even where nothing is hedged", async () => {
    const idle = accountInputsOf(opening, { ...request, hedges: [], minimumFree: 0n }, SIZE);
    expect(idle.hedgeRow).toEqual([BigInt(AUXILIARY_BASE)]);
    const row = AUXILIARY_BASE - 1;
    const unused = accountInputsOf(
      { ...opening, holdings: [{ row, quantity: 0n }] },
      { ...request, hedges: [] },
      SIZE,
    );
    await stopped({ ...readAs(idle, HEDGE, unused, 6), hedgeRow: [BigInt(row)] });
  });
});
