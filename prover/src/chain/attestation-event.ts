import type { Attestation } from "@plimsoll/verifier/check/attestation.ts";
import { type Provider, toBeHex } from "ethers";
import { registryAt } from "./registry.ts";

/**
 * The hash of the public part that an epoch was attested with, from the event. The block is found by its time, with some
 * 25 requests, and then asked for alone: endpoints differ in how wide a range of blocks they search. Throws when the
 * endpoint has the attestation and not its event, as one does that has dropped old blocks.
 */
export async function readPublicHash(
  provider: Provider,
  registry: string,
  { epoch, attestedAt }: Pick<Attestation, "epoch" | "attestedAt">,
): Promise<bigint> {
  const contract = await registryAt(registry, provider);
  const { topicHash } = contract.interface.getEvent("EpochAttested")!;
  const topics = [topicHash, toBeHex(epoch, 32)];
  // Several blocks of a fast chain may have one time.
  const fromBlock = await firstBlockFrom(provider, attestedAt);
  const toBlock = (await firstBlockFrom(provider, attestedAt + 1n)) - 1;
  const [log] = await provider.getLogs({ address: registry, topics, fromBlock, toBlock });
  const event = log && contract.interface.parseLog(log);
  if (!event) {
    throw new Error(
      `expected the event of epoch ${epoch} in blocks ${fromBlock} to ${toBlock}, came none: ask an endpoint that keeps old blocks`,
    );
  }
  return BigInt(event.args.publicHash);
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
