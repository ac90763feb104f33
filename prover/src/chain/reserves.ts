import {
  Contract,
  type ContractRunner,
  Interface,
  type Provider,
  type Signer,
  type TypedDataField,
  toBeHex,
} from "ethers";
import { contractArtifact } from "./artifacts.ts";
import { registryAt } from "./registry.ts";
import { type SentTransaction, send } from "./sending.ts";
import { type RegistryDomain, signTypedData, type TypedData } from "./typed-data.ts";

/** Stands for the chain's own coin where a token is expected (ERC-7528). */
export const NATIVE_TOKEN = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE";

/** A token that is read, for an asset by its number in the policy: IReserveBook.Token. */
export interface ReserveToken {
  /** 0x and 40 hex digits. */
  readonly token: string;
  readonly asset: number;
  /** Read in insurance accounts too. */
  readonly insures: boolean;
}

/** What an account consents to. */
export interface Custody {
  readonly account: string;
  readonly isInsurance: boolean;
  readonly fromEpoch: bigint;
  readonly toEpoch: bigint;
  /** How often the account has revoked before (`readRevocations`); 0 unless given. */
  readonly revocations?: bigint;
}

export interface SignedCustody extends Custody {
  readonly signature: string;
}

/** What an attestor says to hold for the exchange at a snapshot. */
export interface Statement {
  readonly epoch: bigint;
  readonly snapshotTime: bigint;
  /** Hash of the row table of the policy for this time: it says what an asset's number and a unit of it are. */
  readonly rowTableHash: bigint;
  /** Numbers of assets, ascending, and how much of each, in units of its row. */
  readonly assets: readonly number[];
  readonly amounts: readonly bigint[];
}

export interface SignedStatement extends Pick<Statement, "assets" | "amounts"> {
  readonly attestor: string;
  readonly signature: string;
}

/** The lowest balances since the opening, in the token's units. */
export interface LowestReading {
  readonly token: string;
  readonly reserves: bigint;
  readonly insurance: bigint;
}

/** Where a registry's reserve book is, and what its signatures name. */
export interface BookDomain extends RegistryDomain {
  readonly book: string;
}

const CUSTODY: Record<string, TypedDataField[]> = {
  Custody: [
    { name: "registry", type: "address" },
    { name: "account", type: "address" },
    { name: "isInsurance", type: "bool" },
    { name: "fromEpoch", type: "uint64" },
    { name: "toEpoch", type: "uint64" },
    { name: "revocations", type: "uint64" },
  ],
};
const REVOKE: Record<string, TypedDataField[]> = {
  Revoke: [
    { name: "registry", type: "address" },
    { name: "account", type: "address" },
    { name: "revocations", type: "uint64" },
  ],
};
const STATEMENT: Record<string, TypedDataField[]> = {
  Statement: [
    { name: "registry", type: "address" },
    { name: "epoch", type: "uint64" },
    { name: "snapshotTime", type: "uint64" },
    { name: "rowTableHash", type: "bytes32" },
    { name: "assets", type: "uint256[]" },
    { name: "amounts", type: "uint256[]" },
  ],
};

/** What an account signs to be read by one registry. */
export function custodyTypedData(domain: BookDomain, custody: Custody): TypedData {
  const message = { registry: domain.registry, revocations: 0n, ...custody };
  return { domain: domainOf(domain), types: CUSTODY, message };
}

/** What an account signs to have its consents taken back, after it has done so `revocations` times. */
export function revocationTypedData(domain: BookDomain, account: string, revocations: bigint): TypedData {
  const message = { registry: domain.registry, account, revocations };
  return { domain: domainOf(domain), types: REVOKE, message };
}

/** What an attestor signs of one epoch of one registry. */
export function statementTypedData(domain: BookDomain, statement: Statement): TypedData {
  const rowTableHash = toBeHex(statement.rowTableHash, 32);
  const message = { registry: domain.registry, ...statement, rowTableHash };
  return { domain: domainOf(domain), types: STATEMENT, message };
}

/** Signs as `custody.account`, or as the key behind it where that is a contract wallet. */
export async function signCustody(
  signer: Signer,
  domain: BookDomain,
  custody: Custody,
): Promise<SignedCustody> {
  return { ...custody, signature: await signTypedData(signer, custodyTypedData(domain, custody)) };
}

/** Signs a revocation as `account`, or as the key behind it, for somebody else to send. */
export async function signRevocation(
  signer: Signer,
  domain: BookDomain,
  account: string,
  revocations = 0n,
): Promise<string> {
  return signTypedData(signer, revocationTypedData(domain, account, revocations));
}

/** Signs as `attestor`, the signer's own address unless it is a contract wallet. */
export async function signStatement(
  signer: Signer,
  domain: BookDomain,
  statement: Statement,
  attestor?: string,
): Promise<SignedStatement> {
  const signature = await signTypedData(signer, statementTypedData(domain, statement));
  const { assets, amounts } = statement;
  return { attestor: attestor ?? (await signer.getAddress()), assets, amounts, signature };
}

/** The address of a registry's reserve book. */
export async function reserveBookOf(registry: string, provider: Provider): Promise<string> {
  return (await registryAt(registry, provider)).getFunction("reserves").staticCall();
}

/** Replaces what is read, from the next opening on. Lists in any order are sorted here. `sender` is the exchange, or `signature` the exchange's. */
export async function registerReserves(
  sender: Signer,
  book: string,
  tokens: readonly ReserveToken[],
  accounts: readonly SignedCustody[],
  signature = "0x",
): Promise<SentTransaction> {
  const [sortedTokens, sortedAccounts] = sortedSet(tokens, accounts);
  return send(await reserveBookAt(book, sender), "register", [sortedTokens, sortedAccounts, signature]);
}

/** Takes back all consents of an account, from the next opening on. `sender` is the account, or `signature` the account's. */
export async function revokeCustody(
  sender: Signer,
  book: string,
  account: string,
  signature = "0x",
): Promise<SentTransaction> {
  return send(await reserveBookAt(book, sender), "revoke", [account, signature]);
}

/** How often an account has revoked: what it signs has to say so. */
export async function readRevocations(provider: Provider, book: string, account: string): Promise<bigint> {
  return (await reserveBookAt(book, provider)).getFunction("revocations").staticCall(account);
}

/** In the order that the contract wants: tokens by asset, accounts by address. */
export function sortedSet<Account extends Custody>(
  tokens: readonly ReserveToken[],
  accounts: readonly Account[],
): [ReserveToken[], Account[]] {
  return [
    [...tokens].sort((a, b) => a.asset - b.asset),
    [...accounts].sort((a, b) => (BigInt(a.account) < BigInt(b.account) ? -1 : 1)),
  ];
}

/** Reads all balances of the open epoch again; the lowest count. */
export async function sampleReserves(sender: Signer, book: string): Promise<SentTransaction> {
  return send(await reserveBookAt(book, sender), "sample", []);
}

/** How long after it was named an attestor's statements begin to count, in seconds: ReserveBook.ATTESTOR_DELAY. */
export const ATTESTOR_DELAY = 172_800n;

/** Has the owner name an attestor, whose statements count for snapshots `ATTESTOR_DELAY` later. The name never changes. */
export async function nameAttestor(
  owner: Signer,
  book: string,
  attestor: string,
  name: string,
): Promise<SentTransaction> {
  return send(await reserveBookAt(book, owner), "nameAttestor", [attestor, name]);
}

/** Has the owner remove an attestor: its statements count no more, at once. */
export async function removeAttestor(
  owner: Signer,
  book: string,
  attestor: string,
): Promise<SentTransaction> {
  return send(await reserveBookAt(book, owner), "removeAttestor", [attestor]);
}

/** Since when an attestor's statements count, as a snapshot time; undefined if they don't. With its name, which stays. */
export async function readAttestor(
  provider: Provider,
  book: string,
  attestor: string,
): Promise<{ readonly name: string; readonly from: bigint | undefined }> {
  const contract = await reserveBookAt(book, provider);
  const [name, from] = await Promise.all([
    contract.getFunction("attestorName").staticCall(attestor),
    contract.getFunction("attestorFrom").staticCall(attestor),
  ]);
  return { name, from: from === 0n ? undefined : from };
}

/** The lowest balances since the last opening. */
export async function readLowest(provider: Provider, book: string): Promise<LowestReading[]> {
  const readings = await (await reserveBookAt(book, provider)).getFunction("lowest").staticCall();
  return [...readings].map(({ token, reserves, insurance }) => ({ token, reserves, insurance }));
}

/** The book as an ethers contract, for what has no function here. */
export async function reserveBookAt(book: string, runner: ContractRunner): Promise<Contract> {
  return new Contract(book, new Interface((await contractArtifact("ReserveBook")).abi), runner);
}

function domainOf({ chainId, book }: BookDomain): TypedData["domain"] {
  return { name: "Plimsoll ReserveBook", version: "1", chainId, verifyingContract: book };
}
