import { EventLog, type Provider } from "ethers";
import { registryAt } from "../../chain/registry.ts";

/** What a registry's events say of one epoch. */
export interface EpochEvents {
  /** Accounts roots of the lists that were sealed. */
  readonly sealed: readonly bigint[];
  /** Batches in all calls that proved some, those that were sent twice counted twice. */
  readonly sent: number;
  readonly voided: boolean;
}

export async function epochEvents(provider: Provider, registry: string, epoch: bigint): Promise<EpochEvents> {
  const contract = await registryAt(registry, provider);
  const of = async (name: string): Promise<EventLog[]> => {
    const logs = await contract.queryFilter(contract.filters[name]!(epoch));
    return logs.filter((log) => log instanceof EventLog);
  };
  const [sealed, proved, voided] = [
    await of("ListSealed"),
    await of("BatchesProved"),
    await of("OpeningVoided"),
  ];
  return {
    sealed: sealed.map(({ args }) => BigInt(args.accountsRoot)),
    sent: proved.reduce((sum, { args }) => sum + Number(args.count), 0),
    voided: voided.length > 0,
  };
}
