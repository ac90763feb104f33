import { readFileSync } from "node:fs";
import type { Shape } from "../../verifier/src/policy/shape.ts";
import { haircutMarks, haircutRiskParameters } from "./haircut.ts";
import { tinyMarks, tinyRiskParameters } from "./policies.ts";

// biome-ignore lint/suspicious/noExplicitAny: examples that are cut down here, and parsed by their model's schema afterwards.
type Json = any;

const example = (model: string, file: string): Json =>
  JSON.parse(readFileSync(new URL(`../../examples/${model}/${file}.json`, import.meta.url), "utf8"));

const bySymbol =
  (...symbols: readonly string[]) =>
  ({ symbol }: { symbol: string }): boolean =>
    symbols.includes(symbol);

/** A commodity of one month: a future, and a call whose writers have a minimum. */
function span(): Json {
  const file = example("span", "risk-parameters");
  const [btc] = file.groups;
  const calendar = { months: btc.calendar.months.slice(0, 1), spreads: [{ tiers: [1, 1], charge: "900" }] };
  const instruments = btc.instruments.filter(bySymbol("BTC-25DEC26", "BTC-25DEC26-70000-C"));
  return { ...file, groups: [{ ...btc, calendar, instruments }] };
}

/** Two indices that offset. */
function tims(): Json {
  const file = example("tims", "risk-parameters");
  const groups = file.groups
    .slice(0, 2)
    .map((group: Json) => ({ ...group, instruments: group.instruments.slice(0, 2) }));
  return { ...file, groups };
}

/** One expiry of two options, a perp, and collateral that cancels risk. */
function derive(): Json {
  const file = example("derive-pmrm2", "risk-parameters");
  const [eth] = file.groups;
  const scenarios = [0, 3, 5, 13].map((s) => eth.scenarios[s]);
  const instruments = eth.instruments.filter(
    bySymbol("ETH-PERP", "ETH-27NOV26-2600-C", "ETH-27NOV26-2600-P"),
  );
  const [usdc, hedging] = file.collateral;
  return {
    ...file,
    collateral: [hedging, usdc],
    groups: [{ ...eth, scenarios, instruments, riskCancelling: ["eth"] }],
  };
}

/** An asset that counts by size comes after one that does not, as in the shape below. */
function haircut(): Json {
  const [btc, usdt] = haircutRiskParameters.collateral;
  return { ...haircutRiskParameters, collateral: [usdt, { ...usdt, symbol: "DAI" }, btc] };
}

/** Marks of what a policy knows, of all that an example has. */
function marksFor(model: string, { collateral, groups }: Json): Json {
  const marks = example(model, "marks");
  const spots = new Set([...collateral.map((c: Json) => c.symbol), ...groups.map((g: Json) => g.underlying)]);
  const symbols = new Set(groups.flatMap((g: Json) => g.instruments.map((n: Json) => n.symbol)));
  const only = (record: Json, names: ReadonlySet<unknown>): Json =>
    Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)));
  return {
    ...marks,
    spot: only(marks.spot, spots),
    perps: only(marks.perps, symbols),
    expiries: only(marks.expiries, new Set(groups.map((g: Json) => g.underlying))),
    ...(marks.riskArrays ? { riskArrays: only(marks.riskArrays, symbols) } : {}),
  };
}

/**
 * A shape in which a small policy of any model has a place: two groups that feed a third, whose hedge is asset 0, a group on
 * its own, and asset 2 counting by size. That of instance `epoch-models`.
 */
export const modelsShape: Shape = {
  assets: 3,
  tiers: [{ asset: 2, portions: 2 }],
  groups: [
    {
      instruments: 2,
      scenarios: 11,
      hedges: [],
      feeds: { by: "scenarios", parent: 2 },
      extras: 8,
      extraColumns: 9,
    },
    {
      instruments: 2,
      scenarios: 11,
      hedges: [],
      feeds: { by: "scenarios", parent: 2 },
      extras: 8,
      extraColumns: 9,
    },
    { instruments: 2, scenarios: 11, hedges: [0] },
    { instruments: 2, scenarios: 18, hedges: [], extras: 2, extraColumns: 3 },
  ],
};

/** Files of a small policy of each model, in that shape. */
export const modelFiles: Readonly<Record<string, { riskParameters: Json; marks: Json }>> = Object.fromEntries(
  Object.entries({
    grid: { riskParameters: tinyRiskParameters, marks: tinyMarks },
    haircut: {
      riskParameters: haircut(),
      marks: { ...haircutMarks, spot: { ...haircutMarks.spot, DAI: { price: "1" } } },
    },
    span: { riskParameters: span(), marks: marksFor("span", span()) },
    tims: { riskParameters: tims(), marks: marksFor("tims", tims()) },
    "derive-pmrm2": { riskParameters: derive(), marks: marksFor("derive-pmrm2", derive()) },
  }).map(([model, { riskParameters, marks }]) => [
    model,
    { riskParameters: { ...riskParameters, shape: modelsShape }, marks },
  ]),
);
