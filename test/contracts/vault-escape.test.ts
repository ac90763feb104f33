// A frozen vault: who claims what, when, and how much of it is paid.
import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deploy, type LocalChain, localChain } from "../support/chain.ts";
import { call, expectRefusal } from "../support/refusal.ts";
import { attestWith, NATIVE, type Row, type StagedEpoch } from "../support/staged-ledger.ts";
import {
  attest,
  DAY,
  deployVault,
  freshAddress,
  held,
  inPurse,
  inToken,
  NOBODY,
  pass,
  pledge,
  proved,
  purseOf,
  type Relay,
  renew,
  requestExit,
  stageVault,
  TIMES,
  transact,
  type VaultStage,
  type Wish,
} from "../support/staged-vault.ts";

let chain: LocalChain;
let first: VaultStage;
let epochs = 0n;
beforeAll(async () => {
  chain = await localChain();
  first = await stageVault(chain, "vault escape");
});
afterAll(() => chain.close());

interface Escape {
  readonly stage: VaultStage;
  readonly vault: Contract;
  /** Attested before the last one. */
  readonly old: StagedEpoch;
  /** The newest at the freeze. */
  readonly last: StagedEpoch;
}

/** A vault of its own with so many units of each row's token, and two more epochs. */
async function another(units: readonly bigint[], rows: readonly Row[] = first.rows): Promise<Escape> {
  const vault = await deployVault(first, first.operator.address);
  const stage = { ...first, rows, vault, address: await vault.getAddress() };
  for (const [asset, amount] of units.entries()) {
    if (amount === 0n) continue;
    const { token } = rows[asset]!;
    const value = inToken(asset, amount);
    if (token === NATIVE) await (await vault.getFunction("deposit").send(token, value, 1n, { value })).wait();
    else await transact(first.tokens[asset]!, "mint", [stage.address, value]);
  }
  const [old, last] = [await attestWith(stage, ++epochs, rows), await attestWith(stage, ++epochs, rows)];
  return { stage, vault: vault.connect(first.bob) as Contract, old, last };
}

const wish = (part: Partial<Wish> = {}): Wish => ({
  ...{ key: first.next(), amount: 100n, recipient: freshAddress(first) },
  ...part,
});

/** Freezes by an exit that nobody answers. Its account claims nothing. */
async function freeze({ stage, vault, last }: Escape): Promise<void> {
  const id = await requestExit(stage, proved(stage, last, "Exit", wish({ amount: 1n })));
  await pass(chain, TIMES.response + 1n);
  await transact(vault, "freeze", [id]);
}

async function frozen(units: readonly bigint[], rows?: readonly Row[]): Promise<Escape> {
  const scene = await another(units, rows);
  await freeze(scene);
  return scene;
}

async function claim({ stage, vault, last }: Escape, part: Partial<Wish> = {}, against = last) {
  const w = proved(stage, against, "Claim", wish(part));
  await transact(vault, "registerClaim", [w, part.relay ?? NOBODY]);
  return { id: await call<bigint>(vault, "claims"), w };
}

const closed = () => pass(chain, TIMES.claim + 1n);
const pay = ({ vault }: Escape, id: bigint) => transact(vault, "payClaim", [id]);

test("claims have their time, to the second, and payments theirs", async () => {
  const scene = await another([1000n]);
  const { stage, vault, last } = scene;
  await expectRefusal(claim(scene), "VaultNotFrozen");
  await expectRefusal(transact(vault, "registerPledge", [1n]), "VaultNotFrozen");
  await expectRefusal(pay(scene, 1n), "ClaimNotRegistered", { id: 1n });
  await freeze(scene);
  const { id } = await claim(scene);
  const { claimUntil } = await call<{ claimUntil: bigint }>(vault, "escape");
  const late = proved(stage, last, "Claim", wish());
  await chain.setNextTime(claimUntil);
  await chain.provider.send("evm_mine", []);
  await expectRefusal(call(vault, "payClaim", id), "ClaimsStillOpen", {
    until: claimUntil,
    now_: claimUntil,
  });
  await call(vault, "registerClaim", late, NOBODY);
  await pass(chain, 1n);
  await expectRefusal(transact(vault, "registerClaim", [late, NOBODY]), "ClaimsClosed", {
    until: claimUntil,
  });
  await expectRefusal(transact(vault, "registerPledge", [1n]), "ClaimsClosed");
  await pay(scene, id);
});

test("pays all in full where there is enough, once, in each kind of token", async () => {
  const scene = await frozen([500n, 50_000n, 500n]);
  const claims = [];
  for (const asset of [0, 1, 2]) {
    const amount = asset === 1 ? 40_000n : 400n;
    claims.push({ asset, amount, ...(await claim(scene, { asset, amount })) });
  }
  await closed();
  for (const { id, w, asset, amount } of claims) {
    await pay(scene, id);
    expect(await inPurse(scene.stage, asset, w.recipient)).toBe(inToken(asset, amount));
    await expectRefusal(pay(scene, id), "NothingToPay", { id });
  }
  expect(await held(scene.stage, 0, scene.stage.address)).toBe(inToken(0, 100n));
});

test("a proof in sight is of no use to others, nor one made for something else, nor twice", async () => {
  const scene = await frozen([1000n]);
  const { stage, vault, last } = scene;
  const relay = { relayer: stage.bob.address, fee: 5n };
  const w = proved(stage, last, "Claim", wish({ relay }));
  const register = (what: typeof w, by: Relay = relay) => transact(vault, "registerClaim", [what, by]);
  await expectRefusal(register({ ...w, recipient: stage.thief.address }), "ProofsRejected");
  await expectRefusal(register(w, NOBODY), "ProofsRejected");
  await expectRefusal(register(w, { ...NOBODY, fee: 5n }), "RelayerMissing");
  await expectRefusal(register(proved(stage, last, "Withdraw", wish()), NOBODY), "ProofsRejected");
  await expectRefusal(register(proved(first, last, "Claim", wish()), NOBODY), "ProofsRejected");
  const greedy = { ...relay, fee: inToken(0, 100n) + 1n };
  await expectRefusal(
    register(proved(stage, last, "Claim", wish({ relay: greedy })), greedy),
    "FeeAboveAmount",
  );
  await register(w);
  await expectRefusal(register(w), "NothingOwed", { key: w.key });
});

test("the relayer is paid first, out of what is paid, and its fee once", async () => {
  const scene = await frozen([50n]);
  const relay = { relayer: freshAddress(first), fee: inToken(0, 60n) };
  const { id, w } = await claim(scene, { relay });
  await closed();
  await pay(scene, id);
  expect(await inPurse(scene.stage, 0, relay.relayer)).toBe(inToken(0, 50n));
  // More comes only where balances come back, which is not so here: the pool is fixed.
  await transact(first.tokens[0]!, "mint", [scene.stage.address, inToken(0, 50n)]);
  await expectRefusal(pay(scene, id), "NothingToPay");
  expect(await inPurse(scene.stage, 0, w.recipient)).toBe(0n);
});

// Row 46.
test("after a partial withdrawal pays the rest, never more", async () => {
  const scene = await another([1000n]);
  const { stage, vault, last } = scene;
  const part = wish({ amount: 300n });
  const w = proved(stage, last, "Withdraw", part);
  const operator = vault.connect(stage.operator) as Contract;
  await transact(operator, "withdraw", [w, NOBODY, { paidBefore: 0n, deadline: 0n }, "0x"]);
  await freeze(scene);
  const { id } = await claim(scene, { ...part, amount: 500n });
  await closed();
  await pay(scene, id);
  expect(await inPurse(stage, 0, part.recipient)).toBe(inToken(0, 200n));
});

test("a vault pays nothing that another paid, or that was claimed there", async () => {
  const [one, two] = [await frozen([1000n]), await another([1000n])];
  await freeze(two);
  const part = wish();
  await claim(one, part);
  await expectRefusal(claim(two, part, one.last), "NothingOwed", { key: part.key });
});

describe("a key claims with one leaf", () => {
  test("any number of tokens of it, for what is free in it", async () => {
    const scene = await frozen([1000n, 0n, 1000n]);
    const key = first.next();
    await claim(scene, { key, amount: 60n, charge: 500n });
    // 500 of charge: 60 units took 300, so 40 are left of the other token.
    const { w } = await claim(scene, { key, asset: 2, amount: 100n, charge: 500n });
    const { amount } = await call<{ amount: bigint }>(
      scene.vault,
      "claimOf",
      await call(scene.vault, "claims"),
    );
    expect(amount).toBe(inToken(2, 40n));
    expect(w.key).toBe(key);
    const other = claim(scene, { key, amount: 500n }, scene.old);
    await expectRefusal(other, "OtherEpochClaimed", {
      key,
      epoch: scene.old.epoch,
      claimed: scene.last.epoch,
    });
    const late = await claim(scene, { amount: 10n }, scene.old);
    await expectRefusal(claim(scene, { key: late.w.key }), "OtherEpochClaimed");
  });

  test("not newer than the freeze, nor older than maxRootAge then", async () => {
    const stale = await attest(first, ++epochs);
    await pass(chain, TIMES.maxRootAge - 5n * DAY);
    const recent = await attest(first, ++epochs);
    await pass(chain, 3n * DAY);
    const scene = await frozen([1000n]);
    const late = await attest(first, ++epochs);
    await expectRefusal(claim(scene, {}, late), "EpochTooNew", { escapeEpoch: scene.last.epoch });
    await expectRefusal(claim(scene, {}, stale), "RootTooOld", { snapshotTime: stale.snapshotTime });
    const { id } = await claim(scene, {}, recent);
    expect((await call<{ isFirst: boolean }>(scene.vault, "claimOf", id)).isFirst).toBe(false);
  });
});

describe("first class before second, each pro rata", () => {
  for (const [pool, paid] of [
    [100n, [60n, 40n, 0n]],
    [160n, [90n, 60n, 10n]],
    [180n, [90n, 60n, 30n]],
  ] as const)
    test(`claims of 90, 60 and, second, 30 on a pool of ${pool}, whoever is paid first`, async () => {
      const scene = await frozen([pool]);
      const claims = [
        await claim(scene, { amount: 90n }),
        await claim(scene, { amount: 60n }),
        await claim(scene, { amount: 30n }, scene.old),
      ];
      await closed();
      for (const i of [2, 0, 1]) {
        if (paid[i] === 0n) await expectRefusal(pay(scene, claims[i]!.id), "NothingToPay");
        else await pay(scene, claims[i]!.id);
        expect(await inPurse(scene.stage, 0, claims[i]!.w.recipient)).toBe(inToken(0, paid[i]!));
      }
    });

  test("shares of awkward sizes add up to no more than the pool, and to little less", async () => {
    const scene = await frozen([0n]);
    const { stage } = scene;
    const amounts = [1n, 3n, 7n, 1n, 999_983n, 65_537n];
    const claims = [];
    // Token 1 has two decimals less than its row.
    for (const [i, amount] of amounts.entries())
      claims.push(await claim(scene, { asset: 1, amount: 100n * amount }, i < 4 ? scene.last : scene.old));
    const pools = [0n, 1n, 11n, 13n, 500_009n, 1_065_531n];
    const total = amounts.reduce((sum, amount) => sum + amount);
    await closed();
    const snapshot = await chain.provider.send("evm_snapshot", []);
    let revert = snapshot;
    for (const pool of [...pools, total]) {
      await transact(first.tokens[1]!, "mint", [stage.address, pool]);
      let sum = 0n;
      for (const [i, { id, w }] of claims.entries()) {
        const before = sum;
        await pay(scene, id).catch((error) => expect(error.code).toBe("NothingToPay"));
        sum += await inPurse(stage, 1, w.recipient);
        expect(sum - before).toBeLessThanOrEqual(amounts[i]!);
      }
      expect(sum).toBeLessThanOrEqual(pool);
      expect(pool - sum).toBeLessThan(BigInt(amounts.length));
      expect(await held(stage, 1, stage.address)).toBe(pool - sum);
      await chain.provider.send("evm_revert", [revert]);
      revert = await chain.provider.send("evm_snapshot", []);
    }
  });
});

describe("a gate claims what was pledged to it", () => {
  test("in the account's place, first class when the pledge was renewed at the last epoch", async () => {
    const scene = await another([1000n]);
    const { stage, vault, old, last } = scene;
    const [older, renewed] = [wish(), wish()];
    const second = await pledge(stage, old, older);
    const pledged = await pledge(stage, old, renewed);
    const elsewhere = await pledge(stage, old, { ...wish(), vault: stage.thief.address });
    await freeze(scene);
    await renew(stage, last, pledged, renewed);
    const stranger = vault.connect(stage.thief) as Contract;
    await expectRefusal(transact(stranger, "registerPledge", [second]), "GateOnly");
    await expectRefusal(transact(vault, "registerPledge", [elsewhere]), "PledgeElsewhere");
    const classes = [];
    for (const id of [second, pledged]) {
      await transact(vault, "registerPledge", [id]);
      await expectRefusal(transact(vault, "registerPledge", [id]), "NothingOwed");
      const { isFirst } = await call<{ isFirst: boolean }>(vault, "claimOf", await call(vault, "claims"));
      classes.push(isFirst);
    }
    expect(classes).toEqual([false, true]);
    // What is beyond the pledge is the account's, with any leaf: the pledge stands for itself.
    await expectRefusal(claim(scene, older), "NothingOwed");
    const { id } = await claim(scene, { ...older, amount: 150n });
    await closed();
    for (const one of [1n, 2n, id]) await pay(scene, one);
    expect(await inPurse(stage, 0, older.recipient)).toBe(inToken(0, 150n));
    expect(await inPurse(stage, 0, renewed.recipient)).toBe(inToken(0, 100n));
  });

  test("not by an epoch that came after the freeze; second class when only the renewal did", async () => {
    const scene = await another([1000n]);
    const borrower = wish();
    const earlier = await pledge(scene.stage, scene.last, borrower);
    await freeze(scene);
    const late = await attest(first, ++epochs);
    // The borrower's only way to have it refused, were it not for the gate: renewals go one way.
    await renew(scene.stage, late, earlier, borrower);
    await transact(scene.vault, "registerPledge", [earlier]);
    const { id } = await claim(scene, { amount: 950n });
    await closed();
    for (const one of [1n, id]) await pay(scene, one);
    expect(await inPurse(scene.stage, 0, borrower.recipient)).toBe(inToken(0, 50n));
  });

  test("not one that was made by an epoch after the freeze, renewed or not", async () => {
    const scene = await frozen([1000n]);
    const late = await attest(first, ++epochs);
    const pledged = await pledge(scene.stage, late, wish());
    await expectRefusal(transact(scene.vault, "registerPledge", [pledged]), "EpochTooNew", {
      epoch: late.epoch,
    });
  });
});

describe("hostile tokens", () => {
  const odd = async (): Promise<{ token: Contract; rows: Row[] }> => {
    const token = await deploy(first.owner, "HostileTokenMock", "ODD", 18);
    return { token, rows: [{ token: await token.getAddress(), decimals: 8, unitWeight: 5n }] };
  };

  test("one that re-enters while it pays is paid once", async () => {
    const { token, rows } = await odd();
    const scene = await frozen([], rows);
    await transact(token, "mint", [scene.stage.address, inToken(0, 300n)]);
    const { id, w } = await claim(scene);
    await closed();
    await transact(token, "callNext", [
      scene.stage.address,
      scene.vault.interface.encodeFunctionData("payClaim", [id]),
    ]);
    await pay(scene, id);
    expect(await call(token, "callSucceeded")).toBe(false);
    const purse = await call(scene.vault, "purseOf", w.recipient);
    expect(await call(token, "balanceOf", purse)).toBe(inToken(0, 100n));
  });

  test("one that takes from the vault: whoever comes first is paid, the others when it comes back", async () => {
    const { token, rows } = await odd();
    const scene = await frozen([], rows);
    await transact(token, "mint", [scene.stage.address, inToken(0, 200n)]);
    const claims = [await claim(scene), await claim(scene)];
    await closed();
    await pay(scene, claims[0]!.id);
    await transact(token, "shrink", [scene.stage.address, inToken(0, 70n)]);
    await pay(scene, claims[1]!.id);
    await expectRefusal(pay(scene, claims[1]!.id), "NothingToPay");
    const purse = await call(scene.vault, "purseOf", claims[1]!.w.recipient);
    expect(await call(token, "balanceOf", purse)).toBe(inToken(0, 30n));
    await transact(token, "mint", [scene.stage.address, inToken(0, 100n)]);
    await pay(scene, claims[1]!.id);
    expect(await call(token, "balanceOf", purse)).toBe(inToken(0, 100n));
    await expectRefusal(pay(scene, claims[1]!.id), "NothingToPay");
  });

  test("one that bans a recipient pays its purse, which sends it elsewhere", async () => {
    const { token, rows } = await odd();
    const scene = await frozen([], rows);
    await transact(token, "mint", [scene.stage.address, inToken(0, 100n)]);
    const recipient = first.alice.address;
    await transact(token, "setBanned", [recipient, true]);
    const { id } = await claim(scene, { recipient });
    await closed();
    await pay(scene, id);
    const purse = await purseOf(scene.stage, recipient, first.alice);
    const to = freshAddress(first);
    await transact(purse, "collectTo", [token, to]);
    expect(await call(token, "balanceOf", to)).toBe(inToken(0, 100n));
  });
});
