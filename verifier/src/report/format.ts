import { MONEY_DECIMALS } from "../constants.ts";
import { formatQuantity } from "../encodings/quantity.ts";

const CENT = 10n ** BigInt(MONEY_DECIMALS - 2);

/** Money units as people read them: to the nearest hundredth, with thousands apart, "-1,234.50". */
export function moneyText(amount: bigint): string {
  const magnitude = amount < 0n ? -amount : amount;
  const cents = (magnitude + CENT / 2n) / CENT;
  const whole = (cents / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = amount < 0n && cents > 0n ? "-" : "";
  return `${sign}${whole}.${(cents % 100n).toString().padStart(2, "0")}`;
}

/** Money units as a double, for drawing. */
export const moneyNumber = (amount: bigint): number => Number(amount) / 10 ** MONEY_DECIMALS;

/** A double to so many figures, plainly written, with thousands apart. */
export function numberText(value: number, figures = 5): string {
  if (value === 0) return "0";
  return value.toLocaleString("en", { maximumSignificantDigits: figures });
}

/** A fraction as "12.3 %". */
export function percentText(fraction: number | null, none = "none"): string {
  if (fraction === null) return none;
  const percent = fraction * 100;
  return `${percent.toLocaleString("en", { maximumFractionDigits: Math.abs(percent) < 10 ? 2 : 1 })} %`;
}

/** A signed fraction as "+12.3 %". */
export function moveText(fraction: number | null): string {
  return fraction !== null && fraction > 0 ? `+${percentText(fraction)}` : percentText(fraction);
}

/** JSON of a report: amounts of money as exact decimals of the quote currency, in strings. */
export function reportJson(report: object): string {
  const exact = (_: string, value: unknown) =>
    typeof value === "bigint" ? formatQuantity(value, MONEY_DECIMALS) : value;
  return `${JSON.stringify(report, exact, 2)}\n`;
}
