import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToBigInt, concatBytes, uint256 } from "../encodings/bytes.ts";
import type { Hash } from "../poseidon.ts";
import type { CompiledPolicy } from "./compile.ts";
import type { DescriptorParts } from "./descriptor.ts";
import { marksAreOf } from "./marks.ts";
import { policyTree } from "./policy-tree.ts";
import type { RiskParameters } from "./schemas.ts";
import { type Shape, shapeNumbers } from "./shape.ts";

/** An asset of the table that contracts read; its place is the asset's number. Amounts are money units per unit of the row. */
export interface PublishedCollateral {
  /** Address on the registry's chain as a 256-bit integer; 0 for an asset that has no token there. */
  readonly token: bigint;
  /** Of the row, not of the token. */
  readonly decimals: number;
  readonly price: bigint;
  /** What one unit adds to initial margin by itself. */
  readonly weight: bigint;
  /** Upper bound, certified by the linter, on how much free falls (times 10^6) when one unit leaves. */
  readonly unitWeight: bigint;
}

/** What publishers sign: IPolicyRegistry.Policy. Hashes are 256-bit words, times seconds since 1970. */
export interface PolicyPublication extends DescriptorParts {
  readonly observationTime: bigint;
  /** First expiry among the instruments; 2^64 - 1 without one. */
  readonly nextExpiry: bigint;
  readonly policyHash: bigint;
  readonly policyTree: bigint;
  readonly shapeHash: bigint;
  readonly collateral: readonly PublishedCollateral[];
}

/** What the registry keeps of a publication: IPolicyRegistry.Published, with its table. */
export interface PublishedPolicy extends Omit<PolicyPublication, "riskParametersHash" | "marksHash"> {
  readonly descriptorHash: bigint;
  readonly publishedAt: bigint;
  /** Number of the registry's configuration that it was published under, from 1. */
  readonly configuration: number;
}

/** What a publication needs besides the policy. */
export interface PublicationOptions {
  /** Chain of the registry: which tokens the table names. */
  readonly chainId: bigint;
  readonly observationTime: bigint;
  /** By asset; padding beyond the named assets is left out. */
  readonly unitWeights: readonly bigint[];
  readonly hash?: Hash;
}

/** Of the contract's table. */
const UNIT_WEIGHT_BITS = 128n;

export const NO_EXPIRY = (1n << 64n) - 1n;

/** A policy that cannot be published as it is. The message says what to change. */
export class PublicationError extends Error {
  readonly code = "POLICY_PUBLICATION";
  readonly retryable = false;
}

/**
 * What a policy publishes; anyone who has its files computes the same but for the unit weights, which come from the linter.
 * Throws PublicationError for marks of another time, an expired instrument, or an asset with two tokens on the chain.
 */
export function policyPublication(policy: CompiledPolicy, options: PublicationOptions): PolicyPublication {
  const { riskParameters, marks, coefficients } = policy;
  const { observationTime, hash } = options;
  if (!marksAreOf(riskParameters, marks, observationTime)) {
    throw new PublicationError(
      `expected marks of ${observationTime} or up to ${riskParameters.stalenessSeconds} s before it, came marks of ${marks.observedAt}`,
    );
  }
  const nextExpiry = nextExpiryOf(riskParameters);
  if (nextExpiry < observationTime) {
    throw new PublicationError(
      `an instrument expired at ${nextExpiry}, before ${observationTime}: leave it out`,
    );
  }
  return Object.freeze({
    observationTime,
    nextExpiry,
    policyHash: policy.policyHash,
    policyTree: policyTree(coefficients, hash).root,
    shapeHash: shapeHash(coefficients.shape),
    ...policy.descriptor,
    collateral: collateralTable(policy, options),
  });
}

/** The table alone: it needs no hash. */
export function collateralTable(
  { riskParameters, coefficients }: CompiledPolicy,
  { chainId, unitWeights }: Pick<PublicationOptions, "chainId" | "unitWeights">,
): PublishedCollateral[] {
  return riskParameters.collateral.map((asset, k) => {
    const tokens = (asset.tokens ?? []).filter((token) => BigInt(token.chainId) === chainId);
    if (tokens.length > 1) {
      throw new PublicationError(
        `asset "${asset.symbol}": expected one token on chain ${chainId}, came ${tokens.length}`,
      );
    }
    const unitWeight = unitWeights[k];
    if (unitWeight === undefined) throw new PublicationError(`asset "${asset.symbol}" has no unit weight`);
    const { value, initial } = coefficients.assets[k]!;
    if (initial < 0n || initial > value || unitWeight < initial || unitWeight >> UNIT_WEIGHT_BITS !== 0n) {
      throw new PublicationError(
        `asset "${asset.symbol}": expected a weight from 0 to its price ${value} and at most its unit weight, came ${initial} and ${unitWeight}`,
      );
    }
    return Object.freeze({
      token: BigInt(tokens[0]?.address ?? 0),
      decimals: asset.decimals,
      price: value,
      weight: initial,
      unitWeight,
    });
  });
}

/** keccak256 of the shape's numbers as 32-byte words. */
export function shapeHash(shape: Shape): bigint {
  return bytesToBigInt(keccak_256(concatBytes(shapeNumbers(shape).map(uint256))));
}

/** Seconds since 1970 of the first expiry, or NO_EXPIRY. */
export function nextExpiryOf({ groups }: RiskParameters): bigint {
  let first = NO_EXPIRY;
  for (const terms of groups.flatMap(({ instruments }) => instruments)) {
    const expiry = "expiry" in terms ? BigInt(Date.parse(terms.expiry) / 1000) : NO_EXPIRY;
    if (expiry < first) first = expiry;
  }
  return first;
}
