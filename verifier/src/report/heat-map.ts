import type { GroupLine, PolicyLabel, ScenarioLine } from "./account-report.ts";
import { moneyNumber, moneyText, moveText, numberText } from "./format.ts";
import { type Markup, markup } from "./markup.ts";

const CELL = Object.freeze({ width: 64, height: 34 });
const LABELS = Object.freeze({ width: 112, height: 40 });
const PER_LINE = 4;
/** Darkest cell: text stays readable on it in both colour schemes. */
const STRONGEST = 0.6;

interface Cell {
  readonly line: ScenarioLine;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly label: string;
}

/**
 * Scenario matrix of a group as SVG: spot moves across, volatility down, below them what is neither. Orange loses, blue
 * gains, the worst scenario is framed; every cell has its number and a title, so that no colour need be seen.
 */
export function heatMap(group: GroupLine, { quote }: PolicyLabel, id: string): Markup {
  const moves = group.scenarios.flatMap((line) => (line.move === null ? [] : [{ line, move: line.move }]));
  const column = ({ spot, weight }: { spot: number; weight: number }) => `${spot}/${weight}`;
  const columns = [...new Map(moves.map(({ move }) => [column(move), move])).values()].sort(
    (a, b) => a.spot - b.spot || b.weight - a.weight,
  );
  const levels = (["up", "same", "down"] as const).filter((level) =>
    moves.some(({ move }) => move.volatility === level),
  );
  const cells: Cell[] = moves.map(({ line, move }) => ({
    line,
    x: LABELS.width + columns.findIndex((c) => column(c) === column(move)) * CELL.width,
    y: LABELS.height + levels.indexOf(move.volatility) * CELL.height,
    width: CELL.width,
    label: compact(line.pnl),
  }));
  const others = group.scenarios.filter(({ move }) => move === null);
  const top = LABELS.height + levels.length * CELL.height + 10;
  const wide = Math.max(columns.length * CELL.width, 640) / PER_LINE;
  for (const [i, line] of others.entries()) {
    const at = { x: LABELS.width + (i % PER_LINE) * wide, y: top + Math.floor(i / PER_LINE) * CELL.height };
    cells.push({ line, ...at, width: wide, label: `${shortName(line.name)}: ${compact(line.pnl)}` });
  }
  const width =
    LABELS.width + Math.max(columns.length * CELL.width, others.length > 0 ? PER_LINE * wide : 0) + 2;
  const height = top + Math.ceil(others.length / PER_LINE) * CELL.height + 2;
  const largest = Math.max(...group.scenarios.map(({ pnl }) => Math.abs(moneyNumber(pnl))), 1e-12);
  const worst =
    group.worst === null
      ? group.countsIn === null
        ? "No scenario loses."
        : `Its scenarios count in ${group.countsIn}.`
      : `The worst, ${group.worst.name}, loses ${moneyText(-group.worst.pnl)} ${quote}.`;
  return markup`<svg role="img" aria-labelledby="${id}-title ${id}-text" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title id="${id}-title">Scenario map of ${group.name}</title>
<desc id="${id}-text">Profit and loss by scenario. ${worst} All numbers are in the table below.</desc>
${columns.map(
  (
    move,
    i,
  ) => markup`<text class="axis" text-anchor="middle" x="${LABELS.width + (i + 0.5) * CELL.width}" y="16">${moveText(move.spot)}</text>
${move.weight === 1 ? "" : markup`<text class="axis small" text-anchor="middle" x="${LABELS.width + (i + 0.5) * CELL.width}" y="32">× ${numberText(100 * move.weight, 2)} %</text>`}`,
)}
${levels.map(
  (
    level,
    i,
  ) => markup`<text class="axis" x="0" y="${LABELS.height + (i + 0.5) * CELL.height + 4}">volatility ${level}</text>
`,
)}${others.length > 0 ? markup`<text class="axis" x="0" y="${top + CELL.height / 2 + 4}">other</text>` : ""}
${cells.map((cell) => cellMarkup(cell, largest, cell.line.number === group.worst?.number, quote))}
</svg>`;
}

function cellMarkup(
  { line, x, y, width, label }: Cell,
  largest: number,
  isWorst: boolean,
  quote: string,
): Markup {
  const strength = (STRONGEST * Math.abs(moneyNumber(line.pnl))) / largest;
  const side = line.pnl < 0n ? "loss" : "gain";
  const outline = isWorst ? " worst" : "";
  return markup`<g><title>${line.name}: ${moneyText(line.pnl)} ${quote}${isWorst ? " (worst)" : ""}</title>
<rect class="${side}${outline}" fill-opacity="${strength.toFixed(3)}" x="${x + 1}" y="${y + 1}" width="${width - 2}" height="${CELL.height - 2}" rx="3"/>
<text class="cell${outline}" text-anchor="middle" x="${x + width / 2}" y="${y + CELL.height / 2 + 4}">${label}</text></g>
`;
}

const shortName = (name: string): string =>
  name.replace(/^smile tilted /, "smile ").replace(/ of notional$/, "");

/** Three figures and a letter: "-1.48k"; "0" below half a hundredth. */
function compact(amount: bigint): string {
  const value = moneyNumber(amount);
  if (Math.abs(value) < 0.005) return "0";
  const [size, letter] = (
    [
      [1e9, "b"],
      [1e6, "m"],
      [1e3, "k"],
    ] as const
  ).find(([s]) => Math.abs(value) >= s) ?? [1, ""];
  const text = (value / size).toLocaleString("en", { maximumSignificantDigits: 3 });
  return `${text}${letter}`;
}
