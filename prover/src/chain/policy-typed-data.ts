import type { PolicyPublication } from "@plimsoll/verifier/policy/publication.ts";
import { type Signer, type TypedDataField, toBeHex } from "ethers";
import type { RegistryDomain, TypedData } from "./typed-data.ts";

/** A publisher's signature over a publication. The publisher may be a contract wallet that the signing key speaks for. */
export interface Endorsement {
  /** 0x and 40 hex digits. */
  readonly publisher: string;
  readonly signature: string;
}

const TYPES: Record<string, TypedDataField[]> = {
  Publication: [
    { name: "policy", type: "Policy" },
    { name: "deadline", type: "uint64" },
  ],
  Policy: [
    { name: "observationTime", type: "uint64" },
    { name: "nextExpiry", type: "uint64" },
    { name: "policyHash", type: "uint256" },
    { name: "policyTree", type: "uint256" },
    { name: "shapeHash", type: "bytes32" },
    { name: "riskParametersHash", type: "bytes32" },
    { name: "marksHash", type: "bytes32" },
    { name: "rowTableHash", type: "bytes32" },
    { name: "collateral", type: "Collateral[]" },
  ],
  Collateral: [
    { name: "token", type: "address" },
    { name: "decimals", type: "uint8" },
    { name: "price", type: "uint96" },
    { name: "weight", type: "uint96" },
    { name: "unitWeight", type: "uint128" },
  ],
};

/** What publishers sign for a registry and chain; `deadline` in seconds since 1970. */
export function publicationTypedData(
  { chainId, registry }: RegistryDomain,
  publication: PolicyPublication,
  deadline: bigint,
): TypedData {
  return {
    domain: { name: "Plimsoll PolicyRegistry", version: "1", chainId, verifyingContract: registry },
    types: TYPES,
    message: { policy: publicationToAbi(publication), deadline },
  };
}

/** Signs as `publisher`, the signer's own address unless it is a contract wallet. */
export async function endorse(signer: Signer, data: TypedData, publisher?: string): Promise<Endorsement> {
  const signature = await signer.signTypedData(data.domain, data.types, data.message);
  return { publisher: publisher ?? (await signer.getAddress()), signature };
}

/** The same with hashes as the ABI's bytes32 and tokens as addresses: IPolicyRegistry.Policy. */
export function publicationToAbi(publication: PolicyPublication): Record<string, unknown> {
  const hash = (value: bigint) => toBeHex(value, 32);
  return {
    ...publication,
    shapeHash: hash(publication.shapeHash),
    riskParametersHash: hash(publication.riskParametersHash),
    marksHash: hash(publication.marksHash),
    rowTableHash: hash(publication.rowTableHash),
    collateral: publication.collateral.map((asset) => ({ ...asset, token: toBeHex(asset.token, 20) })),
  };
}
