import { formatQuantity, parseDecimal } from "@plimsoll/verifier/encodings/quantity.ts";

/** As many decimals, at most 8, as leave one unit worth 10^-7 of the quote currency or more. */
export function decimalsFor(price: string): number {
  const { digits, places } = parseDecimal(price);
  const magnitude = digits.toString().length - 1 - places;
  return Math.min(8, 7 + magnitude);
}

/** A decimal text without exponent or zeros at its end, as policy files want it. */
export function plainDecimal(text: string): string {
  const { digits, places } = parseDecimal(text);
  return places >= 0 ? formatQuantity(digits, places) : (digits * 10n ** BigInt(-places)).toString();
}
