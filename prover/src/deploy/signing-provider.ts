import type { EIP1193Provider } from "@nomicfoundation/ignition-core";
import { isError, type JsonRpcProvider, type Wallet } from "ethers";

interface SentByIgnition {
  readonly to?: string;
  readonly data: string;
  readonly value: string;
  readonly nonce: string;
  readonly gas: string;
  readonly gasPrice?: string;
  readonly maxFeePerGas?: string;
  readonly maxPriorityFeePerGas?: string;
}

/** An endpoint that signs with one key: nodes on public networks keep no accounts. */
export function signingProvider(provider: JsonRpcProvider, wallet: Wallet): EIP1193Provider {
  return {
    async request({ method, params }) {
      if (method === "eth_accounts") return [wallet.address];
      try {
        if (method !== "eth_sendTransaction") return await provider.send(method, (params ?? []) as unknown[]);
        const [{ gas, ...sent }] = params as [SentByIgnition];
        const { chainId } = await provider.getNetwork();
        const type = sent.gasPrice === undefined ? 2 : 0;
        const raw = await wallet.signTransaction({
          ...sent,
          nonce: Number(sent.nonce),
          gasLimit: gas,
          chainId,
          type,
        });
        return await provider.send("eth_sendRawTransaction", [raw]);
      } catch (error) {
        throw nodeError(error);
      }
    },
  };
}

/** What the node itself said, with the data of a revert: ethers wraps it. */
function nodeError(error: unknown): unknown {
  const inner = (error as { error?: unknown; info?: { error?: unknown } }) ?? {};
  const said = inner.error ?? inner.info?.error;
  if (typeof said !== "object" || said === null || isError(error, "NETWORK_ERROR")) return error;
  const { message, code, data } = said as { message?: string; code?: number; data?: unknown };
  return Object.assign(new Error(message ?? "the node refused", { cause: error }), { code, data });
}
