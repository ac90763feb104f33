/** What each error of the reserve book means, with its arguments by name. */
export const RESERVE_WORDS: Readonly<Record<string, (a: Record<string, unknown>) => string>> = {
  RegistryOnly: (a) => `only the book's registry may, came ${a.sender}`,
  TokensNotAscending: (a) => `token ${a.index} is out of order: tokens ascend by asset, one for each`,
  AccountsNotAscending: (a) =>
    `account ${a.index} is out of order or twice: an account is reserve or insurance, once`,
  SetTooLarge: (a) => `${a.readings} balances are more than the ${a.most} that one reading takes`,
  TokenUnusable: (a) => `${a.token} is no token with at most 38 decimals`,
  CustodySignatureInvalid: (a) =>
    `account ${a.account} has not signed this: its role, its epochs and how often it revoked before belong to it`,
  EpochsOutOfOrder: (a) =>
    `account ${a.account} would be read from epoch ${a.fromEpoch} to ${a.toEpoch}, which is none`,
  NothingOpen: () => "no epoch is open: there is nothing to sample",
  ReadingsInOneBlock: (a) => `block ${a.blockNumber} has the first reading: the last one comes in another`,
  AttestorUnknown: (a) => `${a.attestor} is not a named attestor`,
  AttestorNamedBefore: (a) =>
    `${a.attestor} was named ${JSON.stringify(a.name)} before: the name stays, and an attestor is not named twice`,
  AttestorTooNew: (a) =>
    `the statements of ${a.attestor} count for snapshots from ${a.from} on, this one is of ${a.snapshotTime}`,
  AttestorsNotAscending: (a) => `statement ${a.index} is out of order: each attestor counts once, ascending`,
  StatementMalformed: (a) =>
    `the statement of ${a.attestor} does not list ascending assets of the policy with an amount below 2^128 each`,
  StatementSignatureInvalid: (a) =>
    `the signature of ${a.attestor} is not over this statement for this epoch, registry and row table`,
  ReserveTooSmall: (a) =>
    `reserves are short: of asset ${a.asset} ${a.claimed} are claimed, ${a.read} were read at the lowest, attestors add ${a.vouched}`,
  InsuranceTooSmall: (a) =>
    `insurance is short: ${a.claimed} are claimed, the insurance accounts are worth ${a.value}, in 10^-12`,
};
