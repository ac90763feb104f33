import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send } from "../../prover/src/chain/sending.ts";
import { home } from "../../verifier/src/encodings/identity.ts";
import { LEDGER_ACTIONS, withdrawalContext } from "../../verifier/src/withdrawal/context.ts";
import { type LocalChain, localChain } from "../support/chain.ts";
import { call } from "../support/refusal.ts";
import { type Stage, stageRegistry } from "../support/staged-epoch.ts";
import { attestWith, ledgerOf, type Row, type StagedEpoch, withdrawalOf } from "../support/staged-ledger.ts";

let chain: LocalChain;
let stage: Stage;
let ledger: Contract;
let vault: string;
let rows: Row[];
let one: StagedEpoch;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageRegistry(chain, { seed: "spend" });
  ledger = await ledgerOf(stage);
  vault = stage.owner.address;
  rows = await Promise.all(
    stage.tokens.map(async (token) => ({ token: await token.getAddress(), decimals: 8, unitWeight: 3n })),
  );
  one = await attestWith(stage, 1n, rows);
});
afterAll(() => chain.close());

describe("home and context are what TypeScript has", () => {
  test("home", async () => {
    expect(await call(ledger, "home")).toBe(home(chain.chainId, BigInt(stage.registry)));
  });
  test("context of each action", async () => {
    for (const [number, action] of LEDGER_ACTIONS.entries()) {
      const input = {
        chainId: chain.chainId,
        ledger: BigInt(stage.ledger),
        action,
        consumer: 5n,
        payload: 7n,
      };
      const consumer = `0x${"5".padStart(40, "0")}`;
      const payload = `0x${"7".padStart(64, "0")}`;
      expect(await call(ledger, "contextOf", number, consumer, payload)).toBe(withdrawalContext(input));
    }
  });
});

test("spends what is proved, once", async () => {
  const key = stage.next();
  const w = withdrawalOf(stage, one, {
    key,
    asset: 0,
    amount: 100n,
    charge: 300n,
    action: "Spend",
    consumer: vault,
  });
  await send(ledger, "spend", [w, `0x${"0".repeat(64)}`]);
  expect(await call(ledger, "paidSince", key, rows[0]!.token, 1n)).toBe(100n * 10n ** 10n);
});
