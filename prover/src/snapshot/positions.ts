import type { Decimal } from "@plimsoll/verifier/encodings/quantity.ts";
import type { AmountReader } from "./amounts.ts";
import { accountId, columnsOf } from "./columns.ts";
import { SnapshotError } from "./error.ts";
import { openTable } from "./open-table.ts";

export interface Position {
  readonly instrument: string;
  /** The long row, or the short row that follows it. */
  readonly row: number;
  readonly short: boolean;
  readonly amount: bigint;
  /** Unrealised profit at the epoch's marks, in the quote currency. */
  readonly unrealised: Decimal;
}

export interface AccountPositions {
  readonly account: string;
  readonly file: string;
  readonly line: number;
  readonly positions: readonly Position[];
}

const NOTHING: Decimal = Object.freeze({ negative: false, digits: 0n, places: 0 });
/** Unrealised profits are summed exactly, at this many decimals. */
export const UNREALISED_DECIMALS = 30;

/**
 * Positions of a file `account,instrument,quantity[,unrealised]`, account by account in its order; a negative quantity
 * is a short position. Quantities are never rounded, since longs and shorts must match. Throws a SnapshotError.
 */
export async function* readPositions(file: string, amounts: AmountReader): AsyncGenerator<AccountPositions> {
  const table = await openTable(file);
  const at = columnsOf(table, ["account", "instrument", "quantity"], ["unrealised"]);
  let open: { account: string; file: string; line: number; positions: Position[] } | undefined;
  const instruments = new Set<string>();
  for await (const rows of table.rows) {
    for (const { line, cells } of rows) {
      const account = cells[at.account]!;
      if (account !== open?.account) {
        if (open !== undefined) yield open;
        open = { account: accountId(account, file, line, "account"), file, line, positions: [] };
        instruments.clear();
      }
      const instrument = cells[at.instrument]!;
      const row = amounts.instrument(instrument, { file, line, field: "instrument" });
      if (instruments.has(instrument)) {
        const place = { file, line, field: "instrument" };
        const expected = "each instrument of an account once";
        throw new SnapshotError("duplicate-row", place, expected, "one of them again");
      }
      instruments.add(instrument);
      const place = { file, line, field: "quantity" };
      const quantity = amounts.decimal(cells[at.quantity]!, place);
      const short = quantity.negative;
      const amount = amounts.exact({ ...quantity, negative: false }, row, place);
      const unrealised = at.unrealised === undefined ? NOTHING : readUnrealised(cells[at.unrealised]!, line);
      open.positions.push({ instrument, row: row.row + (short ? 1 : 0), short, amount, unrealised });
    }
  }
  if (open !== undefined) yield open;

  function readUnrealised(text: string, line: number): Decimal {
    const place = { file, line, field: "unrealised" };
    const decimal = amounts.decimal(text, place);
    if (decimal.places <= UNREALISED_DECIMALS) return decimal;
    const expected = `a number with at most ${UNREALISED_DECIMALS} decimals`;
    throw new SnapshotError("excess-digits", place, expected, `a number with ${decimal.places} decimals`);
  }
}
