import { type Interface, isError } from "ethers";
import { ADVICE } from "./advice.ts";
import { GATE_WORDS } from "./gate-words.ts";
import { LEDGER_WORDS } from "./ledger-words.ts";
import { POLICY_WORDS } from "./policy-words.ts";
import { RESERVE_WORDS } from "./reserve-words.ts";
import { VAULT_WORDS } from "./vault-words.ts";

/** What each of the contracts' errors means, with its arguments by name. */
const WORDS: Readonly<Record<string, (a: Record<string, unknown>) => string>> = {
  ...POLICY_WORDS,
  ...RESERVE_WORDS,
  ...GATE_WORDS,
  ...LEDGER_WORDS,
  ...VAULT_WORDS,
  ExchangeSignatureInvalid: (a) =>
    `the sender is not the exchange ${a.exchange} and its signature does not fit`,
  EpochNotIncreasing: (a) => `epoch ${a.epoch} must be larger than the last one opened, ${a.lastOpened}`,
  SnapshotTimeOutOfRange: (a) =>
    `snapshot time ${a.snapshotTime} is outside ${a.earliest} to ${a.latest}: it must lie ahead, but not far`,
  OpeningTooSoon: (a) => `the next epoch can be opened from ${a.earliest} on, the chain's time is ${a.now_}`,
  IntervalOutOfRange: (a) => `a least interval between openings of ${a.interval} s is outside 1 to ${a.most}`,
  InstantWithdrawalsFrozen: (a) =>
    `epoch ${a.openedEpoch} is open, with its snapshot at ${a.snapshotTime}: until it is attested nothing is paid against the one before`,
  EpochNotOpen: (a) =>
    `epoch ${a.epoch} is not waiting for its attestation; the last one opened is ${a.lastOpened}`,
  SnapshotNotTakenYet: (a) =>
    `the snapshot at ${a.snapshotTime} is not due yet, the chain's time is ${a.now_}`,
  OpeningExpired: (a) => `the epoch had to be attested by ${a.expiredAt}: open a new one`,
  PolicyDiffers: (a) =>
    `the policy published for ${a.snapshotTime} has the hash ${a.policyHash} and descriptor ${a.descriptorHash}: prove the epoch under that one`,
  CircuitUnknown: (a) => `circuit ${a.circuitId} is not registered for this use`,
  CircuitRegisteredTwice: (a) => `circuit ${a.circuitId} is registered twice`,
  BatchCountOutOfRange: (a) => `an epoch has 1 to ${a.most} batches, came ${a.count}`,
  RunsMiscounted: (a) => `run ${a.index} of the batches' circuits does not fit their list`,
  EpochCommitted: (a) =>
    `epoch ${a.epoch} has its list of batches already, with the accounts root ${a.accountsRoot}`,
  NotCommitted: (a) => `epoch ${a.epoch} has no list of batches yet`,
  PartOutOfRange: (a) =>
    `no part of ${a.batchCount} batches begins at batch ${a.first} with 2^${a.depth} leaves`,
  PartMiscounted: (a) => `expected the ${a.expected} batches of the part, came ${a.came}`,
  PartNotListed: (a) => `batches, circuits or path are not those of the list from batch ${a.first} on`,
  BatchesMissing: (a) => `${a.proved} of ${a.batchCount} batches are proved`,
  TermsNotCommitted: () => "the terms are not those that the list was committed with",
  ClaimsMiscounted: (a) => `expected ${a.expected} claims, came ${a.came}`,
  ClaimTooLarge: (a) => `claim ${a.claim} is 2^128 or more`,
  AddressMissing: () => "an address of the registry is zero",
  NothingAttested: () => "nothing has been attested yet",
  NotAttested: (a) => `epoch ${a.epoch} has not been attested`,
  BetaTooSmall: () => "beta could be a row: commit again with new blinds",
  NotInField: (a) => `${a.value} is not below the order of the proof's field`,
  PointInvalid: () => "a proof has a point that is not on its curve",
  PointAtInfinity: () => "a proof has a point at infinity",
  ProofsRejected: () => "the proofs do not hold for what was submitted",
  KeyWithoutCode: (a) => `there is no verification key at ${a.key}`,
  KeyMalformed: (a) => `the code at ${a.key} is not a verification key of ${a.expected} bytes`,
  KeyWithoutContribution: (a) =>
    `nobody contributed to the key of circuit ${a.circuitId}: anybody forges under it`,
  KeyPointInvalid: (a) => `the key of circuit ${a.circuitId} has an invalid point at byte ${a.offset}`,
  SetupNotShared: (a) => `the key of circuit ${a.circuitId} is from another set-up than the others`,
  DevelopmentKeyOnPublicChain: (a) =>
    `the key of circuit ${a.circuitId} is a development key, and chain ${a.chainId} is not a local one`,
  DataNotStored: () => "the table is too long for the code of a contract",
  OwnableUnauthorizedAccount: (a) => `${a.account} is not the registry's owner`,
  OwnableInvalidOwner: (a) => `${a.owner} cannot own the registry`,
};

/** A transaction or call that a contract refused. `code` is the name of the contract's error, `fields` its arguments, `next` what to do. */
export class RegistryError extends Error {
  readonly code: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly next: string | undefined;
  readonly retryable = false;

  constructor(code: string, fields: Record<string, unknown>, options?: ErrorOptions) {
    super(`${code}: ${WORDS[code]?.(fields) ?? "the contract refused"}`, options);
    this.name = "RegistryError";
    this.code = code;
    this.fields = fields;
    this.next = ADVICE.get(code);
  }
}

/** The contract's refusal behind an error of ethers or of a node, or the error itself when there is none. */
export function decodedError(contract: Interface, error: unknown): unknown {
  const data = revertData(error);
  const known = data === undefined ? null : contract.parseError(data);
  // Solidity's own, Error(string) and Panic(uint256), have no names for their arguments, and are in every interface.
  const isNamed = known !== null && known.name !== "Error" && known.name !== "Panic";
  return !isNamed ? error : new RegistryError(known.name, known.args.toObject(), { cause: error });
}

/** Runs a call or transaction; what a contract refuses comes out as a RegistryError. */
export async function withWords<T>(contract: Interface, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw decodedError(contract, error);
  }
}

/** Names of the contract's errors that lack words, or advice on what to do. A test expects none. */
export function errorsWithoutWords(contract: Interface): string[] {
  const names: string[] = [];
  contract.forEachError(({ name }) => {
    if (!(name in WORDS) || !ADVICE.has(name)) names.push(name);
  });
  return names;
}

/** The words of an error for these arguments. Throws for a name without words. */
export function wordsOf(name: string, fields: Record<string, unknown>): string {
  return WORDS[name]!(fields);
}

// Nodes differ in where they put the data of a revert: ethers finds most; the others nest it under `error` or `cause`.
function revertData(error: unknown, depth = 0): string | undefined {
  if (typeof error !== "object" || error === null || depth > 5) return undefined;
  if (isError(error, "CALL_EXCEPTION") && typeof error.data === "string") return error.data;
  const { data, error: inner, info, cause } = error as Record<string, unknown>;
  if (typeof data === "string" && /^0x([0-9a-f]{2}){4,}$/i.test(data)) return data;
  for (const next of [data, inner, info, cause]) {
    const found = revertData(next, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
