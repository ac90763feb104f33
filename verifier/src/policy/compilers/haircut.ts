import { MAX_QUANTITY } from "../../constants.ts";
import { type AssetCoefficients, TIER_WEIGHT_BITS, type TierCoefficients } from "../matrix.ts";
import type { ModelPolicy, ModelTiers } from "../model.ts";
import {
  ceil,
  divide,
  floor,
  fromDecimal,
  integer,
  lowestTerms,
  multiply,
  type Rational,
} from "../rational.ts";
import { type HaircutParameters, type Marks, PolicyFileError, type TieredCollateral } from "../schemas.ts";
import { spotOf } from "../valuation.ts";
import { checkUnit, unitScale } from "./units.ts";

/** Terms of the ratio of the tier factors are at most this: a unit's weight is rounded to that many money units. */
const MAX_FACTOR_TERM = 1_000n;

/** What tiers count, as whole numbers: initial : maintenance = p : q in lowest terms, measured in initial / p of their value. */
interface TierFactors {
  readonly initial: bigint;
  readonly maintenance: bigint;
  readonly scale: Rational;
}

/**
 * Model "haircut": what is owned counts by tiers of its value at the mark, what is owed by its debt weight. An asset with one weight
 * for any size needs no tiers in M. Bounds and weights are rounded down, which never counts more: up to a bound a unit counts at
 * least as much as beyond it. Throws MarksError, PolicyFileError, or a RangeError that says what to change.
 */
export function compileHaircut(riskParameters: HaircutParameters, marks: Marks): ModelPolicy {
  const factors = tierFactors(riskParameters.tierFactor);
  const compiled = riskParameters.collateral.map((asset) =>
    compileAsset(asset, marks, factors, riskParameters),
  );
  return {
    assets: compiled.map(({ assets }) => assets),
    tiers: compiled.flatMap(({ tiers }, asset): ModelTiers[] =>
      tiers === undefined ? [] : [{ asset, coefficients: tiers }],
    ),
    groups: [],
    paddingMax: { maintenance: -1n, initial: -1n },
  };
}

function tierFactors(tierFactor: HaircutParameters["tierFactor"]): TierFactors {
  const maintenance = fromDecimal(tierFactor.maintenance);
  const ratio = lowestTerms(divide(fromDecimal(tierFactor.initial), maintenance));
  if (ratio.d > MAX_FACTOR_TERM) {
    throw new PolicyFileError("risk parameters", [
      `tierFactor: initial : maintenance is ${ratio.n} : ${ratio.d} in lowest terms; expected terms up to ${MAX_FACTOR_TERM}`,
    ]);
  }
  return { initial: ratio.n, maintenance: ratio.d, scale: divide(maintenance, integer(ratio.d)) };
}

function compileAsset(
  asset: TieredCollateral,
  marks: Marks,
  factors: TierFactors,
  { tierFactor }: HaircutParameters,
): { assets: AssetCoefficients; tiers?: TierCoefficients } {
  const { symbol, decimals, debtWeight } = asset;
  const value = multiply(spotOf(marks, symbol), unitScale(decimals));
  const weighted = (...by: string[]) => multiply(value, ...by.map(fromDecimal));
  checkUnit(`asset "${symbol}"`, decimals, value, weighted(debtWeight.initial));
  const owed = {
    debtMaintenance: -ceil(weighted(debtWeight.maintenance)),
    debtInitial: -ceil(weighted(debtWeight.initial)),
  };
  // One number values what is owned and what is owed, so rounding it cannot favour either in the sum over all accounts.
  const worth = { value: floor(value), ...owed };
  const [first] = asset.tiers;
  if (first?.upTo !== undefined) {
    return {
      assets: { ...worth, maintenance: 0n, initial: 0n },
      tiers: compileTiers(asset, value, factors),
    };
  }
  const weight = first?.weight ?? "0";
  const maintenance = floor(weighted(weight, tierFactor.maintenance));
  return { assets: { ...worth, maintenance, initial: floor(weighted(weight, tierFactor.initial)) } };
}

function compileTiers(
  { symbol, tiers }: TieredCollateral,
  value: Rational,
  factors: TierFactors,
): TierCoefficients {
  const bounded = tiers.filter(({ upTo }) => upTo !== undefined);
  const last = tiers.find(({ upTo }) => upTo === undefined)?.weight ?? "0";
  // A credit is `grain` money units of what tiers count, the least with which weights stay below 2^32.
  const counted = (weight: string) => multiply(value, fromDecimal(weight), factors.scale);
  const grain = (floor(counted(tiers[0]!.weight)) >> TIER_WEIGHT_BITS) + 1n;
  const weightOf = (weight: string) => floor(divide(counted(weight), integer(grain)));
  // Money units are 10^-12 of the quote currency, and so is the value of a unit here.
  const bounds = bounded.map(({ upTo }) => floor(divide(multiply(fromDecimal(upTo!), unitScale(0)), value)));
  const widths = bounds.map((bound, t) => bound - (bounds[t - 1] ?? 0n));
  if (widths.some((width) => width > MAX_QUANTITY))
    throw new RangeError(`asset "${symbol}": a tier is 2^64 units wide or wider: use fewer decimals`);
  return {
    widths,
    weights: bounded.map(({ weight }) => weightOf(weight)),
    lastWeight: weightOf(last),
    credit: { maintenance: factors.maintenance * grain, initial: factors.initial * grain },
  };
}
