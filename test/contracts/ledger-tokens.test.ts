// Tokens that lie about their decimals or say nothing, and keys with many of them.
import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { type Stage, stageRegistry } from "../support/staged-epoch.ts";
import {
  admit,
  attestWith,
  ledgerOf,
  NATIVE,
  type Row,
  type StagedEpoch,
  spend,
  take,
} from "../support/staged-ledger.ts";

let chain: LocalChain;
let stage: Stage;
let ledger: Contract;
let epoch = 0n;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageRegistry(chain, { seed: "tokens" });
  ledger = await ledgerOf(stage);
});
afterAll(() => chain.close());

const row = (token: string, unitWeight = 1n): Row => ({ token, decimals: 8, unitWeight });
const attest = (rows: Row[]): Promise<StagedEpoch> => attestWith(stage, ++epoch, rows);
const fickle = () => deploy(stage.owner, "FeedMock", 8, 1n);

describe("a token's decimals", () => {
  test("are those of its first use, whatever it says later: payments don't shrink", async () => {
    const key = stage.next();
    const [token, honest] = [await fickle(), await stage.tokens[0]!.getAddress()];
    const against = await attest([row(await token.getAddress()), row(honest)]);
    await spend(stage, against, { key, asset: 0, amount: 1_000n, charge: 1_000n });
    for (const decimals of [38, 0, 255]) {
      await (await token.getFunction("setDecimals").send(decimals)).wait();
      // One free, and the liar has had it.
      await expectRefusal(
        spend(stage, against, { key, asset: 1, amount: 1_000n, charge: 1_000n }),
        "NothingOwed",
      );
      await expectRefusal(
        spend(stage, against, { key, asset: 0, amount: 1_000n, charge: 1_000n }),
        "NothingOwed",
      );
      expect(await call(ledger, "chargeOf", key, against.epoch, against.snapshotTime)).toBe(1_000n);
    }
    await spend(stage, against, { key, asset: 1, amount: 1_000n, charge: 1_007n });
    expect(await call(ledger, "paidSince", key, honest, against.epoch)).toBe(7n * 10n ** 10n);
  });

  test("can't be learnt of an account, of a contract that reverts, or of more than 38; nobody else is held up", async () => {
    const key = stage.next();
    const wide = await deploy(stage.owner, "FeedMock", 39, 1n);
    const honest = await stage.tokens[1]!.getAddress();
    const bad = [stage.relayer.address, stage.registry, await wide.getAddress()];
    const against = await attest([...bad.map((token) => row(token)), row(honest)]);
    for (const asset of bad.keys()) {
      const ask = { key, asset, amount: 1_000n, charge: 1_000n };
      await expectRefusal(spend(stage, against, ask), "TokenDecimalsUnsupported", { token: bad[asset] });
      await expectRefusal(admit(stage, against, ask), "TokenDecimalsUnsupported");
    }
    await spend(stage, against, { key, asset: 3, amount: 1_000n, charge: 1_000n });
    expect(await call(ledger, "paidSince", key, honest, against.epoch)).toBe(10n);
  });

  test("that change between admission and payment: what is taken is counted with those that it was taken with", async () => {
    const key = stage.next();
    const token = await fickle();
    const where = await token.getAddress();
    const against = await attest([row(where), row(NATIVE)]);
    const claim = await admit(stage, against, { key, asset: 0, amount: 1_000n, charge: 1_000n });
    await (await token.getFunction("setDecimals").send(10)).wait();
    await take(stage, claim);
    expect(await call(ledger, "paidSince", key, where, against.epoch)).toBe(100_000n);
    expect(await call(ledger, "chargeOf", key, against.epoch, against.snapshotTime)).toBe(1_000n);
  });
});

test("the chain's own coin has 18 decimals", async () => {
  const key = stage.next();
  const against = await attest([row(NATIVE)]);
  await spend(stage, against, { key, asset: 0, amount: 5n, charge: 5n });
  expect(await call(ledger, "paidSince", key, NATIVE, against.epoch)).toBe(5n * 10n ** 10n);
});

test("a key with many tokens: each adds little to the gas of a payment, and all are charged", async () => {
  const key = stage.next();
  const count = 12;
  const tokens: string[] = [];
  for (let k = 0; k < count; k++) tokens.push(await (await fickle()).getAddress());
  const against = await attest(tokens.map((token) => row(token)));
  const gas: bigint[] = [];
  for (let asset = 0; asset < count; asset++) {
    const charge = 10n * BigInt(asset + 1);
    await expectRefusal(
      spend(stage, against, { key, asset, amount: 10n, charge: charge - 10n }),
      "NothingOwed",
    );
    const { gasUsed } = await spend(stage, against, { key, asset, amount: 10n, charge });
    gas.push(gasUsed);
  }
  expect(await call(ledger, "chargeOf", key, against.epoch, against.snapshotTime)).toBe(10n * BigInt(count));
  // Past the second, which begins the list.
  const perToken = Number(gas.at(-1)! - gas[2]!) / (count - 3);
  expect(perToken).toBeLessThan(11_000);
  expect(perToken).toBeGreaterThan(4_000);
});
