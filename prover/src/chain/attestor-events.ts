import { type Log, type Provider, toBeHex } from "ethers";
import { readAttestor, reserveBookAt } from "./reserves.ts";

export interface NamedAttestor {
  readonly attestor: string;
  /** Never changes. */
  readonly name: string;
  /** Snapshot time from which its statements count; undefined for one that was removed. */
  readonly from: bigint | undefined;
}

/** Everybody who was ever named, from the events since block `fromBlock`. Endpoints that refuse a range are asked for halves. */
export async function readAttestors(
  provider: Provider,
  book: string,
  fromBlock = 0,
): Promise<NamedAttestor[]> {
  const contract = await reserveBookAt(book, provider);
  const { topicHash } = contract.interface.getEvent("AttestorNamed")!;
  const logs = await logsOf(provider, book, topicHash, fromBlock, await provider.getBlockNumber());
  const addresses = [...new Set(logs.map(({ topics }) => toBeHex(BigInt(topics[1]!), 20)))];
  return Promise.all(
    addresses.map(async (attestor) => ({ attestor, ...(await readAttestor(provider, book, attestor)) })),
  );
}

async function logsOf(
  provider: Provider,
  address: string,
  topic: string,
  fromBlock: number,
  toBlock: number,
): Promise<Log[]> {
  try {
    return await provider.getLogs({ address, topics: [topic], fromBlock, toBlock });
  } catch (error) {
    if (fromBlock >= toBlock) throw error;
    const middle = Math.floor((fromBlock + toBlock) / 2);
    const first = await logsOf(provider, address, topic, fromBlock, middle);
    return [...first, ...(await logsOf(provider, address, topic, middle + 1, toBlock))];
  }
}
