import type { AccountReport, PolicyLabel } from "./account-report.ts";
import type { Component } from "./components.ts";
import type { ExchangeReport, UtilisationBin } from "./exchange-report.ts";
import { moneyText, moveText, numberText, percentText } from "./format.ts";
import type { Level } from "./levels.ts";

/** A table as text, drawn alike for terminals and pages. The first column names the row; the others are numbers unless said. */
export interface Table {
  readonly title: string;
  /** What the numbers mean, in a sentence; may be empty. */
  readonly note: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns that hold words besides the first, by number. */
  readonly words?: readonly number[];
}

/** A number that stands above all tables. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  /** Something to act on. */
  readonly bad?: boolean;
}

/** What an account comes down to. */
export function accountFigures(report: AccountReport): Figure[] {
  const { surplus, shortfall, equity, policy } = report;
  const money = (amount: bigint) => `${moneyText(amount)} ${policy.quote}`;
  return [
    { name: "Equity", value: money(equity), bad: equity < 0n },
    { name: "Effective collateral (initial)", value: money(report.effectiveCollateral.initial) },
    { name: "Initial margin", value: money(report.margin.initial) },
    { name: "Free collateral", value: money(report.free), bad: report.free < 0n },
    { name: "Surplus over maintenance", value: money(surplus.maintenance), bad: surplus.maintenance < 0n },
    { name: "Shortfall", value: money(shortfall), bad: shortfall > 0n },
    {
      name: "Maintenance used",
      value: percentText(report.utilisation, "nothing covers the charges"),
      bad: report.utilisation === null || report.utilisation > 1,
    },
    { name: "Capital freed by cross margin", value: money(report.isolation.freed.initial) },
  ];
}

/** A component in words. */
export function componentName({ kind, group }: Component, { groupNames }: PolicyLabel): string {
  const of = group === null ? "" : `${groupNames[group]}: `;
  const names = {
    equity: "equity at mark prices",
    haircut: "haircuts on collateral",
    debt: "extra weight of debts",
    buffers: "liquidation buffers",
    inScenarios: "options at mark, counted in scan risk",
    scanRisk: "scan risk (worst scenario)",
    addOns: "add-ons of the model",
    refund: "haircut refunded for hedging",
  };
  return `${of}${names[kind]}`;
}

/** What the sum of all components is called. */
export const surplusName = (level: Level): string =>
  level === "initial" ? "free collateral (over initial margin)" : "surplus over maintenance margin";

/** Tables of an account's report, in reading order; those with nothing to say are left out. */
export function accountTables(report: AccountReport): Table[] {
  const tables = [
    componentTable(report),
    holdingTable(report),
    groupTable(report),
    greekTable(report),
    isolationTable(report),
    distanceTable(report),
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

function componentTable({ components, policy, surplus }: AccountReport): Table {
  const names = new Map<string, Record<Level, bigint>>();
  for (const level of ["maintenance", "initial"] as const) {
    for (const component of components[level]) {
      const name = componentName(component, policy);
      const row = names.get(name) ?? { maintenance: 0n, initial: 0n };
      row[level] += component.amount;
      names.set(name, row);
    }
  }
  const rows = [...names].map(([name, { maintenance, initial }]) => [
    name,
    moneyText(maintenance),
    moneyText(initial),
  ]);
  return {
    title: "From equity to surplus",
    note: `in ${policy.quote}; the last line is the surplus over each margin, the number that is proved`,
    columns: ["component", "maintenance", "initial"],
    rows: [...rows, ["surplus", moneyText(surplus.maintenance), moneyText(surplus.initial)]],
  };
}

function holdingTable({ holdings, policy }: AccountReport): Table {
  return {
    title: "Holdings",
    note: `value at mark prices in ${policy.quote}; counted: at collateral and debt weights, positions after buffers, before scan risk`,
    columns: ["holding", "side", "quantity", "value", "counted, maintenance", "counted, initial"],
    words: [1],
    rows: holdings.map(({ symbol, side, quantity, value, counted }) => [
      symbol,
      side,
      quantity,
      moneyText(value),
      moneyText(counted.maintenance),
      moneyText(counted.initial),
    ]),
  };
}

function groupTable({ groups, policy }: AccountReport): Table {
  return {
    title: "Worst scenarios",
    note: `in ${policy.quote}; a group is charged with the loss of its worst scenario`,
    columns: [
      "group",
      "worst scenario",
      "loss as counted",
      "charge, maintenance",
      "charge, initial",
      "hedged by",
    ],
    words: [1, 5],
    rows: groups.map(({ name, countsIn, worst, charge, hedges }) => [
      name,
      countsIn === null ? (worst?.name ?? "none loses") : `counted in ${countsIn}`,
      moneyText(worst === null ? 0n : -worst.pnl),
      moneyText(charge.maintenance),
      moneyText(charge.initial),
      hedges.length === 0 ? "none" : hedges.map(({ quantity, symbol }) => `${quantity} ${symbol}`).join(", "),
    ]),
  };
}

/** Every scenario of a group with its P&L. */
export function scenarioTable(group: AccountReport["groups"][number], { quote }: PolicyLabel): Table {
  return {
    title: `Scenarios of ${group.name}`,
    note: `profit and loss in ${quote} of positions and hedge, as far as the scenario counts`,
    columns: ["scenario", "profit and loss"],
    rows: group.scenarios.map(({ name, pnl, number }) => [
      number === group.worst?.number ? `${name} (worst)` : name,
      moneyText(pnl),
    ]),
  };
}

function greekTable({ greeks, policy }: AccountReport): Table {
  return {
    title: "Greeks",
    note: `delta and gamma in units of the underlying, vega in ${policy.quote} a point of volatility, theta in ${policy.quote} a day; for monitoring, not proved`,
    columns: ["underlying, expiry", "delta", `delta, ${policy.quote}`, "gamma", "vega", "theta"],
    rows: greeks.flatMap(({ underlying, buckets, ...net }) => {
      const spot = net.delta === 0 ? 0 : net.cashDelta / net.delta;
      const line = (name: string, { delta, gamma, vega, theta }: typeof net | (typeof buckets)[number]) => [
        name,
        numberText(delta),
        numberText(delta * spot),
        numberText(gamma),
        numberText(vega),
        numberText(theta),
      ];
      return [
        ...buckets.map((bucket) =>
          line(`${underlying} ${bucket.bucket.replace("T", " ").replace(/:00Z$/, "")}`, bucket),
        ),
        line(`${underlying} net`, net),
      ];
    }),
  };
}

function isolationTable({ isolation, policy }: AccountReport): Table {
  const { positions, groups, positionsTotal, groupsTotal, cross, refund, freed } = isolation;
  const line = (name: string, { maintenance, initial }: typeof cross) => [
    name,
    moneyText(maintenance),
    moneyText(initial),
  ];
  const totals =
    positions.length === 0
      ? []
      : [
          line("all positions, each alone", positionsTotal),
          line("all groups, each alone", groupsTotal),
          line("together (cross margin)", cross),
          line("haircut refunded for hedging", refund),
          line("capital freed", freed),
        ];
  return {
    title: "Isolated against cross margin",
    note: `margin in ${policy.quote}; freed: what each position alone would need, less what is needed together, plus the refund`,
    columns: ["held alone", "maintenance", "initial"],
    rows: [
      ...positions.map(({ name, margin }) => line(name, margin)),
      ...(groups.length > 1 ? groups.map(({ name, margin }) => line(`group ${name}`, margin)) : []),
      ...totals,
    ],
  };
}

function distanceTable({ distance }: AccountReport): Table {
  return {
    title: "Distance to maintenance",
    note: "the nearest move of one price, all else as it is, that takes the account below maintenance margin; falls to -90 % and rises to +500 % are looked at",
    columns: ["price", "now", "nearest fall", "nearest rise"],
    rows: distance.prices.map(({ symbol, price, down, up }) => [
      symbol,
      numberText(price, 9),
      moveText(down),
      moveText(up),
    ]),
  };
}

/** What an exchange comes down to. */
export function exchangeFigures({ counts, totals, policy }: ExchangeReport): Figure[] {
  const money = (amount: bigint) => `${moneyText(amount)} ${policy.quote}`;
  const number = (value: number) => value.toLocaleString("en");
  return [
    { name: "Accounts", value: number(counts.accounts) },
    { name: "With positions", value: number(counts.withPositions) },
    { name: "Under maintenance", value: number(counts.underMaintenance), bad: counts.underMaintenance > 0 },
    { name: "Under initial margin", value: number(counts.underInitial) },
    { name: "Negative equity", value: number(counts.negativeEquity), bad: counts.negativeEquity > 0 },
    { name: "Equity", value: money(totals.equity) },
    {
      name: "Owed by accounts below zero",
      value: money(totals.negativeEquity),
      bad: totals.negativeEquity > 0n,
    },
    { name: "Shortfall", value: money(totals.shortfall), bad: totals.shortfall > 0n },
    { name: "Effective collateral (initial)", value: money(totals.effectiveCollateral.initial) },
    { name: "Maintenance margin", value: money(totals.margin.maintenance) },
    { name: "Initial margin", value: money(totals.margin.initial) },
    { name: "Free collateral", value: money(totals.free) },
  ];
}

/** A bin of the histogram in words. */
export function binName({ from, to }: UtilisationBin): string {
  if (to === null) return "over 100 %";
  if (to === 0) return "0 %";
  return `to ${Math.round(to * 100)} %, over ${Math.round(from * 100)} %`;
}

/** Tables of an exchange's report; those with nothing to say are left out. */
export function exchangeTables({ histogram, worstScenarios, closest, policy }: ExchangeReport): Table[] {
  const tables: Table[] = [
    {
      title: "Use of collateral",
      note: "charges as a fraction of what covers them, at maintenance; over 100 % an account is under-margined",
      columns: ["maintenance used", "accounts"],
      rows: histogram.map((bin) => [binName(bin), bin.accounts.toLocaleString("en")]),
    },
    {
      title: "Worst scenarios",
      note: `where a scenario is the worst of its group: accounts, and their scan risk at initial margin in ${policy.quote}`,
      columns: ["group", "scenario", "accounts", "scan risk"],
      words: [1],
      rows: worstScenarios.map(({ group, name, accounts, charge }) => [
        group,
        name,
        accounts.toLocaleString("en"),
        moneyText(charge),
      ]),
    },
    {
      title: "Closest to maintenance",
      note: `in ${policy.quote}; private to the exchange`,
      columns: ["account", "maintenance used", "equity", "surplus, maintenance", "surplus, initial"],
      rows: closest.map(({ userId, utilisation, equity, surplus }) => [
        userId,
        percentText(utilisation, "uncovered"),
        moneyText(equity),
        moneyText(surplus.maintenance),
        moneyText(surplus.initial),
      ]),
    },
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}
