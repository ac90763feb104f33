import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToBigInt, concatBytes, uint256 } from "../encodings/bytes.ts";
import { canonicalHash } from "./canonical.ts";
import type { HoldingRow } from "./row-table.ts";
import type { Marks, RiskParameters } from "./schemas.ts";

/** keccak256 of the canonical JSON of each part of a policy's meaning: what a contract can compare one by one. */
export interface DescriptorParts {
  /** Changes behind a time lock only. */
  readonly riskParametersHash: bigint;
  readonly marksHash: bigint;
  /** Names, decimals, tokens and terms: policies with the same one give every row the same meaning. */
  readonly rowTableHash: bigint;
}

export function descriptorParts(
  riskParameters: RiskParameters,
  marks: Marks,
  rowTable: readonly HoldingRow[],
): DescriptorParts {
  return {
    riskParametersHash: canonicalHash(riskParameters),
    marksHash: canonicalHash(marks),
    rowTableHash: canonicalHash(rowTable),
  };
}

/** keccak256 of the three hashes as 32-byte words. */
export function descriptorHash({ riskParametersHash, marksHash, rowTableHash }: DescriptorParts): bigint {
  const words = [riskParametersHash, marksHash, rowTableHash].map(uint256);
  return bytesToBigInt(keccak_256(concatBytes(words)));
}
