/** A row that a symbol stands for: an asset's row (its debt is the next) or an instrument's long row (its short is the next). */
export interface NamedRow {
  readonly row: number;
  /** One unit of the row is 10^-decimals of the asset or contract. */
  readonly decimals: number;
  /** Mark value of one unit in 10^-12 of the quote currency, where known: values what rounding credits. */
  readonly value?: bigint;
}

/** What a reader needs of a compiled policy: its row table by symbol. */
export interface RowLookup {
  asset(symbol: string): NamedRow | undefined;
  instrument(symbol: string): NamedRow | undefined;
}
