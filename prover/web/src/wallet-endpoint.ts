import { type Endpoint, refusal } from "@plimsoll/verifier/chain/json-rpc.ts";
import { STRINGS } from "./strings.ts";
import type { InjectedProvider } from "./wallet.ts";

/** The wallet's own endpoint, as one of those that the chain is read from. */
export function walletEndpoint(injected: InjectedProvider): Endpoint {
  return {
    name: STRINGS.wallet.endpoint,
    ask: async (method, params) => {
      try {
        return await injected.request({ method, params });
      } catch (error) {
        throw refusal(STRINGS.wallet.endpoint, (error ?? {}) as Parameters<typeof refusal>[1]);
      }
    },
  };
}
