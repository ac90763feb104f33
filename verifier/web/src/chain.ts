import { jsonRpc } from "../../src/chain/json-rpc.ts";
import { registrySource } from "../../src/chain/registry-source.ts";
import type { AttestationSource } from "../../src/check/attestation.ts";
import { type AccountStatement, accountStatementDigest } from "../../src/formats/account-statement.ts";
import { askedFetch } from "./network.ts";
import type { ChainAnswer } from "./protocol.ts";

/** What the endpoints tell of an epoch and of a statement's signature, or in words why that counts for nothing. */
export async function askChain(
  endpoints: readonly string[],
  registry: bigint,
  epoch: bigint,
  statement?: AccountStatement,
): Promise<ChainAnswer> {
  let chainId = 0n;
  try {
    const source = await registrySource(
      endpoints.map((url) => jsonRpc(url, askedFetch)),
      registry,
    );
    chainId = source.chainId;
    const attestation = await source.attestation(epoch);
    const answer = { chainId, registry, attestation };
    return statement === undefined ? answer : { ...answer, ...(await signatureAnswer(source, statement)) };
  } catch (error) {
    return {
      chainId,
      registry,
      attestation: { failure: error instanceof Error ? error.message : String(error) },
    };
  }
}

/** An exchange that is no contract signs with a key, which needs no chain: then nothing is lost without an answer. */
async function signatureAnswer(
  source: AttestationSource,
  statement: AccountStatement,
): Promise<Pick<ChainAnswer, "contractSigned">> {
  try {
    const digest = accountStatementDigest(statement);
    const taken = await source.contractSigned?.(statement.exchange, digest, statement.signature);
    return { contractSigned: taken ?? null };
  } catch {
    return {};
  }
}
