import type { Contract } from "ethers";
import { expect } from "vitest";
import { RegistryError } from "../../prover/src/chain/errors.ts";
import type { Shown } from "./ledger-model.ts";
import { attestOpened, openWith, type StagedEpoch } from "./staged-ledger.ts";
import { DAY, pass, proved, type VaultStage } from "./staged-vault.ts";
import type { Attested, Leaf, VaultModel } from "./vault-model.ts";

export const PROVING_TIME = 7n * DAY;

export interface Walk {
  readonly stage: VaultStage;
  readonly ledger: Contract;
  readonly model: VaultModel;
  readonly keys: readonly bigint[];
  readonly recipients: ReadonlyMap<bigint, string>;
  readonly die: (sides: number) => number;
  readonly outcomes: Map<string, number>;
  pending: StagedEpoch | undefined;
  escape: { readonly against: Attested; readonly frozenAt: bigint; readonly until: bigint } | undefined;
}

export const note = ({ outcomes }: Walk, outcome: string): void => {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
};

/** Runs what should pass, or be refused with a code; `*` is any. */
export async function judged(name: string, refusal: string, run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    if (refusal !== "*") expect(error.code, name).toBe(refusal);
    return `${name} refused`;
  }
  expect("", `${name} should be refused`).toBe(refusal);
  return name;
}

export const as = ({ stage }: Walk, who: "alice" | "bob" | "thief" | "operator" | "exchange"): Contract =>
  stage.vault.connect(stage[who]) as Contract;

export const pick = <T>({ die }: Walk, list: readonly T[]): T | undefined => list[die(list.length)];

// Epochs.

export async function moveEpoch(walk: Walk): Promise<string> {
  const { stage, model, die } = walk;
  const isLate =
    walk.pending !== undefined &&
    (await stage.chain.now()) > walk.pending.snapshotTime + PROVING_TIME - 1000n;
  if (walk.pending !== undefined && !isLate && die(6) > 0) {
    const leaves = new Map(walk.keys.map((key) => [key, leafOf(walk)]));
    model.attested.push({ ...(await attestOpened(stage, walk.pending)), leaves });
    walk.pending = undefined;
    return "attest";
  }
  const isVoid = walk.pending !== undefined;
  model.ledger.opening += BigInt(1 + die(2));
  const rows = stage.rows
    .map((row) => ({
      row: { ...row, decimals: 6 + die(3), unitWeight: BigInt(die(4) * 3) },
      place: die(100),
    }))
    .sort((left, right) => left.place - right.place)
    .map(({ row }) => row);
  walk.pending = await openWith(stage, model.ledger.opening, rows);
  return isVoid ? "open over another" : "open";
}

export async function attestOne(walk: Walk): Promise<void> {
  const before = walk.model.attested.length;
  while (walk.model.attested.length === before) await moveEpoch(walk);
}

export const leafOf = ({ stage, die }: Walk): Leaf => ({
  amounts: stage.rows.map(() => BigInt(die(1_000_000))),
  free: BigInt(die(10_000_000)),
  isTwice: die(4) === 0,
});

export async function wait({ stage, die }: Walk): Promise<string> {
  await pass(stage.chain, BigInt(1 + die(3)) * 108_000n);
  return "wait";
}

// Proofs: whoever proves has a leaf that allows it.

export interface Drawn {
  readonly against: Attested;
  readonly shown: Shown;
}

export function draw(
  walk: Walk,
  against = walk.model.attested.at(-1 - walk.die(Math.min(3, walk.model.attested.length)))!,
): Drawn {
  const { die, keys } = walk;
  const key = keys[die(keys.length)]!;
  const { amounts, free } = against.leaves.get(key)!;
  const asset = die(amounts.length);
  const part = (whole: bigint): bigint => (die(3) === 0 ? whole : (whole * BigInt(1 + die(100))) / 100n);
  const shown = {
    key,
    epoch: against.epoch,
    rows: against.rows,
    asset,
    amount: part(amounts[asset]!),
    charge: part(free),
  };
  return { against, shown };
}

export const proofOf = (
  walk: Walk,
  { against, shown }: Drawn,
  purpose: "Withdraw" | "Exit" | "Answer" | "Claim",
  exit?: bigint,
) => {
  const { key, asset, amount, charge } = shown;
  const wish = { key, asset, amount, charge, recipient: walk.recipients.get(key)! };
  return proved(walk.stage, against, purpose, exit === undefined ? wish : { ...wish, exit });
};

export const tokenOf = ({ rows, asset }: Shown): string => rows[asset]!.token;

export function count(walk: Walk, key: bigint, against: bigint, token: string, amount: bigint): void {
  const { ledger, counted } = walk.model;
  ledger.payments.push({ key, token, opening: ledger.opening, amount });
  counted.push({ key, against, token, amount });
}

export function move(
  { balances, purses }: VaultModel,
  token: string,
  amount: bigint,
  recipient?: string,
): void {
  balances.set(token, balances.get(token)! - amount);
  const purse = `${recipient} ${token}`;
  if (recipient !== undefined) purses.set(purse, (purses.get(purse) ?? 0n) + amount);
}
