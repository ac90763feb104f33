import type { Provider } from "ethers";
import { withWords } from "./errors.ts";
import { ledgerAt } from "./ledger.ts";
import { registryAt } from "./registry.ts";

/** Free collateral that backs something at a gate: ILedger.Pledge. Addresses are 0x hex. */
export interface PledgeRecord {
  readonly id: bigint;
  readonly key: bigint;
  readonly gate: string;
  readonly epoch: bigint;
  readonly vault: string;
  readonly until: bigint;
  readonly recipient: string;
  readonly token: string;
  /** In the token's units; 0 once it has ended. */
  readonly amount: bigint;
}

/** A pledge, also one that has ended. Throws RegistryError when there is none of this number. */
export async function readPledge(provider: Provider, ledger: string, id: bigint): Promise<PledgeRecord> {
  const contract = await ledgerAt(ledger, provider);
  const { key, gate, epoch, vault, until, recipient, token, amount } = await withWords(
    contract.interface,
    () => contract.getFunction("pledgeOf").staticCall(id),
  );
  return { id, key, gate, epoch, vault, until, recipient, token, amount };
}

/** The ledger of a registry. */
export async function ledgerOfRegistry(provider: Provider, registry: string): Promise<string> {
  return (await registryAt(registry, provider)).getFunction("ledger").staticCall();
}
