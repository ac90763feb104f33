// The epoch statement over batches: challenges, tables, public signals and circuit inputs, each part open to change.
import { FIELD, PUBLIC_SIGNALS, ROW_BLIND, ROW_FREE, TAG } from "../../verifier/src/constants.ts";
import {
  type BatchOpening,
  type BatchSums,
  batchFractions,
  batchSums,
  batchWeight,
  commitBatch,
} from "../../verifier/src/encodings/batch.ts";
import { betaChallenge, type GammaInput, gammaChallenge } from "../../verifier/src/encodings/challenges.ts";
import { sponge } from "../../verifier/src/encodings/sponge.ts";
import {
  accumulate,
  claimsPolynomial,
  tableRows,
  totalsCommitment,
  weightsCommitment,
} from "../../verifier/src/encodings/totals.ts";
import { toField } from "../../verifier/src/field.ts";
import {
  assetCoefficientList,
  groupCoefficientList,
  type PolicyCoefficients,
  tierCoefficientList,
} from "../../verifier/src/policy/matrix.ts";
import { type Layout, layoutOf, shapeNumbers } from "../../verifier/src/policy/shape.ts";
import type { Hash } from "../../verifier/src/poseidon.ts";
import type { Mutation } from "./circuit.ts";

export type Table = ReadonlyMap<number, bigint>;

export interface EpochParts {
  readonly policy: PolicyCoefficients;
  readonly batches: readonly BatchOpening[];
  readonly claims: readonly bigint[];
  /** What the batch proofs show, when it is not what the openings say. */
  readonly sums?: readonly BatchSums[];
  /** How the verifier derives its challenges: the real way, or a weakened one that an attack needs. */
  readonly gammaOf?: (input: GammaInput) => bigint;
  readonly betaOf?: (gamma: bigint, weights: bigint) => bigint;
  /** The tables' rows, when the circuit is to have others than its shape says. */
  readonly layout?: Layout;
  /** Poseidon by default. */
  readonly hash?: Hash;
  /** Tables that the prover opens instead of the true sums. */
  readonly totals?: (truth: Table, gamma: bigint) => Table;
  readonly weights?: (truth: Table, gamma: bigint) => Table;
}

export type EpochSignals = Readonly<
  Record<
    "policyHash" | "totalsCommitment" | "weightsCommitment" | "gamma" | "beta" | "t" | "w" | "rho",
    bigint
  >
>;

export interface EpochStatement {
  readonly gammaInput: GammaInput;
  readonly signals: EpochSignals;
  /** Public signals in the order of the table, and the private inputs. */
  readonly inputs: Readonly<Record<string, bigint | readonly bigint[] | readonly (readonly bigint[])[]>>;
  readonly totals: Table;
  readonly weights: Table;
}

const TOTALS_SALT = 0x746f74616c73n;
const WEIGHTS_SALT = 0x77656967687473n;

/** Everything that the exchange commits to before gamma. */
export function gammaInputOf(parts: EpochParts): GammaInput {
  const { policy, batches, claims, totals, hash } = parts;
  const layout = parts.layout ?? layoutOf(policy.shape);
  const truth = new Map<number, bigint>();
  for (const sums of sumsOf(parts, 0n)) accumulate(truth, sums.totals);
  return {
    chainId: 31337n,
    registry: 0x1234n,
    exchange: 0x5678n,
    epoch: 1n,
    snapshotTime: 1_800_000_000n,
    policyHash: uncheckedPolicyHash(policy, hash),
    descriptorHash: 0x9abcn,
    totalsCommitment: totalsCommitment(layout, TOTALS_SALT, totals?.(truth, 0n) ?? truth, claims, hash),
    claims,
    epochCircuitId: 0xdef0n,
    batches: batches.map((batch) => {
      const { root, transcript } = commitBatch(batch, hash);
      return { circuitId: 1n, root, transcript };
    }),
  };
}

export function stateEpoch(parts: EpochParts): EpochStatement {
  const { policy, claims, hash } = parts;
  const layout = parts.layout ?? layoutOf(policy.shape);
  const gammaInput = gammaInputOf(parts);
  const gamma = (parts.gammaOf ?? gammaChallenge)(gammaInput);

  const trueTotals = new Map<number, bigint>();
  const trueWeights = new Map<number, bigint>();
  const sums = sumsOf(parts, gamma);
  for (const [b, { totals, weights }] of sums.entries()) {
    accumulate(trueTotals, totals);
    accumulate(trueWeights, weights, batchWeight(gamma, b));
  }
  const totals = parts.totals?.(trueTotals, gamma) ?? trueTotals;
  const weights = parts.weights?.(trueWeights, gamma) ?? trueWeights;
  const opened = totalsCommitment(layout, TOTALS_SALT, totals, claims, hash);
  const weighted = weightsCommitment(layout, WEIGHTS_SALT, weights, hash);
  const beta = (parts.betaOf ?? betaChallenge)(gamma, weighted);

  const fractions = sums.map((sum) => batchFractions(sum, beta));
  const signals: EpochSignals = {
    policyHash: gammaInput.policyHash,
    totalsCommitment: opened,
    weightsCommitment: weighted,
    gamma,
    beta,
    t: fractions.reduce((sum, { t }) => sum + t, 0n) % FIELD,
    w: fractions.reduce((sum, { w }, b) => (sum + batchWeight(gamma, b) * w) % FIELD, 0n),
    rho: claimsPolynomial(claims, gamma),
  };
  const list = assetCoefficientList(policy).map(toField);
  const rows = tableRows(layout);
  const of = (table: Table, row: number): bigint => toField(table.get(row) ?? 0n);
  const inputs = {
    ...Object.fromEntries(PUBLIC_SIGNALS.epoch.map((name) => [name, signals[name as keyof EpochSignals]])),
    assetCoefficients: policy.assets.map((_, k) => list.slice(5 * k, 5 * k + 5)),
    tierCoefficients: tierCoefficientList(policy).map(toField),
    groupCoefficients: policy.groups.flatMap((_, g) => groupCoefficientList(policy, g).map(toField)),
    totals: rows.map((row) => of(totals, row)),
    totalBlind: of(totals, ROW_BLIND),
    weights: rows.map((row) => of(weights, row)),
    weightFree: of(weights, ROW_FREE),
    weightBlind: of(weights, ROW_BLIND),
    totalsSalt: TOTALS_SALT,
    weightsSalt: WEIGHTS_SALT,
    claims,
  };
  return { gammaInput, signals, inputs, totals, weights };
}

/** policyHash without the reference's checks, so that a policy that it refuses can be proved as well. */
function uncheckedPolicyHash(policy: PolicyCoefficients, hash?: Hash): bigint {
  const parts = [
    sponge(TAG.POLICY_ASSETS, assetCoefficientList(policy).map(toField), hash),
    ...policy.groups.map((_, g) =>
      sponge(TAG.POLICY_GROUP, groupCoefficientList(policy, g).map(toField), hash),
    ),
  ];
  return sponge(TAG.POLICY, [...shapeNumbers(policy.shape), ...parts], hash);
}

/** A hash that binds nothing: i + 1 times input i, added up. */
export const sumHash: Hash = (inputs) =>
  inputs.reduce((sum, input, i) => (sum + BigInt(i + 1) * input) % FIELD, 0n);

/** Puts `sumHash` in Poseidon's place: most of a circuit's compile time goes, and its equations stay. */
export const withSumHash: Mutation = (files) => {
  files.set(
    "circuits/lib/poseidon.circom",
    `pragma circom 2.2.0;
    template Poseidon(nInputs) {
      signal input inputs[nInputs];
      signal output out;
      var sum = 0;
      for (var i = 0; i < nInputs; i++) {
        sum += (i + 1) * inputs[i];
      }
      out <== sum;
    }`,
  );
};

function sumsOf({ batches, sums }: EpochParts, gamma: bigint): readonly BatchSums[] {
  return sums ?? batches.map((batch) => batchSums(batch, gamma));
}
