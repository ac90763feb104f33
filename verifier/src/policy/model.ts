import type { VolatilityMove } from "./grid.ts";
import type { AssetCoefficients, GroupCoefficients, MaxCoefficients, TierCoefficients } from "./matrix.ts";
import type { Rational } from "./rational.ts";
import type { InstrumentTerms } from "./schemas.ts";
import type { Feeding } from "./shape.ts";

/** One of a group's own columns, for people. */
export interface ColumnLabel {
  /** "spot -15 %, volatility up" */
  readonly name: string;
  /** A move of spot (as a fraction) and volatility; null for tilts of the smile, minimum charges and the like. */
  readonly move: {
    readonly spot: number;
    readonly volatility: VolatilityMove;
    readonly weight: number;
  } | null;
}

/** A group of columns of a policy with what gives it a meaning. A model may make several of what its file calls a group. */
export interface PolicyGroup {
  /** Unique in the policy. */
  readonly name: string;
  readonly underlying: string;
  /** In row order. */
  readonly instruments: readonly InstrumentTerms[];
  /** Of its scenarios, in column order. */
  readonly scenarios: readonly ColumnLabel[];
  /** Of its extra columns, in column order, in words. */
  readonly extraColumns: readonly string[];
  /** Measured P&L is money (10^-12 quote) times this. */
  readonly scale: Rational;
}

/** A group as its model compiles it: unpadded, its links in numbers of groups of the same list. */
export interface ModelGroup extends PolicyGroup {
  /** Asset numbers by hedge, ascending. */
  readonly hedged: readonly number[];
  readonly feeds?: Feeding;
  readonly coefficients: GroupCoefficients;
}

/** An asset that counts by size. */
export interface ModelTiers {
  readonly asset: number;
  readonly coefficients: TierCoefficients;
}

/** What a margin model makes of its two files. Children come before their parents. */
export interface ModelPolicy {
  readonly assets: readonly AssetCoefficients[];
  /** By ascending asset; none when absent. */
  readonly tiers?: readonly ModelTiers[];
  readonly groups: readonly ModelGroup[];
  /** Charges of the maximum of a group of padding. */
  readonly paddingMax: MaxCoefficients;
}
