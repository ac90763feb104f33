import { FIELD, ROW_BLIND, ROW_FREE } from "@plimsoll/verifier/constants.ts";
import { claimsPolynomial, tableRows } from "@plimsoll/verifier/encodings/totals.ts";
import { toField } from "@plimsoll/verifier/field.ts";
import {
  groupCoefficientList,
  type PolicyCoefficients,
  tierCoefficientList,
} from "@plimsoll/verifier/policy/matrix.ts";
import { layoutOf } from "@plimsoll/verifier/policy/shape.ts";
import type { CircuitInputs } from "../proving/witness.ts";

/** All that the epoch proof is about. Totals and weights by row, with BLIND and (weights) FREE. */
export interface EpochOpening {
  readonly policy: PolicyCoefficients;
  readonly policyHash: bigint;
  readonly totals: ReadonlyMap<number, bigint>;
  readonly totalsSalt: bigint;
  readonly totalsCommitment: bigint;
  readonly weights: ReadonlyMap<number, bigint>;
  readonly weightsSalt: bigint;
  readonly weightsCommitment: bigint;
  /** Insurance, then each asset of the shape. */
  readonly claims: readonly bigint[];
  readonly gamma: bigint;
  readonly beta: bigint;
  /** Combined over all batches. */
  readonly t: bigint;
  readonly w: bigint;
}

/** Inputs of the epoch circuit: public signals and the openings behind them, rows in the order of `tableRows`. */
export function epochInputs(epoch: EpochOpening): CircuitInputs {
  const { policy, totals, weights, claims, gamma } = epoch;
  const rows = tableRows(layoutOf(policy.shape));
  return {
    policyHash: epoch.policyHash,
    totalsCommitment: epoch.totalsCommitment,
    weightsCommitment: epoch.weightsCommitment,
    gamma,
    beta: epoch.beta,
    t: epoch.t,
    w: epoch.w,
    rho: claimsPolynomial(claims, gamma),
    assetCoefficients: policy.assets.map((a) =>
      [a.value, a.maintenance, a.initial, a.debtMaintenance, a.debtInitial].map(toField),
    ),
    tierCoefficients: tierCoefficientList(policy).map(toField),
    groupCoefficients: policy.groups.flatMap((_, g) => groupCoefficientList(policy, g).map(toField)),
    totals: rows.map((row) => toField(totals.get(row) ?? 0n)),
    totalBlind: toField(totals.get(ROW_BLIND) ?? 0n),
    weights: rows.map((row) => toField(weights.get(row) ?? 0n)),
    weightFree: toField(weights.get(ROW_FREE) ?? 0n),
    weightBlind: toField(weights.get(ROW_BLIND) ?? 0n),
    totalsSalt: epoch.totalsSalt,
    weightsSalt: epoch.weightsSalt,
    claims: [...claims],
  };
}

/** Public signals of the epoch circuit, in its order. */
export function epochSignals(epoch: EpochOpening): bigint[] {
  const { policyHash, totalsCommitment, weightsCommitment, gamma, beta, t, w } = epoch;
  const rho = claimsPolynomial(epoch.claims, gamma) % FIELD;
  return [policyHash, totalsCommitment, weightsCommitment, gamma, beta, t, w, rho];
}
