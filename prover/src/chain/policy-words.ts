/** What each error of the policy registry means, with its arguments by name. */
export const POLICY_WORDS: Readonly<Record<string, (a: Record<string, unknown>) => string>> = {
  SignaturesTooFew: (a) => `expected signatures of ${a.threshold} publishers, came ${a.came}`,
  PublisherUnknown: (a) => `${a.publisher} is not a publisher of the registry`,
  PublisherTwice: (a) => `publisher ${a.publisher} signed twice: each counts once`,
  PublisherSignatureInvalid: (a) =>
    `the signature of publisher ${a.publisher} is not over this policy for this registry and chain`,
  SignaturesExpired: (a) => `the signatures counted until ${a.deadline}, the chain's time is ${a.now_}`,
  AlreadyPublished: (a) => `a policy is published for ${a.observationTime} already, and never replaced`,
  ObservationTimeOutOfRange: (a) =>
    `observation time ${a.observationTime} is outside ${a.earliest} to ${a.latest}: publish soon after it`,
  RiskParametersDiffer: (a) =>
    `the policy is compiled from risk parameters ${a.riskParametersHash}, in force are ${a.expected}`,
  InstrumentExpired: (a) => `an instrument expired at ${a.nextExpiry}, before ${a.observationTime}`,
  CollateralMissing: () => "the collateral table is empty",
  PriceMissing: (a) => `asset ${a.asset} has no price`,
  CollateralInconsistent: (a) =>
    `asset ${a.asset} with price ${a.price} cannot weigh ${a.weight}, with unit weight ${a.unitWeight}`,
  CollateralDecimalsUnsupported: (a) =>
    `asset ${a.asset} has ${a.decimals} decimals, at most 18 are supported`,
  CollateralTokenTwice: (a) => `asset ${a.asset} has the token ${a.token} of another asset`,
  FeedWithoutAsset: (a) => `a feed watches asset ${a.asset}, the table has ${a.assets} assets`,
  FeedUnreadable: (a) => `the feed ${a.aggregator} does not answer`,
  FeedDecimalsDiffer: (a) => `the feed ${a.aggregator} has ${a.decimals} decimals, expected ${a.expected}`,
  FeedPriceUnusable: (a) => `the feed ${a.aggregator} of asset ${a.asset} says ${a.answer}`,
  FeedStale: (a) =>
    `the feed ${a.aggregator} of asset ${a.asset} is of ${a.updatedAt}: expected at most ${a.heartbeat} s of age`,
  PriceOutsideBand: (a) =>
    `asset ${a.asset} is priced at ${a.price}, its feed says ${a.answer}: further than ${a.band} hundredths of a per cent`,
  SequencerDown: () => "the sequencer is down: feeds lag behind the market",
  SequencerGracePeriod: (a) => `the sequencer is back since ${a.startedAt} only: wait ${a.gracePeriod} s`,
  PublishersMiscounted: (a) =>
    `${a.threshold} of ${a.publishers} publishers: expected more than half, of at most 64`,
  PublishersNotAscending: (a) => `publisher ${a.index} is out of order, twice, or zero`,
  FeedsNotAscending: (a) => `feed ${a.index} is out of order, or its asset has two`,
  FeedUnusable: (a) => `the feed ${a.aggregator} of asset ${a.asset} has no code, heartbeat or sensible band`,
  PublishingTimeMissing: () => "policies need some time to be published within",
  TimeLockTooShort: (a) => `a time lock of ${a.timeLock} s is shorter than ${a.minimum} s`,
  NothingProposed: (a) => `configuration ${a.id} is not the one that was proposed`,
  NotEnactable: (a) => `configuration ${a.id} can be enacted from ${a.from} until ${a.until}`,
  NotPublished: (a) => `no policy is published for ${a.observationTime}`,
  NothingPublished: () => "no policy has been published yet",
  PolicyTooOld: (a) => `the newest policy is of ${a.observationTime}, older than ${a.maxAge} s`,
  AssetUnknown: (a) => `the collateral table has ${a.assets} assets, none with number ${a.asset}`,
};
