/** Direction in which a scenario moves every volatility. */
export type Pmrm2VolatilityMove = "up" | "same" | "down";

/** One column of the scenario matrix. */
export type Pmrm2Scenario =
  | {
      readonly kind: "move";
      /** Price of the underlying after the move, as a multiple of what it is. */
      readonly spotFactor: number;
      readonly volatility: Pmrm2VolatilityMove;
      /** Fraction of the P&L that counts. */
      readonly dampening: number;
    }
  | {
      /** The smile tilts about the forward; the underlying stays. */
      readonly kind: "skew";
      readonly tilt: "linear" | "absolute";
      readonly dampening: number;
    };

/** Cap of a tilt, `base + slope * sqrt(years)`. */
export interface Pmrm2TiltCap {
  readonly base: number;
  readonly slope: number;
}

/** Public parameters of the model. Rates are per year; factors and haircuts are fractions of 1. */
export interface Pmrm2Parameters {
  readonly scenarios: readonly Pmrm2Scenario[];
  readonly volatility: {
    readonly up: number;
    readonly down: number;
    /** Volatilities that move up are at least this. */
    readonly floor: number;
    readonly nearExponent: number;
    readonly farExponent: number;
    readonly leastDays: number;
  };
  readonly skew: {
    readonly linear: Pmrm2TiltCap;
    readonly absolute: Pmrm2TiltCap;
    /** Log-moneyness at which a tilt reaches its cap: `sqrt(years) width (static + slope sqrt(years))`, at least `least`. */
    readonly reach: {
      readonly least: number;
      readonly width: number;
      readonly static: number;
      readonly slope: number;
    };
  };
  /** Factors on the worst P&L. */
  readonly maintenanceFactor: number;
  readonly initialFactor: number;
  /** What the value of an expiry is multiplied by: `gain e^(-years (rate a + b))`, `loss e^(years (rate a + b))`. */
  readonly discount: {
    readonly gain: Pmrm2Discount;
    readonly loss: Pmrm2Discount;
  };
  /** Each expiry on its own moves to the worse of two prices, times `add + years * perYear`. */
  readonly basis: {
    readonly upFactor: number;
    readonly downFactor: number;
    readonly add: number;
    readonly perYear: number;
  };
  /** Below `threshold` the initial factor grows by the distance times `factor`. */
  readonly peg: { readonly threshold: number; readonly factor: number };
  /** Below `threshold` a notional is charged (1 - confidence) times `factor` of itself. */
  readonly confidence: { readonly threshold: number; readonly factor: number };
  /** Fractions of notional at spot; the initial ones come on top. */
  readonly perpCharge: { readonly maintenance: number; readonly initial: number };
  readonly nakedShortCharge: { readonly maintenance: number; readonly initial: number };
}

export interface Pmrm2Discount {
  readonly static: number;
  readonly rateScale: number;
  readonly rateAdd: number;
}

/** Collateral other than cash. Confidences are fractions of 1. */
export interface Pmrm2Collateral {
  readonly amount: number;
  /** In dollars: the model divides by the price of the stable coin it counts in. */
  readonly price: number;
  readonly confidence: number;
  /** Moves with the underlying, and so offsets short calls. */
  readonly riskCancelling: boolean;
  readonly maintenanceHaircut: number;
  /** On top of the maintenance haircut. */
  readonly initialHaircut: number;
}

export interface Pmrm2Option {
  readonly kind: "call" | "put";
  readonly strike: number;
  readonly volatility: number;
  /** Long positive. */
  readonly amount: number;
}

export interface Pmrm2Expiry {
  readonly secondsLeft: number;
  readonly forward: number;
  /** Negative rates count as 0. */
  readonly rate: number;
  /** Least of the forward's, the rate's and the volatilities'. */
  readonly confidence: number;
  readonly options: readonly Pmrm2Option[];
}

/** One account on one underlying. Prices in dollars, `cash` and values in the stable coin. */
export interface Pmrm2Portfolio {
  readonly cash: number;
  readonly spot: number;
  readonly spotConfidence: number;
  readonly stablePrice: number;
  readonly perp: {
    /** Long positive; 0 for none, and then neither price nor confidence count. */
    readonly amount: number;
    readonly price: number;
    readonly confidence: number;
    /** Profit and funding not yet in cash. */
    readonly unsettled: number;
  };
  readonly collaterals: readonly Pmrm2Collateral[];
  readonly expiries: readonly Pmrm2Expiry[];
}
