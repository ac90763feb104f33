import type { Attestation } from "@plimsoll/verifier/check/attestation.ts";
import type { AcceptedAsset } from "@plimsoll/verifier/policy/schemas.ts";
import { type Provider, toBeHex } from "ethers";
import { blocksAt } from "./attestation-event.ts";
import { reserveSetAt } from "./reserve-set.ts";
import { reserveBookAt, reserveBookOf } from "./reserves.ts";

/** A word of a reading: reserves above, insurance below. */
const RESERVES_SHIFT = 128n;

/**
 * What an attested epoch's claims were compared with: of each asset, by its number, the lowest balance in custody, in units of its
 * row, rounded down as the reserve book does, for the policy's list `collateral`. Assets that no contract reads, or whose token
 * is another than the policy's, are left out. Throws when the endpoint has the attestation and not its event.
 */
export async function readSettledReserves(
  provider: Provider,
  registry: string,
  { epoch, attestedAt }: Pick<Attestation, "epoch" | "attestedAt">,
  collateral: readonly Pick<AcceptedAsset, "decimals" | "tokens">[],
): Promise<ReadonlyMap<number, bigint>> {
  const address = await reserveBookOf(registry, provider);
  const book = await reserveBookAt(address, provider);
  const topics = [book.interface.getEvent("ReservesRead")!.topicHash, toBeHex(epoch, 32)];
  const logs = await provider.getLogs({ address, topics, ...(await blocksAt(provider, attestedAt)) });
  // Nothing is read for an epoch after it was attested: the last reading is the one that counted.
  const log = logs.at(-1);
  const event = log && book.interface.parseLog(log);
  if (!event) {
    throw new Error(
      `expected what was read for epoch ${epoch} in the events of reserve book ${address}, came none: ask an endpoint that keeps old blocks`,
    );
  }
  const { tokens } = await reserveSetAt(provider, event.args.data);
  const { chainId } = await provider.getNetwork();
  const held = new Map<number, bigint>();
  for (const [i, { token, asset, decimals }] of tokens.entries()) {
    const accepted = collateral[asset];
    const own = accepted?.tokens?.find((one) => BigInt(one.chainId) === chainId);
    if (accepted === undefined || own === undefined || BigInt(own.address) !== BigInt(token)) continue;
    const balance: bigint = event.args.lowest[i] >> RESERVES_SHIFT;
    held.set(asset, (balance * 10n ** BigInt(accepted.decimals)) / 10n ** BigInt(decimals));
  }
  return held;
}
