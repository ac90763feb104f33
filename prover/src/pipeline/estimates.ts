import { tableRows } from "@plimsoll/verifier/encodings/totals.ts";
import {
  assetCoefficientList,
  groupCoefficientList,
  type PolicyCoefficients,
} from "@plimsoll/verifier/policy/matrix.ts";
import { layoutOf } from "@plimsoll/verifier/policy/shape.ts";
import type { AccountSize } from "../plan/account-words.ts";
import type { PlanWaste } from "../plan/plan-batches.ts";
import { BATCHES_AT_ONCE } from "./registry-chain.ts";

/** What circuits cost, and gas: test/recorded/, rounded; a test compares. */
export const COSTS = Object.freeze({
  batch: { perBlock: 890, perAuxWord: 301, batchFixed: 1246 },
  epoch: { perCoefficient: 42, perRow: 85, perAsset: 298 },
  gas: { perBatch: 55_719, perBatchInParts: 60_106, fixed: 595_503, fixedInParts: 676_694 },
});

/** What this machine did when it was last asked; what `npm run bench` printed on two cores where it never was. */
export interface Rates {
  /** Of a proof, witness and check included. */
  readonly constraintsPerSecond: number;
  readonly committedPerSecond: number;
  readonly measuredHere: boolean;
}

export const RECORDED_RATES: Rates = Object.freeze({
  constraintsPerSecond: 40_000,
  committedPerSecond: 3_400,
  measuredHere: false,
});

/** What an epoch will take. Seconds, bytes, gas; none of it is a promise. */
export interface Estimates {
  readonly seconds: { readonly commit: number; readonly proveBatches: number; readonly proveEpoch: number };
  readonly diskBytes: number;
  /** Of the prover with the larger of the two keys in memory. */
  readonly memoryBytes: number;
  readonly gas: bigint;
  readonly transactions: number;
}

/** Constraints of a batch circuit, within a few per cent. */
export function batchConstraints({ blocks, words }: AccountSize): number {
  const { perBlock, perAuxWord, batchFixed } = COSTS.batch;
  return blocks * perBlock + words * perAuxWord + batchFixed;
}

/** Constraints of the epoch circuit of a policy's shape, within a few per cent. */
export function epochConstraints(policy: PolicyCoefficients): number {
  const { perCoefficient, perRow, perAsset } = COSTS.epoch;
  const groups = policy.groups.map((_, g) => groupCoefficientList(policy, g).length);
  const coefficients = assetCoefficientList(policy).length + groups.reduce((sum, count) => sum + count, 0);
  const rows = tableRows(layoutOf(policy.shape)).length;
  return coefficients * perCoefficient + rows * perRow + policy.shape.assets * perAsset;
}

/** Measured on the examples: a bundle and an account's records on a disk with blocks of 4 KiB; a batch's own files; the rest. */
const DISK = { account: 9_000, block: 1_200, batch: 16_000, epoch: 150_000 };
/** docs/prover.md: 448 MB at 2^17, and what Node takes. */
const MEMORY = { fixed: 150e6, perConstraint: 3_000 };

/** Bytes that an epoch's folder takes when it is proved. */
export function epochDiskBytes({
  accounts,
  batches,
  blocks,
}: Pick<PlanWaste, "accounts" | "batches" | "blocks">): number {
  return DISK.epoch + accounts * DISK.account + blocks * DISK.block + batches * DISK.batch;
}

/** Bytes of memory that proving takes, with the larger of the two keys. */
export function provingMemoryBytes(capacity: AccountSize, policy: PolicyCoefficients): number {
  const constraints = Math.max(batchConstraints(capacity), epochConstraints(policy));
  return MEMORY.fixed + constraints * MEMORY.perConstraint;
}

export function estimateEpoch(
  waste: PlanWaste,
  capacity: AccountSize,
  policy: PolicyCoefficients,
  rates: Rates = RECORDED_RATES,
): Estimates {
  const { accounts, batches } = waste;
  const constraints = { batch: batchConstraints(capacity), epoch: epochConstraints(policy) };
  const { gas } = COSTS;
  const atOnce = batches <= BATCHES_AT_ONCE;
  return {
    seconds: {
      commit: accounts / rates.committedPerSecond,
      proveBatches: (batches * constraints.batch) / rates.constraintsPerSecond,
      proveEpoch: constraints.epoch / rates.constraintsPerSecond,
    },
    diskBytes: epochDiskBytes(waste),
    memoryBytes: provingMemoryBytes(capacity, policy),
    gas: BigInt(
      atOnce ? gas.fixed + batches * gas.perBatch : gas.fixedInParts + batches * gas.perBatchInParts,
    ),
    transactions: atOnce ? 1 : 2 + Math.ceil(batches / 64),
  };
}
