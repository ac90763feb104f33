import type { HaircutParameters, Marks } from "../../verifier/src/policy/schemas.ts";

/** The policy of instance `epoch-tiers`: BTC counts 100 %, 85 % and then 60 % by its value, USDT whole; BTC costs more to owe. */
export const haircutRiskParameters: HaircutParameters = {
  format: "plimsoll.risk-parameters.1",
  name: "haircut",
  model: "haircut",
  profile: "permissioned",
  quote: "USDT",
  stalenessSeconds: 300,
  tierFactor: { maintenance: "1", initial: "0.9" },
  collateral: [
    {
      symbol: "BTC",
      decimals: 8,
      tiers: [{ upTo: "500000", weight: "1" }, { upTo: "1000000", weight: "0.85" }, { weight: "0.6" }],
      debtWeight: { maintenance: "1.05", initial: "1.1" },
      borrowable: true,
    },
    {
      symbol: "USDT",
      decimals: 6,
      tiers: [{ weight: "1" }],
      debtWeight: { maintenance: "1", initial: "1" },
      borrowable: true,
    },
  ],
  groups: [],
};

export const haircutMarks: Marks = {
  format: "plimsoll.marks.1",
  observedAt: "2026-11-20T08:00:00Z",
  source: "test",
  spot: { BTC: { price: "60000" }, USDT: { price: "1" } },
  perps: {},
  expiries: {},
};
