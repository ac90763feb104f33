import { hexlify, randomBytes } from "ethers";
import type { Page } from "playwright-core";
import type { LocalChain } from "./chain.ts";

/** A wallet in a page (EIP-1193), over the accounts of a local chain; a test makes it behave as wallets may. */
export interface WalletStandIn {
  /** 0x hex. */
  account: string;
  /** The chain that the wallet says it is at, left out its own. */
  chainId: bigint | undefined;
  /** Methods at which its user declines. */
  readonly declines: Set<string>;
  /** Whether it draws randomness for signatures. */
  draws: boolean;
  /** What it was asked. */
  readonly asked: { readonly method: string; readonly params: readonly unknown[] }[];
  /** Tells the page that the account or the chain is another. */
  tell(page: Page, event: "accountsChanged" | "chainChanged"): Promise<void>;
  /** Puts the wallet into a page before it loads: at `window.ethereum`, or announced under a name (EIP-6963). */
  install(page: Page, announced?: string): Promise<void>;
}

type Answer =
  | { readonly result: unknown }
  | { readonly error: { code?: number; message: string; data?: unknown } };

export function walletStandIn({ provider }: LocalChain, account: string): WalletStandIn {
  const answer = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    if (wallet.declines.has(method))
      throw Object.assign(new Error("User rejected the request."), { code: 4001 });
    if (method === "eth_requestAccounts" || method === "eth_accounts") return [wallet.account];
    if (method === "eth_chainId" && wallet.chainId !== undefined) return `0x${wallet.chainId.toString(16)}`;
    if (method === "eth_signTypedData_v4" && wallet.draws)
      return `0x00${hexlify(randomBytes(64)).slice(4)}1b`;
    return provider.send(method, [...params]);
  };
  const wallet: WalletStandIn = {
    ...{ account, chainId: undefined, declines: new Set(), draws: false, asked: [] },
    tell: (page, event) =>
      page.evaluate((name) => {
        const { told } = globalThis as unknown as { told: Record<string, (() => void)[]> };
        for (const hear of told[name] ?? []) hear();
      }, event),
    install: async (page, announced) => {
      await page.exposeFunction("askWallet", async (method: string, params: unknown[]): Promise<Answer> => {
        wallet.asked.push({ method, params });
        try {
          return { result: await answer(method, params) };
        } catch (error) {
          const { code, message, data } = error as { code?: number; message: string; data?: unknown };
          return { error: { ...(code === undefined ? {} : { code }), message, data } };
        }
      });
      await page.addInitScript(inject, announced ?? "");
    },
  };
  return wallet;
}

/** Runs in the page. */
function inject(announced: string): void {
  const told: Record<string, (() => void)[]> = {};
  const ethereum = {
    request: async ({ method, params = [] }: { method: string; params?: unknown[] }) => {
      const { askWallet } = globalThis as unknown as {
        askWallet: (method: string, params: unknown[]) => Promise<Answer>;
      };
      const answer = await askWallet(method, params);
      if ("error" in answer) throw Object.assign(new Error(answer.error.message), answer.error);
      return answer.result;
    },
    on: (event: string, hear: () => void) => {
      told[event] = [...(told[event] ?? []), hear];
    },
  };
  if (announced === "") Object.assign(globalThis, { ethereum, told });
  else {
    Object.assign(globalThis, { told });
    const detail = { info: { uuid: "1", name: announced, icon: "data:,", rdns: "test" }, provider: ethereum };
    const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
    addEventListener("eip6963:requestProvider", announce);
  }
}
