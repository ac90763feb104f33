import { expect } from "vitest";
import type { LocalChain } from "./chain.ts";
import { leftIn, paidIn, pledgedIn, type Shown } from "./ledger-model.ts";
import {
  as,
  attestOne,
  type Drawn,
  judged,
  move,
  moveEpoch,
  note,
  pick,
  proofOf,
  tokenOf,
  type Walk,
  wait,
} from "./random-vault-base.ts";
import {
  answer,
  approve,
  ask,
  freeze,
  isPending,
  noteFreeze,
  putIn,
  refuse,
  withdraw,
} from "./random-vault-exits.ts";
import {
  claim,
  claimPledge,
  collect,
  pledgeSome,
  register,
  release,
  renewOne,
} from "./random-vault-pledges.ts";
import { ledgerOf, NATIVE } from "./staged-ledger.ts";
import { freshAddress, held, NOBODY, pass, stageVault, stateOf, TIMES, transact } from "./staged-vault.ts";
import { scalarsFrom } from "./trapdoor.ts";
import { isBacked, type VaultModel } from "./vault-model.ts";

/** After so many steps operator, users and thief begin anew, before the vault's first deposit. */
const EPISODE = 80;
/** Every account of a local chain. */
const THIEF_HAD = 10n ** 22n;

/** Random steps of operator, users and thief, in episodes that each end with an exit. Returns how often each outcome came. */
export async function walkVault(
  chain: LocalChain,
  seed: string,
  steps: number,
): Promise<Map<string, number>> {
  const stage = await stageVault(chain, seed);
  const next = scalarsFrom(`${seed} steps`);
  const keys = [next(), next(), next()];
  const recipients = new Map(keys.map((key) => [key, freshAddress(stage)]));
  const outcomes = new Map<string, number>();
  const ledger = await ledgerOf(stage);
  const die = (sides: number): number => Number(next() % BigInt(Math.max(1, sides)));
  for (let left = steps; left > 0; left -= EPISODE) {
    const snapshot: string = await chain.provider.send("evm_snapshot", []);
    const decimals = new Map(stage.rows.map(({ token }, k) => [token, k === 1 ? 6 : 18]));
    const model: VaultModel = {
      ledger: { decimals, payments: [], pledges: [], opening: 0n },
      ...{ attested: [], counted: [], exits: [], claims: [] },
      balances: new Map(stage.rows.map(({ token }) => [token, 0n])),
      purses: new Map(),
    };
    const walk: Walk = {
      ...{ stage, ledger, model, keys, recipients, die, outcomes, pending: undefined, escape: undefined },
    };
    await attestOne(walk);
    for (let i = 0; i < Math.min(EPISODE, left); i++) {
      const steps = walk.escape === undefined ? STEPS : ESCAPE_STEPS;
      note(walk, await steps[die(steps.length)]!(walk));
      await compare(walk);
    }
    await exitAtLast(walk);
    await compare(walk);
    await chain.provider.send("evm_revert", [snapshot]);
  }
  return outcomes;
}

/** Pays every claim: first the attested epoch's, then older ones', each pro rata, never more than there is. */
async function payAll(walk: Walk): Promise<void> {
  const { model } = walk;
  const pools = new Map(model.balances);
  const sum = (token: string, isFirst: boolean): bigint =>
    model.claims.reduce(
      (all, one) => (one.token === token && one.isFirst === isFirst ? all + one.amount : all),
      0n,
    );
  for (const { id, token, isFirst, amount, recipient } of model.claims) {
    const pool = pools.get(token)!;
    const first = sum(token, true);
    const there = isFirst ? pool : pool > first ? pool - first : 0n;
    const all = sum(token, isFirst);
    const share = there >= all ? amount : (amount * there) / all;
    const pay = () => transact(as(walk, "thief"), "payClaim", [id]);
    note(walk, await judged("pay claim", share === 0n ? "NothingToPay" : "", pay));
    note(walk, await judged("pay claim twice", "NothingToPay", pay));
    move(model, token, share, recipient);
  }
}

/** Whatever the operator did or does: who has something left gets it, or a share of what is there. */
async function exitAtLast(walk: Walk): Promise<void> {
  const { stage, model } = walk;
  const { chain } = stage;
  if (walk.escape === undefined) {
    await attestOne(walk);
    const newest = model.attested.at(-1)!;
    const leftOf = (drawn: Drawn): bigint => leftIn(model.ledger, drawn.shown);
    const all = walk.keys.flatMap((key) =>
      newest.rows.map((_, asset) => {
        const { amounts, free } = newest.leaves.get(key)!;
        const shown = {
          key,
          epoch: newest.epoch,
          rows: newest.rows,
          asset,
          amount: amounts[asset]!,
          charge: free,
        };
        return { against: newest, shown };
      }),
    );
    const drawn = all.find((one) => leftOf(one) > 0n);
    if (drawn === undefined) return;
    const w = proofOf(walk, drawn, "Exit");
    // The same proof may wait already.
    const same = model.exits.find(({ shown, state }) => state === "Requested" && isSame(shown, drawn.shown));
    if (same === undefined) await transact(as(walk, "alice"), "requestExit", [w, NOBODY]);
    const id: bigint = same?.id ?? (await stage.vault.getFunction("exits").staticCall());
    // The operator attests no more, and there is no true refusal of the newest epoch.
    await pass(chain, TIMES.response + 1n);
    await transact(as(walk, "thief"), "freeze", [id]);
    await noteFreeze(walk);
    const claimed = proofOf(walk, drawn, "Claim");
    const left = leftOf(drawn);
    await transact(as(walk, "alice"), "registerClaim", [claimed, NOBODY]);
    register(walk, drawn.shown.key, newest.epoch, tokenOf(drawn.shown), left, true);
    note(walk, "out at last");
  }
  await pass(chain, TIMES.claim + 1n);
  await payAll(walk);
}

const isSame = (one: Shown, other: Shown): boolean =>
  one.key === other.key &&
  one.epoch === other.epoch &&
  one.asset === other.asset &&
  one.amount === other.amount &&
  one.charge === other.charge;

// What holds after every step.

async function compare(walk: Walk): Promise<void> {
  const { stage, ledger, model, keys, die } = walk;
  const { vault, address } = stage;
  expect(isBacked(model)).toBe(true);
  const asset = die(stage.rows.length);
  const { token } = stage.rows[asset]!;
  expect(await held(stage, asset, address)).toBe(model.balances.get(token)!);
  const recipient = pick(walk, [...walk.recipients.values(), stage.bob.address])!;
  const purse: string = await vault.getFunction("purseOf").staticCall(recipient);
  expect(await held(stage, asset, purse)).toBe(model.purses.get(`${recipient} ${token}`) ?? 0n);
  const key = keys[die(keys.length)]!;
  const epoch = BigInt(die(Number(model.ledger.opening) + 2));
  const paid = await ledger.getFunction("paidSince").staticCall(key, token, epoch);
  expect(paid).toBe(paidIn(model.ledger, key, token, epoch));
  expect(await ledger.getFunction("pledgedOf").staticCall(key, token)).toBe(
    pledgedIn(model.ledger, key, token),
  );
  const exit = pick(walk, model.exits);
  if (exit !== undefined) {
    expect(await stateOf(stage, exit.id)).toBe(exit.state);
    const owed = isPending(exit) ? leftIn(model.ledger, exit.shown) : 0n;
    expect(await vault.getFunction("owedOf").staticCall(exit.id)).toBe(owed);
  }
  expect((await vault.getFunction("escape").staticCall())[0]).toBe(walk.escape !== undefined);
  // The thief only ever paid for gas.
  const stolen = (await held(stage, asset, stage.thief.address)) - (token === NATIVE ? THIEF_HAD : 0n);
  expect(stolen).toBeLessThanOrEqual(0n);
}

const STEPS = [
  ...[
    putIn,
    putIn,
    moveEpoch,
    moveEpoch,
    moveEpoch,
    withdraw,
    withdraw,
    withdraw,
    ask,
    ask,
    approve,
    approve,
  ],
  ...[refuse, refuse, answer, pledgeSome, release, renewOne, collect, wait, freeze],
];
const ESCAPE_STEPS = [claim, claim, claim, claimPledge, release, moveEpoch, renewOne, wait];

/** Every outcome that a walk has to have met to be worth something. */
export const OUTCOMES = [
  ...["attest", "open over another", "deposit", "withdraw", "withdraw refused", "exit", "replay refused"],
  ...["another recipient refused", "another amount refused", "another charge refused", "another key refused"],
  ...[
    "another relay refused",
    "another purpose refused",
    "approve",
    "approve refused",
    "refuse",
    "refuse refused",
  ],
  ...[
    "answer",
    "answer refused",
    "over",
    "freeze",
    "freeze refused",
    "pledge",
    "release",
    "renew",
    "pay pledge",
  ],
  ...[
    "claim",
    "claim refused",
    "claim pledge",
    "pay claim",
    "pay claim refused",
    "pay claim twice refused",
    "out at last",
  ],
];
