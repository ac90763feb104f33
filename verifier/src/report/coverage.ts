import { type OpenedTotals, openedTotals } from "../check/totals.ts";
import { COARSE_SHIFT } from "../constants.ts";
import { fromJson } from "../formats/codecs.ts";
import { EPOCH_FILES, epochRecord } from "../formats/epoch.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import { compilePolicyTexts } from "../policy/compile-texts.ts";
import { coarse } from "../policy/shape.ts";
import { type PolicyLabel, policyLabel } from "./account-report.ts";

/** What an exchange owes and declares to hold, asset by asset, and what insures its accounts. */
export interface Coverage {
  readonly policy: PolicyLabel;
  /** The most owed first, at mark prices. */
  readonly assets: readonly AssetCoverage[];
  /** Assets of which nothing is owed, lent or declared: they are left out of `assets`. */
  readonly empty: number;
  /** At mark prices, in 10^-12 of the quote currency. */
  readonly worth: { readonly owed: bigint; readonly lent: bigint; readonly declared: bigint };
  /** In 10^-12 of the quote currency. */
  readonly insurance: { readonly declared: bigint; readonly needed: bigint };
}

/** Amounts in units of the asset's row, 10^-decimals. */
export interface AssetCoverage {
  readonly symbol: string;
  readonly decimals: number;
  /** What accounts own, before what they owe. */
  readonly owed: bigint;
  /** What accounts owe: the exchange has given it away against their collateral. */
  readonly lent: bigint;
  readonly declared: bigint;
  /** What the registry's contracts read of it; undefined where that is not known. */
  readonly onChain?: bigint;
  /** What is owed, at the mark price, in 10^-12 of the quote currency. */
  readonly worth: bigint;
  /** (declared + lent) / owed, rounded down to a thousandth; null where nothing is owed. The epoch proof shows that it is at least 1. */
  readonly covered: number | null;
}

/** Coverage from totals by row and claims: insurance first, then each asset. `onChain` by number of the asset. */
export function coverage(
  policy: CompiledPolicy,
  totals: OpenedTotals,
  claims: readonly bigint[],
  onChain?: ReadonlyMap<number, bigint>,
): Coverage {
  const { layout, coefficients, riskParameters } = policy;
  const total = (row: number) => totals.get(row) ?? 0n;
  const money = (row: number) => total(row) + (total(coarse(row)) << COARSE_SHIFT);
  const worth = { owed: 0n, lent: 0n, declared: 0n };
  const assets: AssetCoverage[] = [];
  for (let k = 0; k < layout.shape.assets; k++) {
    // Padding has no name and no value; what is owed of it anyway is shown all the same.
    const { symbol, decimals } = riskParameters.collateral[k] ?? { symbol: `asset ${k}`, decimals: 0 };
    const amounts = {
      owed: total(layout.asset(k)),
      lent: total(layout.debt(k)),
      declared: claims[k + 1] ?? 0n,
    };
    const read = onChain?.get(k);
    if (Object.values(amounts).every((amount) => amount === 0n)) continue;
    const { value } = coefficients.assets[k]!;
    for (const name of ["owed", "lent", "declared"] as const) worth[name] += amounts[name] * value;
    assets.push({
      symbol,
      decimals,
      ...amounts,
      ...(read === undefined ? {} : { onChain: read }),
      worth: amounts.owed * value,
      covered: coveredRatio(amounts),
    });
  }
  assets.sort((a, b) => (a.worth === b.worth ? 0 : a.worth > b.worth ? -1 : 1));
  return {
    policy: policyLabel(policy),
    assets,
    empty: layout.shape.assets - assets.length,
    worth,
    insurance: { declared: claims[0] ?? 0n, needed: money(layout.shortfall) + money(layout.equityMinus) },
  };
}

/** (declared + lent) / owed, rounded down to a thousandth, so that nothing short of 1 looks like it; null where nothing is owed. */
export function coveredRatio({
  owed,
  lent,
  declared,
}: Record<"owed" | "lent" | "declared", bigint>): number | null {
  return owed === 0n ? null : Number((1_000n * (declared + lent)) / owed) / 1_000;
}

/** The texts of an epoch's public part that its coverage follows from. */
export interface PublishedTexts {
  readonly record: string;
  readonly riskParameters: string;
  readonly marks: string;
  readonly totals: string;
}

/**
 * Coverage as an exchange published it, to be shown once `checkEpoch` passed over the same texts and not before. Throws
 * FormatError and TotalsError for totals that are not the epoch's.
 */
export function publishedCoverage(
  { record: text, riskParameters, marks, totals }: PublishedTexts,
  onChain?: ReadonlyMap<number, bigint>,
): Coverage {
  const record = fromJson(epochRecord, text, EPOCH_FILES.record);
  const policy = compilePolicyTexts(riskParameters, marks);
  return coverage(policy, openedTotals(record, totals), record.claims, onChain);
}
