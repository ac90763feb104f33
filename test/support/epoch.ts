// The epoch statement over batches: challenges, tables, public signals and circuit inputs, each part open to change.
import { FIELD, PUBLIC_SIGNALS, ROW_BLIND, ROW_FREE } from "../../verifier/src/constants.ts";
import {
  type BatchOpening,
  type BatchSums,
  batchFractions,
  batchSums,
  batchWeight,
  commitBatch,
} from "../../verifier/src/encodings/batch.ts";
import { betaChallenge, type GammaInput, gammaChallenge } from "../../verifier/src/encodings/challenges.ts";
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
  policyHash,
} from "../../verifier/src/policy/matrix.ts";
import { layoutOf } from "../../verifier/src/policy/shape.ts";

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
  const { policy, batches, claims, totals } = parts;
  const layout = layoutOf(policy.shape);
  const truth = new Map<number, bigint>();
  for (const sums of sumsOf(parts, 0n)) accumulate(truth, sums.totals);
  return {
    chainId: 31337n,
    registry: 0x1234n,
    exchange: 0x5678n,
    epoch: 1n,
    snapshotTime: 1_800_000_000n,
    policyHash: policyHash(policy),
    descriptorHash: 0x9abcn,
    totalsCommitment: totalsCommitment(layout, TOTALS_SALT, totals?.(truth, 0n) ?? truth, claims),
    claims,
    epochCircuitId: 0xdef0n,
    batches: batches.map((batch) => {
      const { root, transcript } = commitBatch(batch);
      return { circuitId: 1n, root, transcript };
    }),
  };
}

export function stateEpoch(parts: EpochParts): EpochStatement {
  const { policy, claims } = parts;
  const layout = layoutOf(policy.shape);
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
  const opened = totalsCommitment(layout, TOTALS_SALT, totals, claims);
  const weighted = weightsCommitment(layout, WEIGHTS_SALT, weights);
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

function sumsOf({ batches, sums }: EpochParts, gamma: bigint): readonly BatchSums[] {
  return sums ?? batches.map((batch) => batchSums(batch, gamma));
}
