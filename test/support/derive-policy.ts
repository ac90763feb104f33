import type { Entry } from "../../verifier/src/encodings/entry.ts";
import type { Pmrm2Parameters, Pmrm2Portfolio } from "../../verifier/src/models/derive-pmrm2-types.ts";
import { type CompiledPolicy, compilePolicy } from "../../verifier/src/policy/compile.ts";
import {
  add,
  floor,
  fromDecimal,
  multiply,
  powerOfTen,
  type Rational,
  subtract,
} from "../../verifier/src/policy/rational.ts";
import type { DerivePmrm2Parameters, InstrumentTerms, Marks } from "../../verifier/src/policy/schemas.ts";

const OBSERVED_AT = "2026-11-01T08:00:00Z";
/** The most decimals that leave a unit of the quote currency worth 10^5 money units. */
const CASH_DECIMALS = 7;

/** The shortest decimal that is this double, without an exponent: what a file of a policy says for it. */
export function decimal(value: number): string {
  const [mantissa, exponent = "0"] = String(value).split("e");
  const [whole, part = ""] = mantissa!.split(".");
  const places = part.length - Number(exponent);
  return decimalOf({
    n: BigInt(whole! + part) * 10n ** BigInt(Math.max(-places, 0)),
    d: 10n ** BigInt(Math.max(places, 0)),
  });
}

/** A decimal over a power of ten, written out. */
function decimalOf({ n, d }: Rational): string {
  const places = String(d).length - 1;
  const digits = String(n < 0n ? -n : n).padStart(places + 1, "0");
  const [whole, part] = [digits.slice(0, digits.length - places), digits.slice(digits.length - places)];
  const text = part.replace(/0+$/, "") === "" ? whole : `${whole}.${part.replace(/0+$/, "")}`;
  return n < 0n ? `-${text}` : text;
}

const exact = (value: number): Rational => fromDecimal(decimal(value));
const less = (value: number, ...others: number[]): string =>
  decimalOf(others.map(exact).reduce(subtract, exact(value)));
const times = (a: number, b: number): string => decimalOf(multiply(exact(a), exact(b)));
const plus = (a: number, b: number): string => decimalOf(add(exact(a), exact(b)));

/** Parameters of the floating model as a group of a policy file has them, without what the account needs. */
function marketOf(p: Pmrm2Parameters) {
  const decimals = <K extends string>(numbers: Readonly<Record<K, number>>) =>
    Object.fromEntries(
      Object.entries<number>(numbers).map(([name, value]) => [name, decimal(value)]),
    ) as Record<K, string>;
  const total = ({ maintenance, initial }: Pmrm2Parameters["perpCharge"]) => ({
    maintenance: decimal(maintenance),
    initial: plus(maintenance, initial),
  });
  const { upFactor, downFactor, add: always, perYear } = p.basis;
  return {
    scenarios: p.scenarios.map((scenario) => {
      const dampening = decimal(scenario.dampening);
      if (scenario.kind === "skew") return { ...scenario, dampening };
      const { kind, volatility, spotFactor } = scenario;
      return { kind, volatility, spot: less(spotFactor, 1), dampening };
    }),
    volatility: decimals(p.volatility),
    skew: {
      linear: decimals(p.skew.linear),
      absolute: decimals(p.skew.absolute),
      reach: decimals(p.skew.reach),
    },
    discount: { gain: decimals(p.discount.gain), loss: decimals(p.discount.loss) },
    basis: {
      up: less(upFactor, 1),
      down: less(downFactor, 1),
      add: decimal(always),
      perYear: decimal(perYear),
    },
    perpCharge: total(p.perpCharge),
    nakedShortCharge: total(p.nakedShortCharge),
  };
}

/** The two files of a policy in which a portfolio is one of each thing that it holds, and the portfolio's holdings. */
export interface PortfolioPolicy {
  readonly riskParameters: DerivePmrm2Parameters;
  readonly marks: Marks;
  readonly policy: CompiledPolicy;
  readonly holdings: readonly Entry[];
}

/**
 * A policy made to measure. Amounts have more decimals than a row, so each position is one contract of the size held, and
 * each collateral one lot of all that is held: exact. Only cash is rounded, down, to 10^-7.
 */
export function portfolioPolicy(portfolio: Pmrm2Portfolio, parameters: Pmrm2Parameters): PortfolioPolicy {
  const { spot, perp, stablePrice } = portfolio;
  const held = portfolio.collaterals.filter(({ amount }) => amount > 0);
  const positions: { terms: InstrumentTerms; amount: number }[] = [];
  const contract = (amount: number) => ({ decimals: 0, contractSize: decimal(Math.abs(amount)) });
  if (perp.amount !== 0)
    positions.push({
      terms: { kind: "perp", symbol: "PERP", ...contract(perp.amount) },
      amount: perp.amount,
    });
  const instant = (secondsLeft: number) =>
    new Date(Date.parse(OBSERVED_AT) + 1000 * secondsLeft).toISOString().replace(".000", "");
  for (const { secondsLeft, options } of portfolio.expiries) {
    for (const { kind, strike, amount } of options) {
      const symbol = `${kind}-${positions.length}`;
      const terms = {
        kind,
        symbol,
        ...contract(amount),
        strike: decimal(strike),
        expiry: instant(secondsLeft),
      };
      positions.push({ terms, amount });
    }
  }
  const riskParameters: DerivePmrm2Parameters = {
    format: "plimsoll.risk-parameters.1",
    name: "made to measure",
    model: "derive-pmrm2",
    profile: "permissioned",
    quote: "USD",
    stalenessSeconds: 60,
    marginFactor: {
      maintenance: decimal(parameters.maintenanceFactor),
      initial: decimal(parameters.initialFactor),
    },
    peg: { threshold: decimal(parameters.peg.threshold), factor: decimal(parameters.peg.factor) },
    confidence: {
      threshold: decimal(parameters.confidence.threshold),
      factor: decimal(parameters.confidence.factor),
    },
    collateral: [
      { symbol: "USD", decimals: CASH_DECIMALS, weight: ALL, debtWeight: ALL, borrowable: true },
      ...held.map((c, i) => ({
        symbol: `LOT-${i}`,
        decimals: 0,
        weight: {
          maintenance: less(1, c.maintenanceHaircut),
          initial: less(1, c.maintenanceHaircut, c.initialHaircut),
        },
        debtWeight: { maintenance: "2", initial: "2" },
        borrowable: false,
      })),
    ],
    groups: [
      {
        name: "MARKET",
        underlying: "UNDERLYING",
        ...marketOf(parameters),
        riskCancelling: held.flatMap((c, i) => (c.riskCancelling ? [`LOT-${i}`] : [])),
        instruments: positions.map(({ terms }) => terms),
      },
    ],
  };
  const marks: Marks = {
    format: "plimsoll.marks.1",
    observedAt: OBSERVED_AT,
    source: "test",
    stablePrice: decimal(stablePrice),
    spot: {
      USD: { price: "1" },
      UNDERLYING: { price: decimal(spot), confidence: decimal(portfolio.spotConfidence) },
      ...Object.fromEntries(
        held.map((c, i) => [
          `LOT-${i}`,
          { price: times(c.amount, c.price), confidence: decimal(c.confidence) },
        ]),
      ),
    },
    perps:
      perp.amount === 0 ? {} : { PERP: { mark: decimal(perp.price), confidence: decimal(perp.confidence) } },
    expiries: {
      UNDERLYING: Object.fromEntries(
        portfolio.expiries.map(({ secondsLeft, forward, rate, confidence, options }) => [
          instant(secondsLeft),
          {
            forward: decimal(forward),
            rate: decimal(rate),
            confidence: decimal(confidence),
            volatility: Object.fromEntries(
              options.map(({ strike, volatility }) => [decimal(strike), decimal(volatility)]),
            ),
          },
        ]),
      ),
    },
  };
  const policy = compilePolicy(riskParameters, marks);
  const rowOf = (symbol: string, kind: string) =>
    policy.rowTable.find((row) => row.symbol === symbol && row.kind === kind)!.row;
  const cash = floor(multiply(fromDecimal(plus(portfolio.cash, perp.unsettled)), powerOfTen(CASH_DECIMALS)));
  const holdings = [
    { row: rowOf("USD", cash < 0n ? "debt" : "asset"), quantity: cash < 0n ? -cash : cash },
    ...held.map((_, i) => ({ row: rowOf(`LOT-${i}`, "asset"), quantity: 1n })),
    ...positions.map(({ terms, amount }) => ({
      row: rowOf(terms.symbol, amount < 0 ? "short" : "long"),
      quantity: 1n,
    })),
  ];
  return { riskParameters, marks, policy, holdings };
}

const ALL = { maintenance: "1", initial: "1" };
