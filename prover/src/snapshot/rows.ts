import type { CompiledPolicy } from "@plimsoll/verifier/policy/compile.ts";

/** A row that a symbol stands for: an asset's row (its debt is the next) or an instrument's long row (its short is the next). */
export interface NamedRow {
  readonly row: number;
  /** One unit of the row is 10^-decimals of the asset or contract. */
  readonly decimals: number;
  /** Mark value of one unit in 10^-12 of the quote currency, where known: values what rounding credits. */
  readonly value?: bigint;
  /** false: an asset that is accepted but not lent, so that nobody can owe it. */
  readonly borrowable?: boolean;
}

/** What a reader needs of a compiled policy: its row table by symbol. */
export interface RowLookup {
  asset(symbol: string): NamedRow | undefined;
  instrument(symbol: string): NamedRow | undefined;
}

/** The rows of a compiled policy by symbol. */
export function rowLookup({
  rowTable,
  coefficients,
}: Pick<CompiledPolicy, "rowTable" | "coefficients">): RowLookup {
  const assets = new Map<string, NamedRow>();
  const instruments = new Map<string, NamedRow>();
  for (const entry of rowTable) {
    const { row, symbol, decimals } = entry;
    if (entry.kind === "asset") {
      const { value } = coefficients.assets[entry.asset]!;
      assets.set(symbol, { row, decimals, value, borrowable: entry.borrowable });
    } else if (entry.kind === "long") {
      instruments.set(symbol, { row, decimals });
    }
  }
  return { asset: (symbol) => assets.get(symbol), instrument: (symbol) => instruments.get(symbol) };
}
