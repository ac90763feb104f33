import { MONEY_DECIMALS } from "../../verifier/src/constants.ts";
import type { Entry } from "../../verifier/src/encodings/entry.ts";
import { parseQuantity } from "../../verifier/src/encodings/quantity.ts";
import type { CompiledPolicy } from "../../verifier/src/policy/compile.ts";

/** What each asset of an example is worth: an ordinary account, whose auxiliaries have no coarse rows. */
const ASSET_VALUE = 1_000n * 10n ** BigInt(MONEY_DECIMALS);
const COLLATERAL = "50000";
const SPOT_ASSETS = 6;

/** The policy's six most-held assets, or the six most-held of those that hedge no positions. */
export function spotHoldings(
  policy: CompiledPolicy,
  hedging: "with hedging assets" | "none hedges",
): Entry[] {
  const { layout, coefficients } = policy;
  return coefficients.assets
    .map(({ value }, asset) => ({ asset, quantity: ASSET_VALUE / value }))
    .filter(({ asset }) => hedging === "with hedging assets" || !layout.cappedAssets.includes(asset))
    .slice(0, SPOT_ASSETS)
    .map(({ asset, quantity }) => ({ row: layout.asset(asset), quantity }));
}

/** Quote currency, and one contract long of the first perp. Throws where the policy has no perp among `scenarios`. */
export function perpHoldings({ riskParameters, layout }: CompiledPolicy, scenarios: number): Entry[] {
  const quote = riskParameters.collateral.findIndex(({ symbol }) => symbol === riskParameters.quote);
  const { decimals } = riskParameters.collateral[quote]!;
  for (const [g, group] of riskParameters.groups.entries()) {
    const perp = group.instruments.findIndex(({ kind }) => kind === "perp");
    if (perp < 0 || layout.shape.groups[g]!.scenarios !== scenarios) continue;
    const contract = parseQuantity("1", group.instruments[perp]!.decimals);
    return [
      { row: layout.asset(quote), quantity: parseQuantity(COLLATERAL, decimals) },
      { row: layout.long(g, perp), quantity: contract },
    ];
  }
  throw new Error(`expected a perp in a group of ${scenarios} scenarios, came a policy without`);
}
