import type { UtilisationBin } from "./exchange-report.ts";
import { type Markup, markup } from "./markup.ts";
import { binName } from "./tables.ts";

const BAR = 66;
const HEIGHT = 160;
const TOP = 22;

/** Accounts by use of their collateral, as SVG; heights grow with the square root of the count, so that few are seen beside many. */
export function histogramChart(bins: readonly UtilisationBin[], id: string): Markup {
  const most = Math.max(...bins.map(({ accounts }) => accounts), 1);
  const words = bins.map((bin) => `${binName(bin)}: ${bin.accounts}`).join("; ");
  const [width, height] = [bins.length * BAR, TOP + HEIGHT + 24];
  return markup`<svg role="img" aria-labelledby="${id}-title ${id}-text" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title id="${id}-title">Accounts by use of their collateral</title>
<desc id="${id}-text">${words}. Heights are in proportion to the square root of the count.</desc>
${bins.map((bin, i) => {
  const tall = HEIGHT * Math.sqrt(bin.accounts / most);
  const label = bin.to === null ? "over 100 %" : `${bin.to === 0 ? "" : "to "}${Math.round(bin.to * 100)} %`;
  return markup`<g><title>${binName(bin)}: ${bin.accounts}</title>
<rect class="${bin.to === null ? "loss" : "total"} solid" x="${i * BAR + 4}" y="${(TOP + HEIGHT - tall).toFixed(1)}" width="${BAR - 8}" height="${tall.toFixed(1)}" rx="2"/>
<text class="cell" text-anchor="middle" x="${(i + 0.5) * BAR}" y="${(TOP + HEIGHT - tall - 6).toFixed(1)}">${bin.accounts.toLocaleString("en")}</text>
<text class="axis small" text-anchor="middle" x="${(i + 0.5) * BAR}" y="${TOP + HEIGHT + 16}">${label}</text></g>
`;
})}</svg>`;
}
