import * as z from "zod/mini";
import { formatQuantity, parseQuantity, type Quantity } from "../encodings/quantity.ts";
import { type TypedMessage, typedDataDigest } from "../encodings/typed-data.ts";
import type { HoldingRow } from "../policy/row-table.ts";
import { address, fromJson, natural, toJson, word } from "./codecs.ts";

/** Text that has one encoding: half a surrogate pair would be signed as another sign. */
const name = z.string().check(
  z.minLength(1),
  z.maxLength(128),
  z.refine((text) => text.isWellFormed(), "expected whole Unicode characters"),
);

/** What an account had of one row, readable without any policy: `quantity` is decimal text in its shortest form. */
const statedHolding = z
  .strictObject({
    /** Number of the row in the policy's table. */
    row: z.int().check(z.gte(0), z.lte(0x7fff)),
    symbol: name,
    side: z.enum(["owned", "owed", "long", "short"]),
    quantity: z.string().check(z.maxLength(64)),
    decimals: z.int().check(z.gte(0), z.lte(64)),
  })
  .check(
    z.refine(
      (holding) => isShortest(holding),
      "expected a quantity above 0 in its shortest form, of at most its decimals",
    ),
  );

/**
 * What an exchange signs about one account: these, and nothing else, were its holdings at the moment of an epoch's snapshot.
 * Private to the account: it has her balances. It has no salt, so it says nothing about which leaf is hers.
 */
export const accountStatementFormat = z.strictObject({
  format: z.literal("plimsoll.account-statement.1"),
  chainId: natural,
  registry: address,
  exchange: address,
  exchangeId: name,
  userId: name,
  epoch: natural,
  /** Seconds since 1970, as the registry fixed it when the epoch was opened. */
  snapshotTime: natural,
  /** Of the policy whose table the rows are of. */
  descriptorHash: word,
  holdings: z
    .array(statedHolding)
    .check(
      z.refine(
        (list) => list.every(({ row }, i) => i === 0 || row > list[i - 1]!.row),
        "expected each row once, in ascending order",
      ),
    ),
  /** The exchange's under EIP-712: 65 bytes by a key, whatever a contract takes otherwise. */
  signature: z.string().check(z.regex(/^0x([0-9a-f]{2}){1,4096}$/, "expected 0x and lower-case hex digits")),
});

/** A signed statement as it is read; times are seconds since 1970. */
export type AccountStatement = z.output<typeof accountStatementFormat>;
/** One row of a statement. */
export type StatedHolding = AccountStatement["holdings"][number];
/** What is signed. */
export type UnsignedStatement = Omit<AccountStatement, "signature">;

/** The words that statements, and whatever people read, have for kinds of rows. */
export const SIDES: Readonly<Record<HoldingRow["kind"], StatedHolding["side"]>> = Object.freeze({
  asset: "owned",
  debt: "owed",
  long: "long",
  short: "short",
});

const TYPES: TypedMessage["types"] = Object.freeze({
  AccountStatement: [
    { name: "exchange", type: "address" },
    { name: "exchangeId", type: "string" },
    { name: "userId", type: "string" },
    { name: "epoch", type: "uint64" },
    { name: "snapshotTime", type: "uint64" },
    { name: "descriptorHash", type: "bytes32" },
    { name: "holdings", type: "Holding[]" },
  ],
  Holding: [
    { name: "row", type: "uint16" },
    { name: "symbol", type: "string" },
    { name: "side", type: "string" },
    { name: "quantity", type: "string" },
    { name: "decimals", type: "uint8" },
  ],
});

/**
 * The message that is signed. Chain and registry are its domain. The exchange is in it, since one key may sign for two
 * contracts.
 */
export function accountStatementMessage(statement: UnsignedStatement): TypedMessage {
  const { chainId, registry, exchange, exchangeId, userId, epoch, snapshotTime, descriptorHash, holdings } =
    statement;
  const hex = (value: bigint, digits: number) => `0x${value.toString(16).padStart(digits, "0")}`;
  return {
    domain: {
      name: "Plimsoll account statement",
      version: "1",
      chainId,
      verifyingContract: hex(registry, 40),
    },
    primaryType: "AccountStatement",
    types: TYPES,
    message: {
      exchange: hex(exchange, 40),
      ...{ exchangeId, userId, epoch, snapshotTime },
      descriptorHash: hex(descriptorHash, 64),
      holdings,
    },
  };
}

/** What is signed, as a 256-bit word. Throws RangeError for an epoch or time beyond 64 bits. */
export function accountStatementDigest(statement: UnsignedStatement): bigint {
  return typedDataDigest(accountStatementMessage(statement));
}

/** The quantity in units of the row. */
export function statedUnits({ quantity, decimals }: Amount): Quantity {
  return parseQuantity(quantity, decimals);
}

/** One statement has one text. */
export function accountStatementToJson(statement: AccountStatement): string {
  return toJson(accountStatementFormat, statement);
}

/** Throws FormatError that names file and field. Doesn't look at the signature. */
export function accountStatementFromJson(text: string, file: string): AccountStatement {
  return fromJson(accountStatementFormat, text, file);
}

/** Decimal text, and how many decimals its row has. */
interface Amount {
  readonly quantity: string;
  readonly decimals: number;
}

function isShortest(holding: Amount): boolean {
  try {
    const units = statedUnits(holding);
    return units > 0n && formatQuantity(units, holding.decimals) === holding.quantity;
  } catch {
    return false;
  }
}
