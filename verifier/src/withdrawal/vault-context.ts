import { type ContextInput, keccakWords, type LedgerAction, withdrawalContext } from "./context.ts";

/** What a proof is made for at a margin vault, in the order of the contract's enumeration. */
export const VAULT_PURPOSES = Object.freeze(["Withdraw", "Exit", "Answer", "Claim"] as const);
/** What a proof is made for at a margin vault. */
export type VaultPurpose = (typeof VAULT_PURPOSES)[number];

/** Who sends a proof and is paid for it out of what it pays: an address as an integer, and a fee in the token's units. */
export interface Relay {
  readonly relayer: bigint;
  readonly fee: bigint;
}

/** Anybody sends the proof, and nobody is paid for it. */
export const NO_RELAY: Relay = Object.freeze({ relayer: 0n, fee: 0n });

/** What the ledger does with a proof that was made for a purpose of the vault's. */
export const ACTION_OF: Readonly<Record<VaultPurpose, LedgerAction>> = Object.freeze({
  Withdraw: "Spend",
  Exit: "Admit",
  Answer: "Admit",
  Claim: "Spend",
});

/** keccak256(abi.encode(purpose, exit, relay)), as `MarginVault.payloadOf` has it. `exit` is 0 but for an answer. */
export function vaultPayload(purpose: VaultPurpose, exit: bigint, { relayer, fee }: Relay): bigint {
  return keccakWords([BigInt(VAULT_PURPOSES.indexOf(purpose)), exit, relayer, fee]);
}

/** The signal `context` of a proof for a vault. */
export function vaultContext(
  { chainId, ledger, vault }: Pick<ContextInput, "chainId" | "ledger"> & { readonly vault: bigint },
  purpose: VaultPurpose,
  exit = 0n,
  relay = NO_RELAY,
): bigint {
  const payload = vaultPayload(purpose, exit, relay);
  return withdrawalContext({ chainId, ledger, action: ACTION_OF[purpose], consumer: vault, payload });
}
