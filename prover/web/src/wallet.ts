import { BrowserProvider, getAddress, type JsonRpcSigner } from "ethers";
import { PageError } from "./page-error.ts";
import { STRINGS } from "./strings.ts";

/** What a wallet puts into the page (EIP-1193). */
export interface InjectedProvider {
  request(request: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
  on?(event: "accountsChanged" | "chainChanged", told: (now: unknown) => void): void;
}

export interface InjectedWallet {
  readonly name: string;
  readonly injected: InjectedProvider;
}

/** A wallet that has said which account it speaks for. */
export interface ConnectedWallet extends InjectedWallet {
  readonly provider: BrowserProvider;
  readonly signer: JsonRpcSigner;
  readonly address: string;
  readonly chainId: bigint;
}

/** How long wallets have to announce themselves, in milliseconds: they do so at once. */
const ANNOUNCING = 100;

/** The wallets of this browser: those that announce themselves (EIP-6963), or else the one at `window.ethereum`. */
export async function wallets(): Promise<readonly InjectedWallet[]> {
  const found = new Map<unknown, InjectedWallet>();
  const heard = (event: Event) => {
    const { info, provider } = (event as CustomEvent<Announced>).detail ?? {};
    if (typeof provider?.request !== "function") return;
    found.set(provider, {
      name: String(info?.name ?? STRINGS.wallet.unnamed).slice(0, 60),
      injected: provider,
    });
  };
  addEventListener("eip6963:announceProvider", heard);
  dispatchEvent(new Event("eip6963:requestProvider"));
  await new Promise((resolve) => setTimeout(resolve, ANNOUNCING));
  removeEventListener("eip6963:announceProvider", heard);
  const { ethereum } = globalThis as { ethereum?: InjectedProvider };
  if (found.size === 0 && typeof ethereum?.request === "function") {
    return [{ name: STRINGS.wallet.unnamed, injected: ethereum }];
  }
  return [...found.values()];
}

interface Announced {
  readonly info?: { readonly name?: unknown };
  readonly provider?: InjectedProvider;
}

/** Asks a wallet for its account. `changed` hears when it speaks for another one, or for another chain, from then on. */
export async function connect(
  { name, injected }: InjectedWallet,
  changed: () => void,
): Promise<ConnectedWallet> {
  const accounts = await injected.request({ method: "eth_requestAccounts" });
  const account: unknown = Array.isArray(accounts) ? accounts[0] : undefined;
  if (typeof account !== "string") throw new PageError(STRINGS.wallet.noAccount);
  const chainId = await chainOf(injected);
  injected.on?.("accountsChanged", changed);
  injected.on?.("chainChanged", changed);
  const provider = new BrowserProvider(injected as ConstructorParameters<typeof BrowserProvider>[0], chainId);
  const address = getAddress(account);
  return { name, injected, provider, signer: await provider.getSigner(address), address, chainId };
}

/** Throws a PageError when the wallet is at another chain, or speaks for another account, than it did. */
export async function requireSame({ injected, address, chainId }: ConnectedWallet): Promise<void> {
  const now = await chainOf(injected);
  if (now !== chainId) throw new PageError(STRINGS.wallet.otherChain(chainId, now));
  const accounts = await injected.request({ method: "eth_accounts" });
  const has =
    Array.isArray(accounts) && accounts.some((one) => `${one}`.toLowerCase() === address.toLowerCase());
  if (!has) throw new PageError(STRINGS.wallet.otherAccount(address));
}

async function chainOf(injected: InjectedProvider): Promise<bigint> {
  return BigInt((await injected.request({ method: "eth_chainId" })) as string);
}
