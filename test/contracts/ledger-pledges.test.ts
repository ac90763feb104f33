// One free backs one thing: pledges to several gates, in several epochs, beside payments; their renewal, release and payment.
import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send } from "../../prover/src/chain/sending.ts";
import { type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { type Stage, stageRegistry } from "../support/staged-epoch.ts";
import {
  attestWith,
  ledgerOf,
  NO_TOKEN,
  pledge,
  type Row,
  refusalOf,
  renew,
  type StagedEpoch,
  spend,
  TERM,
} from "../support/staged-ledger.ts";

const UNIT = 10n ** 10n;
let chain: LocalChain;
let stage: Stage;
let ledger: Contract;
let rows: Row[];
let epoch = 0n;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageRegistry(chain, { seed: "pledges" });
  ledger = await ledgerOf(stage);
  const [a, b] = (await Promise.all(stage.tokens.map((token) => token.getAddress()))) as [string, string];
  rows = [
    { token: a, decimals: 8, unitWeight: 3n },
    { token: b, decimals: 8, unitWeight: 5n },
  ];
});
afterAll(() => chain.close());

const attest = (): Promise<StagedEpoch> => attestWith(stage, ++epoch, rows);
const ask = (key: bigint, amount: bigint, asset = 0) => ({ key, asset, amount, charge: 3n * amount });
const pledged = (key: bigint): Promise<bigint> => call(ledger, "pledgedOf", key, rows[0]!.token);
const paid = (key: bigint, against: StagedEpoch): Promise<bigint> =>
  call(ledger, "paidSince", key, rows[0]!.token, against.epoch);
const release = async (id: bigint, by = stage.owner) => send(await ledgerOf(stage, by), "release", [id]);

describe("a pledge counts in every epoch until it ends (attack row 44)", () => {
  test("the same free is not pledged to two gates, nor pledged and paid", async () => {
    const key = stage.next();
    const against = await attest();
    const id = await pledge(stage, against, ask(key, 100n));
    expect(await pledged(key)).toBe(100n * UNIT);
    await expectRefusal(pledge(stage, against, { ...ask(key, 100n), by: stage.relayer }), "NothingOwed");
    await expectRefusal(spend(stage, against, ask(key, 100n)), "NothingOwed");
    await spend(stage, against, ask(key, 110n));
    expect(await paid(key, against)).toBe(10n * UNIT);
    // Another token is charged for it as well.
    await expectRefusal(
      spend(stage, against, { key, asset: 1, amount: 999n, charge: 330n + 499n }),
      "NothingOwed",
    );
    const kept = await call<Record<string, unknown>>(ledger, "pledgeOf", id);
    expect([kept.key, kept.gate, kept.amount]).toEqual([key, stage.owner.address, 100n * UNIT]);
  });

  test("one of an epoch is not spent in the next", async () => {
    const key = stage.next();
    await pledge(stage, await attest(), ask(key, 100n));
    const next = await attest();
    await expectRefusal(spend(stage, next, ask(key, 100n)), "NothingOwed");
    await spend(stage, next, ask(key, 105n));
    expect(await paid(key, next)).toBe(5n * UNIT);
    expect(await call(ledger, "chargeOf", key, next.epoch, next.snapshotTime)).toBe(315n);
    const later = await attest();
    expect(await call(ledger, "chargeOf", key, later.epoch, later.snapshotTime)).toBe(300n);
  });

  test("released it is free again, once", async () => {
    const key = stage.next();
    const against = await attest();
    const id = await pledge(stage, against, ask(key, 100n));
    await release(id);
    expect(await pledged(key)).toBe(0n);
    await expectRefusal(release(id), "PledgeUnknown", { id });
    await spend(stage, against, ask(key, 100n));
    expect(await paid(key, against)).toBe(100n * UNIT);
    expect((await call<{ amount: bigint }>(ledger, "pledgeOf", id)).amount).toBe(0n);
  });

  test("payload, vault and end are bound in the proof", async () => {
    const key = stage.next();
    const against = await attest();
    const until = (await chain.now()) + TERM;
    const good = { ...ask(key, 100n), until, payload: 3n, vault: stage.relayer.address };
    await pledge(stage, against, good);
    for (const [until, reason] of [
      [(await chain.now()) - 1n, "PledgeTermOutOfRange"],
      [(await chain.now()) + 3651n * 86_400n, "PledgeTermOutOfRange"],
    ] as const)
      await expectRefusal(pledge(stage, against, { ...good, until }), reason, { until });
  });
});

describe("who ends a pledge", () => {
  test("its gate at any time, anybody from its end on", async () => {
    const key = stage.next();
    const id = await pledge(stage, await attest(), ask(key, 100n));
    await expectRefusal(release(id, stage.relayer), "PledgeNotReleasable", { id, gate: stage.owner.address });
    await chain.setNextTime((await chain.now()) + TERM);
    await chain.provider.send("evm_mine", []);
    await release(id, stage.relayer);
    expect(await pledged(key)).toBe(0n);
  });

  test("its vault, by paying it: from then on it counts as a payment of that time", async () => {
    const key = stage.next();
    const [before, vault] = [await attest(), stage.relayer];
    const id = await pledge(stage, before, {
      ...ask(key, 100n),
      vault: vault.address,
      recipient: stage.exchange.address,
    });
    const nobody = await pledge(stage, before, ask(key, 130n));
    const between = await attest();
    const paying = await ledgerOf(stage, vault);
    await expectRefusal(send(ledger, "takePledged", [id]), "ConsumerOnly", { consumer: vault.address });
    await expectRefusal(send(paying, "takePledged", [nobody]), "ConsumerOnly", { consumer: NO_TOKEN });
    await expectRefusal(send(paying, "takePledged", [nobody + 1n]), "PledgeUnknown");
    expect(await call(paying, "takePledged", id)).toEqual([
      rows[0]!.token,
      stage.exchange.address,
      100n * UNIT,
    ]);
    await send(paying, "takePledged", [id]);
    await expectRefusal(send(paying, "takePledged", [id]), "PledgeUnknown");
    expect([await pledged(key), await paid(key, before), await paid(key, between)]).toEqual(
      [30n, 100n, 100n].map((units) => units * UNIT),
    );
    expect(await paid(key, await attest())).toBe(0n);
  });
});

describe("renewal", () => {
  test("shows a newer epoch in which payments since and all pledges are covered; anybody sends it", async () => {
    const key = stage.next();
    const old = await attest();
    const id = await pledge(stage, old, ask(key, 100n));
    await pledge(stage, old, { ...ask(key, 140n), by: stage.relayer });
    const newer = await attest();
    await spend(stage, newer, ask(key, 160n));
    const short = { needed: 160n, neededCharge: 480n };
    await expectRefusal(renew(stage, newer, id, ask(key, 159n)), "PledgeNotCovered", short);
    await expectRefusal(
      renew(stage, newer, id, { ...ask(key, 160n), charge: 479n }),
      "PledgeNotCovered",
      short,
    );
    await expectRefusal(renew(stage, newer, id, ask(key, 10_000n, 1)), "PledgeNotCovered");
    await expectRefusal(renew(stage, old, id, ask(key, 160n)), "PledgeNotNewer", { id, epoch: old.epoch });
    await expectRefusal(renew(stage, newer, id, ask(stage.next(), 160n)), "PledgeOfAnother", { id });
    await expectRefusal(renew(stage, newer, id, { ...ask(key, 160n), by: stage.relayer }), "ProofsRejected");
    await renew(stage, newer, id, ask(key, 160n));
    expect((await call<{ epoch: bigint }>(ledger, "pledgeOf", id)).epoch).toBe(newer.epoch);
    await expectRefusal(renew(stage, newer, id, ask(key, 160n)), "PledgeNotNewer");
    await expectRefusal(renew(stage, newer, 10_000n, ask(key, 160n)), "PledgeUnknown");
    await expectRefusal(call(ledger, "pledgeOf", 10_000n), "PledgeUnknown");
    await expectRefusal(call(ledger, "pledgeOf", 0n), "PledgeUnknown");
  });
});

describe("refusals", () => {
  test("speak of at most what is needed, in the numbers of their epoch's policy", async () => {
    const key = stage.next();
    const old = await attest();
    await pledge(stage, old, ask(key, 20n));
    const [first, second] = rows;
    const newer = await attestWith(stage, ++epoch, [second!, { ...first!, unitWeight: 4n }]);
    await spend(stage, newer, { key, asset: 1, amount: 30n, charge: 120n });
    // 20 pledged, 10 paid, 5 asked for: asset 1 here.
    const token = first!.token;
    expect(await call(ledger, "neededAt", key, newer.epoch, token, 5n * UNIT)).toEqual([1n, 35n, 140n]);
    const refuse = (amount: bigint, charge: bigint, asset = 1, of = key) =>
      call(
        ledger,
        "requireRefused",
        refusalOf(stage, newer, { key: of, asset, amount, charge }),
        key,
        token,
        5n * UNIT,
      );
    expect(await refuse(35n, 140n)).toBe(1n);
    expect(await refuse(34n, 1n)).toBe(1n);
    const needed = { needed: 35n, neededCharge: 140n };
    await expectRefusal(refuse(36n, 140n), "RefusalTooLarge", needed);
    await expectRefusal(refuse(35n, 141n), "RefusalTooLarge", needed);
    await expectRefusal(refuse(35n, 140n, 0), "ProofsRejected");
    await expectRefusal(refuse(35n, 140n, 1, key + 1n), "ProofsRejected");
    const good = refusalOf(stage, newer, { key, asset: 1, amount: 35n, charge: 140n });
    for (const [part, code] of [
      [{ root: good.root + 1n }, "BatchNotAttested"],
      [{ amount: 34n }, "ProofsRejected"],
      [{ circuitId: good.place.circuitId }, "LedgerCircuitUnknown"],
      [{ epoch: old.epoch }, "RefusalTooLarge"],
      [{ epoch: old.epoch, amount: 0n, charge: 0n }, "BatchNotAttested"],
    ] as const)
      await expectRefusal(call(ledger, "requireRefused", { ...good, ...part }, key, token, 5n * UNIT), code);
  });

  test("of a pledge leave out the other pledges: a second gate takes nothing from the first", async () => {
    const key = stage.next();
    const old = await attest();
    const id = await pledge(stage, old, ask(key, 20n));
    await pledge(stage, old, { ...ask(key, 90n), by: stage.relayer });
    await pledge(stage, old, { key, asset: 1, amount: 1_000n, charge: 270n + 1_500n });
    const newer = await attest();
    await spend(stage, newer, { ...ask(key, 97n), charge: 10_000n });
    expect(await call(ledger, "neededForPledge", id, newer.epoch)).toEqual([0n, 27n, 81n]);
    const refuse = (amount: bigint, charge: bigint) =>
      call(ledger, "requirePledgeRefused", refusalOf(stage, newer, { key, asset: 0, amount, charge }), id);
    expect(await refuse(27n, 81n)).toBe(0n);
    await expectRefusal(refuse(28n, 81n), "RefusalTooLarge", { needed: 27n, neededCharge: 81n });
    await release(id);
    await expectRefusal(refuse(27n, 81n), "PledgeUnknown");
  });
});
