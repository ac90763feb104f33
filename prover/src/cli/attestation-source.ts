import { isDeepStrictEqual } from "node:util";
import type { AttestationSource } from "@plimsoll/verifier/check/attestation.ts";
import { JsonRpcProvider, toBeHex } from "ethers";
import { readPublicHash } from "../chain/attestation-event.ts";
import { readAttestation } from "../chain/registry.ts";
import { ConfigError } from "../pipeline/run-epoch.ts";

export interface RpcSource extends AttestationSource {
  close(): void;
}

/** Attestations by one endpoint or several, which must tell the same: one of them may lie about the chain. */
export async function rpcSource(urls: readonly string[], registry: bigint): Promise<RpcSource> {
  const providers = urls.map((url) => new JsonRpcProvider(url));
  const close = () => {
    for (const provider of providers) provider.destroy();
  };
  try {
    const chains = await Promise.all(
      providers.map(async (provider) => (await provider.getNetwork()).chainId),
    );
    const [chainId, ...others] = new Set(chains);
    if (chainId === undefined || others.length > 0) {
      throw new ConfigError(
        `--rpc: expected endpoints of one chain, came chains ${[...new Set(chains)].join(", ")}`,
      );
    }
    const address = toBeHex(registry, 20);
    return {
      chainId,
      registry,
      attestation: (epoch) => agreed(providers, (provider) => readAttestation(provider, address, epoch)),
      publicHash: (attestation) =>
        agreed(providers, (provider) => readPublicHash(provider, address, attestation)),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function agreed<Answer>(
  providers: readonly JsonRpcProvider[],
  read: (provider: JsonRpcProvider) => Promise<Answer>,
): Promise<Answer> {
  const [first, ...rest] = await Promise.all(providers.map(read));
  const disagreeing = rest.findIndex((answer) => !isDeepStrictEqual(answer, first));
  if (disagreeing >= 0) throw new Error(`endpoint ${disagreeing + 2} tells something else than the first`);
  return first!;
}
