import type { NamedRow, RowLookup } from "../../../prover/src/snapshot/rows.ts";

/** A row table without a policy behind it: four assets, the last of them not lent, and the long rows of two instruments. */
export const ROWS: RowLookup = lookup(
  {
    btc: { row: 0, decimals: 8, value: 20_000n },
    eth: { row: 2, decimals: 8 },
    usdt: { row: 4, decimals: 6, value: 1_000_000n },
    bnb: { row: 10, decimals: 8, borrowable: false },
  },
  { "BTC-PERP": { row: 6, decimals: 4 }, "ETH-PERP": { row: 8, decimals: 3 } },
);

function lookup(assets: Record<string, NamedRow>, instruments: Record<string, NamedRow>): RowLookup {
  const [byAsset, byInstrument] = [assets, instruments].map((table) => new Map(Object.entries(table)));
  return { asset: (symbol) => byAsset!.get(symbol), instrument: (symbol) => byInstrument!.get(symbol) };
}
