import { randomBytes } from "node:crypto";
import { home, owner } from "@plimsoll/verifier/encodings/identity.ts";
import type { Account } from "../../../snapshot/account.ts";

/** Whoever has an account: the secret is hers, the owner number the exchange's to put into leaves. */
export interface Customer {
  readonly userId: string;
  readonly secret: bigint;
  readonly owner: bigint;
}

/** A customer with a random secret for the proofs of one registry. Owner secrets have 253 bits. */
export function newCustomer(userId: string, chainId: bigint, registry: string): Customer {
  const secret = BigInt(`0x${randomBytes(32).toString("hex")}`) >> 3n;
  return { userId, secret, owner: owner(secret, home(chainId, BigInt(registry))) };
}

/** What the exchange keeps of its customers: quantities by row, in units of the row. All of it is off chain. */
export class Book {
  readonly #accounts = new Map<string, { readonly owner: bigint; readonly rows: Map<number, bigint> }>();

  /** Below zero it is not the exchange's to book: it throws a RangeError. */
  credit({ userId, owner: of }: Customer, row: number, quantity: bigint): void {
    const account = this.#accounts.get(userId) ?? { owner: of, rows: new Map<number, bigint>() };
    const now = (account.rows.get(row) ?? 0n) + quantity;
    if (now < 0n) throw new RangeError(`${userId} has less than that of row ${row}`);
    account.rows.set(row, now);
    this.#accounts.set(userId, account);
  }

  move(from: Customer, to: Customer, row: number, quantity: bigint): void {
    this.credit(from, row, -quantity);
    this.credit(to, row, quantity);
  }

  /** What an exchange does that would rather not owe somebody. */
  forget({ userId }: Customer): void {
    this.#accounts.delete(userId);
  }

  total(row: number): bigint {
    return [...this.#accounts.values()].reduce((sum, { rows }) => sum + (rows.get(row) ?? 0n), 0n);
  }

  /** As an epoch is proved from them, by user id. */
  accounts(): Account[] {
    return [...this.#accounts]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([userId, { owner: of, rows }]) => ({
        userId,
        owner: of,
        holdings: [...rows]
          .filter(([, quantity]) => quantity > 0n)
          .sort(([one], [other]) => one - other)
          .map(([row, quantity]) => ({ row, quantity })),
      }));
  }
}
