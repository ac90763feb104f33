import type { AmountReader } from "./amounts.ts";
import { accountId, columnsOf } from "./columns.ts";
import { SnapshotError } from "./error.ts";
import { openTable } from "./open-table.ts";
import type { TableFile } from "./table.ts";
import { readWideBalances } from "./wide.ts";

/** What one account owns and owes, as read: a quantity above 0 in units of its row, debts on debt rows. */
export interface AccountBalances {
  readonly account: string;
  readonly file: string;
  readonly line: number;
  readonly amounts: readonly RowAmount[];
}

export interface RowAmount {
  readonly row: number;
  readonly amount: bigint;
}

/**
 * Balances of a file, account by account in its order; which of the two formats it has, its header says.
 *
 * Long: `account,asset,quantity`, one line per holding, an account's lines together. What is owed stands in a further
 * column `debt`, or the column `signed_quantity` takes quantity's place and its negative numbers are debts; in no other
 * file may a number be negative. Wide: see `readWideBalances`.
 *
 * Throws a SnapshotError at the first thing that is wrong, also late in the stream.
 */
export async function* readBalances(file: string, amounts: AmountReader): AsyncGenerator<AccountBalances> {
  const table = await openTable(file);
  yield* table.header[0] === "rn" ? readWideBalances(table, amounts) : readLongBalances(table, amounts);
}

async function* readLongBalances(table: TableFile, amounts: AmountReader): AsyncGenerator<AccountBalances> {
  const { file } = table;
  const signed = table.header.includes("signed_quantity");
  const quantityField = signed ? "signed_quantity" : "quantity";
  const at = columnsOf(table, ["account", "asset", quantityField], signed ? [] : ["debt"]);
  let open: { account: string; file: string; line: number; amounts: RowAmount[] } | undefined;
  const assets = new Set<string>();
  for await (const rows of table.rows) {
    for (const { line, cells } of rows) {
      const account = cells[at.account]!;
      if (account !== open?.account) {
        if (open !== undefined) yield open;
        open = { account: accountId(account, file, line, "account"), file, line, amounts: [] };
        assets.clear();
      }
      const symbol = cells[at.asset]!;
      const row = amounts.asset(symbol, { file, line, field: "asset" });
      if (assets.has(symbol)) {
        const place = { file, line, field: "asset" };
        throw new SnapshotError("duplicate-row", place, "each asset of an account once", "one of them again");
      }
      assets.add(symbol);
      const place = { file, line, field: quantityField };
      const decimal = amounts.decimal(cells[at[quantityField]!]!, place);
      const debt = signed && decimal.negative;
      const units = debt
        ? amounts.owed({ ...decimal, negative: false }, row, place)
        : amounts.owned(decimal, row, place);
      if (units > 0n) open.amounts.push({ row: row.row + (debt ? 1 : 0), amount: units });
      if (at.debt !== undefined) {
        const debtPlace = { file, line, field: "debt" };
        const owed = amounts.owed(amounts.decimal(cells[at.debt]!, debtPlace), row, debtPlace);
        if (owed > 0n) open.amounts.push({ row: row.row + 1, amount: owed });
      }
    }
  }
  if (open === undefined) {
    throw new SnapshotError("empty-file", { file, line: 2 }, "at least one account", "the end of the file");
  }
  yield open;
}
