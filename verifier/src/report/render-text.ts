import { printable } from "../formats/printable.ts";
import type { AccountReport, PolicyLabel } from "./account-report.ts";
import type { ExchangeReport } from "./exchange-report.ts";
import {
  accountFigures,
  accountTables,
  exchangeFigures,
  exchangeTables,
  type Figure,
  scenarioTable,
  type Table,
} from "./tables.ts";

/** An account's report for a terminal. */
export function accountText(report: AccountReport): string {
  const title =
    report.userId === "" ? "Margin report" : `Margin report of account ${printable(report.userId)}`;
  const scenarios = report.groups.map((group) => scenarioTable(group, report.policy));
  return page(title, report.policy, accountFigures(report), [...accountTables(report), ...scenarios]);
}

/** An exchange's report for a terminal. */
export function exchangeText(report: ExchangeReport): string {
  return page(
    "Margin report of the exchange",
    report.policy,
    exchangeFigures(report),
    exchangeTables(report),
  );
}

function page(
  title: string,
  policy: PolicyLabel,
  figures: readonly Figure[],
  tables: readonly Table[],
): string {
  const widest = Math.max(...figures.map(({ name }) => name.length));
  const heads = figures.map(
    ({ name, value, bad }) => `${name.padEnd(widest)}  ${value}${bad ? "  <- look at this" : ""}`,
  );
  const head = [
    title,
    `policy "${policy.name}", marks of ${policy.observedAt}`,
    `policy hash ${policy.policyHash}`,
  ];
  return `${[head.join("\n"), heads.join("\n"), ...tables.map(tableText)].join("\n\n")}\n`;
}

/** Title, note, and columns as wide as their longest cell: words to the left, numbers to the right. */
export function tableText({ title, note, columns, rows, words = [] }: Table): string {
  const lines = [columns, ...rows].map((cells) => cells.map(printable));
  const widths = columns.map((_, c) => Math.max(...lines.map((cells) => cells[c]!.length)));
  const isWord = (c: number) => c === 0 || words.includes(c);
  const text = lines.map((cells) =>
    `  ${cells.map((cell, c) => (isWord(c) ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join("  ")}`.trimEnd(),
  );
  const rule = `  ${widths.map((width) => "-".repeat(width)).join("  ")}`;
  return [title.toUpperCase(), ...(note === "" ? [] : [`  ${note}`]), text[0]!, rule, ...text.slice(1)].join(
    "\n",
  );
}
