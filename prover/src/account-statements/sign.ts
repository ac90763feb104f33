import { formatQuantity } from "@plimsoll/verifier/encodings/quantity.ts";
import {
  type AccountStatement,
  accountStatementDigest,
  accountStatementMessage,
  SIDES,
  type UnsignedStatement,
} from "@plimsoll/verifier/formats/account-statement.ts";
import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";
import { type Signer, type SigningKey, toBeHex } from "ethers";
import type { EpochConfig } from "../pipeline/config.ts";
import type { Account } from "../snapshot/account.ts";

/** Whose statements these are, and of which moment. */
export type StatementScope = Pick<
  EpochConfig,
  "chainId" | "registry" | "exchange" | "exchangeId" | "epoch" | "snapshotTime"
>;

/** What is to be signed of a normalised account. Throws RangeError for a row that the policy does not name. */
export function accountStatement(
  scope: StatementScope,
  policy: Pick<CompiledPolicy, "rowTable" | "descriptorHash">,
  account: Account,
): UnsignedStatement {
  const { chainId, registry, exchange, exchangeId, epoch, snapshotTime } = scope;
  const sums = new Map<number, bigint>();
  for (const { row, quantity } of account.holdings) sums.set(row, (sums.get(row) ?? 0n) + quantity);
  const named = policy.rowTable.filter(({ row }) => (sums.get(row) ?? 0n) > 0n);
  if (named.length !== sums.size)
    throw new RangeError("expected rows that the policy names, came another one");
  return {
    format: "plimsoll.account-statement.1",
    ...{ chainId, registry, exchange, exchangeId, userId: account.userId, epoch, snapshotTime },
    descriptorHash: policy.descriptorHash,
    holdings: named.map(({ row, kind, symbol, decimals }) => ({
      ...{ row, symbol, side: SIDES[kind], decimals },
      quantity: formatQuantity(sums.get(row)!, decimals),
    })),
  };
}

/** Signs with a key at hand: the same statement and key always give the same signature. */
export function signAccountStatement(key: SigningKey, statement: UnsignedStatement): AccountStatement {
  const digest = toBeHex(accountStatementDigest(statement), 32);
  return { ...statement, signature: key.sign(digest).serialized };
}

/** Has a wallet sign, such as one whose key is in other hardware; it is shown every holding. */
export async function requestAccountStatement(
  wallet: Pick<Signer, "signTypedData">,
  statement: UnsignedStatement,
): Promise<AccountStatement> {
  const { domain, types, message } = accountStatementMessage(statement);
  const mutable = Object.fromEntries(Object.entries(types).map(([name, fields]) => [name, [...fields]]));
  return { ...statement, signature: await wallet.signTypedData(domain, mutable, message) };
}
