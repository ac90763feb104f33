import type { Marks, RiskParameters } from "../../verifier/src/policy/schemas.ts";

/** The policy of instance `epoch-tiny`: BTC and USDT, a perp and a call on BTC, three scenarios, BTC hedges. */
export const tinyRiskParameters: RiskParameters = {
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
