// Payments between openings, voided openings, older and newer proofs, and policies that number their assets differently.
import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { type Stage, stageRegistry } from "../support/staged-epoch.ts";
import {
  admit,
  attestOpened,
  attestWith,
  ledgerOf,
  NO_TOKEN,
  openWith,
  type Row,
  type StagedEpoch,
  spend,
  take,
} from "../support/staged-ledger.ts";

const UNIT = 10n ** 10n;
let chain: LocalChain;
let stage: Stage;
let ledger: Contract;
let a: string;
let b: string;
let epoch = 0n;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageRegistry(chain, { seed: "epochs" });
  ledger = await ledgerOf(stage);
  [a, b] = (await Promise.all(stage.tokens.map((token) => token.getAddress()))) as [string, string];
});
afterAll(() => chain.close());

/** Assets 0 and 1, of 18 and 6 decimals in rows of 8. */
const usual = (): Row[] => [
  { token: a, decimals: 8, unitWeight: 3n },
  { token: b, decimals: 8, unitWeight: 5n },
];
const attest = (rows = usual()): Promise<StagedEpoch> => attestWith(stage, ++epoch, rows);
const open = (rows = usual()): Promise<StagedEpoch> => openWith(stage, ++epoch, rows);
const paid = (key: bigint, against: StagedEpoch, token = a): Promise<bigint> =>
  call(ledger, "paidSince", key, token, against.epoch);
const ask = (key: bigint, amount: bigint, asset = 0) => ({ key, asset, amount, charge: 3n * amount });

describe("a payment counts for the epochs that were opened before it, and for no others (attack row 44)", () => {
  test("between opening and attestation it counts for the epoch that is opened", async () => {
    const key = stage.next();
    const before = await attest();
    const opened = await open();
    // A forced exit against the epoch before, paid after the opening: the snapshot may not have seen it.
    await spend(stage, before, ask(key, 100n));
    const after = await attestOpened(stage, opened);
    expect(await paid(key, after)).toBe(100n * UNIT);
    await expectRefusal(spend(stage, after, ask(key, 100n)), "NothingOwed");
    await spend(stage, after, ask(key, 130n));
    // An epoch that is opened later sees it.
    const later = await attest();
    expect(await paid(key, later)).toBe(0n);
    expect(await paid(key, before)).toBe(130n * UNIT);
    await spend(stage, later, ask(key, 20n));
    expect([await paid(key, before), await paid(key, after), await paid(key, later)]).toEqual(
      [150n, 150n, 20n].map((units) => units * UNIT),
    );
  });

  test("a voided opening is one as any other: what was paid before the next is not held against the next", async () => {
    const key = stage.next();
    const before = await attest();
    await open();
    await spend(stage, before, ask(key, 70n));
    const next = await attest();
    expect(await paid(key, next)).toBe(0n);
    await spend(stage, next, ask(key, 10n));
    // Against the one before, everything counts: under the void one, and under the next.
    await expectRefusal(spend(stage, before, ask(key, 80n)), "NothingOwed");
    await spend(stage, before, ask(key, 81n));
    expect(await paid(key, next)).toBe(11n * UNIT);
  });

  test("a proof against an epoch counts what was proved against a newer one since, and against an older one", async () => {
    const key = stage.next();
    const [old, newer] = [await attest(), await attest()];
    await spend(stage, newer, ask(key, 50n));
    await expectRefusal(spend(stage, old, ask(key, 50n)), "NothingOwed");
    await spend(stage, old, ask(key, 60n));
    await expectRefusal(spend(stage, newer, ask(key, 60n)), "NothingOwed");
    expect(await paid(key, newer)).toBe(60n * UNIT);
  });

  test("a claim that was admitted before an opening is taken after it, and counts there", async () => {
    const key = stage.next();
    const claim = await admit(stage, await attest(), ask(key, 100n));
    const newer = await attest();
    await take(stage, claim, 30n * UNIT);
    await expectRefusal(spend(stage, newer, ask(key, 30n)), "NothingOwed");
    await spend(stage, newer, ask(key, 90n));
    await take(stage, claim);
    expect(await paid(key, newer)).toBe(100n * UNIT);
  });

  test("over many epochs each sees what came since, and no key another's", async () => {
    const [key, other] = [stage.next(), stage.next()];
    const epochs: StagedEpoch[] = [];
    for (let i = 0; i < 6; i++) {
      epochs.push(await attest());
      if (i !== 2) await spend(stage, epochs[i]!, ask(key, 10n ** BigInt(i)));
    }
    const sums = [111_011n, 111_010n, 111_000n, 111_000n, 110_000n, 100_000n];
    for (const [i, against] of epochs.entries()) {
      expect(await paid(key, against)).toBe(sums[i]! * UNIT);
      expect(await paid(other, against)).toBe(0n);
    }
    expect(await call(ledger, "paidSince", key, a, 0n)).toBe(sums[0]! * UNIT);
    expect(await call(ledger, "paidSince", key, a, epoch + 5n)).toBe(0n);
  });
});

describe("policies differ from epoch to epoch", () => {
  test("a stale leaf under a policy whose asset 0 is another coin takes its own coin, and nothing more (attack row 45)", async () => {
    const key = stage.next();
    const stale = await attest();
    const [first, second] = usual();
    const swapped = await attest([second!, first!]);
    // The same number of asset is b under the newer policy, and a under the older one.
    await spend(stage, swapped, { key, asset: 1, amount: 40n, charge: 120n });
    expect([await paid(key, stale), await paid(key, swapped)]).toEqual([40n * UNIT, 40n * UNIT]);
    // What was paid of token a stands against asset 0 of the old policy, whatever number it had.
    await expectRefusal(spend(stage, stale, ask(key, 40n)), "NothingOwed");
    await spend(stage, stale, ask(key, 41n));
    expect(await paid(key, swapped)).toBe(41n * UNIT);
    expect(await paid(key, swapped, b)).toBe(0n);
  });

  test("an expired instrument or a mark of today does not matter to a stale leaf: its own policy charges", async () => {
    const key = stage.next();
    const [first, second] = usual();
    const cheap = await attestWith(stage, ++epoch, usual(), { nextExpiry: await chain.now() });
    const dear = await attest([{ ...first!, unitWeight: 30n }, second!]);
    await spend(stage, cheap, { key, asset: 0, amount: 100n, charge: 300n });
    expect(await call(ledger, "chargeOf", key, cheap.epoch, cheap.snapshotTime)).toBe(300n);
    // The same payment takes ten times as much of what the newer epoch proves.
    expect(await call(ledger, "chargeOf", key, dear.epoch, dear.snapshotTime)).toBe(3_000n);
    await expectRefusal(spend(stage, dear, { key, asset: 0, amount: 200n, charge: 3_029n }), "NothingOwed");
    await spend(stage, dear, { key, asset: 0, amount: 200n, charge: 3_030n });
    expect(await paid(key, dear)).toBe(101n * UNIT);
  });

  test("a row of other decimals counts the same tokens in its own units, rounded up", async () => {
    const key = stage.next();
    const [first, second] = usual();
    const fine = await attest([{ ...first!, decimals: 18 }, second!]);
    const coarse = await attest([{ ...first!, decimals: 2 }, second!]);
    await spend(stage, fine, { key, asset: 0, amount: 10n ** 16n + 1n, charge: 10n ** 20n });
    // 10^16 wei are a hundredth; one wei more is two of them.
    await expectRefusal(spend(stage, coarse, { key, asset: 0, amount: 2n, charge: 9n }), "NothingOwed");
    await expectRefusal(spend(stage, coarse, { key, asset: 0, amount: 3n, charge: 8n }), "NothingOwed");
    await spend(stage, coarse, { key, asset: 0, amount: 3n, charge: 9n });
    const needed = await call<bigint[]>(ledger, "neededAt", key, fine.epoch, a, 0n);
    expect(needed).toEqual([0n, 2n * 10n ** 16n + 1n, 3n * (2n * 10n ** 16n + 1n)]);
    expect(await call(ledger, "neededAt", key, coarse.epoch, a, 1n)).toEqual([0n, 3n, 9n]);
  });

  test("a token that a policy does not list charges nothing there, and needs no number", async () => {
    const key = stage.next();
    const [first, second] = usual();
    const both = await attest();
    const only = await attest([second!]);
    await spend(stage, both, ask(key, 100n));
    expect(await call(ledger, "chargeOf", key, both.epoch, both.snapshotTime)).toBe(300n);
    expect(await call(ledger, "chargeOf", key, both.epoch, only.snapshotTime)).toBe(0n);
    const refused = { epoch: only.epoch, token: a };
    await expectRefusal(call(ledger, "neededAt", key, only.epoch, a, 0n), "TokenNotListed", refused);
    await expectRefusal(call(ledger, "neededAt", key, both.epoch, NO_TOKEN, 0n), "TokenNotListed");
    const gap = await attest([{ ...first!, token: NO_TOKEN }, second!]);
    await expectRefusal(call(ledger, "neededAt", key, gap.epoch, NO_TOKEN, 0n), "TokenNotListed");
    await expectRefusal(call(ledger, "chargeOf", key, 1n, 12_345n), "NotPublished", {
      observationTime: 12_345n,
    });
    await expectRefusal(call(ledger, "neededAt", key, epoch + 1n, a, 0n), "NotAttested");
  });

  test("an asset of no weight is limited by its balance alone", async () => {
    const key = stage.next();
    const [first, second] = usual();
    const against = await attest([{ ...first!, unitWeight: 0n }, second!]);
    await spend(stage, against, { key, asset: 0, amount: 50n, charge: 0n });
    expect(await paid(key, against)).toBe(50n * UNIT);
    await spend(stage, against, { key, asset: 1, amount: 200n, charge: 1_000n });
    await spend(stage, against, { key, asset: 0, amount: 60n, charge: 0n });
    expect(await paid(key, against)).toBe(60n * UNIT);
  });

  test("numbers that no account has run into bounds, not into overflows", async () => {
    const key = stage.next();
    const huge = (1n << 128n) - 1n;
    const most = (1n << 256n) - 1n;
    const wild: Row[] = [];
    for (const decimals of [0, 38])
      wild.push({
        token: await (await deploy(stage.owner, "FeedMock", decimals, 1n)).getAddress(),
        decimals: 0,
        unitWeight: 0n,
      });
    const against = await attest([...wild, ...usual()]);
    for (const [asset, { token }] of wild.entries()) {
      await spend(stage, against, { key, asset, amount: huge, charge: 0n });
      expect(await paid(key, against, token)).toBe(huge);
      await expectRefusal(spend(stage, against, { key, asset, amount: huge, charge: 0n }), "NothingOwed");
    }
    const dear = await attest([
      ...wild.map((row) => ({ ...row, decimals: 18, unitWeight: huge })),
      ...usual(),
    ]);
    expect(await call(ledger, "chargeOf", key, against.epoch, dear.snapshotTime)).toBe(most);
    expect(await call(ledger, "neededAt", key, dear.epoch, a, most)).toEqual([
      2n,
      (huge + UNIT - 1n) / UNIT,
      3n * ((huge + UNIT - 1n) / UNIT),
    ]);
    expect(await call(ledger, "neededAt", key, against.epoch, a, 0n)).toEqual([2n, 0n, 0n]);
    // An epoch that is opened later is charged for none of it.
    const late = await attest([
      ...wild.map((row) => ({ ...row, decimals: 18, unitWeight: huge })),
      ...usual(),
    ]);
    await spend(stage, late, { key, asset: 2, amount: 5n, charge: 15n });
    expect(await paid(key, late)).toBe(5n * UNIT);
  });
});
