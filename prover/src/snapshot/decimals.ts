import { formatQuantity, parseDecimal } from "@plimsoll/verifier/encodings/quantity.ts";

/** As many decimals, 0 to 8, as leave one unit worth 10^-places of the quote currency or more. */
export function decimalsFor(price: string, places = 7): number {
  const { digits, places: scale } = parseDecimal(price);
  const magnitude = digits.toString().length - 1 - scale;
  return Math.max(0, Math.min(8, places + magnitude));
}

/** A decimal text without exponent or zeros at its end, as policy files want it. */
export function plainDecimal(text: string): string {
  const { digits, places } = parseDecimal(text);
  return places >= 0 ? formatQuantity(digits, places) : (digits * 10n ** BigInt(-places)).toString();
}
