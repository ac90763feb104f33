import type { HaircutParameters, Marks } from "@plimsoll/verifier/policy/schemas.ts";
import { type ScheduledAsset, scheduledCollateral } from "../../snapshot/collateral-schedules.ts";
import { OBSERVED_AT } from "./instruments.ts";

/** Stablecoins, coins of deep and of thin markets, and one that the margin schedule leaves empty. */
const LISTED = ["usdt", "btc", "bnb", "doge", "usdc", "aave", "a", "1inch", "beth"];
/** What is held of it and not pledged is listed beside what is: it counts for nothing. */
const UNPLEDGED = "btc.spot";

/** The example of model "haircut": some assets of the published file under its margin schedule. */
export function haircutPolicy(assets: readonly ScheduledAsset[]): {
  riskParameters: HaircutParameters;
  marks: Marks;
} {
  const listed = LISTED.map((symbol) => assets.find((asset) => asset.symbol === symbol)!);
  const btc = listed.find(({ symbol }) => symbol === "btc")!;
  const all: ScheduledAsset[] = [...listed, { ...btc, symbol: UNPLEDGED, tiers: [] }];
  return {
    riskParameters: {
      format: "plimsoll.risk-parameters.1",
      name: "Published collateral tiers, 9 assets",
      model: "haircut",
      profile: "permissioned",
      quote: "usdt",
      stalenessSeconds: 300,
      tierFactor: { maintenance: "1", initial: "0.95" },
      collateral: scheduledCollateral(all, "usdt"),
      groups: [],
    },
    marks: {
      format: "plimsoll.marks.1",
      observedAt: OBSERVED_AT,
      source: "sample data",
      spot: Object.fromEntries(all.map(({ symbol, price }) => [symbol, { price }])),
      perps: {},
      expiries: {},
    },
  };
}

/** account,asset,quantity,debt: whole and part tiers, beyond the last one, what is not pledged, one short of maintenance margin. */
export const HAIRCUT_ACCOUNTS = `account,asset,quantity,debt
whale,btc,30000,0
whale,usdt,0,1200000000
borrower-bnb,bnb,10000,0
borrower-bnb,usdt,0,6900000
thin-markets,aave,6000,0
thin-markets,a,2000000,0
thin-markets,usdc,0,1200000
unpledged,btc.spot,5,0
unpledged,usdt,100,0
too-much-aave,aave,5000,0
too-much-aave,usdt,0,1280000
house,usdt,1300000000,0
house,usdc,2000000,0
house,btc,100,0
`;
