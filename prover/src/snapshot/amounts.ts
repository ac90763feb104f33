import {
  ceilingAt,
  type Decimal,
  describeText,
  LARGEST_QUANTITY,
  parseDecimal,
  QuantityError,
  quantityOf,
} from "@plimsoll/verifier/encodings/quantity.ts";
import { type Place, SnapshotError } from "./error.ts";
import type { NamedRow, RowLookup } from "./rows.ts";
import { quoted } from "./table.ts";

/** What to do with digits below a row's unit: refuse the file, or round in the user's favour and report it. */
export type DustRule = "refuse" | "credit";

/** What rounding in users' favour cost: how many fields, and at most how much in 10^-12 of the quote currency. */
export interface Dust {
  readonly fields: number;
  readonly value: bigint;
  /** Fields whose row has no known value, and which `value` leaves out. */
  readonly unvalued: number;
}

/** Turns the fields of snapshot files into rows and quantities. One per snapshot: it counts what it rounds. */
export class AmountReader {
  readonly #rows: RowLookup;
  readonly #rule: DustRule;
  #fields = 0;
  #value = 0n;
  #unvalued = 0;

  constructor(rows: RowLookup, rule: DustRule) {
    this.#rows = rows;
    this.#rule = rule;
  }

  get dust(): Dust {
    return { fields: this.#fields, value: this.#value, unvalued: this.#unvalued };
  }

  /** The row of an asset. Throws a SnapshotError "unknown-asset". */
  asset(symbol: string, place: Place): NamedRow {
    const found = this.#rows.asset(symbol);
    if (found !== undefined) return found;
    throw new SnapshotError("unknown-asset", place, "an asset of the policy", symbolShape(symbol));
  }

  /** The long row of an instrument. Throws a SnapshotError "unknown-instrument". */
  instrument(symbol: string, place: Place): NamedRow {
    const found = this.#rows.instrument(symbol);
    if (found !== undefined) return found;
    throw new SnapshotError("unknown-instrument", place, "an instrument of the policy", symbolShape(symbol));
  }

  /** Reads a decimal number of either sign. */
  decimal(text: string, place: Place): Decimal {
    return this.#translated(place, () => parseDecimal(text));
  }

  /** Units of `row`, exactly; the number must not be negative nor finer than the unit, whatever the dust rule. */
  exact(decimal: Decimal, row: NamedRow, place: Place): bigint {
    return this.#translated(place, () => quantityOf(decimal, row.decimals));
  }

  /** What the user owns: units of `row`, dust rounded up where the rule allows it. */
  owned(decimal: Decimal, row: NamedRow, place: Place): bigint {
    return this.#rounded(decimal, row, place, 1n);
  }

  /** What the user owes: units of `row`, dust rounded down where the rule allows it. Throws "not-borrowable". */
  owed(decimal: Decimal, row: NamedRow, place: Place): bigint {
    const units = this.#rounded(decimal, row, place, 0n);
    if (units > 0n && row.borrowable === false) {
      const hint = { hint: "the risk parameters say which assets are borrowable" };
      throw new SnapshotError("not-borrowable", place, "debts of assets that are lent", "another's", hint);
    }
    return units;
  }

  #rounded(decimal: Decimal, row: NamedRow, place: Place, up: bigint): bigint {
    if (this.#rule === "refuse" || decimal.negative || decimal.places <= row.decimals) {
      return this.exact(decimal, row, place);
    }
    const ceiling = ceilingAt(decimal, row.decimals);
    this.credited(row);
    const units = ceiling - 1n + up;
    if (units > LARGEST_QUANTITY) {
      throw new SnapshotError("overflow", place, "a number that fits its row", "a larger number");
    }
    return units;
  }

  /** Counts one field that was rounded in the user's favour by less than a unit of `row`. */
  credited(row: NamedRow): void {
    this.#fields++;
    if (row.value === undefined) this.#unvalued++;
    else this.#value += row.value;
  }

  #translated<T>(place: Place, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      const hint =
        error.code === "excess-digits" ? { hint: 'dust: "credit" rounds in the user\'s favour' } : {};
      throw new SnapshotError(error.code, place, error.expected, error.came, hint);
    }
  }
}

/** A symbol may be named in a message; a number in its place may be a balance in a shifted column, and may not. */
function symbolShape(symbol: string): string {
  return /^[+-]?[\d.]/.test(symbol) || symbol === "" ? describeText(symbol) : quoted(symbol);
}
