import type { PolicyGroup } from "./model.ts";
import type { AcceptedAsset, InstrumentTerms } from "./schemas.ts";
import type { Layout } from "./shape.ts";

type Token = NonNullable<AcceptedAsset["tokens"]>[number];

/** What a holding row is a quantity of; one unit is 10^-decimals. Part of descriptorHash. */
export type HoldingRow =
  | {
      readonly row: number;
      readonly kind: "asset" | "debt";
      readonly symbol: string;
      readonly decimals: number;
      readonly asset: number;
      readonly borrowable: boolean;
      readonly tokens?: readonly Token[];
    }
  | {
      readonly row: number;
      readonly kind: "long" | "short";
      readonly symbol: string;
      readonly decimals: number;
      readonly group: number;
      readonly instrument: number;
      readonly terms: InstrumentTerms;
    };

/** The rows that have a name, by ascending row: assets and debts, then long and short of each instrument. */
export function rowTableOf(
  { collateral }: { readonly collateral: readonly AcceptedAsset[] },
  groups: readonly PolicyGroup[],
  layout: Layout,
): HoldingRow[] {
  const assets = collateral.flatMap(({ symbol, decimals, borrowable, tokens }, asset) => {
    const row = (kind: "asset" | "debt"): HoldingRow => ({
      row: layout[kind](asset),
      kind,
      symbol,
      decimals,
      asset,
      borrowable,
      ...(tokens ? { tokens } : {}),
    });
    return [row("asset"), row("debt")];
  });
  const instruments = groups.flatMap(({ instruments: list }, group) =>
    list.flatMap((terms, instrument) => {
      const { symbol, decimals } = terms;
      const row = (kind: "long" | "short"): HoldingRow => ({
        row: layout[kind](group, instrument),
        kind,
        symbol,
        decimals,
        group,
        instrument,
        terms,
      });
      return [row("long"), row("short")];
    }),
  );
  return [...assets, ...instruments];
}
