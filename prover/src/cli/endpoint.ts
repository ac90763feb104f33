import type { JsonRpcProvider } from "ethers";
import { EndpointProvider } from "../chain/endpoint-provider.ts";
import { ConfigError } from "../pipeline/errors.ts";

/**
 * Runs with a JSON-RPC endpoint. Nothing that it says is kept: between two reads somebody else's transaction may come.
 * Throws ConfigError, with `where` in front, when it is not one of chain `expected`.
 */
export async function withEndpoint<Result>(
  rpc: string,
  expected: bigint | undefined,
  where: string,
  run: (provider: JsonRpcProvider, chainId: bigint) => Promise<Result>,
): Promise<Result> {
  const provider = new EndpointProvider(rpc, undefined, { cacheTimeout: -1 });
  try {
    const chainId = BigInt(await answerOf(provider, rpc, where));
    if (expected !== undefined && chainId !== expected) {
      throw new ConfigError(
        `${where}: expected an endpoint of chain ${expected}, came one of chain ${chainId}`,
      );
    }
    return await run(provider, chainId);
  } finally {
    provider.destroy();
  }
}

/** The chain id, asked for directly: ethers waits for ever for an endpoint that is not there. */
async function answerOf(provider: JsonRpcProvider, rpc: string, where: string): Promise<string> {
  const request = { method: "eth_chainId", params: [], id: 1, jsonrpc: "2.0" } as const;
  try {
    const [answer] = await provider._send(request);
    if (answer !== undefined && "result" in answer) return answer.result as string;
  } catch (cause) {
    throw unreachable(rpc, where, cause);
  }
  throw unreachable(rpc, where);
}

function unreachable(rpc: string, where: string, cause?: unknown): ConfigError {
  const { origin } = new URL(rpc);
  // Keys of endpoints stand in paths and queries.
  const error = new ConfigError(
    `${where}: expected a JSON-RPC endpoint at ${origin}, came no answer from there`,
  );
  return cause === undefined ? error : Object.assign(error, { cause });
}
