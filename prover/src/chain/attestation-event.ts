import type { Attestation } from "@plimsoll/verifier/check/attestation.ts";
import { type Provider, toBeHex } from "ethers";
import { registryAt } from "./registry.ts";

/**
 * The hash of the public part that an epoch was attested with, from the event. Throws when the endpoint has the attestation
 * and not its event, as one does that has dropped old blocks.
 */
export async function readPublicHash(
  provider: Provider,
  registry: string,
  { epoch, attestedAt }: Pick<Attestation, "epoch" | "attestedAt">,
): Promise<bigint> {
  const contract = await registryAt(registry, provider);
  const { topicHash } = contract.interface.getEvent("EpochAttested")!;
  const topics = [topicHash, toBeHex(epoch, 32)];
  const { fromBlock, toBlock } = await blocksAt(provider, attestedAt);
  const [log] = await provider.getLogs({ address: registry, topics, fromBlock, toBlock });
  const event = log && contract.interface.parseLog(log);
  if (!event) {
    throw new Error(
      `expected the event of epoch ${epoch} in blocks ${fromBlock} to ${toBlock}, came none: ask an endpoint that keeps old blocks`,
    );
  }
  return BigInt(event.args.publicHash);
}

/**
 * The blocks of a time, found with some 25 requests, to be asked for alone: endpoints differ in how wide a range they search.
 * Several blocks of a fast chain may have one time.
 */
export async function blocksAt(
  provider: Provider,
  time: bigint,
): Promise<{ readonly fromBlock: number; readonly toBlock: number }> {
  const fromBlock = await firstBlockFrom(provider, time);
  return { fromBlock, toBlock: (await firstBlockFrom(provider, time + 1n)) - 1 };
}

/** Number of the first block of this time or later, one past the newest when there is none. */
async function firstBlockFrom(provider: Provider, time: bigint): Promise<number> {
  let [from, to] = [0, (await provider.getBlockNumber()) + 1];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const block = await provider.getBlock(middle);
    if (block === null) throw new Error(`expected block ${middle} of the endpoint, came none`);
    if (BigInt(block.timestamp) < time) from = middle + 1;
    else to = middle;
  }
  return from;
}
