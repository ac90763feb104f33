import { accountsRoot, claimsHash } from "@plimsoll/verifier/encodings/challenges.ts";
import { type Signer, type TypedDataDomain, type TypedDataField, toBeHex } from "ethers";
import type { Opening, Submission } from "./submission.ts";

/** A message under EIP-712, as `signer.signTypedData` takes it. */
export interface TypedData {
  readonly domain: TypedDataDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly message: Record<string, unknown>;
}

export interface RegistryDomain {
  readonly chainId: bigint;
  /** Address of the registry. */
  readonly registry: string;
}

const OPEN: Record<string, TypedDataField[]> = { Open: fields("uint64 epoch,uint64 snapshotTime") };
const COMMIT: Record<string, TypedDataField[]> = {
  Commit: fields(
    "uint64 epoch,uint64 snapshotTime,uint256 policyHash,bytes32 descriptorHash," +
      "bytes32 epochCircuitId,uint256 batchCount,bytes32 accountsRoot,uint256 totalsCommitment," +
      "uint256 weightsCommitment,bytes32 claimsHash,bytes32 publicHash",
  ),
};

/** What the exchange signs to have an epoch opened. */
export function openTypedData(domain: RegistryDomain, opening: Opening): TypedData {
  return { domain: domainOf(domain), types: OPEN, message: { ...opening } };
}

/** What the exchange signs to have an epoch attested: everything but the proofs and the sums t and w. */
export function commitTypedData(
  domain: RegistryDomain,
  snapshotTime: bigint,
  submission: Submission,
): TypedData {
  const { batches } = submission;
  const message = {
    epoch: submission.epoch,
    snapshotTime,
    policyHash: submission.policyHash,
    descriptorHash: toBeHex(submission.descriptorHash, 32),
    epochCircuitId: toBeHex(submission.epochCircuitId, 32),
    batchCount: BigInt(batches.length),
    accountsRoot: toBeHex(accountsRoot(batches), 32),
    totalsCommitment: submission.totalsCommitment,
    weightsCommitment: submission.weightsCommitment,
    claimsHash: toBeHex(claimsHash(submission.claims), 32),
    publicHash: toBeHex(submission.publicHash, 32),
  };
  return { domain: domainOf(domain), types: COMMIT, message };
}

/** Signs with the exchange's key, so that somebody else can pay for the transaction. */
export async function signTypedData(exchange: Signer, data: TypedData): Promise<string> {
  return exchange.signTypedData(data.domain, data.types, data.message);
}

function domainOf({ chainId, registry }: RegistryDomain): TypedDataDomain {
  return { name: "Plimsoll SolvencyRegistry", version: "1", chainId, verifyingContract: registry };
}

function fields(list: string): TypedDataField[] {
  return list.split(",").map((field) => {
    const [type, name] = field.split(" ");
    return { type: type!, name: name! };
  });
}
