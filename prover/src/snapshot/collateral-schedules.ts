import { formatQuantity } from "@plimsoll/verifier/encodings/quantity.ts";
import type { TieredCollateral } from "@plimsoll/verifier/policy/schemas.ts";
import { decimalsFor, plainDecimal } from "./decimals.ts";
import { type Place, SnapshotError } from "./error.ts";
import { openTable } from "./open-table.ts";

/** The three schedules of an asset in Binance's published asset file, by what the collateral serves, and their columns. */
export const SCHEDULES = Object.freeze({
  "vip-loan": "collateral_vip_loan_ratio_tiers",
  margin: "collateral_margin_ratio_tiers",
  "portfolio-margin": "collateral_portfolio_margin_ratio_tiers",
});

export type ScheduleName = keyof typeof SCHEDULES;

/** An asset with one of its schedules. */
export interface ScheduledAsset {
  readonly symbol: string;
  /** In the file's quote currency, USDT. */
  readonly price: string;
  /** As model "haircut" has them; empty where the file names none: such an asset counts for nothing. */
  readonly tiers: TieredCollateral["tiers"];
}

const UNIT_PLACES = 5;

/** The file's infinity: 2^64 - 1 as a bound means none. */
const UNBOUNDED = "18446744073709551615";

/**
 * Reads assets with one schedule from a file of columns `token`, `asset_usdt_price` and the schedules', each cell
 * `[from-to:percent, ...]` in USDT. A cell may be empty. Beyond the last bound nothing counts. Throws a SnapshotError for another form, for
 * tiers that do not start at 0 or do not follow one another, and for one that counts more than the one before.
 */
export async function readSchedules(file: string, schedule: ScheduleName): Promise<ScheduledAsset[]> {
  const table = await openTable(file);
  const column = (name: string): number => {
    const at = table.header.indexOf(name);
    if (at >= 0) return at;
    const place = { file, line: 1, field: name };
    throw new SnapshotError("missing-column", place, "that column", "none of that name");
  };
  const [token, price, tiers] = [column("token"), column("asset_usdt_price"), column(SCHEDULES[schedule])];
  const assets: ScheduledAsset[] = [];
  for await (const rows of table.rows) {
    for (const { line, cells } of rows) {
      assets.push({
        symbol: cells[token]!,
        price: plainDecimal(cells[price]!),
        tiers: tiersOf(cells[tiers]!, { file, line, field: SCHEDULES[schedule] }),
      });
    }
  }
  return assets;
}

function tiersOf(cell: string, place: Place): TieredCollateral["tiers"] {
  if (cell.trim() === "") return [];
  const list = /^\[([^\]]*)\]$/.exec(cell.trim())?.[1];
  if (list === undefined) throw broken(place, "[from-to:percent, ...] or nothing", "another form");
  const tiers: TieredCollateral["tiers"] = [];
  let [end, most] = ["0", 100];
  for (const text of list.split(",")) {
    const tier = /^\s*(\d+)-(\d+):(\d{1,3})\s*$/.exec(text);
    if (tier === null) throw broken(place, "from-to:percent in whole numbers", "another form");
    const [from, to, percent] = [tier[1]!, tier[2]!, Number(tier[3])];
    if (from !== end) throw broken(place, `a tier from ${end}`, `one from ${from}`);
    if (to !== UNBOUNDED && BigInt(to) <= BigInt(from)) throw broken(place, `a bound above ${from}`, to);
    if (percent > most) throw broken(place, `at most ${most} percent`, `${percent}`);
    [end, most] = [to, percent];
    const weight = formatQuantity(BigInt(percent), 2);
    tiers.push(to === UNBOUNDED ? { weight } : { upTo: to, weight });
  }
  return tiers;
}

const broken = (place: Place, expected: string, came: string): SnapshotError =>
  new SnapshotError("broken-row", place, expected, came);

/**
 * The collateral list of a policy under model "haircut" that decides as the schedule does: a debt costs its value, pledged collateral
 * counts by its tiers. One unit of a row is worth 10^-5 of the quote currency or more where it has decimals, so that rounding a
 * unit's weight to a money unit is at most 10^-7 of it.
 */
export function scheduledCollateral(assets: readonly ScheduledAsset[], quote: string): TieredCollateral[] {
  return assets.map(({ symbol, price, tiers }) => ({
    symbol,
    decimals: decimalsFor(symbol === quote ? "1" : price, UNIT_PLACES),
    tiers,
    debtWeight: { maintenance: "1", initial: "1" },
    borrowable: true,
  }));
}
