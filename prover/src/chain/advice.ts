/**
 * What to do about each of the contracts' errors, by name. Their words say what is wrong (`errors.ts` and the files it
 * gathers), these say what to do next. A contract that brings new errors adds a line to a group, or a group.
 */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  // Epochs.
  [
    "let the exchange send it, or give the key that signs for the exchange (chain.exchangeKeyFile, --exchange-key-file)",
    ["ExchangeSignatureInvalid", "ExchangeOnly"],
  ],
  ["look what the chain has with `plimsoll epoch status --config FILE`", ["EpochNotOpen", "NotAttested"]],
  ["take a larger number for `epoch` in the configuration", ["EpochNotIncreasing"]],
  ["set `snapshotTime` in the configuration a little ahead of the chain's time", ["SnapshotTimeOutOfRange"]],
  [
    "wait until then, and send it again",
    ["OpeningTooSoon", "SnapshotNotTakenYet", "SequencerGracePeriod", "NotEnactable", "PledgeNotReleasable"],
  ],
  ["wait for the attestation, or for the opening to expire", ["InstantWithdrawalsFrozen"]],
  ["open another epoch and prove that one: `plimsoll epoch open --config FILE`", ["OpeningExpired"]],
  [
    "prove the epoch again, as another one, with the policy files that the publishers signed for its snapshot time",
    ["PolicyDiffers"],
  ],
  [
    "have the publishers sign the policy of that time and send it: `plimsoll policy sign`, `plimsoll policy publish`",
    ["NotPublished", "NothingPublished", "PolicyTooOld"],
  ],
  [
    "use a circuit that the contract was deployed with, or deploy one with this circuit's key",
    ["CircuitUnknown", "LedgerCircuitUnknown", "ClaimsMiscounted"],
  ],
  ["seal the list first: `plimsoll epoch commit --config FILE`", ["NotCommitted"]],
  ["prove the others first: `plimsoll epoch prove --on-chain --config FILE`", ["BatchesMissing"]],
  [
    "find the folder whose accounts root that is, and go on from there; this one can't be attested under this number",
    ["EpochCommitted"],
  ],
  [
    "settle from the folder with the `private/terms.json` of the commit, or from an unchanged copy of its public part",
    ["TermsNotCommitted"],
  ],
  [
    "send what the epoch's record has, unchanged: `plimsoll epoch prove --on-chain` cuts the parts",
    ["BatchCountOutOfRange", "RunsMiscounted", "PartOutOfRange", "PartMiscounted", "PartNotListed"],
  ],
  ["declare less than 2^128 units of each asset in the reserves file", ["ClaimTooLarge"]],
  ["open and attest an epoch first", ["NothingAttested"]],
  ["prove the epoch again in an empty folder, which draws new blinds, under a new number", ["BetaTooSmall"]],
  // Proofs.
  [
    "check the files with `plimsoll verify epoch FOLDER`, or make the proof again: something changed between proving and sending",
    ["NotInField", "SignalOutOfField", "PointInvalid", "PointAtInfinity", "ProofsRejected"],
  ],
  [
    "send it with the path of an epoch that is attested: `plimsoll verify bundle` checks the bundle",
    ["BatchNotAttested"],
  ],
  // Deployment.
  [
    "put it right in the deployment file and run `plimsoll deploy` again: what is on chain already is kept",
    [
      "CircuitRegisteredTwice",
      "LedgerCircuitTwice",
      "IntervalOutOfRange",
      "AddressMissing",
      "TimeLockTooShort",
    ],
  ],
  [
    "put it right in the deployment file, `policyRegistry`",
    [
      "PublishersMiscounted",
      "PublishersNotAscending",
      "FeedsNotAscending",
      "FeedUnusable",
      "PublishingTimeMissing",
    ],
  ],
  [
    "take the verification key of a ceremony, as snarkjs exports it, for every circuit",
    ["KeyWithoutCode", "KeyMalformed", "KeyWithoutContribution", "KeyPointInvalid", "SetupNotShared"],
  ],
  ["hold a ceremony, or stay on chain ids 31337 and 1337", ["DevelopmentKeyOnPublicChain"]],
  ["leave out assets, tokens or accounts", ["DataNotStored", "SetTooLarge"]],
  ["bind a new ledger: one belongs to one registry for ever", ["LedgerBound"]],
  ["send it with the owner's key", ["OwnableUnauthorizedAccount"]],
  ["name an owner that is an account", ["OwnableInvalidOwner"]],
  // Policies.
  [
    "have more publishers sign the same publication: `plimsoll policy sign --out FILE`",
    ["SignaturesTooFew", "PublisherTwice"],
  ],
  [
    "have it signed by publishers of this registry, for this registry and chain: `plimsoll policy sign`",
    ["PublisherUnknown", "PublisherSignatureInvalid"],
  ],
  ["sign again, with a later deadline: `plimsoll policy sign --valid-for`", ["SignaturesExpired"]],
  ["nothing is to be done: compare it with `plimsoll policy verify --registry`", ["AlreadyPublished"]],
  ["observe the marks anew, compile and sign", ["ObservationTimeOutOfRange", "InstrumentExpired"]],
  [
    "compile from the risk parameters in force, or have the owner change them: `plimsoll policy configure`",
    ["RiskParametersDiffer"],
  ],
  [
    "correct the risk parameters or the marks, then compile and sign again",
    [
      ...["CollateralMissing", "PriceMissing", "CollateralInconsistent", "CollateralDecimalsUnsupported"],
      ...["CollateralTokenTwice", "AssetUnknown"],
    ],
  ],
  [
    "have the owner correct the feeds: `plimsoll policy configure`",
    ["FeedWithoutAsset", "FeedDecimalsDiffer"],
  ],
  [
    "look at the feed; publish once it answers with a fresh price within its band of the marks",
    ["FeedUnreadable", "FeedPriceUnusable", "FeedStale", "PriceOutsideBand"],
  ],
  ["wait until the sequencer is up, and its grace period is over", ["SequencerDown"]],
  ["propose it first: `plimsoll policy configure` takes the step that is next", ["NothingProposed"]],
  // Reserves.
  ["leave this to the registry: `sample` is what anybody may send", ["RegistryOnly"]],
  [
    "register with `plimsoll reserves register`, which sorts the lists, each asset and account once",
    ["TokensNotAscending", "AccountsNotAscending"],
  ],
  ["correct the token's address in the tokens file", ["TokenUnusable"]],
  [
    "have the account sign again: `plimsoll reserves consent`",
    ["CustodySignatureInvalid", "EpochsOutOfOrder"],
  ],
  ["open an epoch first, or wait for the exchange to", ["NothingOpen"]],
  ["send it again: the next block is another", ["ReadingsInOneBlock"]],
  [
    "have the owner name it, or leave its statement out: `plimsoll attestors name`, `plimsoll attestors list`",
    ["AttestorUnknown"],
  ],
  ["look it up with `plimsoll attestors list`; another account takes another name", ["AttestorNamedBefore"]],
  ["leave its statement out of this epoch, or open an epoch with a later snapshot", ["AttestorTooNew"]],
  [
    "have the attestor sign again, for this epoch: `plimsoll attestors sign`",
    ["AttestorsNotAscending", "StatementMalformed", "StatementSignatureInvalid"],
  ],
  [
    "move tokens into custody before the next opening, or add an attestor's statement; declare less only if less is owed. " +
      "What was read: `plimsoll reserves status`",
    ["ReserveTooSmall"],
  ],
  ["fund the insurance accounts before the next opening, or declare less of it", ["InsuranceTooSmall"]],
  // Ledger.
  ["withdraw another asset, or have the publishers list its token", ["AssetWithoutToken", "TokenNotListed"]],
  ["list a token that says how many decimals it has, at most 38", ["TokenDecimalsUnsupported"]],
  ["prove a larger amount and charge, against the newest epoch", ["NothingOwed", "PledgeNotCovered"]],
  ["look up the right number in the contract's events", ["ClaimUnknown", "PledgeUnknown", "PledgeOfAnother"]],
  ["nothing is to be done: it is there", ["ClaimExists"]],
  ["send it through the contract or account that is named", ["ConsumerOnly", "GateOnly", "RecipientOnly"]],
  ["prove it against a newer epoch", ["PledgeNotNewer", "EpochNotLatest", "RootTooOld", "RefusalNotNewer"]],
  ["choose a term that ends later, within the limit", ["PledgeTermOutOfRange"]],
  ["refuse for exactly what is needed", ["RefusalTooLarge"]],
  // Account checks, gates and the example's pool.
  [
    "deploy with the keys of this release's circuits, each once",
    ["AccountCircuitUnknown", "AccountCircuitTwice"],
  ],
  [
    "deploy with contracts that belong to one registry",
    ["LedgerNotOfRegistry", "AccountCheckElsewhere", "TermsInvalid"],
  ],
  [
    "prove it with a bundle of the newest attested epoch",
    ["LeafTooOld", "MarksBeforeLeaf", "RowsDiffer", "RowsExpired", "EpochNotNewest", "AnotherEpoch"],
  ],
  ["have the publishers publish a policy of now", ["MarksTooOld"]],
  ["wait until the exchange attests a newer epoch", ["SolvencyNotFresh"]],
  ["make the proof for this gate, this account and this pledge", ["RecipientNotGate", "AnotherAccount"]],
  ["use a token that the policy lists and the pool takes", ["TokenNotInPolicy", "CollateralDiffers"]],
  ["look up the loan's number and state in the pool's events", ["LoanUnknown", "NotToAnswer", "NotDue"]],
  ["borrow more than nothing", ["AmountMissing"]],
  ["pledge for longer", ["PledgeTooShort"]],
  ["pledge more, or borrow less", ["WorthTooLittle", "PledgesNotCovered"]],
  ["borrow less, or wait for repayments", ["CashTooLittle"]],
  ["wait until then", ["CalledAlready", "CalledTooSoon", "CollectTimeNotOver", "ExitPending"]],
  ["nothing is to be done now", ["NothingToCollect", "NothingForSale"]],
  ["raise the limit, or wait: the price falls", ["PriceAboveLimit"]],
  // Vault.
  ["correct the times", ["TimeOutOfRange"]],
  ["wait until the exchange takes deposits again; what is in can leave", ["DepositsArePaused"]],
  ["give the owner of your identity file: `plimsoll identity show`", ["OwnerInvalid"]],
  ["deposit more than nothing", ["NothingDeposited"]],
  ["use a token that is a contract and takes no fee", ["TokenWithoutCode", "DepositMismatch"]],
  ["send exactly the amount, as coin or as token", ["CoinMismatch"]],
  ["have the operator sign again", ["OperatorSignatureInvalid", "SignatureExpired", "PaidSinceOrder"]],
  ["lower the fee, or name who gets it", ["FeeAboveAmount", "RelayerMissing"]],
  ["name a recipient that takes the coin, or collect from its purse", ["CoinRefused"]],
  ["look up what the exit owes now, and approve or refuse that", ["OwedMore"]],
  [
    "look up the state of the exit: what it is in now allows another step",
    ["ExitNotPending", "ExitNotRefused", "ExitNotRefusable"],
  ],
  ["the other side's step is open now", ["DeadlinePassed", "ClaimsClosed"]],
  ["wait until the deadline", ["DeadlineNotPassed", "ClaimsStillOpen"]],
  [
    "answer with a proof for what was refused, of at least what was denied",
    ["AnswerDiffers", "AnswerTooSmall"],
  ],
  ["pledge to this vault", ["PledgeElsewhere"]],
  ["ask the token's issuer why it refuses the transfer", ["SafeERC20FailedOperation"]],
  ["wait until the vault holds enough, or withdraw less", ["InsufficientBalance"]],
  ["send it again, with more gas", ["FailedDeployment"]],
  ["call it from outside the call that is under way", ["ReentrancyGuardReentrantCall"]],
  ["claim from the frozen vault instead", ["VaultFrozen"]],
  ["withdraw in the ordinary way: the vault is not frozen", ["VaultNotFrozen"]],
  ["claim with an epoch that was attested before the freeze", ["EpochTooNew"]],
  ["claim with the epoch of the first claim", ["OtherEpochClaimed"]],
  ["take the number from the event of its registration", ["ClaimNotRegistered"]],
  ["nothing is to be done: it was paid, or there is nothing left", ["NothingToPay"]],
];

/** What to do next, by the error's name. */
export const ADVICE: ReadonlyMap<string, string> = new Map(
  GROUPS.flatMap(([advice, names]) => names.map((name) => [name, advice] as const)),
);
