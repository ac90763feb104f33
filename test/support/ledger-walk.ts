import type { Contract } from "ethers";
import { expect } from "vitest";
import { RegistryError } from "../../prover/src/chain/errors.ts";
import { send } from "../../prover/src/chain/sending.ts";
import { deploy, type LocalChain } from "./chain.ts";
import {
  chargeIn,
  isWithin,
  type LedgerModel,
  leftIn,
  paidIn,
  pledgedIn,
  type Shown,
} from "./ledger-model.ts";
import { call } from "./refusal.ts";
import { type Stage, stageRegistry } from "./staged-epoch.ts";
import {
  admit,
  attestOpened,
  type Claim,
  ledgerOf,
  NATIVE,
  openWith,
  pledge,
  type Row,
  renew,
  type StagedEpoch,
  spend,
  TERM,
  take,
} from "./staged-ledger.ts";
import { scalarsFrom } from "./trapdoor.ts";

const TOKEN_DECIMALS = [18, 6, 8, 0];
const ROW_DECIMALS = [0, 2, 6, 8, 18];
const UNIT_WEIGHTS = [0n, 1n, 7n, 1_000_003n];

/** A walk of random steps, and the model beside it. */
interface Walk {
  readonly stage: Stage;
  readonly ledger: Contract;
  readonly model: LedgerModel;
  readonly tokens: readonly string[];
  readonly keys: readonly bigint[];
  readonly attested: StagedEpoch[];
  readonly claims: { readonly claim: Claim; readonly shown: Shown; readonly by: Stage["owner"] }[];
  pending: StagedEpoch | undefined;
  readonly die: (sides: number) => number;
  readonly outcomes: Map<string, number>;
}

/**
 * Takes random steps, good and bad, by several keys, consumers, tokens and policies, until each kind of step has passed and
 * failed: the ledger does what the model says, and no proof that counted is exceeded. Returns how often each outcome came.
 */
export async function walkLedger(
  chain: LocalChain,
  seed: string,
  steps: number,
): Promise<Map<string, number>> {
  const stage = await stageRegistry(chain, { seed });
  const next = scalarsFrom(`${seed} steps`);
  const tokens = [NATIVE];
  for (const decimals of TOKEN_DECIMALS)
    tokens.push(await (await deploy(stage.owner, "TokenMock", "T", decimals)).getAddress());
  const decimals = new Map(tokens.map((token, i) => [token, i === 0 ? 18 : TOKEN_DECIMALS[i - 1]!]));
  const walk: Walk = {
    ...{ stage, tokens, attested: [], claims: [], pending: undefined, outcomes: new Map() },
    ledger: await ledgerOf(stage),
    model: { decimals, payments: [], pledges: [], opening: 0n },
    keys: [next(), next(), next()],
    die: (sides) => Number(next() % BigInt(Math.max(1, sides))),
  };
  for (let i = 0; i < 2; i++) await moveEpoch(walk);
  for (let i = 0; i < steps; i++) {
    const step = STEPS[walk.die(STEPS.length)]!;
    const outcome = await step(walk);
    walk.outcomes.set(outcome, (walk.outcomes.get(outcome) ?? 0) + 1);
    if (i % 4 === 0) await compareViews(walk);
  }
  return walk.outcomes;
}

const STEPS = [
  moveEpoch,
  paySome,
  paySome,
  paySome,
  admitOne,
  takeSome,
  takeSome,
  pledgeSome,
  endPledge,
  renewOne,
];

/** Opens an epoch, perhaps over one that waits, or attests the one that waits. */
async function moveEpoch(walk: Walk): Promise<string> {
  const { stage, model, die } = walk;
  if (walk.pending !== undefined && die(4) > 0) {
    walk.attested.push(await attestOpened(stage, walk.pending));
    walk.pending = undefined;
    return "attest";
  }
  const isVoid = walk.pending !== undefined;
  model.opening += BigInt(1 + die(3));
  walk.pending = await openWith(stage, model.opening, policyOf(walk));
  if (walk.attested.length === 0) return moveEpochFirst(walk);
  return isVoid ? "open again" : "open";
}

async function moveEpochFirst(walk: Walk): Promise<string> {
  walk.attested.push(await attestOpened(walk.stage, walk.pending!));
  walk.pending = undefined;
  return "attest";
}

/** Some of the tokens in any order, in rows of any decimals. */
function policyOf({ tokens, die }: Walk): Row[] {
  const listed = tokens.filter(() => die(4) > 0);
  const sorted = (listed.length === 0 ? tokens : listed).map((token) => ({ token, place: die(1000) }));
  return sorted
    .sort((left, right) => left.place - right.place)
    .map(({ token }) => ({
      token,
      decimals: ROW_DECIMALS[die(ROW_DECIMALS.length)]!,
      unitWeight: UNIT_WEIGHTS[die(UNIT_WEIGHTS.length)]!,
    }));
}

/** A proof of one of the newest epochs. */
function draw({ attested, keys, die }: Walk): { against: StagedEpoch; shown: Shown } {
  const against = attested[Math.max(0, attested.length - 1 - die(3))]!;
  const asset = die(against.rows.length);
  const row = against.rows[asset]!;
  const amount = (BigInt(die(1_000_000)) * 10n ** BigInt(row.decimals)) / 1_000n;
  const charge = (amount * row.unitWeight * BigInt(die(30))) / 10n;
  const key = keys[die(keys.length)]!;
  return { against, shown: { key, epoch: against.epoch, rows: against.rows, asset, amount, charge } };
}

const consumerOf = ({ stage, die }: Walk) => [stage.owner, stage.relayer, stage.exchange][die(3)]!;
const tokenOf = ({ rows, asset }: Shown): string => rows[asset]!.token;

/** Runs a step that should pass or be refused as the model says. */
async function judged(name: string, refusal: string, run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    expect(error.code, name).toBe(refusal);
    return `${name} refused`;
  }
  expect("", `${name} should be refused`).toBe(refusal);
  return name;
}

function paid(walk: Walk, shown: Shown, amount: bigint): void {
  const { model } = walk;
  if (amount === 0n) return;
  model.payments.push({ key: shown.key, token: tokenOf(shown), opening: model.opening, amount });
  expect(isWithin(model, shown)).toBe(true);
}

async function paySome(walk: Walk): Promise<string> {
  const { against, shown } = draw(walk);
  const left = leftIn(walk.model, shown);
  const { key, asset, amount, charge } = shown;
  const ask = { key, asset, amount, charge, by: consumerOf(walk) };
  const outcome = await judged("spend", left === 0n ? "NothingOwed" : "", () =>
    spend(walk.stage, against, ask),
  );
  paid(walk, shown, left);
  return outcome;
}

async function admitOne(walk: Walk): Promise<string> {
  const { against, shown } = draw(walk);
  const { key, asset, amount, charge } = shown;
  const by = consumerOf(walk);
  const claim = await admit(walk.stage, against, {
    key,
    asset,
    amount,
    charge,
    by,
    payload: BigInt(walk.claims.length),
  });
  walk.claims.push({ claim, shown, by });
  return "admit";
}

async function takeSome(walk: Walk): Promise<string> {
  const { claims, die, model, stage } = walk;
  const one = claims[die(claims.length)];
  if (one === undefined) return "nothing to take";
  const left = leftIn(model, one.shown);
  expect((await call<[string, bigint]>(walk.ledger, "owed", one.claim))[1]).toBe(left);
  const limit = die(3) === 0 ? 1n << 200n : (left * BigInt(die(1000))) / 900n;
  await take(stage, one.claim, limit, one.by);
  paid(walk, one.shown, left < limit ? left : limit);
  return left < limit ? "take all" : "take some";
}

async function pledgeSome(walk: Walk): Promise<string> {
  const { model, stage } = walk;
  const { against, shown } = draw(walk);
  const left = leftIn(model, shown);
  const { key, asset, amount, charge } = shown;
  const until = (await stage.chain.now()) + TERM;
  // The relayer is every pledge's vault, and the owner its gate.
  const ask = { key, asset, amount, charge, until, vault: stage.relayer.address };
  let id = 0n;
  const outcome = await judged("pledge", left === 0n ? "NothingOwed" : "", async () => {
    id = await pledge(stage, against, ask);
  });
  if (id === 0n) return outcome;
  model.pledges.push({
    id,
    key,
    token: tokenOf(shown),
    until,
    amount: left,
    epoch: against.epoch,
    isInForce: true,
  });
  expect(isWithin(model, shown)).toBe(true);
  return outcome;
}

async function endPledge(walk: Walk): Promise<string> {
  const { model, stage, die } = walk;
  const one = model.pledges[die(model.pledges.length)];
  if (one === undefined) return "nothing pledged";
  const isPaid = die(2) === 0;
  const ledger = await ledgerOf(stage, isPaid ? stage.relayer : stage.owner);
  const method = isPaid ? "takePledged" : "release";
  const outcome = await judged(method, one.isInForce ? "" : "PledgeUnknown", () =>
    send(ledger, method, [one.id]),
  );
  if (one.isInForce && isPaid)
    model.payments.push({ key: one.key, token: one.token, opening: model.opening, amount: one.amount });
  one.isInForce = false;
  return outcome;
}

async function renewOne(walk: Walk): Promise<string> {
  const { model, stage, die, attested } = walk;
  const one = model.pledges.findLast(({ isInForce }) => isInForce);
  const against = attested.at(-1)!;
  const asset = against.rows.findIndex(({ token }) => token === one?.token);
  if (one === undefined || asset < 0) return "nothing to renew";
  const row = against.rows[asset]!;
  const used = paidIn(model, one.key, one.token, against.epoch) + pledgedIn(model, one.key, one.token);
  const scale = 10n ** BigInt(38 + row.decimals - model.decimals.get(one.token)!);
  const amount = (used * scale + 10n ** 38n - 1n) / 10n ** 38n;
  const charge = chargeIn(model, one.key, against.epoch, against.rows);
  const needed = await call<bigint[]>(walk.ledger, "neededAt", one.key, against.epoch, one.token, 0n);
  expect(needed).toEqual([BigInt(asset), amount, charge]);
  const isShort = die(3) === 0;
  const refusal = against.epoch <= one.epoch ? "PledgeNotNewer" : isShort ? "PledgeNotCovered" : "";
  const shown = { key: one.key, asset, amount: isShort ? amount - 1n : amount, charge };
  const outcome = await judged("renew", refusal, () => renew(stage, against, one.id, shown));
  if (refusal === "") one.epoch = against.epoch;
  return outcome;
}

/** What the ledger shows of a key, at an epoch that may have been void, under a policy that may be another epoch's. */
async function compareViews({ ledger, model, tokens, keys, attested, die }: Walk): Promise<void> {
  const key = keys[die(keys.length)]!;
  const epoch = BigInt(die(Number(model.opening) + 2));
  const { rows, snapshotTime } = attested[die(attested.length)]!;
  expect(await call(ledger, "chargeOf", key, epoch, snapshotTime)).toBe(chargeIn(model, key, epoch, rows));
  for (const token of tokens) {
    expect(await call(ledger, "paidSince", key, token, epoch)).toBe(paidIn(model, key, token, epoch));
    expect(await call(ledger, "pledgedOf", key, token)).toBe(pledgedIn(model, key, token));
  }
  const one = model.pledges.find(({ isInForce }) => isInForce);
  const against = attested.at(-1)!;
  const row = against.rows.find(({ token }) => token === one?.token);
  if (one === undefined || row === undefined) return;
  const [, , charge] = await call<[bigint, bigint, bigint]>(ledger, "neededForPledge", one.id, against.epoch);
  expect(charge).toBe(chargeIn(model, one.key, against.epoch, against.rows, one, false));
}

/** Every outcome that a walk has to have met to be worth something. */
export const OUTCOMES = [
  ...["attest", "open", "open again", "spend", "spend refused", "admit", "take all", "take some"],
  ...["pledge", "pledge refused", "release", "takePledged", "renew"],
];
