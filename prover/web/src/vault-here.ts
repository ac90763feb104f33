import { readVault, type VaultState } from "../../src/chain/vault-reads.ts";
import { PageError } from "./page-error.ts";
import { STRINGS } from "./strings.ts";
import type { ConnectedWallet } from "./wallet.ts";

/** The vault that the page is about, as the wallet's endpoint tells it. */
export interface VaultHere {
  /** 0x hex. */
  readonly address: string;
  readonly state: VaultState;
}

/** Throws a PageError where there is no vault on the wallet's chain, or the chain is not the one that the page is for. */
export async function vaultHere(
  { provider, chainId }: ConnectedWallet,
  address: string,
  expected: bigint | undefined,
): Promise<VaultHere> {
  if (expected !== undefined && expected !== chainId) {
    throw new PageError(STRINGS.wallet.otherChain(expected, chainId));
  }
  if ((await provider.getCode(address)) === "0x") throw new PageError(STRINGS.where.noContract(chainId));
  try {
    return { address, state: await readVault(provider, address) };
  } catch {
    throw new PageError(STRINGS.where.noVault(chainId));
  }
}
