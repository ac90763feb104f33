import type { PolicyPublication } from "@plimsoll/verifier/policy/publication.ts";
import type { Wallet } from "ethers";
import { certifiedPublication } from "../../chain/certified-publication.ts";
import { publishPolicy, type SignedPublication } from "../../chain/policy-registry.ts";
import { endorse, publicationTypedData } from "../../chain/policy-typed-data.ts";
import { answerFor, DAY, ETH_PRICE, type Stage, sendTo } from "./stage.ts";

/** What the policy of a time publishes: compiled and linted, as each publisher does on its own. */
export async function draftPolicy(stage: Stage, observationTime: bigint): Promise<PolicyPublication> {
  const policy = stage.exchange.policyAt(observationTime, ETH_PRICE);
  return certifiedPublication(policy, { chainId: stage.network.chainId, observationTime });
}

/** A publication with the signatures of these publishers, two of the three where none are named. */
export async function signPolicy(
  stage: Stage,
  publication: PolicyPublication,
  {
    by = stage.people.publishers.slice(0, 2),
    registry = stage.policyRegistry,
    deadline = publication.observationTime + DAY,
  }: { by?: readonly Wallet[]; registry?: string; deadline?: bigint } = {},
): Promise<SignedPublication> {
  const data = publicationTypedData({ chainId: stage.network.chainId, registry }, publication, deadline);
  const endorsements = await Promise.all(by.map((publisher) => endorse(publisher, data)));
  return { publication, deadline, endorsements };
}

/** Lets the feed say what the policies say, now. */
export async function refreshFeed(stage: Stage, price = ETH_PRICE): Promise<void> {
  const now = await stage.network.now();
  await sendTo(stage.feed, "set", answerFor(price), now, now);
}

/** Two publishers sign the policy of a time, somebody relays it. */
export async function publishFor(stage: Stage, observationTime: bigint): Promise<void> {
  await refreshFeed(stage);
  const signed = await signPolicy(stage, await draftPolicy(stage, observationTime));
  await stage.gas.measure(
    "publish a policy of 2 assets, with 2 signatures, a feed and a sequencer's feed",
    () => publishPolicy(stage.people.relayer, stage.policyRegistry, signed),
  );
}
