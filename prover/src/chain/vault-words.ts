/** What a margin vault's errors mean. */
export const VAULT_WORDS: Readonly<Record<string, (a: Record<string, unknown>) => string>> = {
  TimeOutOfRange: (a) => `a time of ${a.time} s is outside ${a.least} to ${a.most}`,
  ExchangeOnly: (a) => `only the exchange ${a.exchange} may do this, the sender is ${a.sender}`,
  DepositsArePaused: () => "the exchange has paused deposits",
  OwnerInvalid: (a) => `${a.owner} is no owner: expected a field element, not 0`,
  NothingDeposited: () => "expected an amount above 0",
  TokenWithoutCode: (a) => `there is no token at ${a.token}`,
  CoinMismatch: (a) => `expected ${a.amount} of the chain's own coin, came ${a.came}`,
  DepositMismatch: (a) =>
    `the token ${a.token} credited the vault with another amount than ${a.amount}: it had ${a.before}, it has ${a.balance}`,
  OperatorSignatureInvalid: (a) =>
    `the sender is not the operator ${a.operator} and its signature does not fit`,
  SignatureExpired: (a) =>
    `the operator's signature was good until ${a.deadline}, the chain's time is ${a.now_}`,
  EpochNotLatest: (a) =>
    `epoch ${a.epoch} is not the newest attested one, ${a.latest}: prove against that one`,
  PaidSinceOrder: (a) =>
    `the operator signed for a key that was paid ${a.paidBefore}, it was paid ${a.paid}: its signature was used, or is out of date`,
  FeeAboveAmount: (a) => `the relayer's fee of ${a.fee} is above the amount of ${a.amount}`,
  RelayerMissing: (a) => `a fee of ${a.fee}, and no relayer`,
  CoinRefused: (a) => `${a.to} does not take the chain's own coin`,
  RootTooOld: (a) => `the snapshot at ${a.snapshotTime} is too old: expected one from ${a.oldest} on`,
  OwedMore: (a) => `exit ${a.id} asks for ${a.owed}, the operator is ready to pay ${a.most}`,
  ExitNotPending: (a) => `exit ${a.id} does not wait for the operator`,
  ExitNotRefused: (a) => `exit ${a.id} is not refused`,
  ExitNotRefusable: (a) => `exit ${a.id} can't be refused, or not again`,
  DeadlinePassed: (a) => `this was possible until ${a.deadline}, the chain's time is ${a.now_}`,
  DeadlineNotPassed: (a) => `there is time until ${a.deadline}, the chain's time is ${a.now_}`,
  RefusalNotNewer: (a) =>
    `a refusal of epoch ${a.epoch}: expected one of the newest, ${a.latest}, and newer than the exit's, ${a.exitEpoch}`,
  AnswerDiffers: (a) => `the answer is not about what was refused of exit ${a.id}`,
  AnswerTooSmall: (a) =>
    `the answer shows ${a.amount} and ${a.charge}, denied were ${a.denied} and ${a.deniedCharge}: one leaf may do both`,
  GateOnly: (a) => `only the pledge's gate ${a.gate} may do this, the sender is ${a.sender}`,
  PledgeElsewhere: (a) => `pledge ${a.pledgeId} is paid by ${a.vault}`,
  VaultFrozen: (a) => `the vault is frozen: claim what was free in epoch ${a.epoch}`,
  VaultNotFrozen: () => "the vault is not frozen",
  ClaimsClosed: (a) => `claims were registered until ${a.until}, the chain's time is ${a.now_}`,
  ClaimsStillOpen: (a) => `claims are registered until ${a.until}, the chain's time is ${a.now_}`,
  EpochTooNew: (a) => `the vault was frozen at epoch ${a.escapeEpoch}: epoch ${a.epoch} came later`,
  OtherEpochClaimed: (a) =>
    `the account claims with its leaf of epoch ${a.claimed}: expected that one, came epoch ${a.epoch}`,
  ClaimNotRegistered: (a) => `the vault has no claim ${a.id}`,
  NothingToPay: (a) => `claim ${a.id} is paid, as far as the vault has anything`,
  RecipientOnly: (a) => `only the recipient ${a.recipient} may do this, the sender is ${a.sender}`,
  SafeERC20FailedOperation: (a) => `the token ${a.token} refused a transfer`,
  ReentrancyGuardReentrantCall: () => "the vault was called while it pays",
  FailedDeployment: () => "the purse could not be made",
  InsufficientBalance: (a) => `expected a balance of ${a.needed}, came ${a.balance}`,
};
