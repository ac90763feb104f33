import type { Attestation, AttestationSource } from "@plimsoll/verifier/check/attestation.ts";
import { JsonRpcProvider, toBeHex } from "ethers";
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
    return {
      chainId,
      registry,
      async attestation(epoch) {
        const address = toBeHex(registry, 20);
        const answers = await Promise.all(
          providers.map((provider) => readAttestation(provider, address, epoch)),
        );
        const [first, ...rest] = answers;
        const disagreeing = rest.findIndex((answer) => !same(answer, first ?? null));
        if (disagreeing >= 0)
          throw new Error(`endpoint ${disagreeing + 2} tells something else than the first`);
        return first ?? null;
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function same(a: Attestation | null, b: Attestation | null): boolean {
  const text = (value: Attestation | null) =>
    JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}` : v));
  return text(a) === text(b);
}
