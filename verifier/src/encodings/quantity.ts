import { MAX_QUANTITY } from "../constants.ts";

declare const quantityBrand: unique symbol;
/** A non-negative integer in a row's unit. Above 2^64 - 1 it takes several entries of its row: `splitQuantity`. */
export type Quantity = bigint & { readonly [quantityBrand]: true };

/** An account repeats a row at most this often; more is a broken file, not a rich user. */
export const MAX_REPEATS = 64n;
export const LARGEST_QUANTITY = (MAX_REPEATS * MAX_QUANTITY) as Quantity;

export type QuantityErrorCode = "not-a-number" | "negative" | "excess-digits" | "overflow";

/** Why a text is no quantity. `expected` and `came` describe its form and never repeat it: it may be a balance. */
export class QuantityError extends RangeError {
  readonly retryable = false;
  readonly code: QuantityErrorCode;
  readonly expected: string;
  readonly came: string;

  constructor(code: QuantityErrorCode, expected: string, came: string) {
    super(`expected ${expected}, came ${came}`);
    this.name = "QuantityError";
    this.code = code;
    this.expected = expected;
    this.came = came;
  }
}

/** An exact decimal number, (-1)^negative * digits * 10^-places, without trailing zeros: places is least, may be negative. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: bigint;
  readonly places: number;
}

const GRAMMAR = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
const LONGEST = 100;
const ZERO: Decimal = Object.freeze({ negative: false, digits: 0n, places: 0 });

/** Reads `12`, `-0.5` or `1.76e-06` exactly. Throws a QuantityError "not-a-number" for anything else, NaN and inf included. */
export function parseDecimal(text: string): Decimal {
  if (text === "0" || text === "0.0") return ZERO;
  const match = text.length <= LONGEST ? GRAMMAR.exec(text) : null;
  if (match === null) throw new QuantityError("not-a-number", "a decimal number", describeText(text));
  const [, sign, whole, fraction = "", exponent = "0"] = match;
  const figures = (whole! + fraction).replace(/0+$/, "");
  const digits = BigInt(figures === "" ? "0" : figures);
  if (digits === 0n) return ZERO;
  const dropped = whole!.length + fraction.length - figures.length;
  return { negative: sign === "-", digits, places: fraction.length - Number(exponent) - dropped };
}

/** The decimal in units of 10^-decimals, rounded towards plus infinity when it has more places than that. */
export function ceilingAt(decimal: Decimal, decimals: number): bigint {
  const signed = decimal.negative ? -decimal.digits : decimal.digits;
  const shift = decimals - decimal.places;
  if (shift >= 0) return signed * 10n ** BigInt(shift);
  const unit = 10n ** BigInt(-shift);
  const floor = signed / unit;
  return signed > 0n && signed % unit !== 0n ? floor + 1n : floor;
}

/**
 * The quantity that a text names, in units of 10^-decimals, without rounding. Throws a QuantityError for what is no
 * number, is negative, has more decimals than the row, or would repeat its row more than 64 times.
 */
export function parseQuantity(text: string, decimals: number): Quantity {
  return quantityOf(parseDecimal(text), decimals);
}

/** As `parseQuantity`, from a decimal already read. */
export function quantityOf(decimal: Decimal, decimals: number): Quantity {
  if (decimal.negative)
    throw new QuantityError("negative", "a number that is not negative", "a negative number");
  if (decimal.places > decimals) {
    throw new QuantityError(
      "excess-digits",
      `a number with at most ${decimals} decimals`,
      `a number with ${decimal.places} decimals`,
    );
  }
  const quantity = decimal.digits * 10n ** BigInt(decimals - decimal.places);
  if (quantity > LARGEST_QUANTITY) {
    throw new QuantityError(
      "overflow",
      `a number of at most ${MAX_REPEATS} * (2^64 - 1) units of 10^-${decimals}`,
      "a larger number",
    );
  }
  return quantity as Quantity;
}

/** The entries' quantities of one holding: as many times 2^64 - 1 as fit, then the rest. Nothing for 0. */
export function splitQuantity(quantity: bigint): bigint[] {
  const parts: bigint[] = [];
  let rest = quantity;
  for (; rest > MAX_QUANTITY; rest -= MAX_QUANTITY) parts.push(MAX_QUANTITY);
  if (rest > 0n) parts.push(rest);
  return parts;
}

/** The shortest decimal text of a quantity: the inverse of `parseQuantity`. Takes negative numbers too. */
export function formatQuantity(quantity: bigint, decimals: number): string {
  const negative = quantity < 0n;
  const figures = (negative ? -quantity : quantity).toString().padStart(decimals + 1, "0");
  const whole = figures.slice(0, figures.length - decimals);
  const fraction = figures.slice(figures.length - decimals).replace(/0+$/, "");
  return `${negative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/** What kind of text a field holds, for messages that must not repeat it. */
export function describeText(text: string): string {
  if (text === "") return "an empty field";
  if (/^[+-]?nan$/i.test(text)) return "NaN";
  if (/^[+-]?inf(inity)?$/i.test(text)) return "an infinity";
  if (/^\s|\s$/.test(text)) return "text with blanks around it";
  if (/^[+-]?\d[\d.,'_ ]*$/.test(text)) return "a number in another notation";
  return `text of ${text.length} characters`;
}
