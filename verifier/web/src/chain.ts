import { jsonRpc } from "../../src/chain/json-rpc.ts";
import { registrySource } from "../../src/chain/registry-source.ts";
import { askedFetch } from "./network.ts";
import type { ChainAnswer } from "./protocol.ts";

/** What the endpoints tell of an epoch, or in words why that counts for nothing. */
export async function askChain(
  endpoints: readonly string[],
  registry: bigint,
  epoch: bigint,
): Promise<ChainAnswer> {
  let chainId = 0n;
  try {
    const source = await registrySource(
      endpoints.map((url) => jsonRpc(url, askedFetch)),
      registry,
    );
    chainId = source.chainId;
    return { chainId, registry, attestation: await source.attestation(epoch) };
  } catch (error) {
    return {
      chainId,
      registry,
      attestation: { failure: error instanceof Error ? error.message : String(error) },
    };
  }
}
