import { formatQuantity } from "@plimsoll/verifier/encodings/quantity.ts";
import type {
  CollateralParameters,
  GridParameters,
  GroupParameters,
  Marks,
} from "@plimsoll/verifier/policy/schemas.ts";
import { decimalsFor, plainDecimal } from "../../snapshot/decimals.ts";
import { derivativeMarks, instrumentsOf, LARGE, OBSERVED_AT, SMALL, UNDERLYINGS } from "./instruments.ts";
import type { SampleAsset } from "./sample.ts";

/** What differs between the two example policies. */
export interface Example {
  readonly name: string;
  readonly listing: typeof SMALL;
  readonly grid: (range: string) => GroupParameters["grid"];
  readonly cardinalityAddOn: string;
}

export const DEMO: Example = {
  name: "Sample exchange, 40 assets",
  listing: SMALL,
  grid: (range) => ({ preset: "span-16", range }),
  cardinalityAddOn: "0.00002",
};

export const ALL: Example = {
  name: "Sample exchange, all assets",
  listing: LARGE,
  grid: (range) => ({ preset: "crypto-40", range, minimumCharge: "0.002" }),
  cardinalityAddOn: "0.0000005",
};

export const QUOTE = "usdt";
const STABLE = new Set([QUOTE, "busd", "usdc", "dai", "tusd", "usdp"]);
const RANGES: Readonly<Record<string, string>> = { BTC: "0.17", ETH: "0.18" };

/** Assets in policy order: btc, eth (which hedge), then the rest by number of holders. */
export function assetOrder(assets: readonly SampleAsset[]): SampleAsset[] {
  const first = UNDERLYINGS.map(({ symbol }) => assets.find((asset) => asset.symbol === symbol)!);
  return [...first, ...assets.filter((asset) => !first.includes(asset))];
}

export function riskParametersOf(example: Example, assets: readonly SampleAsset[]): GridParameters {
  return {
    format: "plimsoll.risk-parameters.1",
    name: example.name,
    model: "grid",
    profile: "permissioned",
    quote: QUOTE,
    marginFactor: { maintenance: "0.8", initial: "1" },
    stalenessSeconds: 300,
    cardinalityAddOn: example.cardinalityAddOn,
    collateral: assets.map(collateralOf),
    groups: UNDERLYINGS.map(({ symbol, name }) => ({
      name,
      underlying: symbol,
      grid: example.grid(RANGES[name]!),
      buffers: {
        linear: { maintenance: "0.005", initial: "0.01" },
        optionLong: { maintenance: "0.002", initial: "0.004" },
        optionShort: { maintenance: "0.005", initial: "0.01" },
      },
      instruments: instrumentsOf(name, example.listing[name]!),
      hedge: { asset: symbol, refund: { maintenance: "0.05", initial: "0.08" } },
    })),
  };
}

export function marksOf(example: Example, assets: readonly SampleAsset[]): Marks {
  const spot = assets.map(({ symbol, price }) => {
    // The sample has USDT itself at 0.9997; here it is the currency, worth 1.
    return [symbol, { price: symbol === QUOTE ? "1" : plainDecimal(price) }] as const;
  });
  const derivatives = UNDERLYINGS.map((underlying) => {
    const price = assets.find(({ symbol }) => symbol === underlying.symbol)!.price;
    const instruments = instrumentsOf(underlying.name, example.listing[underlying.name]!);
    return { ...derivativeMarks(underlying, Number(price), instruments), symbol: underlying.symbol };
  });
  return {
    format: "plimsoll.marks.1",
    observedAt: OBSERVED_AT,
    source: "sample data; futures and volatilities made up",
    spot: Object.fromEntries(spot),
    perps: Object.assign({}, ...derivatives.map(({ perps }) => perps)),
    expiries: Object.fromEntries(derivatives.map(({ symbol, expiries }) => [symbol, expiries])),
  };
}

/**
 * Collateral weights: the first tier of the published portfolio-margin schedule, times 0.95 (maintenance) or 0.9
 * (initial) for price risk and for the lower tiers that this model leaves out; stablecoins keep their tier. An asset
 * that the schedule lacks counts for nothing. What counts little is dear to borrow, and not lent.
 */
function collateralOf({ symbol, price, tier = 0 }: SampleAsset): CollateralParameters {
  const decimals = decimalsFor(symbol === QUOTE ? "1" : price);
  if (STABLE.has(symbol)) {
    const weight = fraction(tier * 100);
    const debt = symbol === QUOTE ? "1" : "1.02";
    return {
      symbol,
      decimals,
      weight: { maintenance: weight, initial: weight },
      debtWeight: { maintenance: debt, initial: debt },
      borrowable: true,
    };
  }
  return {
    symbol,
    decimals,
    weight: { maintenance: fraction(tier * 95), initial: fraction(tier * 90) },
    debtWeight: tier >= 80 ? { maintenance: "1.2", initial: "1.25" } : { maintenance: "1.4", initial: "1.5" },
    borrowable: tier >= 80,
  };
}

/** A fraction from ten-thousandths. */
const fraction = (tenThousandths: number): string => formatQuantity(BigInt(tenThousandths), 4);
