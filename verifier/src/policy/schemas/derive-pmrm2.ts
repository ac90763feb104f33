import * as z from "zod/mini";
import { checkCommon, checkGroupNames, checkRising, isBelow } from "./checks.ts";
import {
  atLeastOne,
  Collateral,
  fraction,
  header,
  Instrument,
  levels,
  positive,
  signed,
  symbol,
  unsigned,
} from "./fields.ts";

const Scenario = z.discriminatedUnion("kind", [
  /** The underlying moves by the fraction `spot`; of the P&L counts `dampening`. */
  z.strictObject({
    kind: z.literal("move"),
    spot: signed,
    volatility: z.enum(["up", "same", "down"]),
    dampening: unsigned,
  }),
  /** The smile tilts about the forward, and in each expiry either way loses; spot stands still. */
  z.strictObject({ kind: z.literal("skew"), tilt: z.enum(["linear", "absolute"]), dampening: unsigned }),
]);

/** `base + slope * sqrt(years)` */
const TiltCap = z.strictObject({ base: unsigned, slope: signed });

const Group = z.strictObject({
  name: symbol,
  /** Whose spot mark the scenarios move. It need not be accepted as collateral. */
  underlying: symbol,
  scenarios: z.array(Scenario).check(z.minLength(1)),
  /** How far implied volatility moves: v (1 + up f), at least `floor`, or v max(0, 1 - down f);
   * f = (30 / max(leastDays, days))^exponent, with the near exponent up to 30 days. */
  volatility: z.strictObject({
    up: unsigned,
    down: unsigned,
    floor: unsigned,
    nearExponent: unsigned,
    farExponent: unsigned,
    leastDays: positive,
  }),
  /** How far a smile tilts: the cap, and the log-moneyness `sqrt(years) width (static + slope sqrt(years))`, at least `least`, that has it. */
  skew: z.strictObject({
    linear: TiltCap,
    absolute: TiltCap,
    reach: z.strictObject({ least: positive, width: unsigned, static: unsigned, slope: signed }),
  }),
  /** What the value of an expiry counts after a scenario: a positive one by `static e^(-years (rate rateScale + rateAdd))`, a
   * negative one by `static e^(+...)` but no more than e^(rate years). Gains never count more than all, losses never less. */
  discount: z.strictObject({
    gain: z.strictObject({ static: fraction, rateScale: unsigned, rateAdd: unsigned }),
    loss: z.strictObject({ static: atLeastOne, rateScale: unsigned, rateAdd: unsigned }),
  }),
  /** Each expiry moves on its own by the worse of two fractions; its loss counts `add + perYear * years`. */
  basis: z.strictObject({ up: signed, down: signed, add: unsigned, perYear: unsigned }),
  /** Fractions of the underlying's notional at spot. */
  perpCharge: levels(fraction),
  /** The same, of options sold beyond those held of the same strike and expiry. */
  nakedShortCharge: levels(fraction),
  /** Collateral that takes the scenarios' moves of spot, and so offsets positions. */
  riskCancelling: z.array(symbol),
  instruments: z.array(Instrument),
});

/** Model "derive-pmrm2": Derive's portfolio margin (docs/margin-models.md), one group for each underlying, groups summed. */
export const derivePmrm2Schema = z
  .strictObject({
    ...header,
    model: z.literal("derive-pmrm2"),
    /** Charge of the worst loss; weights of collateral do not count moves of its price: the scenarios do. */
    marginFactor: levels(positive),
    /** The initial factor grows by `factor` times what the quote currency is below `threshold` dollars. */
    peg: z.strictObject({ threshold: unsigned, factor: unsigned }),
    /** Marks less sure than `threshold` cost (1 - confidence) * factor of what rests on them, in initial margin. */
    confidence: z.strictObject({ threshold: fraction, factor: unsigned }),
    /** In asset-number order: asset k is at rows 2k (owned) and 2k + 1 (owed). */
    collateral: z.array(Collateral).check(z.minLength(1)),
    groups: z.array(Group),
  })
  .check(
    z.superRefine((policy, context) => {
      // What follows compares decimals, so each must be one.
      if (context.issues.length > 0) return;
      const fail = (path: PropertyKey[], message: string) =>
        context.addIssue({ code: "custom", path, message });
      checkCommon(policy, fail);
      checkGroupNames(policy, fail);
      const accepted = new Map(policy.collateral.map((c) => [c.symbol, c]));
      const cancelsIn = new Map<string, string>();
      for (const [g, group] of policy.groups.entries()) {
        const at = ["groups", g];
        checkRising(group.perpCharge, [...at, "perpCharge"], fail);
        checkRising(group.nakedShortCharge, [...at, "nakedShortCharge"], fail);
        const moves = [
          ...group.scenarios.map((s, i) => [["scenarios", i, "spot"], "spot" in s ? s.spot : "0"] as const),
          ...(["up", "down"] as const).map((way) => [["basis", way], group.basis[way]] as const),
        ];
        for (const [path, move] of moves) {
          if (!isBelow("-1", move)) fail([...at, ...path], "a price falls by less than all of it");
        }
        for (const [n, { kind }] of group.instruments.entries()) {
          if (kind === "future")
            fail([...at, "instruments", n, "kind"], "the model has perps and options, no dated futures");
        }
        for (const [i, asset] of group.riskCancelling.entries()) {
          const taken = cancelsIn.get(asset);
          const path = [...at, "riskCancelling", i];
          if (!accepted.has(asset)) fail(path, `"${asset}" is not in the collateral list`);
          if (accepted.get(asset)?.issuerAffiliated)
            fail(path, `"${asset}" is issuer-affiliated: it covers nothing, positions included`);
          if (asset === policy.quote) fail(path, "the quote currency does not move against itself");
          if (taken !== undefined) fail(path, `"${asset}" cancels risk in group "${taken}" already`);
          cancelsIn.set(asset, group.name);
        }
      }
    }),
  );

export type DerivePmrm2Parameters = z.infer<typeof derivePmrm2Schema>;
export type PmrmGroup = DerivePmrm2Parameters["groups"][number];
