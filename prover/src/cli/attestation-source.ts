import { isDeepStrictEqual } from "node:util";
import { jsonRpc } from "@plimsoll/verifier/chain/json-rpc.ts";
import { registrySource } from "@plimsoll/verifier/chain/registry-source.ts";
import type { Attestation, AttestationSource } from "@plimsoll/verifier/check/attestation.ts";
import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import { type JsonRpcProvider, toBeHex } from "ethers";
import { readPublicHash } from "../chain/attestation-event.ts";
import { EndpointProvider } from "../chain/endpoint-provider.ts";
import { readSettledReserves } from "../chain/reserve-readings.ts";

export interface RpcSource extends AttestationSource {
  /** What contracts read for an attested epoch, by asset of its policy. */
  reserves(attestation: Attestation, policy: CompiledPolicy): Promise<ReadonlyMap<number, bigint>>;
  close(): void;
}

/** Attestations by one endpoint or several, which must tell the same: one of them may lie about the chain. Throws ChainError. */
export async function rpcSource(urls: readonly string[], registry: bigint): Promise<RpcSource> {
  const source = await registrySource(
    urls.map((url) => jsonRpc(url)),
    registry,
  );
  const providers = urls.map((url) => new EndpointProvider(url));
  const address = toBeHex(registry, 20);
  return {
    ...source,
    publicHash: (attestation) =>
      agreed(providers, (provider) => readPublicHash(provider, address, attestation)),
    reserves: (attestation, { riskParameters }) =>
      agreed(providers, (provider) =>
        readSettledReserves(provider, address, attestation, riskParameters.collateral),
      ),
    close: () => {
      for (const provider of providers) provider.destroy();
    },
  };
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
