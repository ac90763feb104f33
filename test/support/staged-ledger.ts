import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type Contract, toBeHex, ZeroHash } from "ethers";
import { ledgerAt } from "../../prover/src/chain/ledger.ts";
import { attestEpoch, circuitIdOf, openEpoch } from "../../prover/src/chain/registry.ts";
import { send } from "../../prover/src/chain/sending.ts";
import { PUBLIC_SIGNALS } from "../../verifier/src/constants.ts";
import { accountsPath, type BatchCommitment } from "../../verifier/src/encodings/challenges.ts";
import { home } from "../../verifier/src/encodings/identity.ts";
import {
  type LedgerAction,
  pledgePayload,
  renewalPayload,
  withdrawalContext,
} from "../../verifier/src/withdrawal/context.ts";
import { draftEpoch, proveEpoch, type Stage } from "./staged-epoch.ts";
import { trapdoorProof } from "./trapdoor.ts";

/** One asset of a policy. Price is 1 and weight 0 unless given. */
export interface Row {
  readonly token: string;
  readonly decimals: number;
  /** Money units, 10^-12 of the quote currency, that a unit takes from free collateral. */
  readonly unitWeight: bigint;
  readonly price?: bigint;
}

export const NO_TOKEN = toBeHex(0, 20);
export const NATIVE = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE";

/** An epoch that was opened, perhaps attested, with its batches. Accounts are whatever the proofs against it say. */
export interface StagedEpoch {
  readonly epoch: bigint;
  readonly snapshotTime: bigint;
  readonly rows: readonly Row[];
  readonly batches: readonly BatchCommitment[];
}

/** The stage's ledger, called by the stage's owner unless another is given. */
export const ledgerOf = (stage: Stage, signer = stage.owner): Promise<Contract> =>
  ledgerAt(stage.ledger, signer);

/** What else a test may want of the policy that it publishes. */
export interface PolicyParts {
  readonly nextExpiry?: bigint;
  readonly rowTableHash?: string;
  readonly policyTree?: bigint;
}

/** Opens an epoch with its snapshot at once, and publishes a policy of these assets for it. */
export async function openWith(
  stage: Stage,
  epoch: bigint,
  rows: readonly Row[],
  parts: PolicyParts = {},
): Promise<StagedEpoch> {
  const snapshotTime = (await stage.chain.now()) + 100n;
  await stage.chain.setNextTime(snapshotTime);
  await openEpoch(stage.exchange, stage.registry, { epoch, snapshotTime });
  await publishRows(stage, snapshotTime, rows, parts);
  return { epoch, snapshotTime, rows, batches: [] };
}

/** Publishes a policy of these assets for a time. */
export async function publishRows(
  stage: Stage,
  observationTime: bigint,
  rows: readonly Row[],
  { nextExpiry = (1n << 64n) - 1n, rowTableHash = ZeroHash, policyTree = 1n }: PolicyParts = {},
): Promise<void> {
  const { policyHash, descriptorHash } = stage.policy;
  const policy = {
    ...{ observationTime, nextExpiry, policyHash, policyTree, rowTableHash },
    ...{ shapeHash: ZeroHash, riskParametersHash: ZeroHash, marksHash: ZeroHash },
    collateral: rows.map((row) => ({ price: 1n, weight: 0n, ...row })),
  };
  await (await stage.policies.getFunction("publish").send(policy, toBeHex(descriptorHash, 32))).wait();
}

/** Attests what was opened, with `count` batches and without claims on reserves. */
export async function attestOpened(stage: Stage, opened: StagedEpoch, count = 1): Promise<StagedEpoch> {
  const claims = Array.from({ length: stage.assets + 1 }, () => 0n);
  const submission = proveEpoch(stage, draftEpoch(stage, opened.epoch, count, claims), opened.snapshotTime);
  await attestEpoch(stage.exchange, stage.registry, submission);
  return { ...opened, batches: submission.batches };
}

/** Opens and attests an epoch under a policy of these assets. */
export async function attestWith(
  stage: Stage,
  epoch: bigint,
  rows: readonly Row[],
  { batches = 1, ...parts }: PolicyParts & { batches?: number } = {},
): Promise<StagedEpoch> {
  return attestOpened(stage, await openWith(stage, epoch, rows, parts), batches);
}

/** `ILedger.Place` of a batch. */
export function placeOf({ batches }: StagedEpoch, index = 0) {
  const { circuitId, transcript } = batches[index]!;
  const path = accountsPath(batches, index).map((sibling) => toBeHex(sibling, 32));
  return { index, circuitId: toBeHex(circuitId, 32), transcript, path };
}

export interface Demand {
  readonly key: bigint;
  readonly asset: number;
  /** Cumulative, in units of the asset's row. */
  readonly amount: bigint;
  /** Cumulative, in money units. */
  readonly charge: bigint;
  readonly recipient?: string;
  readonly action: LedgerAction;
  /** Address of the contract, or of the account, that will call the ledger. */
  readonly consumer: string;
  /** A 32-byte word. */
  readonly payload?: bigint;
  /** Which of the epoch's batches the leaf is in. */
  readonly batch?: number;
  /** Another context than that of action, consumer and payload. */
  readonly context?: bigint;
}

/** `ILedger.Withdrawal` with a proof that holds: as if an account of the epoch had as much as is asked for. */
export function withdrawalOf(stage: Stage, against: StagedEpoch, demand: Demand) {
  const { key, asset, amount, charge, action, consumer, payload = 0n, batch = 0 } = demand;
  const recipient = demand.recipient ?? consumer;
  const chainId = stage.chain.chainId;
  const { root } = against.batches[batch]!;
  const signals: Record<string, bigint> = {
    ...{ root, key, epoch: against.epoch, recipient: BigInt(recipient), asset: BigInt(asset) },
    ...{ amount, charge, home: home(chainId, BigInt(stage.registry)) },
    context:
      demand.context ??
      withdrawalContext({
        ...{ chainId, ledger: BigInt(stage.ledger), action, consumer: BigInt(consumer), payload },
      }),
  };
  const list = PUBLIC_SIGNALS.withdrawal.map((name) => signals[name]!);
  return {
    ...{ circuitId: toBeHex(circuitIdOf(stage.withdrawalKey.packed), 32), root, key, epoch: against.epoch },
    ...{ recipient, asset, amount, charge, place: placeOf(against, batch) },
    proof: trapdoorProof(stage.withdrawalKey, list, stage.next),
  };
}

/** `ILedger.Claim` of a withdrawal. */
export function claimOf(
  withdrawal: ReturnType<typeof withdrawalOf>,
  { consumer, payload = 0n }: Pick<Demand, "consumer" | "payload">,
) {
  const { key, epoch, recipient, asset, amount, charge } = withdrawal;
  return { key, epoch, recipient, asset, amount, charge, consumer, payload: toBeHex(payload, 32) };
}

/** `ILedger.Refusal` with a proof that holds: as if the key's leaf in the epoch did not allow it. */
export function refusalOf(
  stage: Stage,
  against: StagedEpoch,
  { key, asset, amount, charge, batch = 0 }: Pick<Demand, "key" | "asset" | "amount" | "charge" | "batch">,
) {
  const { root } = against.batches[batch]!;
  const signals: Record<string, bigint> = {
    ...{ root, key, epoch: against.epoch, asset: BigInt(asset), amount, charge },
  };
  const list = PUBLIC_SIGNALS.refusal.map((name) => signals[name]!);
  return {
    ...{ circuitId: toBeHex(circuitIdOf(stage.refusalKey.packed), 32), root, epoch: against.epoch },
    ...{ amount, charge, place: placeOf(against, batch) },
    proof: trapdoorProof(stage.refusalKey, list, stage.next),
  };
}

/** What a proof is asked for, and who asks the ledger with it: the stage's owner unless given. */
export type Ask = Omit<Demand, "action" | "consumer" | "payload"> & {
  readonly by?: HardhatEthersSigner;
  readonly payload?: bigint;
};

/** Has `by` spend what a proof allows. Throws RegistryError when the ledger refuses. */
export async function spend(stage: Stage, against: StagedEpoch, { by = stage.owner, ...ask }: Ask) {
  const demand: Demand = { ...ask, action: "Spend", consumer: by.address };
  const withdrawal = withdrawalOf(stage, against, demand);
  return send(await ledgerOf(stage, by), "spend", [withdrawal, toBeHex(ask.payload ?? 0n, 32)]);
}

/** Has `by` admit a claim, and returns it as `take` wants it. */
export async function admit(stage: Stage, against: StagedEpoch, { by = stage.owner, ...ask }: Ask) {
  const demand: Demand = { ...ask, action: "Admit", consumer: by.address };
  const withdrawal = withdrawalOf(stage, against, demand);
  await send(await ledgerOf(stage, by), "admit", [withdrawal, toBeHex(ask.payload ?? 0n, 32)]);
  return claimOf(withdrawal, demand);
}

export type Claim = Awaited<ReturnType<typeof admit>>;

/** Has a claim's consumer take up to a limit of it. */
export async function take(stage: Stage, claim: Claim, limit = 1n << 255n, by = stage.owner) {
  return send(await ledgerOf(stage, by), "take", [claim, limit]);
}

/** How long a staged pledge lasts, in seconds. */
export const TERM = 1_000_000n;

/** Has `by` pledge what a proof allows, for `vault` to pay out. Returns the pledge's number. */
export async function pledge(
  stage: Stage,
  against: StagedEpoch,
  { by = stage.owner, vault = NO_TOKEN, until, ...ask }: Ask & { vault?: string; until?: bigint },
): Promise<bigint> {
  const end = until ?? (await stage.chain.now()) + TERM;
  const payload = pledgePayload(ask.payload ?? 0n, BigInt(vault), end);
  const demand: Demand = { ...ask, payload, action: "Pledge", consumer: by.address };
  const ledger = await ledgerOf(stage, by);
  const word = toBeHex(ask.payload ?? 0n, 32);
  await send(ledger, "pledge", [withdrawalOf(stage, against, demand), vault, end, word]);
  return ledger.getFunction("pledgeCount").staticCall();
}

/** Renews a pledge of `gate` with a proof against a newer epoch. */
export async function renew(
  stage: Stage,
  against: StagedEpoch,
  id: bigint,
  { by = stage.owner, ...ask }: Ask,
) {
  const demand: Demand = { ...ask, payload: renewalPayload(id), action: "Renew", consumer: by.address };
  return send(await ledgerOf(stage, stage.relayer), "renew", [id, withdrawalOf(stage, against, demand)]);
}
