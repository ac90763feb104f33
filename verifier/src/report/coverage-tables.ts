import { MONEY_DECIMALS } from "../constants.ts";
import { formatQuantity } from "../encodings/quantity.ts";
import type { AssetCoverage, Coverage } from "./coverage.ts";
import { moneyText, percentText } from "./format.ts";
import type { Figure, Table } from "./tables.ts";

/** What coverage comes down to, in the quote currency at mark prices. */
export function coverageFigures({ worth, insurance, policy }: Coverage): Figure[] {
  const money = (amount: bigint) => `${moneyText(amount)} ${policy.quote}`;
  return [
    { name: "Owed to customers", value: money(worth.owed) },
    { name: "Lent to customers", value: money(worth.lent) },
    { name: "Declared to be held", value: money(worth.declared) },
    {
      name: "Insurance",
      value: `${money(insurance.declared)}, of which ${moneyText(insurance.needed)} is needed`,
      bad: insurance.declared < insurance.needed,
    },
  ];
}

/** Coverage asset by asset, the most owed first. The column of what contracts read is there when anything was. */
export function coverageTable({ assets, empty, policy }: Coverage): Table {
  const isRead = assets.some(({ onChain }) => onChain !== undefined);
  const rest = empty === 0 ? "" : `; ${empty} assets of which nothing is owed, lent or declared are left out`;
  return {
    title: "Coverage by asset",
    note: `covered: what is declared to be held and what is lent, as a part of what is owed${rest}`,
    columns: [
      ...["asset", "owed", "lent", "declared"],
      ...(isRead ? ["read on chain"] : []),
      ...["covered", `owed, ${policy.quote}`],
    ],
    rows: assets.map((asset) => {
      const amount = (units: bigint) => grouped(formatQuantity(units, asset.decimals));
      return [
        asset.symbol,
        ...[asset.owed, asset.lent, asset.declared].map(amount),
        ...(isRead ? [asset.onChain === undefined ? "not read" : amount(asset.onChain)] : []),
        coveredText(asset),
        moneyText(asset.worth),
      ];
    }),
  };
}

/** "104.2 %", never more than it is; "nothing owed". */
export function coveredText({ covered }: Pick<AssetCoverage, "covered">): string {
  return percentText(covered, "nothing owed");
}

/** Thousands apart, of the whole part only. */
function grouped(decimal: string): string {
  const [whole, fraction] = decimal.split(".");
  const thousands = whole!.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? thousands : `${thousands}.${fraction.slice(0, MONEY_DECIMALS)}`;
}
