import { parseDecimal } from "@plimsoll/verifier/encodings/quantity.ts";
import { openTable } from "../../snapshot/open-table.ts";

/** One holding of a sample user, as the file spells it. */
export interface SampleHolding {
  readonly asset: string;
  readonly equity: string;
  readonly debt: string;
}

export interface SampleUser {
  readonly id: string;
  readonly holdings: readonly SampleHolding[];
}

export interface SampleAsset {
  readonly symbol: string;
  /** In USDT, as the users' file spells it. */
  readonly price: string;
  readonly holders: number;
  /** First percentage of the portfolio-margin schedule; undefined when the asset file does not list the asset. */
  readonly tier: number | undefined;
}

export interface Sample {
  /** In the files' order, which is ascending by id. */
  readonly users: readonly SampleUser[];
  /** Those that somebody holds or owes: most holders first, ties by symbol. */
  readonly assets: readonly SampleAsset[];
}

/** Reads the sample exchange's three files. */
export async function readSample(folder: string): Promise<Sample> {
  const users: SampleUser[] = [];
  const prices = new Map<string, string>();
  const holders = new Map<string, number>();
  for (const name of ["exchange_users_0.csv", "exchange_users_1.csv"]) {
    const table = await openTable(`${folder}/${name}`);
    const at = new Map(table.header.map((column, i) => [column, i]));
    const symbols = table.header.filter((column) => column.startsWith("e_")).map((column) => column.slice(2));
    for await (const rows of table.rows) {
      for (const { cells } of rows) {
        const cell = (column: string) => cells[at.get(column)!]!;
        for (const symbol of symbols) prices.set(symbol, cell(`${symbol}_udst_price`));
        const holdings = symbols
          .map((asset) => ({ asset, equity: cell(`e_${asset}`), debt: cell(`d_${asset}`) }))
          .filter(({ equity, debt }) => !isZero(equity) || !isZero(debt));
        for (const { asset } of holdings) holders.set(asset, (holders.get(asset) ?? 0) + 1);
        users.push({ id: cell("id"), holdings });
      }
    }
  }
  const tiers = await readTiers(`${folder}/exchange_assets.csv`);
  const assets = [...holders]
    .map(([symbol, count]) => ({
      symbol,
      price: prices.get(symbol)!,
      holders: count,
      tier: tiers.get(symbol),
    }))
    .sort((a, b) => b.holders - a.holders || (a.symbol < b.symbol ? -1 : 1));
  return { users, assets };
}

async function readTiers(file: string): Promise<Map<string, number>> {
  const tiers = new Map<string, number>();
  const table = await openTable(file);
  const column = table.header.indexOf("collateral_portfolio_margin_ratio_tiers");
  for await (const rows of table.rows) {
    for (const { cells } of rows) {
      const first = /^\[0-\d+:(\d+)/.exec(cells[column]!);
      if (first !== null) tiers.set(cells[0]!, Number(first[1]));
    }
  }
  return tiers;
}

const isZero = (text: string): boolean => parseDecimal(text).digits === 0n;
