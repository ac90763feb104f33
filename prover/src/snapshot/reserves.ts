import { readFile } from "node:fs/promises";
import { MONEY_DECIMALS } from "@plimsoll/verifier/constants.ts";
import { formatQuantity, parseDecimal, QuantityError } from "@plimsoll/verifier/encodings/quantity.ts";
import { parseJson, RepeatedNameError } from "@plimsoll/verifier/formats/json.ts";
import { z } from "zod";
import { SnapshotError } from "./error.ts";
import type { RowLookup } from "./rows.ts";

export const RESERVES_FORMAT = "plimsoll.reserves.1";

const reservesSchema = z.strictObject({
  format: z.literal(RESERVES_FORMAT),
  /** In the quote currency: what stands behind shortfall and negative equity. */
  insurance: z.string(),
  /** By asset symbol, in whole assets: what the exchange declares to hold. */
  held: z.record(z.string(), z.string()),
});

/** What an exchange declares: reserves by asset symbol in units of its row, insurance in 10^-12 of the quote currency. */
export interface Reserves {
  readonly claims: Readonly<Record<string, bigint>>;
  readonly insurance: bigint;
}

const CLAIM_LIMIT = 1n << 128n;

/** Reads a reserves file exactly. Throws a SnapshotError for unknown assets, excess digits, negatives, 2^128 units or more. */
export async function readReserves(file: string, rows: RowLookup): Promise<Reserves> {
  const { insurance, held } = parsed(file, await readFile(file, "utf8"));
  const claims = Object.entries(held).map(([symbol, text]) => {
    const place = { file, field: `held.${symbol}` };
    const row = rows.asset(symbol);
    if (row === undefined) {
      throw new SnapshotError("unknown-asset", place, "an asset of the policy", JSON.stringify(symbol));
    }
    return [symbol, amountOf(text, row.decimals, place)] as const;
  });
  return {
    claims: Object.fromEntries(claims),
    insurance: amountOf(insurance, MONEY_DECIMALS, { file, field: "insurance" }),
  };
}

/** The text of a reserves file that `readReserves` reads back. */
export function reservesText({ claims, insurance }: Reserves, rows: RowLookup): string {
  const held = Object.entries(claims).map(([symbol, units]) => {
    return [symbol, formatQuantity(units, rows.asset(symbol)!.decimals)] as const;
  });
  const whole = {
    format: RESERVES_FORMAT,
    insurance: formatQuantity(insurance, MONEY_DECIMALS),
    held: Object.fromEntries(held),
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

function parsed(file: string, text: string): z.infer<typeof reservesSchema> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    const came = cause instanceof RepeatedNameError ? "a name twice" : "another text";
    throw new SnapshotError("broken-row", { file }, "a JSON file with each name once", came, { cause });
  }
  const result = reservesSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.map(String).join(".") || "file";
  throw new SnapshotError(
    "broken-row",
    { file, field },
    `a file of format ${RESERVES_FORMAT}`,
    issue?.message ?? "",
  );
}

function amountOf(text: string, decimals: number, place: { file: string; field: string }): bigint {
  try {
    const { negative, digits, places } = parseDecimal(text);
    if (negative) throw new QuantityError("negative", "a number that is not negative", "a negative number");
    if (places > decimals) {
      const expected = `a number with at most ${decimals} decimals`;
      throw new QuantityError("excess-digits", expected, `a number with ${places} decimals`);
    }
    const units = digits * 10n ** BigInt(decimals - places);
    if (units < CLAIM_LIMIT) return units;
    throw new QuantityError("overflow", "less than 2^128 units", "a larger number");
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    throw new SnapshotError(error.code, place, error.expected, error.came);
  }
}
