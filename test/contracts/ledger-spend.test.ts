// Whether a proof counts at all, and that it counts once: bound to chain, registry, ledger, action, consumer and payload.
import { type Contract, Interface, toBeHex, ZeroHash } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contractArtifact } from "../../prover/src/chain/artifacts.ts";
import { errorsWithoutWords, withWords } from "../../prover/src/chain/errors.ts";
import { circuitIdOf } from "../../prover/src/chain/registry.ts";
import { send } from "../../prover/src/chain/sending.ts";
import { FIELD } from "../../verifier/src/constants.ts";
import { home } from "../../verifier/src/encodings/identity.ts";
import { BASE_FIELD } from "../../verifier/src/groth16/key.ts";
import { LEDGER_ACTIONS, withdrawalContext } from "../../verifier/src/withdrawal/context.ts";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { type Stage, stageRegistry } from "../support/staged-epoch.ts";
import {
  admit,
  attestWith,
  type Demand,
  ledgerOf,
  NO_TOKEN,
  type Row,
  type StagedEpoch,
  spend,
  take,
  withdrawalOf,
} from "../support/staged-ledger.ts";
import { addMultiple, g1, multiplyTwist } from "../support/trapdoor.ts";

const KEY = 77n;
let chain: LocalChain;
let stage: Stage;
let ledger: Contract;
let rows: Row[];
let one: StagedEpoch;
beforeAll(async () => {
  chain = await localChain();
  stage = await stageRegistry(chain, { seed: "spend" });
  ledger = await ledgerOf(stage);
  const [token0, token1] = await Promise.all(stage.tokens.map((token) => token.getAddress()));
  // The tokens have 18 and 6 decimals.
  rows = [
    { token: token0!, decimals: 8, unitWeight: 3n },
    { token: token1!, decimals: 8, unitWeight: 5n },
    { token: NO_TOKEN, decimals: 8, unitWeight: 1n },
  ];
  one = await attestWith(stage, 1n, rows, { batches: 2 });
});
afterAll(() => chain.close());

const demand = (part: Partial<Demand> = {}): Demand => ({
  ...{ key: KEY, asset: 0, amount: 100n, charge: 300n, action: "Spend", consumer: stage.owner.address },
  ...part,
});
const spent = (key: bigint, row = 0): Promise<bigint> => call(ledger, "paidSince", key, rows[row]!.token, 1n);
type Words = Record<string, unknown>;

describe("home and context are what TypeScript has", () => {
  test("home", async () => {
    expect(await call(ledger, "home")).toBe(home(chain.chainId, BigInt(stage.registry)));
    expect(await call(ledger, "registry")).toBe(stage.registry);
  });

  test("every part of the context counts: no two actions, consumers, payloads, ledgers or chains share one", async () => {
    const input = {
      chainId: chain.chainId,
      ledger: BigInt(stage.ledger),
      consumer: 5n,
      payload: 7n,
    } as const;
    const contexts = new Set<bigint>();
    for (const [number, action] of LEDGER_ACTIONS.entries()) {
      const context = withdrawalContext({ ...input, action });
      expect(await call(ledger, "contextOf", number, toBeHex(5n, 20), toBeHex(7n, 32))).toBe(context);
      contexts.add(context);
    }
    for (const part of [{ chainId: 1n }, { ledger: 5n }, { consumer: 7n }, { payload: 5n }])
      contexts.add(withdrawalContext({ ...input, action: "Spend", ...part }));
    expect(contexts.size).toBe(LEDGER_ACTIONS.length + 4);
  });
});

describe("a ledger has one registry, and one set of circuits", () => {
  test("nobody binds it again", async () => {
    await expectRefusal(send(ledger, "bind", []), "LedgerBound", { registry: stage.registry });
  });

  test("knows withdrawal and refusal circuits by kind, and takes none twice", async () => {
    const [withdrawals, refusals] = [stage.withdrawalKey, stage.refusalKey].map(({ packed }) =>
      toBeHex(circuitIdOf(packed), 32),
    );
    const [key, isRefusal] = await call<[string, boolean]>(ledger, "circuitOf", withdrawals);
    expect([BigInt(key) > 0n, isRefusal]).toEqual([true, false]);
    expect((await call<[string, boolean]>(ledger, "circuitOf", refusals))[1]).toBe(true);
    expect(await call(ledger, "circuitOf", ZeroHash)).toEqual([NO_TOKEN, false]);
    const twice = withWords(ledger.interface, () => deploy(stage.owner, "Ledger", [key, key], []));
    await expectRefusal(twice, "LedgerCircuitTwice");
  });

  test("every error that the ledger can meet has words", async () => {
    expect(errorsWithoutWords(new Interface((await contractArtifact("Ledger")).abi))).toEqual([]);
  });
});

describe("a proof counts for its own statement only", () => {
  test("each signal changed by one, and each in the field's second encoding (attack row 4)", async () => {
    const good = withdrawalOf(stage, one, demand());
    const other = withdrawalOf(stage, one, demand({ batch: 1 }));
    const changed: [Words, string][] = [
      [{ root: other.root, place: other.place }, "ProofsRejected"],
      [{ key: KEY + 1n }, "ProofsRejected"],
      [{ recipient: stage.relayer.address }, "ProofsRejected"],
      [{ asset: 1 }, "ProofsRejected"],
      [{ amount: 101n }, "ProofsRejected"],
      [{ amount: 99n }, "ProofsRejected"],
      [{ charge: 301n }, "ProofsRejected"],
      [{ key: KEY + FIELD }, "SignalOutOfField"],
      [{ key: FIELD }, "SignalOutOfField"],
      [{ key: (1n << 256n) - 1n }, "SignalOutOfField"],
      [{ root: good.root + FIELD }, "BatchNotAttested"],
      [{ epoch: 2n }, "BatchNotAttested"],
      [{ circuitId: toBeHex(circuitIdOf(stage.refusalKey.packed), 32) }, "LedgerCircuitUnknown"],
    ];
    for (const [part, code] of changed)
      await expectRefusal(call(ledger, "spend", { ...good, ...part }, ZeroHash), code);
    expect(await call(ledger, "spend", good, ZeroHash)).toEqual([rows[0]!.token, 10n ** 12n]);
  });

  test("made for another home, ledger, chain, action, consumer or payload (attack rows 25 and 44)", async () => {
    const elsewhere: [Stage, Partial<Demand>][] = [
      [{ ...stage, registry: stage.policies.target as string }, {}],
      [{ ...stage, ledger: stage.registry }, {}],
      [{ ...stage, chain: { ...chain, chainId: 1n } }, {}],
      [stage, { action: "Admit" }],
      [stage, { action: "Pledge" }],
      [stage, { consumer: stage.relayer.address }],
      [stage, { payload: 1n }],
    ];
    for (const [made, part] of elsewhere) {
      const withdrawal = { ...withdrawalOf(made, one, demand(part)), recipient: stage.owner.address };
      await expectRefusal(call(ledger, "spend", withdrawal, ZeroHash), "ProofsRejected");
    }
  });

  test("the batch's place is its own: index, circuit, transcript and path", async () => {
    const good = withdrawalOf(stage, one, demand());
    const place = good.place;
    for (const part of [
      { index: 1 },
      { circuitId: good.circuitId },
      { transcript: place.transcript + 1n },
      { path: place.path.slice(1) },
      { path: [...place.path, ZeroHash] },
    ]) {
      const moved = { ...good, place: { ...place, ...part } };
      await expectRefusal(call(ledger, "spend", moved, ZeroHash), "BatchNotAttested");
    }
  });

  test("points at infinity, off the curve, or with a coordinate plus the base field's order (attack row 5)", async () => {
    const good = withdrawalOf(stage, one, demand());
    const edited = (at: number, ...words: bigint[]) => ({
      ...good,
      proof: good.proof.map((word, i) => words[i - at] ?? word),
    });
    for (const [at, words, code] of [
      [0, [0n, 0n], "PointAtInfinity"],
      [2, [0n, 0n, 0n, 0n], "PointAtInfinity"],
      [6, [0n, 0n], "PointAtInfinity"],
      [0, [1n, 3n], "PointInvalid"],
      [1, [good.proof[1]! + BASE_FIELD], "PointInvalid"],
      [6, [good.proof[6]! + BASE_FIELD], "PointInvalid"],
      [0, g1(5n), "ProofsRejected"],
    ] as const)
      await expectRefusal(call(ledger, "spend", edited(at, ...words), ZeroHash), code);
  });

  test("re-randomised it is the same statement, and pays nothing more (attack row 5)", async () => {
    const key = stage.next();
    const good = withdrawalOf(stage, one, demand({ key }));
    await send(ledger, "spend", [good, ZeroHash]);
    const t = 12_345n;
    const inverse = (value: bigint): bigint => {
      let [result, base, exponent] = [1n, value, FIELD - 2n];
      for (; exponent > 0n; exponent >>= 1n, base = (base * base) % FIELD)
        if (exponent & 1n) result = (result * base) % FIELD;
      return result;
    };
    const a = addMultiple(good.proof.slice(0, 2), good.proof.slice(0, 2), t - 1n);
    const b = multiplyTwist(good.proof.slice(2, 6), inverse(t));
    const again = { ...good, proof: [...a, ...b, ...good.proof.slice(6)] };
    await expectRefusal(send(ledger, "spend", [again, ZeroHash]), "NothingOwed", { key, epoch: 1n });
    const second = withdrawalOf(stage, one, demand({ key }));
    expect(second.proof).not.toEqual(good.proof);
    await expectRefusal(send(ledger, "spend", [second, ZeroHash]), "NothingOwed");
  });
});

describe("what a proof pays", () => {
  test("is what it has beyond earlier payments, whoever paid them, however it is cut", async () => {
    const key = stage.next();
    await spend(stage, one, { key, asset: 0, amount: 40n, charge: 120n });
    expect(await spent(key)).toBe(40n * 10n ** 10n);
    // Less or the same pays nothing, more pays the rest, and another vault counts too.
    for (const amount of [40n, 39n, 0n])
      await expectRefusal(spend(stage, one, { key, asset: 0, amount, charge: 300n }), "NothingOwed");
    await spend(stage, one, { key, asset: 0, amount: 100n, charge: 300n, by: stage.relayer, payload: 9n });
    expect(await spent(key)).toBe(100n * 10n ** 10n);
    await expectRefusal(spend(stage, one, { key, asset: 0, amount: 100n, charge: 10_000n }), "NothingOwed");
  });

  test("one free is not spent in two tokens: a charge covers all of them (attack row 44)", async () => {
    const key = stage.next();
    await spend(stage, one, { key, asset: 0, amount: 60n, charge: 300n });
    // 180 of 3,180 are used up: 600 units at 5, which is 6 units of the token.
    await spend(stage, one, { key, asset: 1, amount: 10_000n, charge: 3_180n });
    expect(await spent(key, 1)).toBe(6n);
    await expectRefusal(spend(stage, one, { key, asset: 0, amount: 1_000n, charge: 3_180n }), "NothingOwed");
    await expectRefusal(spend(stage, one, { key, asset: 1, amount: 10_000n, charge: 3_180n }), "NothingOwed");
  });

  test("no more than the charge, rounded down to the row's and the token's units", async () => {
    const key = stage.next();
    // 8 decimals in the row, 6 in the token: 899 units for 4,499 are 8 units of the token, which use up 800.
    await spend(stage, one, { key, asset: 1, amount: 10_000n, charge: 4_499n });
    expect(await spent(key, 1)).toBe(8n);
    expect(await call(ledger, "chargeOf", key, 1n, one.snapshotTime)).toBe(4_000n);
    await expectRefusal(spend(stage, one, { key, asset: 1, amount: 10_000n, charge: 4_499n }), "NothingOwed");
    await spend(stage, one, { key, asset: 1, amount: 10_000n, charge: 4_500n });
    expect(await spent(key, 1)).toBe(9n);
  });

  test("an asset without a token, or beyond the policy's table, can't be paid or admitted", async () => {
    for (const asset of [2, 3, 65_535]) {
      const refused = { epoch: 1n, asset: BigInt(asset) };
      await expectRefusal(
        spend(stage, one, { key: KEY, asset, amount: 1n, charge: 1n }),
        "AssetWithoutToken",
        refused,
      );
      await expectRefusal(
        admit(stage, one, { key: KEY, asset, amount: 1n, charge: 1n }),
        "AssetWithoutToken",
      );
    }
  });
});

describe("claims", () => {
  test("count nothing until they are taken, in parts, by their consumer alone", async () => {
    const key = stage.next();
    const claim = await admit(stage, one, { key, asset: 0, amount: 100n, charge: 300n });
    expect(await spent(key)).toBe(0n);
    expect(await call(ledger, "owed", claim)).toEqual([rows[0]!.token, 10n ** 12n]);
    await expectRefusal(take(stage, claim, 1n, stage.relayer), "ConsumerOnly", {
      sender: stage.relayer.address,
    });
    await take(stage, claim, 15n);
    // Half a unit of the row counts as a whole one until the other half is taken.
    expect(await call(ledger, "owed", claim)).toEqual([rows[0]!.token, 99n * 10n ** 10n]);
    await take(stage, claim);
    expect(await spent(key)).toBe(99n * 10n ** 10n + 15n);
    await take(stage, claim);
    expect(await spent(key)).toBe(99n * 10n ** 10n + 15n);
  });

  test("are admitted once, and known by every word of them", async () => {
    const key = stage.next();
    const ask = { key, asset: 0, amount: 100n, charge: 300n };
    const claim = await admit(stage, one, ask);
    await expectRefusal(admit(stage, one, ask), "ClaimExists");
    for (const part of [
      { key: key + 1n },
      { epoch: 2n },
      { recipient: stage.relayer.address },
      { asset: 1 },
      { amount: 101n },
      { charge: 301n },
      { consumer: stage.relayer.address },
      { payload: toBeHex(1, 32) },
    ]) {
      await expectRefusal(call(ledger, "owed", { ...claim, ...part }), "ClaimUnknown");
      await expectRefusal(take(stage, { ...claim, ...part } as typeof claim), "ClaimUnknown");
    }
  });

  test("two of one account, and a payment, share its free collateral", async () => {
    const key = stage.next();
    const first = await admit(stage, one, { key, asset: 0, amount: 100n, charge: 300n });
    const second = await admit(stage, one, { key, asset: 0, amount: 100n, charge: 300n, payload: 1n });
    const other = await admit(stage, one, { key, asset: 0, amount: 120n, charge: 360n, by: stage.relayer });
    await spend(stage, one, { key, asset: 0, amount: 30n, charge: 90n });
    await take(stage, first);
    await take(stage, second);
    expect(await spent(key)).toBe(10n ** 12n);
    await take(stage, other, 1n << 200n, stage.relayer);
    expect(await spent(key)).toBe(12n * 10n ** 11n);
  });
});
