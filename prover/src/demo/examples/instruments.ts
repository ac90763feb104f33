import { ln, sqrt } from "@plimsoll/verifier/policy/mathematics.ts";
import type { InstrumentTerms, Marks } from "@plimsoll/verifier/policy/schemas.ts";

/** When the examples' marks were observed. */
export const OBSERVED_AT = "2026-11-01T08:00:00Z";

const EXPIRIES = {
  "27NOV26": "2026-11-27T08:00:00Z",
  "25DEC26": "2026-12-25T08:00:00Z",
  "26MAR27": "2027-03-26T08:00:00Z",
} as const;
type Expiry = keyof typeof EXPIRIES;

const YEAR = 365 * 86_400_000;
const RATE = 0.04;
/** Contracts are of one coin, counted in ten-thousandths. */
const CONTRACT = { decimals: 4, contractSize: "1" };

export interface Underlying {
  readonly symbol: string;
  readonly name: string;
  /** Implied volatility at the money in the front expiry, yearly. */
  readonly volatility: number;
}

export const UNDERLYINGS: readonly Underlying[] = [
  { symbol: "btc", name: "BTC", volatility: 0.55 },
  { symbol: "eth", name: "ETH", volatility: 0.68 },
];

interface Listing {
  readonly futures: readonly Expiry[];
  /** By expiry: strike, then C, P or both. */
  readonly options: Readonly<Record<Expiry, Readonly<Record<string, "C" | "P" | "CP">>>>;
}

/** What the default demo lists: 12 instruments an underlying. */
export const SMALL: Readonly<Record<string, Listing>> = {
  BTC: {
    futures: ["25DEC26", "26MAR27"],
    options: {
      "27NOV26": { 16000: "P", 17000: "CP", 18000: "C" },
      "25DEC26": { 15000: "P", 17000: "CP", 20000: "C" },
      "26MAR27": { 17000: "C" },
    },
  },
  ETH: {
    futures: ["25DEC26", "26MAR27"],
    options: {
      "27NOV26": { 1200: "P", 1250: "CP", 1350: "C" },
      "25DEC26": { 1100: "P", 1250: "CP", 1500: "C" },
      "26MAR27": { 1250: "C" },
    },
  },
};

/** What the whole exchange lists: 30 instruments an underlying, the small listing's among them. */
export const LARGE: Readonly<Record<string, Listing>> = {
  BTC: {
    futures: ["27NOV26", "25DEC26", "26MAR27"],
    options: {
      "27NOV26": { 15000: "CP", 16000: "CP", 17000: "CP", 18000: "CP", 19000: "CP" },
      "25DEC26": { 13000: "CP", 15000: "CP", 17000: "CP", 20000: "CP", 22000: "CP" },
      "26MAR27": { 12000: "CP", 17000: "CP", 25000: "CP" },
    },
  },
  ETH: {
    futures: ["27NOV26", "25DEC26", "26MAR27"],
    options: {
      "27NOV26": { 1150: "CP", 1200: "CP", 1250: "CP", 1350: "CP", 1450: "CP" },
      "25DEC26": { 1000: "CP", 1100: "CP", 1250: "CP", 1500: "CP", 1700: "CP" },
      "26MAR27": { 900: "CP", 1250: "CP", 1900: "CP" },
    },
  },
};

/** Terms of an underlying's instruments: the perp, futures by expiry, then options by expiry and strike. */
export function instrumentsOf(name: string, { futures, options }: Listing): InstrumentTerms[] {
  const expiries = Object.keys(EXPIRIES) as Expiry[];
  return [
    { kind: "perp", symbol: `${name}-PERP`, ...CONTRACT },
    ...futures.map((expiry): InstrumentTerms => {
      return { kind: "future", symbol: `${name}-${expiry}`, ...CONTRACT, expiry: EXPIRIES[expiry] };
    }),
    ...expiries.flatMap((expiry) =>
      Object.entries(options[expiry]).flatMap(([strike, sides]) =>
        [...sides].map((side): InstrumentTerms => {
          const symbol = `${name}-${expiry}-${strike}-${side}`;
          return {
            kind: side === "C" ? "call" : "put",
            symbol,
            ...CONTRACT,
            expiry: EXPIRIES[expiry],
            strike,
          };
        }),
      ),
    ),
  ];
}

/** Marks of an underlying's perp and expiries: forwards at 4 % a year over spot, volatilities with a term and a smile. */
export function derivativeMarks(
  { name, volatility }: Underlying,
  spot: number,
  instruments: readonly InstrumentTerms[],
): { perps: Marks["perps"]; expiries: Marks["expiries"][string] } {
  const expiries: Marks["expiries"][string] = {};
  for (const terms of instruments) {
    if (terms.kind === "perp") continue;
    const years = (Date.parse(terms.expiry) - Date.parse(OBSERVED_AT)) / YEAR;
    const forward = spot * (1 + RATE * years);
    expiries[terms.expiry] ??= { forward: forward.toFixed(2), rate: String(RATE), volatility: {} };
    if (terms.kind === "future") continue;
    const quoted = smile(volatility, years, ln(Number(terms.strike) / forward));
    expiries[terms.expiry]!.volatility[terms.strike] = quoted.toFixed(4);
  }
  return { perps: { [`${name}-PERP`]: { mark: (spot * 1.0002).toFixed(2) } }, expiries };
}

/** Downside strikes cost more than upside ones, both more than at the money; far expiries a little more than near ones. */
function smile(atTheMoney: number, years: number, logMoneyness: number): number {
  const k = Math.min(Math.max(logMoneyness / sqrt(years), -1.5), 1.5);
  return atTheMoney * (1 + 0.2 * years - 0.12 * k + 0.25 * k * k);
}
