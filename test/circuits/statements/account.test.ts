import { beforeAll, describe, expect, it } from "vitest";
import { accountSignalList, accountSignals } from "../../../verifier/src/account/statement.ts";
import { FIELD, MAX_QUANTITY, PUBLIC_SIGNALS } from "../../../verifier/src/constants.ts";
import { compilePolicy } from "../../../verifier/src/policy/compile.ts";
import { policyRowLeaf, policyTree } from "../../../verifier/src/policy/policy-tree.ts";
import {
  accountInputsOf,
  type DeepInputs,
  FULL,
  holdingsOf,
  JUDGED,
  judged,
  judgedAccount,
} from "../../support/account-circuit.ts";
import { acceptsInputs } from "../../support/attack.ts";
import { type Circuit, loadCircuit } from "../../support/circuit.ts";
import {
  tinyMarks,
  tinyRiskParameters,
  twoGroupMarks,
  twoGroupRiskParameters,
} from "../../support/policies.ts";
import { seeded } from "../../support/random.ts";

const random = seeded("account");
const { opening, request } = judgedAccount(random, holdingsOf(FULL));
const honest = accountInputsOf(opening, request);
/** Of the last one in `opening`, in order: 0 eth, 1 usdt, 2 usdtDebt, 3 ethPerpShort, 4 ethCallLong, 5 ethPutShort; 6 the hedge. */
const [ETH, DEBT, SHORT, HEDGE] = [0, 2, 3, 6];

describe("account-1", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit("account-1");
  });
  const accepts = (change: Partial<DeepInputs>): Promise<boolean> =>
    acceptsInputs(circuit, { ...honest, ...(change as DeepInputs) });
  const at = (name: string, k: number, value: bigint): DeepInputs => ({
    [name]: (honest[name] as bigint[]).with(k, value),
  });

  it("has its public signals in the order of the table", () => {
    const names = PUBLIC_SIGNALS.account.map((_, i) => circuit.signal(1 + i).replace("main.", ""));
    expect(names).toEqual(PUBLIC_SIGNALS.account);
    const { outputs, publicInputs } = circuit.system.r1cs;
    expect(outputs + publicInputs).toBe(PUBLIC_SIGNALS.account.length);
  });

  it("shows the largest surplus that there is, and not one unit more", async () => {
    expect(request.hedges).toHaveLength(1);
    expect(request.minimumFree).toBeGreaterThan(0n);
    const witness = await circuit.witness(honest);
    expect(circuit.publicSignals(witness)).toEqual(accountSignalList(accountSignals(opening, request)));
    expect(await accepts({ minimumFree: request.minimumFree + 1n })).toBe(false);
    expect(await accepts({ minimumFree: FIELD - 1n })).toBe(false);
  });

  it.each<[string, DeepInputs]>([
    ["a worst loss too small by one unit", { maximum: [(honest.maximum as bigint[])[0]! - 1n] }],
    ["a debt that is skipped", at("opened", DEBT, 0n)],
    ["a losing position that is skipped", at("opened", SHORT, 0n)],
    ["a position that is in no slot", { share: (honest.share as bigint[][]).with(SHORT, [0n]) }],
    ["a smaller charge", { charge: [(honest.charge as bigint[])[0]! - 1n] }],
    ["a weight that is not the row's", at("initial", ETH, (honest.initial as bigint[])[ETH]! + 1n)],
    ["a cap that is not the row's", at("cap", 1, (honest.cap as bigint[])[HEDGE]!)],
    ["the length of another list", at("length", SHORT, 47n)],
    ["a hedge beyond the holding", { hedged: [FULL.eth! + 1n] }],
    ["a hedge of nothing", { backs: (honest.backs as bigint[][]).with(ETH, [0n]) }],
    ["a hedge of another asset's entry", { backs: (honest.backs as bigint[][]).with(1, [1n]) }],
    [
      "a debt as a holding of 2^64 more",
      { quantity: [(honest.quantity as bigint[][])[0]!.with(DEBT, FIELD - 1n)] },
    ],
    ["another secret", { secret: 7n }],
    ["another epoch", { epoch: opening.epoch + 1n }],
    ["another home", { home: opening.home + 1n }],
  ])("rejects %s", async (_, change) => {
    expect(await accepts(change)).toBe(false);
  });

  it("rejects the P&L of one scenario changed, of any", async () => {
    for (const s of [0, 39]) {
      const pnl = structuredClone(honest.pnl) as bigint[][];
      pnl[SHORT]![s] = (pnl[SHORT]![s]! + 1n) % FIELD;
      expect(await accepts({ pnl })).toBe(false);
    }
  });

  it("rejects another row's leaf in an entry's place: its number is in the leaf", async () => {
    // The USDT that is owed, opened as the USDT that is owned.
    const copied = ["cap", "group", "maxMaintenance", "maxInitial", "equity", "maintenance", "initial"];
    const other = Object.fromEntries(
      [...copied, "pnl", "length", "leaf", "rowChild"].map((name) => {
        const list = structuredClone(honest[name]) as bigint[];
        list[DEBT] = list[1]!;
        return [name, list];
      }),
    );
    expect(await accepts(other)).toBe(false);
    expect(await accepts({ row: [(honest.row as bigint[][])[0]!.with(DEBT, BigInt(JUDGED.usdt))] })).toBe(
      false,
    );
  });

  it("rejects an asset in a hedge's place: credit without the asset", async () => {
    const eth = JUDGED.eth;
    const names = ["cap", "group", "maxMaintenance", "maxInitial", "equity", "maintenance", "initial"];
    const other = Object.fromEntries(
      [...names, "pnl", "length", "leaf", "rowChild"].map((name) => {
        const list = structuredClone(honest[name]) as bigint[];
        list[HEDGE] = list[ETH]!;
        return [name, list];
      }),
    );
    expect(await accepts({ ...other, hedgeRow: [BigInt(eth)], slot: [0n], charge: [0n] })).toBe(false);
  });

  it("rejects the rows of another policy under this one's root, and shows that policy's root where they are its own", async () => {
    const cheaper = compilePolicy(twoGroupRiskParameters, {
      ...twoGroupMarks,
      spot: { ...twoGroupMarks.spot, ETH: { price: "3100" } },
    });
    const tree = policyTree(cheaper.coefficients);
    const other = judgedAccount(random, holdingsOf(FULL), { policy: cheaper, tree });
    expect(other.request.minimumFree).not.toBe(request.minimumFree);
    const inputs = accountInputsOf(opening, other.request);
    const witness = await circuit.witness(inputs);
    expect(circuit.publicSignals(witness)).toEqual(accountSignalList(accountSignals(opening, other.request)));
    const { policyTree: root, top } = honest as DeepInputs;
    expect(await acceptsInputs(circuit, { ...inputs, policyTree: root! })).toBe(false);
    expect(await acceptsInputs(circuit, { ...inputs, policyTree: root!, top: top! })).toBe(false);
  });

  it("judges with no hedge, no instrument, no holding, unused entries and a policy of fewer scenarios", async () => {
    const tiny = compilePolicy(tinyRiskParameters, tinyMarks);
    const small = { policy: tiny, tree: policyTree(tiny.coefficients) };
    const { layout } = tiny;
    const cases = [
      judgedAccount(random, []),
      judgedAccount(random, holdingsOf({ usdt: 10n ** 12n, btcPerpShort: 100n })),
      judgedAccount(
        random,
        [
          { row: layout.asset(0), quantity: 10n ** 9n },
          { row: layout.short(0, 0), quantity: 5_000n },
        ],
        small,
      ),
    ];
    for (const one of cases) {
      const witness = await circuit.witness(accountInputsOf(one.opening, one.request));
      expect(circuit.publicSignals(witness)).toEqual(
        accountSignalList(accountSignals(one.opening, one.request)),
      );
    }
  });

  it("judges an account that was under its initial margin then, whatever free it had", async () => {
    const { opening: under } = judgedAccount(random, holdingsOf(FULL));
    const poor = accountInputsOf(under, request);
    expect(await acceptsInputs(circuit, poor)).toBe(true);
    expect(await acceptsInputs(circuit, { ...poor, under: 1n })).toBe(false);
  });

  it("rejects a leaf that is a part of another: the second chunk of a list as a row", async () => {
    // Length would have to be (state - tag) / 2^32, which is no small number.
    const row = judged.tree.rows.get(JUDGED.ethPerpShort)!;
    expect(policyRowLeaf(row)).toBe((honest.leaf as bigint[])[SHORT]);
    expect(await accepts(at("length", SHORT, policyRowLeaf({ ...row, scenarios: [] })))).toBe(false);
    expect(await accepts(at("length", SHORT, MAX_QUANTITY))).toBe(false);
  });
});
