import type { PolicyPublication } from "@plimsoll/verifier/policy/publication.ts";
import {
  enactConfiguration,
  type PolicyConfiguration,
  proposeConfiguration,
  publishPolicy,
  type SignedPublication,
} from "../../../chain/policy-registry.ts";
import { draftPolicy, refreshFeed, signPolicy } from "../policies.ts";
import { answerFor, ETH_PRICE, FEED_DECIMALS, HOUR, type Stage, sendTo } from "../stage.ts";
import { ETH } from "../tiny-exchange.ts";

/** A policy of one party's liking, tried before the honest one of the same time is published. */
export async function publicationCheats(stage: Stage, observationTime: bigint): Promise<void> {
  const { trials, people, network } = stage;
  const [first] = people.publishers;
  await refreshFeed(stage);
  const policy = await draftPolicy(stage, observationTime);
  const publish = (signed: SignedPublication) =>
    publishPolicy(stage.blunt.relayer, stage.policyRegistry, signed);
  const signed = async (changes: Partial<PolicyPublication>) =>
    publish(await signPolicy(stage, { ...policy, ...changes }));
  const honest = await signPolicy(stage, policy);

  await trials.attempt("27", "a policy that one publisher signed", "SignaturesTooFew", async () =>
    publish(await signPolicy(stage, policy, { by: [first] })),
  );
  await trials.attempt("27", "one publisher's signature twice", "PublisherTwice", async () =>
    publish(await signPolicy(stage, policy, { by: [first, first] })),
  );
  await trials.attempt("27", "the exchange signs for a publisher", "PublisherUnknown", async () =>
    publish(await signPolicy(stage, policy, { by: [first, people.exchange] })),
  );
  await trials.attempt(
    "27",
    "signatures over another registry's policy",
    "PublisherSignatureInvalid",
    async () => publish(await signPolicy(stage, policy, { registry: stage.registry })),
  );
  const edited = "a price changed after it was signed";
  await trials.attempt("27", edited, "PublisherSignatureInvalid", async () =>
    publish({ ...honest, publication: { ...policy, collateral: priced(policy, 1n) } }),
  );
  await trials.attempt("27", "signatures whose time is up", "SignaturesExpired", async () =>
    publish(await signPolicy(stage, policy, { deadline: (await network.now()) - 1n })),
  );
  await trials.attempt(
    "22",
    "a policy from risk parameters that are not in force",
    "RiskParametersDiffer",
    () => signed({ riskParametersHash: policy.riskParametersHash + 1n }),
  );
  await trials.attempt("26", "a policy of two hours ago", "ObservationTimeOutOfRange", () =>
    signed({ observationTime: observationTime - 2n * HOUR }),
  );
  await trials.attempt("26", "a policy of an hour ahead", "ObservationTimeOutOfRange", () =>
    signed({ observationTime: observationTime + HOUR }),
  );
  await trials.attempt("45", "a policy with an instrument that has expired", "InstrumentExpired", () =>
    signed({ nextExpiry: observationTime - 1n }),
  );
  await trials.attempt("4", "a policy hash that is not below the field's order", "NotInField", () =>
    signed({ policyHash: (1n << 256n) - 1n }),
  );
  await trials.attempt("27", "a price of zero", "PriceMissing", () =>
    signed({ collateral: priced(policy, -policy.collateral[ETH]!.price) }),
  );
  await trials.attempt("27", "a token that counts as two assets", "CollateralTokenTwice", () =>
    signed({
      collateral: policy.collateral.map((asset) => ({ ...asset, token: policy.collateral[ETH]!.token })),
    }),
  );
  const dear = "a price 2 % above the chain's own";
  await trials.attempt("27", dear, "PriceOutsideBand", () =>
    signed({ collateral: priced(policy, policy.collateral[ETH]!.price / 50n) }),
  );
  await feedCheats(stage, () => publish(honest));
}

/** The chain's own prices say nothing that counts: the honest policy has to wait. */
async function feedCheats(stage: Stage, publish: () => Promise<unknown>): Promise<void> {
  const { trials, feed, sequencer, network } = stage;
  const now = await network.now();
  const say = (answer: bigint, updatedAt: bigint) => sendTo(feed, "set", answer, updatedAt, updatedAt);
  for (const [what, answer, updatedAt, expected] of [
    ["a feed that says zero", 0n, now, "FeedPriceUnusable"],
    ["a feed that says less than nothing", -answerFor(ETH_PRICE), now, "FeedPriceUnusable"],
    ["a feed two hours old", answerFor(ETH_PRICE), now - 2n * HOUR, "FeedStale"],
  ] as const) {
    await say(answer, updatedAt);
    await trials.attempt("27", what, expected, publish);
  }
  await refreshFeed(stage);
  await sendTo(feed, "setDecimals", 18);
  await trials.attempt("27", "a feed that changed its decimals", "FeedDecimalsDiffer", publish);
  await sendTo(feed, "setDecimals", FEED_DECIMALS);
  await sendTo(feed, "setBroken", true);
  await trials.attempt("27", "a feed that does not answer", "FeedUnreadable", publish);
  await sendTo(feed, "setBroken", false);
  await sendTo(sequencer, "set", 1, now, now);
  await trials.attempt("27", "prices while the sequencer is down", "SequencerDown", publish);
  await sendTo(sequencer, "set", 0, now, now);
  await trials.attempt("27", "prices while the sequencer is just back", "SequencerGracePeriod", publish);
  await sendTo(sequencer, "set", 0, 1, now);
}

/** After a publication: there is one policy for a time, and an owner who wants another waits for its time lock. */
export async function configurationCheats(stage: Stage, observationTime: bigint): Promise<void> {
  const { trials, blunt, people, policyRegistry } = stage;
  const others: PolicyConfiguration = {
    ...stage.configuration,
    publishers: [people.owner.address],
    threshold: 1,
  };
  await trials.attempt("27", "a second policy for one time", "AlreadyPublished", async () => {
    const policy = await draftPolicy(stage, observationTime);
    const dear = { ...policy, collateral: priced(policy, 1n) };
    return publishPolicy(blunt.relayer, policyRegistry, await signPolicy(stage, dear));
  });
  await trials.attempt("29", "the exchange proposes itself as publisher", "OwnableUnauthorizedAccount", () =>
    proposeConfiguration(blunt.exchange, policyRegistry, others),
  );
  await trials.attempt("29", "the owner enacts what it never proposed", "NothingProposed", () =>
    enactConfiguration(blunt.owner, policyRegistry, others),
  );
  await stage.gas.measure("propose another configuration", () =>
    proposeConfiguration(people.owner, policyRegistry, others),
  );
  await trials.attempt("29", "the owner swaps the publishers before the time lock", "NotEnactable", () =>
    enactConfiguration(blunt.owner, policyRegistry, others),
  );
}

/** The table with ETH's price changed; its weights stay below it. */
function priced({ collateral }: PolicyPublication, change: bigint): PolicyPublication["collateral"] {
  return collateral.map((asset, k) => (k === ETH ? { ...asset, price: asset.price + change } : asset));
}
