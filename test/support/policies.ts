import type { GridParameters, Marks } from "../../verifier/src/policy/schemas.ts";

/** The policy of instance `epoch-tiny`: BTC and USDT, a perp and a call on BTC, three scenarios, BTC hedges. */
export const tinyRiskParameters: GridParameters = {
  format: "plimsoll.risk-parameters.1",
  name: "tiny",
  model: "grid",
  profile: "permissioned",
  quote: "USDT",
  marginFactor: { maintenance: "0.8", initial: "1" },
  stalenessSeconds: 300,
  collateral: [
    {
      symbol: "BTC",
      decimals: 8,
      weight: { maintenance: "0.9", initial: "0.85" },
      debtWeight: { maintenance: "1.2", initial: "1.25" },
      borrowable: true,
    },
    {
      symbol: "USDT",
      decimals: 6,
      weight: { maintenance: "1", initial: "1" },
      debtWeight: { maintenance: "1", initial: "1" },
      borrowable: true,
    },
  ],
  groups: [
    {
      name: "BTC",
      underlying: "BTC",
      grid: {
        scenarios: [
          { kind: "move", spot: "-0.15", volatility: "up", weight: "1" },
          { kind: "move", spot: "0", volatility: "down", weight: "1" },
          { kind: "move", spot: "0.15", volatility: "up", weight: "1" },
        ],
        volatility: {
          up: "0.45",
          down: "0.25",
          floor: "0.45",
          pivotDays: "30",
          nearExponent: "0.3",
          farExponent: "0.13",
        },
      },
      buffers: {
        linear: { maintenance: "0.005", initial: "0.01" },
        optionLong: { maintenance: "0.002", initial: "0.004" },
        optionShort: { maintenance: "0.005", initial: "0.01" },
      },
      instruments: [
        { kind: "perp", symbol: "BTC-PERP", decimals: 4, contractSize: "1" },
        {
          kind: "call",
          symbol: "BTC-25DEC26-70000-C",
          decimals: 4,
          contractSize: "1",
          expiry: "2026-12-25T08:00:00Z",
          strike: "70000",
        },
      ],
      hedge: { asset: "BTC", refund: { maintenance: "0.08", initial: "0.1" } },
    },
  ],
  shape: { assets: 2, groups: [{ instruments: 2, scenarios: 3, hedges: [0] }] },
};

export const tinyMarks: Marks = {
  format: "plimsoll.marks.1",
  observedAt: "2026-11-20T08:00:00Z",
  source: "test",
  spot: { BTC: { price: "60000" }, USDT: { price: "1" } },
  perps: { "BTC-PERP": { mark: "60010.5" } },
  expiries: {
    BTC: { "2026-12-25T08:00:00Z": { forward: "60300", rate: "0.04", volatility: { "70000": "0.55" } } },
  },
};

const buffers = {
  linear: { maintenance: "0.004", initial: "0.0075" },
  optionLong: { maintenance: "0.001", initial: "0.002" },
  optionShort: { maintenance: "0.005", initial: "0.0095" },
};
const near = "2026-11-27T08:00:00Z";
const far = "2027-03-26T08:00:00Z";

/** Four assets and two hedged groups, one for each preset, with perps, a future, calls and puts on two expiries. */
export const twoGroupRiskParameters: GridParameters = {
  format: "plimsoll.risk-parameters.1",
  name: "two groups",
  model: "grid",
  profile: "permissionless",
  quote: "USDT",
  marginFactor: { maintenance: "0.9", initial: "1.2" },
  stalenessSeconds: 60,
  cardinalityAddOn: "0.0005",
  collateral: [
    {
      symbol: "ETH",
      decimals: 7,
      weight: { maintenance: "0.85", initial: "0.8" },
      debtWeight: { maintenance: "1.3", initial: "1.4" },
      borrowable: true,
      tokens: [{ chainId: 31337, address: "0x00000000000000000000000000000000000000e7", decimals: 18 }],
    },
    {
      symbol: "USDT",
      decimals: 6,
      weight: { maintenance: "1", initial: "0.99" },
      debtWeight: { maintenance: "1", initial: "1.01" },
      borrowable: true,
    },
    {
      symbol: "BTC",
      decimals: 8,
      weight: { maintenance: "0.9", initial: "0.85" },
      debtWeight: { maintenance: "1.35", initial: "1.45" },
      borrowable: true,
    },
    {
      symbol: "OWN",
      decimals: 3,
      weight: { maintenance: "0", initial: "0" },
      debtWeight: { maintenance: "1.5", initial: "2" },
      borrowable: false,
      issuerAffiliated: true,
    },
  ],
  groups: [
    {
      name: "BTC",
      underlying: "BTC",
      grid: { preset: "span-16", range: "0.16" },
      buffers,
      instruments: [
        { kind: "perp", symbol: "BTC-PERP", decimals: 4, contractSize: "1" },
        { kind: "future", symbol: "BTC-MAR", decimals: 3, contractSize: "0.1", expiry: far },
        { kind: "call", symbol: "BTC-C", decimals: 4, contractSize: "1", expiry: near, strike: "62000" },
        { kind: "put", symbol: "BTC-P", decimals: 4, contractSize: "1", expiry: far, strike: "50000.5" },
      ],
      hedge: { asset: "BTC", refund: { maintenance: "0.08", initial: "0.1" } },
    },
    {
      name: "ETH",
      underlying: "ETH",
      grid: { preset: "crypto-40", range: "0.18", minimumCharge: "0.01" },
      buffers,
      instruments: [
        { kind: "perp", symbol: "ETH-PERP", decimals: 2, contractSize: "1" },
        { kind: "call", symbol: "ETH-C", decimals: 2, contractSize: "1", expiry: far, strike: "4000" },
        { kind: "put", symbol: "ETH-P", decimals: 2, contractSize: "1", expiry: near, strike: "2500" },
      ],
      hedge: { asset: "ETH", refund: { maintenance: "0.1", initial: "0.13" } },
    },
  ],
};

export const twoGroupMarks: Marks = {
  format: "plimsoll.marks.1",
  observedAt: "2026-11-20T08:00:00Z",
  source: "test",
  spot: {
    BTC: { price: "61234.567", source: "a", observedAt: "2026-11-20T07:59:30Z" },
    ETH: { price: "2987.65432101" },
    USDT: { price: "1.00" },
    OWN: { price: "0.0371" },
  },
  perps: { "BTC-PERP": { mark: "61250.25" }, "ETH-PERP": { mark: "2986.1" } },
  expiries: {
    BTC: {
      [near]: { forward: "61290.5", rate: "0.04", volatility: { "62000": "0.52" } },
      [far]: { forward: "62400", rate: "0.035", volatility: { "50000.5": "0.61" } },
    },
    ETH: {
      [near]: { forward: "2990.25", rate: "0.04", volatility: { "2500": "0.83" } },
      [far]: { forward: "3041", rate: "-0.002", volatility: { "4000": "0.745" } },
    },
  },
};
