import type { AssetCoverage, Coverage } from "./coverage.ts";
import { coveredText } from "./coverage-tables.ts";
import { type Markup, markup } from "./markup.ts";

const ROW = 26;
const NAMES = 110;
const BARS = 420;
const RATIOS = 110;
/** Assets drawn; the table has all. */
const SHOWN = 12;
/** A bar ends here, however much more there is: its number says so. */
const MOST = 2;

/** Declared and lent as parts of what is owed, for the assets of which most is owed, as SVG. */
export function coverageChart({ assets }: Coverage, id: string): Markup {
  const shown = assets.filter(({ owed }) => owed > 0n).slice(0, SHOWN);
  const [width, height] = [NAMES + BARS + RATIOS, shown.length * ROW + 24];
  const ends = shown.map((asset) => parts(asset).end);
  const scale = BARS / Math.max(1.05, ...ends);
  const line = (NAMES + scale).toFixed(1);
  const words = shown.map((asset) => `${asset.symbol} ${coveredText(asset)}`).join(", ");
  return markup`<svg role="img" aria-labelledby="${id}-title ${id}-text" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title id="${id}-title">How much of what is owed is covered</title>
<desc id="${id}-text">${words}.</desc>
${shown.map((asset, i) => bar(asset, i, scale))}
<line class="zero" x1="${line}" x2="${line}" y1="0" y2="${height - 20}"/>
<text class="axis small" text-anchor="middle" x="${line}" y="${height - 6}">all that is owed</text>
</svg>`;
}

function bar(asset: AssetCoverage, i: number, scale: number): Markup {
  const { declared, end } = parts(asset);
  const y = i * ROW;
  const rect = (side: string, from: number, to: number) =>
    markup`<rect class="${side} solid" x="${(NAMES + from * scale).toFixed(1)}" y="${y + 4}" width="${((to - from) * scale).toFixed(1)}" height="${ROW - 8}"/>
`;
  return markup`<g><text class="axis" x="0" y="${y + 17}">${asset.symbol.length > 14 ? `${asset.symbol.slice(0, 13)}…` : asset.symbol}</text>
${rect("gain", 0, declared)}${end > declared ? rect("total", declared, end) : ""}<text class="cell" text-anchor="end" x="${NAMES + BARS + RATIOS - 2}" y="${y + 17}">${coveredText(asset)}</text></g>
`;
}

/** Where the declared part and the whole bar end, as parts of what is owed. */
function parts({ owed, lent, declared }: AssetCoverage): { declared: number; end: number } {
  const part = (amount: bigint) => Math.min(MOST, Number((10_000n * amount) / owed) / 10_000);
  return { declared: part(declared), end: part(declared + lent) };
}
