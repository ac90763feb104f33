import type { AccountReport, PolicyLabel } from "./account-report.ts";
import type { Coverage } from "./coverage.ts";
import { coverageChart } from "./coverage-chart.ts";
import { coverageTable } from "./coverage-tables.ts";
import type { ExchangeReport } from "./exchange-report.ts";
import { moneyText } from "./format.ts";
import { heatMap } from "./heat-map.ts";
import { histogramChart } from "./histogram.ts";
import { Markup, markup } from "./markup.ts";
import {
  accountFigures,
  accountTables,
  exchangeFigures,
  exchangeTables,
  type Figure,
  scenarioTable,
  type Table,
} from "./tables.ts";
import { waterfall } from "./waterfall.ts";

/** An account's report as one HTML file that loads nothing and runs nothing. */
export function accountHtml(report: AccountReport): string {
  const { policy, userId } = report;
  const title = userId === "" ? "Margin report" : `Margin report of ${userId}`;
  return reportPage(title, policy, accountFigures(report), accountSections(report));
}

/** The pictures and tables of an account's report, for a page that has `REPORT_STYLE`. */
export function accountSections(report: AccountReport): Markup[] {
  const { policy, groups } = report;
  const maps = groups.map(
    (group, i) => markup`<figure><figcaption>${group.name}: ${worstWords(group, policy)}</figcaption>
<div class="wide" tabindex="0" role="region" aria-label="Scenario map of ${group.name}">${heatMap(group, policy, `map-${i}`)}</div>
<details><summary>All scenarios of ${group.name} as a table</summary>${table(scenarioTable(group, policy))}</details></figure>
`,
  );
  const [components, ...tables] = accountTables(report);
  return [
    markup`<section><h2>From equity to surplus</h2>
<figure><figcaption>Free collateral: what is left over initial margin, in ${policy.quote}</figcaption>
<div class="wide" tabindex="0" role="region" aria-label="Initial margin">${waterfall(report, "initial", "initial")}</div></figure>
<figure><figcaption>What is left over maintenance margin, in ${policy.quote}</figcaption>
<div class="wide" tabindex="0" role="region" aria-label="Maintenance margin">${waterfall(report, "maintenance", "maintenance")}</div></figure>
<details><summary>Both as a table</summary>${table(components!)}</details></section>
`,
    maps.length === 0
      ? markup``
      : markup`<section><h2>Scenario maps</h2>
<p class="note">Profit and loss of the positions and of the collateral that hedges them, in ${policy.quote}, spot moves across and volatility down. Orange loses, blue gains, the framed cell is charged. Under a move stands which part of its loss counts, where that is not all.</p>
${maps}</section>
`,
    ...tables.map(section),
  ];
}

/** What an exchange owes and declares to hold, asset by asset, for a page that has `REPORT_STYLE`. */
export function coverageSection(coverage: Coverage): Markup {
  const assets = coverageTable(coverage);
  const { worth, insurance, policy } = coverage;
  return markup`<section><h2>${assets.title}</h2>
<p class="note">At mark prices ${moneyText(worth.owed)} ${policy.quote} is owed to customers, ${moneyText(worth.lent)} is lent to them, and ${moneyText(worth.declared)} is declared to be held. Insurance of ${moneyText(insurance.declared)} ${policy.quote} is declared, of which accounts' shortfalls and negative equities need ${moneyText(insurance.needed)}.</p>
<figure><figcaption>Declared to be held (blue) and lent (grey) as a part of what is owed; the assets of which most is owed</figcaption>
<div class="wide" tabindex="0" role="region" aria-label="${assets.title}, drawn">${coverageChart(coverage, "coverage")}</div></figure>
<details><summary>All assets as a table</summary><p class="note">${assets.note}</p>${table(assets)}</details></section>
`;
}

/** An exchange's report as one HTML file. Private to the exchange: it names accounts. */
export function exchangeHtml(report: ExchangeReport): string {
  const title = "Margin report of the exchange";
  return reportPage(title, report.policy, exchangeFigures(report), exchangeSections(report));
}

/** The pictures and tables of an exchange's report. */
export function exchangeSections(report: ExchangeReport): Markup[] {
  const [histogram, ...tables] = exchangeTables(report);
  return [
    markup`<section><h2>${histogram!.title}</h2><p class="note">${histogram!.note}</p>
<figure><figcaption>Accounts by the part of their collateral that maintenance margin uses</figcaption>
<div class="wide" tabindex="0" role="region" aria-label="${histogram!.title}, drawn">${histogramChart(report.histogram, "use")}</div>
<details><summary>As a table</summary>${table(histogram!)}</details></figure></section>
`,
    ...tables.map(section),
  ];
}

function worstWords({ worst, charge }: AccountReport["groups"][number], { quote }: PolicyLabel): string {
  if (worst === null) return "no scenario loses";
  const [maintenance, initial] = [charge.maintenance, charge.initial].map(moneyText);
  return `worst is ${worst.name}; charged ${initial} ${quote} in initial, ${maintenance} in maintenance margin`;
}

/** A report as one HTML file that loads nothing and runs nothing. */
export function reportPage(
  title: string,
  policy: PolicyLabel,
  figures: readonly Figure[],
  body: readonly Markup[],
): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Markup(REPORT_STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="note">Policy “${policy.name}”, marks of ${policy.observedAt}.<br>Policy hash <code>${policy.policyHash}</code></p>
<dl>${figures.map(
    ({ name, value, bad }) =>
      markup`<div${bad === true ? new Markup(' class="bad"') : ""}><dt>${name}${bad === true ? markup` <span class="flag">look at this</span>` : ""}</dt><dd>${value}</dd></div>
`,
  )}</dl>
${body}
</main>
</body>
</html>
`.text;
}

/** A table under its title; one without rows is its note alone. */
export function section(of: Table): Markup {
  return markup`<section><h2>${of.title}</h2><p class="note">${of.note}</p>${of.rows.length === 0 ? "" : table(of)}</section>
`;
}

/** A table that scrolls by itself where it is too wide, also by keyboard. */
export function table({ title, columns, rows, words = [] }: Table): Markup {
  const kind = (c: number) => (c === 0 || words.includes(c) ? "word" : "number");
  return markup`<div class="wide" tabindex="0" role="region" aria-label="${title}"><table>
<thead><tr>${columns.map((name, c) => markup`<th scope="col" class="${kind(c)}">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([name, ...cells]) => markup`<tr><th scope="row">${name!}</th>${cells.map(
      (cell, c) => markup`<td class="${kind(c + 1)}">${cell}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>`;
}

/** What the pictures and tables of a report look like, in the light and in the dark. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ink: #17212b; --soft: #52606d; --paper: #ffffff; --card: #f3f5f7; --line: #d5dbe1; --loss: #b04400; --gain: #1769aa; --total: #4a5a6a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf2; --soft: #a3b1bf; --paper: #12181f; --card: #1c252e; --line: #35424f; --loss: #f08a3c; --gain: #5aaee8; --total: #90a2b4; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 1.6rem; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 36px 0 4px; }
.note, figcaption { color: var(--soft); margin: 0 0 10px; }
code { font-size: 0.85em; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 10px; margin: 20px 0 0; }
dl div { background: var(--card); border-left: 4px solid var(--line); border-radius: 4px; padding: 8px 12px; }
dl .bad { border-left-color: var(--loss); }
dt { color: var(--soft); font-size: 0.85rem; }
dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.flag { color: var(--loss); font-weight: 600; white-space: nowrap; }
figure { margin: 12px 0 20px; }
.wide { overflow-x: auto; }
.wide:focus-visible, summary:focus-visible { outline: 2px solid var(--gain); outline-offset: 2px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
th.number, td.number { text-align: right; }
tbody th { font-weight: 500; }
thead th { color: var(--soft); font-weight: 600; font-size: 0.85rem; }
summary { cursor: pointer; color: var(--soft); margin: 6px 0; }
svg { display: block; font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
svg text { fill: var(--ink); }
svg .axis { fill: var(--soft); }
svg .small { font-size: 10.5px; }
svg text.worst { font-weight: 700; fill: var(--ink); }
svg .loss { fill: var(--loss); }
svg .gain { fill: var(--gain); }
svg .total { fill: var(--total); }
svg .solid { fill-opacity: 0.85; }
svg rect.worst { stroke: var(--ink); stroke-width: 2.5; }
svg .zero { stroke: var(--soft); }
svg .link { stroke: var(--line); stroke-dasharray: 3 3; }
@media print { details:not([open]) > :not(summary) { display: block; } }
`;
