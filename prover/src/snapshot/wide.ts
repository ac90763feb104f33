import { ceilingAt, type Decimal } from "@plimsoll/verifier/encodings/quantity.ts";
import type { AmountReader } from "./amounts.ts";
import type { AccountBalances, RowAmount } from "./balances.ts";
import { accountId } from "./columns.ts";
import { SnapshotError } from "./error.ts";
import { quoted, type TableFile } from "./table.ts";

interface AssetColumns {
  readonly symbol: string;
  readonly equity: number;
  readonly debt: number;
  readonly net: number;
}

/**
 * Balances in the wide format of Binance's published sample: `rn`, `id`, then `e_X`, `d_X`, `X` (equity, debt, net) of
 * every asset, then `X_udst_price` of every asset and a total. Prices and the total are not read: marks come from the
 * policy. An asset that the policy lacks may have a column, but nobody may hold it.
 */
export async function* readWideBalances(
  table: TableFile,
  amounts: AmountReader,
): AsyncGenerator<AccountBalances> {
  const { file } = table;
  const assets = assetColumns(table);
  let accounts = 0;
  for await (const rows of table.rows) {
    for (const { line, cells } of rows) {
      accounts++;
      const account = accountId(cells[1]!, file, line, "id");
      const held: RowAmount[] = [];
      for (const columns of assets) readAsset(table, amounts, columns, line, cells, held);
      yield { account, file, line, amounts: held };
    }
  }
  if (accounts === 0) {
    throw new SnapshotError("empty-file", { file, line: 2 }, "at least one account", "the end of the file");
  }
}

function readAsset(
  table: TableFile,
  amounts: AmountReader,
  columns: AssetColumns,
  line: number,
  cells: readonly string[],
  held: RowAmount[],
): void {
  const { file } = table;
  const at = (column: number) => ({ file, line, field: table.header[column]! });
  const equity = amounts.decimal(cells[columns.equity]!, at(columns.equity));
  const debt = amounts.decimal(cells[columns.debt]!, at(columns.debt));
  const net = amounts.decimal(cells[columns.net]!, at(columns.net));
  if (equity.digits === 0n && debt.digits === 0n && net.digits === 0n) return;
  if (!isDifference(net, equity, debt)) {
    throw new SnapshotError("net-differs", at(columns.net), "equity less debt", "another number");
  }
  const row = amounts.asset(columns.symbol, at(columns.equity));
  const owned = amounts.owned(equity, row, at(columns.equity));
  if (owned > 0n) held.push({ row: row.row, amount: owned });
  const owed = amounts.owed(debt, row, at(columns.debt));
  if (owed > 0n) held.push({ row: row.row + 1, amount: owed });
}

function isDifference(net: Decimal, equity: Decimal, debt: Decimal): boolean {
  const places = Math.max(net.places, equity.places, debt.places);
  return ceilingAt(net, places) === ceilingAt(equity, places) - ceilingAt(debt, places);
}

function assetColumns(table: TableFile): AssetColumns[] {
  const { file, header } = table;
  const place = { file, line: 1 };
  const need = (name: string): number => {
    const at = header.indexOf(name);
    if (at >= 0) return at;
    throw new SnapshotError("missing-column", { ...place, field: name }, "that column", "none of that name");
  };
  if (need("id") !== 1) {
    throw new SnapshotError(
      "missing-column",
      { ...place, field: "id" },
      "id as second column",
      quoted(header[1]!),
    );
  }
  const assets = header
    .filter((name) => name.startsWith("e_"))
    .map((name) => {
      const symbol = name.slice(2);
      return { symbol, equity: need(name), debt: need(`d_${symbol}`), net: need(symbol) };
    });
  const known = new Set([
    "rn",
    "id",
    "total_net_balance_usdt",
    ...assets.flatMap(({ symbol }) => [`e_${symbol}`, `d_${symbol}`, symbol, `${symbol}_udst_price`]),
  ]);
  const stray = header.find((name) => !known.has(name));
  if (stray !== undefined) {
    // A debt column whose equity column is missing would otherwise be a debt that nobody reads.
    throw new SnapshotError(
      "unexpected-column",
      place,
      "rn, id, e_X, d_X, X, X_udst_price of each asset",
      quoted(stray),
    );
  }
  return assets;
}
