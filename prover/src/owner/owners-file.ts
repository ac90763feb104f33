import { OwnerError } from "@plimsoll/verifier/owner/error.ts";
import { csvCell } from "../snapshot/csv-cell.ts";
import type { SignedRegistration } from "./registration.ts";

/** Where registrations are good, and of which exchange. */
export interface RegistrationScope {
  readonly chainId: bigint;
  readonly registry: bigint;
  readonly exchangeId: string;
}

/** A registration and the file that it is in. */
export interface FiledRegistration {
  readonly file: string;
  readonly registration: SignedRegistration;
}

/** A user who registered another owner than the epoch before had: what the ledger holds against the old one it does not hold against the new one. */
export interface OwnerChange {
  readonly account: string;
  readonly before: bigint;
  readonly now: bigint;
}

/**
 * The owner that counts for each user: of her newest registration. `wallets` are those by which the exchange knows its users;
 * the result is in their order, so that a file built again is the same. Throws OwnerError for a registration of another scope or
 * by another wallet, and for two of one time that differ.
 */
export function newestOwners(
  registrations: readonly FiledRegistration[],
  scope: RegistrationScope,
  wallets: ReadonlyMap<string, bigint>,
): Map<string, bigint> {
  const newest = new Map<string, FiledRegistration>();
  for (const filed of registrations) {
    requireScope(filed, scope);
    requireWallet(filed, wallets);
    const { userId, issuedAt, owner } = filed.registration;
    const known = newest.get(userId);
    if (known?.registration.issuedAt === issuedAt && known.registration.owner !== owner) {
      throw new OwnerError(
        "wrong-signer",
        `${filed.file}: user "${userId}" has registered another owner at the same time in ${known.file}: have her register again`,
      );
    }
    if (known === undefined || known.registration.issuedAt < issuedAt) newest.set(userId, filed);
  }
  const accounts = [...wallets.keys()].filter((account) => newest.has(account));
  return new Map(accounts.map((account) => [account, newest.get(account)!.registration.owner]));
}

/** Users whose owner is not the one that they had. */
export function ownerChanges(
  before: ReadonlyMap<string, bigint>,
  owners: ReadonlyMap<string, bigint>,
): OwnerChange[] {
  return [...owners].flatMap(([account, now]) => {
    const had = before.get(account);
    return had === undefined || had === 0n || had === now ? [] : [{ account, before: had, now }];
  });
}

/** The file `account,owner` as epochs read it. */
export function ownersCsv(owners: ReadonlyMap<string, bigint>): string {
  const lines = [...owners].map(
    ([account, owner]) => `${csvCell(account)},0x${owner.toString(16).padStart(64, "0")}\n`,
  );
  return `account,owner\n${lines.join("")}`;
}

function requireScope({ file, registration }: FiledRegistration, scope: RegistrationScope): void {
  const { chainId, registry, exchangeId } = registration;
  if (chainId === scope.chainId && registry === scope.registry && exchangeId === scope.exchangeId) return;
  throw new OwnerError(
    "wrong-signer",
    `${file}: expected a registration for chain, registry and exchange of this epoch, came one for another`,
  );
}

function requireWallet(
  { file, registration }: FiledRegistration,
  wallets: ReadonlyMap<string, bigint>,
): void {
  const { userId, signer } = registration;
  if (wallets.get(userId) === signer) return;
  throw new OwnerError(
    "wrong-signer",
    `${file}: expected the signature of the wallet that "${userId}" is known by, came another's or the user is not listed`,
  );
}
