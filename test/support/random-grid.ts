import type { GridParameters, GroupParameters, Marks } from "../../verifier/src/policy/schemas.ts";
import type { Random } from "./random.ts";

const near = "2026-11-27T08:00:00Z";
const far = "2027-03-26T08:00:00Z";
const percent = (hundredths: number): string => (hundredths / 10_000).toFixed(4);

export const gridMarks: Marks = {
  format: "plimsoll.marks.1",
  observedAt: "2026-11-20T08:00:00Z",
  source: "test",
  spot: { BTC: { price: "61234.567" }, ETH: { price: "2987.65432101" }, USDT: { price: "1" } },
  perps: { "BTC-PERP": { mark: "61250.25" }, "ETH-PERP": { mark: "2986.1" } },
  expiries: {
    BTC: {
      [near]: { forward: "61290.5", rate: "0.04", volatility: { "62000": "0.52" } },
      [far]: { forward: "62400", rate: "0.035", volatility: { "50000": "0.61" } },
    },
    ETH: { [near]: { forward: "2990.25", rate: "0.04", volatility: { "3000": "0.83" } } },
  },
};

/**
 * Parameters of model "grid" with every add-on present now and then: two expiries of BTC, in a cluster that BTC hedges or with ETH in one that
 * nothing hedges, or all apart.
 */
export function randomGrid(random: Random): GridParameters {
  const between = (from: number, to: number) => percent(from + random.int(to - from + 1));
  const rising = (from: number, to: number) => {
    const maintenance = from + random.int(to - from + 1);
    return { maintenance: percent(maintenance), initial: percent(maintenance + random.int(to)) };
  };
  const maybe = <T>(value: () => T, of: number): T | undefined => (random.int(3) < of ? value() : undefined);
  // Hedging collateral is refunded 10 %: less than it loses alone.
  const range = between(1_300, 2_000);
  const scenarios = ["-1", "1", "-3", "2"].slice(0, 2 + random.int(3)).map((times, s) => ({
    kind: "move" as const,
    spot: percent(Number(times) * Number(range) * 10_000),
    volatility: (["up", "down", "same"] as const)[s % 3]!,
    weight: s < 2 ? "1" : "0.35",
  }));
  const volatility = {
    up: "0.45",
    down: "0.25",
    floor: "0.45",
    pivotDays: "30",
    nearExponent: "0.3",
    farExponent: "0.13",
  };
  const options = (underlying: string, expiry: string, strike: string, decimals: number) =>
    (["call", "put"] as const).map((kind) => ({
      kind,
      symbol: `${underlying}-${strike}-${kind}`,
      decimals,
      contractSize: kind === "call" ? "1" : "0.5",
      expiry,
      strike,
    }));
  const addOns = () => {
    const naked = maybe(() => rising(1, 200), 2);
    const gross = maybe(
      () => ({ linear: between(0, 100), optionLong: between(0, 50), optionShort: between(1, 300) }),
      2,
    );
    const net = rising(50, 300);
    const charge = { net, hedged: { maintenance: percent(20), initial: percent(20) } };
    const delta = maybe(
      () =>
        random.flag()
          ? ({ as: "charge", ...charge } as const)
          : ({ as: "floor", net: net.initial, hedged: between(0, 100) } as const),
      2,
    );
    return {
      ...(naked ? { nakedShort: naked } : {}),
      ...(gross ? { grossMinimum: gross } : {}),
      ...(delta ? { delta } : {}),
    };
  };
  const group = (name: string, instruments: GroupParameters["instruments"]): GroupParameters => ({
    name,
    underlying: name.slice(0, 3),
    grid: { scenarios, volatility },
    buffers: {
      linear: rising(10, 60),
      optionLong: rising(5, 20),
      optionShort: rising(20, 80),
    },
    instruments,
    ...addOns(),
  });
  const hedge = { asset: "BTC", refund: { maintenance: "0.08", initial: "0.1" } };
  const groups = [
    group("BTC-near", [
      { kind: "perp", symbol: "BTC-PERP", decimals: 4, contractSize: "1" },
      ...options("BTC", near, "62000", 4),
    ]),
    group("BTC-far", options("BTC", far, "50000", 4)),
    group("ETH", [
      { kind: "perp", symbol: "ETH-PERP", decimals: 2, contractSize: "1" },
      ...options("ETH", near, "3000", 2).slice(0, 1),
    ]),
  ];
  const members = [["BTC-near", "BTC-far"], ["BTC-near", "ETH", "BTC-far"], []][random.int(3)]!;
  const hedges = members.length === 2 || random.flag() === 1;
  const inCluster = members.length === 2;
  const independent = maybe(() => ["0.5", "1", "0.75"][random.int(3)]!, 2);
  return {
    format: "plimsoll.risk-parameters.1",
    name: "random grid",
    model: "grid",
    profile: "permissioned",
    quote: "USDT",
    marginFactor: random.flag()
      ? { maintenance: "0.8", initial: "1" }
      : { maintenance: "0.75", initial: "1.2" },
    stalenessSeconds: 300,
    collateral: [
      {
        symbol: "BTC",
        decimals: 8,
        weight: { maintenance: "0.9", initial: "0.85" },
        debtWeight: { maintenance: "1.35", initial: "1.45" },
        borrowable: true,
      },
      {
        symbol: "USDT",
        decimals: 6,
        weight: { maintenance: "1", initial: "1" },
        debtWeight: { maintenance: "1", initial: "1" },
        borrowable: true,
      },
    ],
    groups: hedges && members.length === 0 ? groups.with(0, { ...groups[0]!, hedge }) : groups,
    ...(members.length === 0
      ? {}
      : {
          clusters: [
            {
              name: "cluster",
              groups: members,
              offset: ["0", "0.5", "0.6", "0.95", "1"][random.int(5)]!,
              ...(independent ? { independent } : {}),
              ...(inCluster && hedges ? { hedge } : {}),
            },
          ],
        }),
  };
}
