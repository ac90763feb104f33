import type { Entry } from "../../verifier/src/encodings/entry.ts";
import type { Pmrm2Portfolio } from "../../verifier/src/models/derive-pmrm2-types.ts";
import type { CompiledPolicy } from "../../verifier/src/policy/compile.ts";
import type {
  DerivePmrm2Parameters,
  InstrumentTerms,
  Marks,
  RiskParameters,
} from "../../verifier/src/policy/schemas.ts";
import type { Random } from "./random.ts";

const OBSERVED_AT = "2026-11-01T08:00:00Z";
/** A quarter of an hour away (inside the settlement window), a week, two years. */
const EXPIRIES = ["2026-11-01T08:15:00Z", "2026-11-08T08:00:00Z", "2028-11-01T08:00:00Z"];

/** What is random about a policy: of each thing at most so many. */
export interface DeriveSize {
  readonly moves: number;
  readonly expiries: number;
  readonly strikes: number;
}

/** The two files of a small policy with parameters anywhere in their ranges: unsure marks, a peg that is lost, tails, no perp. */
export function randomDerive(random: Random, size: DeriveSize) {
  const hundredths = (from: number, to: number): string => String((from + random.int(to - from + 1)) / 100);
  const between = (of: number): number => 1 + random.int(of);
  const rising = (most: number) => {
    const [a, b] = [random.int(most + 1), random.int(most + 1)];
    return { maintenance: String(Math.min(a, b) / 1000), initial: String(Math.max(a, b) / 1000) };
  };
  const terms = { decimals: 6, contractSize: "1" };
  const expiries = EXPIRIES.slice(0, between(size.expiries));
  const strikes = Array.from({ length: between(size.strikes) }, (_, i) => String(1600 + 400 * i));
  const instruments: InstrumentTerms[] = [
    ...(random.flag() === 1 ? [{ ...terms, kind: "perp", symbol: "PERP" } as const] : []),
    ...expiries.flatMap((expiry, e) =>
      strikes.flatMap((strike) =>
        (["call", "put"] as const).map((kind) => ({
          ...terms,
          kind,
          expiry,
          strike,
          symbol: `${kind}-${e}-${strike}`,
        })),
      ),
    ),
  ];
  const factor = { maintenance: hundredths(60, 100), initial: hundredths(100, 150) };
  const riskParameters: DerivePmrm2Parameters = {
    format: "plimsoll.risk-parameters.1",
    name: "random",
    model: "derive-pmrm2",
    profile: "permissioned",
    quote: "USD",
    stalenessSeconds: 60,
    marginFactor: factor,
    peg: { threshold: "0.98", factor: "2" },
    confidence: { threshold: "0.55", factor: "1" },
    collateral: [
      { symbol: "USD", decimals: 6, weight: ONE, debtWeight: ONE, borrowable: true },
      ...["ETH", "STETH", "BTC"].map((symbol) => ({
        symbol,
        decimals: 6,
        weight: { maintenance: hundredths(80, 100), initial: hundredths(40, 80) },
        debtWeight: { maintenance: "9", initial: "9" },
        borrowable: false,
      })),
    ],
    groups: [
      {
        name: "ETH",
        underlying: "ETH",
        scenarios: [
          ...Array.from({ length: between(size.moves) }, () => ({
            kind: "move" as const,
            spot: hundredths(-60, 200),
            volatility: (["up", "same", "down"] as const)[random.int(3)]!,
            dampening: hundredths(0, 130),
          })),
          ...(["linear", "absolute"] as const)
            .slice(random.int(2))
            .map((tilt) => ({ kind: "skew" as const, tilt, dampening: hundredths(50, 120) })),
        ],
        volatility: {
          up: hundredths(0, 60),
          down: hundredths(0, 60),
          floor: "0.45",
          nearExponent: "0.3",
          farExponent: "0.13",
          leastDays: "1",
        },
        skew: {
          linear: { base: "0.15", slope: "-0.05" },
          absolute: { base: "0.15", slope: "-0.05" },
          reach: { least: "0.01", width: "4", static: "0.6", slope: "-0.1" },
        },
        discount: {
          gain: { static: hundredths(70, 100), rateScale: "1", rateAdd: hundredths(0, 10) },
          loss: { static: hundredths(100, 120), rateScale: "0.5", rateAdd: hundredths(0, 10) },
        },
        basis: { up: "0.045", down: "-0.045", add: "0.5", perYear: "2" },
        perpCharge: rising(20),
        nakedShortCharge: rising(20),
        riskCancelling: ["ETH", "STETH"].slice(random.int(3)),
        instruments,
      },
    ],
  };
  const sure = (): string => hundredths(random.int(3) === 0 ? 10 : 60, 100);
  const marks: Marks = {
    format: "plimsoll.marks.1",
    observedAt: OBSERVED_AT,
    source: "test",
    stablePrice: hundredths(random.flag() === 1 ? 99 : 90, 102),
    spot: {
      USD: { price: "1" },
      ETH: { price: "2000", confidence: sure() },
      STETH: { price: "2300.5", confidence: sure() },
      BTC: { price: "90000", confidence: sure() },
    },
    perps: instruments[0]!.kind === "perp" ? { PERP: { mark: "2003.7", confidence: sure() } } : {},
    expiries: {
      ETH: Object.fromEntries(
        expiries.map((expiry, e) => [
          expiry,
          {
            forward: String(2000 + 11.3 * e),
            rate: hundredths(-5, 30),
            confidence: sure(),
            volatility: Object.fromEntries(strikes.map((strike) => [strike, hundredths(30, 150)])),
          },
        ]),
      ),
    },
  };
  return { riskParameters, marks };
}

const ONE = { maintenance: "1", initial: "1" };

/** Some of everything; no instrument on both sides, and of debts only the quote currency's, since the model has no others. */
export function deriveBook({ rowTable, riskParameters }: CompiledPolicy, random: Random): Entry[] {
  const keep = 1 + random.int(5);
  const taken = new Set<string>();
  const entries = rowTable.flatMap((named): Entry[] => {
    const { symbol, kind, row } = named;
    if (kind === "debt" && symbol !== riskParameters.quote) return [];
    if (random.int(6) >= keep || taken.has(symbol)) return [];
    if ((kind === "long" || kind === "asset") && random.flag() === 1) return [];
    taken.add(symbol);
    const most =
      symbol === riskParameters.quote ? 20_000_000_000n : symbol === "BTC" ? 500_000n : 20_000_000n;
    return [{ row, quantity: 1n + random.below(most) }];
  });
  return entries;
}

/** What an account holds, as the floating model takes it. Throws for another model, or more than one underlying. */
export function modelPortfolio(policy: CompiledPolicy, holdings: readonly Entry[]): Pmrm2Portfolio {
  const { marks } = policy;
  const riskParameters = pmrm2File(policy.riskParameters);
  const [group, ...others] = riskParameters.groups;
  if (group === undefined || others.length > 0) throw new RangeError("expected one underlying");
  const amounts = new Map<string, number>();
  for (const { row, quantity } of holdings) {
    const { symbol, kind, decimals, ...of } = policy.rowTable.find((named) => named.row === row)!;
    const size = "terms" in of ? Number(of.terms.contractSize) : 1;
    const sign = kind === "debt" || kind === "short" ? -1 : 1;
    const amount = (sign * Number(quantity) * size) / 10 ** decimals;
    amounts.set(symbol, (amounts.get(symbol) ?? 0) + amount);
  }
  const held = (symbol: string): number => amounts.get(symbol) ?? 0;
  const perp = group.instruments.find(({ kind }) => kind === "perp")?.symbol ?? "";
  const underlying = marks.spot[group.underlying]!;
  const least = (mark: { confidence?: string | undefined } | undefined) => Number(mark?.confidence ?? 1);
  return {
    cash: held(riskParameters.quote),
    spot: Number(underlying.price),
    spotConfidence: least(underlying),
    stablePrice: Number(marks.stablePrice),
    perp: {
      amount: held(perp),
      price: Number(marks.perps[perp]?.mark ?? 0),
      confidence: least(marks.perps[perp]),
      unsettled: 0,
    },
    collaterals: riskParameters.collateral
      .filter(({ symbol }) => symbol !== riskParameters.quote)
      .map(({ symbol, weight }) => ({
        amount: held(symbol),
        price: Number(marks.spot[symbol]!.price),
        confidence: least(marks.spot[symbol]),
        riskCancelling: group.riskCancelling.includes(symbol),
        maintenanceHaircut: 1 - Number(weight.maintenance),
        initialHaircut: Number(weight.maintenance) - Number(weight.initial),
      })),
    expiries: Object.entries(marks.expiries[group.underlying] ?? {}).map(([expiry, marked]) => ({
      secondsLeft: (Date.parse(expiry) - Date.parse(marks.observedAt)) / 1000,
      forward: Number(marked.forward),
      rate: Number(marked.rate),
      confidence: least(marked),
      options: group.instruments.flatMap((terms) =>
        (terms.kind === "call" || terms.kind === "put") && terms.expiry === expiry && held(terms.symbol) !== 0
          ? [
              {
                kind: terms.kind,
                strike: Number(terms.strike),
                volatility: Number(marked.volatility[terms.strike]),
                amount: held(terms.symbol),
              },
            ]
          : [],
      ),
    })),
  };
}

/** Throws for the file of another model. */
export function pmrm2File(file: RiskParameters): DerivePmrm2Parameters {
  if (file.model !== "derive-pmrm2") throw new RangeError(`expected "derive-pmrm2", came "${file.model}"`);
  return file;
}
