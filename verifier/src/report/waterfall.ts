import type { AccountReport } from "./account-report.ts";
import { moneyNumber, moneyText } from "./format.ts";
import type { Level } from "./levels.ts";
import { type Markup, markup } from "./markup.ts";
import { componentName, surplusName } from "./tables.ts";

const ROW = 30;
const NAMES = 260;
const BARS = 420;
const AMOUNTS = 150;

interface Bar {
  readonly name: string;
  readonly amount: bigint;
  readonly from: number;
  readonly to: number;
  readonly total: boolean;
}

/** Steps from equity to the surplus over a margin level, as SVG: what is charged takes away from right to left. */
export function waterfall({ components, surplus, policy }: AccountReport, level: Level, id: string): Markup {
  let reached = 0;
  const bars: Bar[] = components[level].map((component) => {
    const from = reached;
    reached += moneyNumber(component.amount);
    const { kind, amount } = component;
    return { name: componentName(component, policy), amount, from, to: reached, total: kind === "equity" };
  });
  const end = surplus[level];
  bars.push({ name: surplusName(level), amount: end, from: 0, to: moneyNumber(end), total: true });
  const ends = bars.flatMap(({ from, to }) => [from, to]);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const scale = (value: number) => NAMES + (high === low ? 0 : ((value - low) / (high - low)) * BARS);
  const [width, height] = [NAMES + BARS + AMOUNTS, bars.length * ROW + 4];
  const words = bars.map(({ name, amount }) => `${name} ${moneyText(amount)}`).join(", ");
  return markup`<svg role="img" aria-labelledby="${id}-title ${id}-text" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title id="${id}-title">From equity to ${surplusName(level)}</title>
<desc id="${id}-text">In ${policy.quote}: ${words}.</desc>
<line class="zero" x1="${scale(0).toFixed(1)}" x2="${scale(0).toFixed(1)}" y1="0" y2="${height}"/>
${bars.map((bar, i) => barMarkup(bar, i, scale, bars[i + 1] !== undefined))}
</svg>`;
}

function barMarkup(
  { name, amount, from, to, total }: Bar,
  i: number,
  scale: (value: number) => number,
  linked: boolean,
): Markup {
  const y = i * ROW;
  const [left, right] = [scale(Math.min(from, to)), scale(Math.max(from, to))];
  const side = amount < 0n ? "loss" : total ? "total" : "gain";
  const link = markup`<line class="link" x1="${scale(to).toFixed(1)}" x2="${scale(to).toFixed(1)}" y1="${y + 4}" y2="${y + ROW + 4}"/>`;
  return markup`<g><text class="axis${total ? " worst" : ""}" x="0" y="${y + 20}">${name}</text>
${linked ? link : ""}<rect class="${side} solid" x="${left.toFixed(1)}" y="${y + 5}" width="${Math.max(right - left, 1).toFixed(1)}" height="${ROW - 8}" rx="2"/>
<text class="cell${total ? " worst" : ""}" text-anchor="end" x="${NAMES + BARS + AMOUNTS - 2}" y="${y + 20}">${moneyText(amount)}</text></g>
`;
}
