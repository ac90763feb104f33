import { readdirSync, readFileSync } from "node:fs";
import type {
  Pmrm2Parameters,
  Pmrm2Portfolio,
  Pmrm2Scenario,
} from "../../verifier/src/models/derive-pmrm2-types.ts";

/** One file of test/vectors/derive-pmrm2, as far as it is read. */
interface File {
  Scenario: {
    Cash: number;
    Collaterals: {
      Amount: number;
      Price: number;
      Confidence: number;
      IsRiskCancelling: boolean;
      IMHaircut: number;
      MMHaircut: number;
    }[];
    SpotPrice: number;
    SpotConfidence: number;
    NumPerps: number;
    PerpPrice: number;
    PerpConfidence: number;
    UnrealisedPerpPNL: number;
    UnrealisedFunding: number;
    StablePrice: number;
    Options: { Expiry: number; Strike: number; IsCall: 0 | 1; MarkVol: number; Amount: number }[];
    OptionFeeds: {
      FeedExpiry: number;
      Forward: number;
      ForwardConfidence: number;
      Rate: number;
      RateConfidence: number;
      OptionVolConfidences: number;
    }[];
  };
  Parameters: {
    Scenarios: { SpotShock: number; VolShockDirection: string; DampeningFactor: number }[];
    SkewShock: Record<string, number>;
    VolShock: Record<string, number>;
    Margin: Record<string, number>;
    BasisContingency: Record<string, number>;
    OtherContingency: Record<string, number>;
  };
  Result: {
    reg_losses: [string | number, number, string | number][];
    tail_losses: [string | number, number, string | number][];
    skew_losses: [string, string | number][];
    ForwardContingency: number;
    PortfolioMTM: number;
    OptionMTMPerExpiry?: number[];
    OptionMTMPerExpiryDiscounted?: number[];
    MMPerpCont: number;
    IMPerpCont: number;
    MMBaseCont: number;
    IMBaseCont: number;
    MMOptionCont: number;
    IMOptionCont: number;
    OracleCont: number;
    discount_factors?: [number, number][];
    im_loss_factor: number;
    VolShockUpMultiplier?: number[];
    VolShockDownMultiplier?: number[];
    IM: number;
    MM: number;
  };
}

export interface Pmrm2Case {
  readonly name: string;
  readonly portfolio: Pmrm2Portfolio;
  readonly parameters: Pmrm2Parameters;
  readonly result: File["Result"];
  /** Published scenario P&L, in the order of the parameters' scenarios. */
  readonly scenarioPnl: readonly number[];
  /** Options in the order of the file, for the figures that it gives by option. */
  readonly options: readonly { readonly secondsLeft: number; readonly up: number; readonly down: number }[];
}

const folder = new URL("../vectors/derive-pmrm2/", import.meta.url);

/** Every published case, in our words. */
export function pmrm2Cases(): readonly Pmrm2Case[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const file = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as File;
      return {
        name: name.replace(/\.json$/, ""),
        portfolio: portfolioOf(file.Scenario),
        parameters: parametersOf(file.Parameters),
        result: file.Result,
        scenarioPnl: pnlOf(file),
        options: file.Scenario.Options.map(({ Expiry }, i) => ({
          secondsLeft: Expiry,
          up: file.Result.VolShockUpMultiplier![i]!,
          down: file.Result.VolShockDownMultiplier![i]!,
        })),
      };
    });
}

function portfolioOf(s: File["Scenario"]): Pmrm2Portfolio {
  return {
    cash: s.Cash,
    spot: s.SpotPrice,
    spotConfidence: s.SpotConfidence,
    stablePrice: s.StablePrice,
    perp: {
      amount: s.NumPerps,
      price: s.PerpPrice,
      confidence: s.PerpConfidence,
      unsettled: s.UnrealisedPerpPNL + s.UnrealisedFunding,
    },
    collaterals: s.Collaterals.map((c) => ({
      amount: c.Amount,
      price: c.Price,
      confidence: c.Confidence,
      riskCancelling: c.IsRiskCancelling,
      maintenanceHaircut: c.MMHaircut,
      initialHaircut: c.IMHaircut,
    })),
    expiries: s.OptionFeeds.map((feed) => ({
      secondsLeft: feed.FeedExpiry,
      forward: feed.Forward,
      rate: feed.Rate,
      confidence: Math.min(feed.ForwardConfidence, feed.RateConfidence, feed.OptionVolConfidences),
      options: s.Options.filter(({ Expiry }) => Expiry === feed.FeedExpiry).map((option) => ({
        kind: option.IsCall === 1 ? "call" : "put",
        strike: option.Strike,
        volatility: option.MarkVol,
        amount: option.Amount,
      })),
    })),
  };
}

const MOVES: Readonly<Record<string, "up" | "same" | "down">> = { Up: "up", None: "same", Down: "down" };
const TILTS: Readonly<Record<string, "linear" | "absolute">> = { LINEAR: "linear", ABS: "absolute" };

function parametersOf(p: File["Parameters"]): Pmrm2Parameters {
  const read = (part: Record<string, number>, name: string): number => {
    const value = part[name];
    if (value === undefined) throw new Error(`the vectors have no parameter "${name}"`);
    return value;
  };
  return {
    scenarios: p.Scenarios.map((s): Pmrm2Scenario => {
      const tilt = TILTS[s.VolShockDirection];
      if (tilt !== undefined) return { kind: "skew", tilt, dampening: s.DampeningFactor };
      const volatility = MOVES[s.VolShockDirection]!;
      return { kind: "move", spotFactor: s.SpotShock, volatility, dampening: s.DampeningFactor };
    }),
    volatility: {
      up: read(p.VolShock, "VOLRANGEUP"),
      down: read(p.VolShock, "VOLRANGEDOWN"),
      floor: read(p.VolShock, "MIN_VOL_EVAL_SHOCKED"),
      nearExponent: read(p.VolShock, "SHORTTERMPOWER"),
      farExponent: read(p.VolShock, "LONGTERMPOWER"),
      leastDays: read(p.VolShock, "DTE_FLOOR"),
    },
    skew: {
      linear: { base: read(p.SkewShock, "LINEAR_SCALE_CAP"), slope: read(p.SkewShock, "LINEAR_CBASE") },
      absolute: { base: read(p.SkewShock, "ABS_SCALE_CAP"), slope: read(p.SkewShock, "ABS_CBASE") },
      reach: {
        least: read(p.SkewShock, "MIN_K_STAR"),
        width: read(p.SkewShock, "MIN_WIDTH_SCALE"),
        static: read(p.SkewShock, "VOL_PARAM_STATIC"),
        slope: read(p.SkewShock, "VOL_PARAM_SCALE"),
      },
    },
    maintenanceFactor: read(p.Margin, "MM_LOSS_FACTOR"),
    initialFactor: read(p.Margin, "IM_LOSS_FACTOR"),
    discount: {
      gain: {
        static: read(p.Margin, "BASE_STATIC_DISCOUNT"),
        rateScale: read(p.Margin, "LONG_RATE_MULTSCALE"),
        rateAdd: read(p.Margin, "LONG_RATE_ADDSCALE"),
      },
      loss: {
        static: read(p.Margin, "BASE_STATIC_DISCOUNT_NEG"),
        rateScale: read(p.Margin, "SHORT_RATE_MULTSCALE"),
        rateAdd: read(p.Margin, "SHORT_RATE_ADDSCALE"),
      },
    },
    basis: {
      upFactor: read(p.BasisContingency, "SCENARIO_SPOT_UP"),
      downFactor: read(p.BasisContingency, "SCENARIO_SPOT_DOWN"),
      add: read(p.BasisContingency, "BASIS_CONT_ADD_FACTOR"),
      perYear: read(p.BasisContingency, "BASIS_CONT_MULT_FACTOR"),
    },
    peg: {
      threshold: read(p.OtherContingency, "PEG_LOSS_THRESHOLD"),
      factor: read(p.OtherContingency, "PEG_LOSS_FACTOR"),
    },
    confidence: {
      threshold: read(p.OtherContingency, "CONF_THRESHOLD"),
      factor: read(p.OtherContingency, "CONF_MARGIN"),
    },
    perpCharge: {
      maintenance: read(p.OtherContingency, "MM_PERP_PERCENT"),
      initial: read(p.OtherContingency, "IM_PERP_PERCENT"),
    },
    nakedShortCharge: {
      maintenance: read(p.OtherContingency, "MM_OPTION_PERCENT"),
      initial: read(p.OtherContingency, "IM_OPTION_PERCENT"),
    },
  };
}

/** The results list regular moves, tails and tilts apart; each is in the order of the parameters. */
function pnlOf({ Parameters, Result }: File): readonly number[] {
  const moves = [...Result.reg_losses, ...Result.tail_losses];
  const tilts = new Map(Result.skew_losses);
  return Parameters.Scenarios.map(({ SpotShock, VolShockDirection }) => {
    const tilt = tilts.get(VolShockDirection);
    if (tilt !== undefined) return Number(tilt);
    const sign = { Up: 1, None: 0, Down: -1 }[VolShockDirection];
    const found = moves.filter(
      ([move, vol]) => vol === sign && Math.abs(Number(move) + 1 - SpotShock) < 1e-12,
    );
    if (found.length !== 1) throw new Error(`the vectors have ${found.length} results of one scenario`);
    return Number(found[0]![2]);
  });
}
