import { type Markup, markup } from "@plimsoll/verifier/report/markup.ts";
import {
  coverageSection,
  exchangeSections,
  reportPage,
  section,
  table,
} from "@plimsoll/verifier/report/render-html.ts";
import type { EpochReport } from "./epoch-report.ts";
import { batchTable, costTable, epochFigures, markTable, riskTable, timeTable } from "./tables.ts";

/** More scenarios than these are counted: the rest charges less. */
const SCENARIOS = 30;

/** The operator's report as one HTML file that loads nothing and runs nothing. Private: it shows totals. */
export function epochHtml(report: EpochReport): string {
  const { record, exchange, coverage } = report;
  const { worstScenarios } = exchange;
  const heaviest = { ...exchange, worstScenarios: worstScenarios.slice(0, SCENARIOS) };
  const title = `Epoch ${record.epoch} of ${record.exchangeId}`;
  return reportPage(title, exchange.policy, epochFigures(report), [
    identity(report),
    coverageSection(coverage),
    ...exchangeSections(heaviest),
    worstScenarios.length > SCENARIOS
      ? markup`<p class="note">${worstScenarios.length - SCENARIOS} more scenarios that are the worst of some account charge less.</p>
`
      : markup``,
    section(batchTable(report)),
    section(timeTable(report)),
    section(costTable(report)),
    ...changes(report),
  ]);
}

function identity({ record }: EpochReport): Markup {
  const { chainId, registry, snapshotTime, accountsRoot, developmentKeys } = record;
  const hex = (value: bigint, digits: number) => `0x${value.toString(16).padStart(digits, "0")}`;
  const time = new Date(Number(snapshotTime) * 1000).toISOString().replace(/\.000Z$/, "Z");
  const keys = developmentKeys
    ? markup`<br><strong>Development keys: whoever knows their public seed can forge any proof of this epoch.</strong>`
    : markup``;
  return markup`<section><h2>For the operator alone</h2>
<p class="note">What is in here is hidden from everybody else.<br>Snapshot of ${time}, chain ${chainId.toString()}, registry <code>${hex(registry, 40)}</code><br>Accounts root <code>${hex(accountsRoot, 64)}</code>${keys}</p></section>
`;
}

function changes({ changes: found }: EpochReport): Markup[] {
  if (found === null) {
    return [
      markup`<section><h2>What changed in the policy</h2><p class="note">No epoch before was named: <code>plimsoll epoch report --previous FOLDER</code> compares with it.</p></section>
`,
    ];
  }
  const marks = markTable(found.marks);
  return [
    section(riskTable(found.riskParameters)),
    markup`<section><h2>${marks.title}</h2><p class="note">${marks.note}</p>
<details><summary>As a table</summary>${table(marks)}</details></section>
`,
  ];
}
