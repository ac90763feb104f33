import { ceilingAt, formatQuantity, parseDecimal } from "@plimsoll/verifier/encodings/quantity.ts";
import type { InstrumentTerms, Marks, RiskParameters } from "@plimsoll/verifier/policy/schemas.ts";

/** A margin account of the examples: what it holds, and its positions with the price of entry where one is marked. */
export interface MarginAccount {
  readonly id: string;
  readonly balances: Readonly<Record<string, string>>;
  /** Quantity in contracts, negative when short; perps and futures with their entry price. */
  readonly positions: Readonly<Record<string, string | readonly [quantity: string, entry: string]>>;
}

/** What the desks of a small exchange hold. The last one falls short of its maintenance margin. */
const TRADERS: readonly MarginAccount[] = [
  {
    id: "covered-call-btc",
    balances: { btc: "2" },
    positions: { "BTC-25DEC26-20000-C": "-2" },
  },
  {
    id: "covered-call-btc-near",
    balances: { btc: "0.5", usdt: "500" },
    positions: { "BTC-27NOV26-18000-C": "-0.5" },
  },
  {
    id: "covered-call-eth",
    balances: { eth: "30", bnb: "4" },
    positions: { "ETH-25DEC26-1500-C": "-20" },
  },
  {
    id: "straddle-btc-long",
    balances: { usdt: "6000" },
    positions: { "BTC-27NOV26-17000-C": "1", "BTC-27NOV26-17000-P": "1" },
  },
  {
    id: "straddle-btc-short",
    balances: { usdt: "15000", busd: "2500" },
    positions: { "BTC-25DEC26-17000-C": "-1", "BTC-25DEC26-17000-P": "-1" },
  },
  {
    id: "straddle-eth-long",
    balances: { usdt: "4000" },
    positions: { "ETH-27NOV26-1250-C": "8", "ETH-27NOV26-1250-P": "8" },
  },
  {
    id: "straddle-eth-short",
    balances: { usdt: "20000", eth: "1.25" },
    positions: { "ETH-25DEC26-1250-C": "-10", "ETH-25DEC26-1250-P": "-10" },
  },
  {
    id: "calendar-btc-calls",
    balances: { usdt: "8000" },
    positions: { "BTC-27NOV26-17000-C": "-2", "BTC-26MAR27-17000-C": "2" },
  },
  {
    id: "calendar-eth-calls",
    balances: { usdt: "5000", ada: "1200.5" },
    positions: { "ETH-25DEC26-1250-C": "-6", "ETH-26MAR27-1250-C": "6" },
  },
  {
    id: "calendar-btc-futures",
    balances: { usdt: "5000" },
    positions: { "BTC-25DEC26": ["-1.5", "17105"], "BTC-26MAR27": ["1.5", "17240.5"] },
  },
  {
    id: "delta-neutral-btc",
    balances: { btc: "3", usdt: "100" },
    positions: { "BTC-PERP": ["-3", "17120.25"] },
  },
  {
    id: "delta-neutral-eth",
    balances: { eth: "50", usdt: "250" },
    positions: { "ETH-PERP": ["-50", "1261.4"] },
  },
  {
    id: "basis-eth",
    balances: { eth: "20", usdt: "800" },
    positions: { "ETH-25DEC26": ["-20", "1290.35"] },
  },
  {
    id: "protective-put-btc",
    balances: { btc: "1" },
    positions: { "BTC-25DEC26-15000-P": "1" },
  },
  {
    id: "collar-eth",
    balances: { eth: "15" },
    positions: { "ETH-25DEC26-1100-P": "15", "ETH-25DEC26-1500-C": "-15" },
  },
  {
    id: "call-spread-btc",
    balances: { usdt: "1500" },
    positions: { "BTC-25DEC26-17000-C": "1", "BTC-25DEC26-20000-C": "-1" },
  },
  {
    id: "strangle-btc-short",
    balances: { usdt: "9000" },
    positions: { "BTC-27NOV26-16000-P": "-1", "BTC-27NOV26-18000-C": "-1" },
  },
  {
    id: "perp-eth-long",
    balances: { usdt: "2500", busd: "1000" },
    positions: { "ETH-PERP": ["5", "1242.8"] },
  },
  {
    id: "under-maintenance-eth",
    balances: { usdt: "2200" },
    positions: { "ETH-PERP": ["12", "1318.9"] },
  },
];

const MARKET_MAKER = { id: "market-maker", balances: { btc: "1", eth: "10", usdt: "60000" } };
const HOUSE = { id: "house", balances: { btc: "5", eth: "60", usdt: "200000", bnb: "100" } };
const HUNDREDTHS = 2;
/** Unrealised profit is exact at this many decimals: contracts have 4, prices 2. */
const MONEY = 6;

/**
 * The traders, a market maker with a position in every instrument, and the house, which takes the other side of all, so
 * that longs equal shorts: 21 accounts, ascending by id, so that balances and positions are in one order.
 */
export function marginAccounts({ groups }: RiskParameters): MarginAccount[] {
  const instruments = groups.flatMap((group) =>
    group.instruments.map((terms) => ({ terms, group: group.name })),
  );
  const made = instruments.map(
    ({ terms, group }, i) => [terms.symbol, marketMaking(terms, group, i)] as const,
  );
  const traders = [...TRADERS, { ...MARKET_MAKER, positions: Object.fromEntries(made) }];
  return [...traders, { ...HOUSE, positions: {} }].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A market maker's book: small, both ways, bigger in ETH contracts since those are smaller. */
function marketMaking(terms: InstrumentTerms, group: string, i: number): string | readonly [string, string] {
  const size = group === "ETH" ? 10n : 1n;
  const lots = (BigInt((7 * i) % 5) - 2n || 3n) * 15n * size;
  const quantity = formatQuantity(lots, HUNDREDTHS);
  const entry = { BTC: "16998.5", ETH: "1270.05" }[group]!;
  return terms.kind === "perp" || terms.kind === "future" ? [quantity, entry] : quantity;
}

/** Balances of the margin accounts as a long file. */
export function balancesCsv(accounts: readonly MarginAccount[]): string {
  const lines = accounts.flatMap(({ id, balances }) =>
    Object.entries(balances).map(([asset, quantity]) => `${id},${asset},${quantity}`),
  );
  return `${["account,asset,quantity", ...lines].join("\n")}\n`;
}

/** Positions of the margin accounts, the house's last ones computed from the others'. */
export function positionsCsv(
  accounts: readonly MarginAccount[],
  { groups }: RiskParameters,
  marks: Marks,
): string {
  const lines = new Map(accounts.map(({ id }) => [id, [] as string[]]));
  for (const { underlying, instruments } of groups) {
    for (const terms of instruments) {
      const mark = linearMark(terms, underlying, marks);
      let [net, profit] = [0n, 0n];
      for (const { id, positions } of accounts) {
        const position = positions[terms.symbol];
        if (position === undefined) continue;
        const [quantity, entry] = typeof position === "string" ? [position, undefined] : position;
        const lots = units(quantity, terms.decimals);
        const unrealised =
          mark === undefined || entry === undefined
            ? 0n
            : lots * (units(mark, HUNDREDTHS) - units(entry, HUNDREDTHS));
        lines.get(id)!.push(line(id, terms, lots, unrealised));
        net += lots;
        profit += unrealised;
      }
      lines.get(HOUSE.id)!.push(line(HOUSE.id, terms, -net, -profit));
    }
  }
  const all = accounts.flatMap(({ id }) => lines.get(id)!);
  return `${["account,instrument,quantity,unrealised", ...all].join("\n")}\n`;
}

function line(id: string, { symbol, decimals }: InstrumentTerms, lots: bigint, unrealised: bigint): string {
  return `${id},${symbol},${formatQuantity(lots, decimals)},${formatQuantity(unrealised, MONEY)}`;
}

function linearMark(terms: InstrumentTerms, underlying: string, marks: Marks): string | undefined {
  if (terms.kind === "perp") return marks.perps[terms.symbol]!.mark;
  if (terms.kind === "future") return marks.expiries[underlying]![terms.expiry]!.forward;
  return undefined;
}

function units(text: string, decimals: number): bigint {
  const decimal = parseDecimal(text);
  if (decimal.places > decimals) throw new RangeError(`"${text}" has more than ${decimals} decimals`);
  return ceilingAt(decimal, decimals);
}
