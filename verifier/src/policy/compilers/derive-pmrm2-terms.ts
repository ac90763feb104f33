import type { Pmrm2Parameters } from "../../models/derive-pmrm2-types.ts";
import {
  add,
  fromDecimal,
  isLess,
  maximum,
  multiply,
  ONE,
  type Rational,
  subtract,
  toDouble,
  ZERO,
} from "../rational.ts";
import type { DerivePmrm2Parameters, Marks, PmrmGroup } from "../schemas.ts";
import { MarksError } from "../valuation.ts";

/** A spot price after a move by a fraction, as a multiple of what it was. */
export const spotFactor = (move: string): Rational => add(ONE, fromDecimal(move));

/** What a group of a policy file says, as the floating model takes it. */
export function pmrm2ParametersOf(
  { marginFactor, peg, confidence }: DerivePmrm2Parameters,
  group: PmrmGroup,
): Pmrm2Parameters {
  const { basis, perpCharge, nakedShortCharge } = group;
  // The model states charges of initial margin as what comes on top of maintenance.
  const onTop = (charge: PmrmGroup["perpCharge"]) => ({
    maintenance: Number(charge.maintenance),
    initial: toDouble(subtract(fromDecimal(charge.initial), fromDecimal(charge.maintenance))),
  });
  return {
    scenarios: group.scenarios.map((scenario) => {
      const dampening = Number(scenario.dampening);
      if (scenario.kind === "skew") return { ...scenario, dampening };
      const { kind, volatility, spot } = scenario;
      return { kind, volatility, spotFactor: toDouble(spotFactor(spot)), dampening };
    }),
    volatility: numbers(group.volatility),
    skew: {
      linear: numbers(group.skew.linear),
      absolute: numbers(group.skew.absolute),
      reach: numbers(group.skew.reach),
    },
    maintenanceFactor: Number(marginFactor.maintenance),
    initialFactor: Number(marginFactor.initial),
    discount: { gain: numbers(group.discount.gain), loss: numbers(group.discount.loss) },
    basis: {
      upFactor: toDouble(spotFactor(basis.up)),
      downFactor: toDouble(spotFactor(basis.down)),
      add: Number(basis.add),
      perYear: Number(basis.perYear),
    },
    peg: numbers(peg),
    confidence: numbers(confidence),
    perpCharge: onTop(perpCharge),
    nakedShortCharge: onTop(nakedShortCharge),
  };
}

function numbers<K extends string>(decimals: Readonly<Record<K, string>>): Record<K, number> {
  const entries = Object.entries(decimals).map(([name, value]) => [name, Number(value)]);
  return Object.fromEntries(entries) as Record<K, number>;
}

/** Dollars for one of the quote currency. Throws MarksError without the mark. */
export function stablePriceOf({ stablePrice }: Marks): Rational {
  if (stablePrice === undefined)
    throw new MarksError('stablePrice is missing, and model "derive-pmrm2" watches the peg');
  return fromDecimal(stablePrice);
}

/** Initial margin factor at these marks: it grows when the quote currency is worth less than it should be. */
export function initialFactor({ marginFactor, peg }: DerivePmrm2Parameters, marks: Marks): Rational {
  const below = maximum(subtract(fromDecimal(peg.threshold), stablePriceOf(marks)), ZERO);
  return add(fromDecimal(marginFactor.initial), multiply(below, fromDecimal(peg.factor)));
}

/** Fraction of a notional that is charged when it rests on marks of these confidences. */
export function doubtCharge({ confidence }: DerivePmrm2Parameters, ...of: readonly Rational[]): Rational {
  const least = of.reduce((a, b) => (isLess(b, a) ? b : a), ONE);
  if (!isLess(least, fromDecimal(confidence.threshold))) return ZERO;
  return multiply(subtract(ONE, least), fromDecimal(confidence.factor));
}

/** Throws MarksError where a mark that counts does not say how sure it is. */
export function confidenceOf(mark: { readonly confidence?: string | undefined } | undefined, path: string) {
  if (mark?.confidence === undefined)
    throw new MarksError(`${path} has no confidence, and model "derive-pmrm2" charges for doubt`);
  return fromDecimal(mark.confidence);
}
