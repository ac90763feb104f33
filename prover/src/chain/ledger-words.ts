/** What the ledger's errors mean. */
export const LEDGER_WORDS: Readonly<Record<string, (a: Record<string, unknown>) => string>> = {
  LedgerBound: (a) => `the ledger belongs to the registry ${a.registry}`,
  LedgerCircuitUnknown: (a) => `the ledger knows no circuit ${a.circuitId} for this use`,
  LedgerCircuitTwice: (a) => `the ledger's circuit ${a.circuitId} is registered twice`,
  BatchNotAttested: (a) => `no batch of epoch ${a.epoch} with the root ${a.root} is attested at this place`,
  AssetWithoutToken: (a) => `asset ${a.asset} has no token here under the policy of epoch ${a.epoch}`,
  TokenNotListed: (a) => `the policy of epoch ${a.epoch} does not list the token ${a.token}`,
  TokenDecimalsUnsupported: (a) => `the token ${a.token} does not say how many decimals it has, or too many`,
  SignalOutOfField: (a) => `public signal ${a.signal} is not below the order of the proof's field`,
  NothingOwed: (a) =>
    `payments and pledges since epoch ${a.epoch} was opened use up all that the proof shows: prove a larger amount and charge, or pledge less`,
  ClaimUnknown: (a) => `the ledger has not admitted the claim ${a.claim}`,
  ClaimExists: (a) => `the ledger has admitted the claim ${a.claim} already`,
  ConsumerOnly: (a) => `only ${a.consumer} may do this, the sender is ${a.sender}`,
  PledgeUnknown: (a) => `pledge ${a.id} is not in force`,
  PledgeNotReleasable: (a) => `pledge ${a.id} is released by ${a.gate}, or by anybody from ${a.until} on`,
  PledgeNotCovered: (a) =>
    `pledge ${a.id} needs an amount of ${a.needed} and a charge of ${a.neededCharge}, proved are ${a.amount} and ${a.charge}`,
  PledgeNotNewer: (a) =>
    `pledge ${a.id} is covered as of epoch ${a.epoch} already: prove it in a newer one than ${a.provedEpoch}`,
  PledgeOfAnother: (a) => `pledge ${a.id} is not of the account with the ledger key ${a.key}`,
  PledgeTermOutOfRange: (a) => `a pledge can't end at ${a.until}: in the past, or too far ahead`,
  RefusalTooLarge: (a) =>
    `the refusal speaks of ${a.amount} and ${a.charge}, needed are ${a.needed} and ${a.neededCharge}`,
};
