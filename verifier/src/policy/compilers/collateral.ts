import type { AssetCoefficients } from "../matrix.ts";
import { ceil, floor, fromDecimal, multiply } from "../rational.ts";
import type { CollateralParameters, Marks } from "../schemas.ts";
import { spotOf } from "../valuation.ts";
import { checkUnit, unitScale } from "./units.ts";

/** An accepted asset and its debt at the marks. Throws MarksError, or a RangeError that says what to change. */
export function assetCoefficients(asset: CollateralParameters, marks: Marks): AssetCoefficients {
  const { symbol, decimals, weight, debtWeight } = asset;
  const value = multiply(spotOf(marks, symbol), unitScale(decimals));
  const weighted = (by: string) => multiply(value, fromDecimal(by));
  checkUnit(`asset "${symbol}"`, decimals, value, weighted(debtWeight.initial));
  return {
    // One number values what is owned and what is owed, so rounding it cannot favour either in the sum over all accounts.
    value: floor(value),
    maintenance: floor(weighted(weight.maintenance)),
    initial: floor(weighted(weight.initial)),
    debtMaintenance: -ceil(weighted(debtWeight.maintenance)),
    debtInitial: -ceil(weighted(debtWeight.initial)),
  };
}
