import { formatQuantity, parseDecimal } from "../../encodings/quantity.ts";
import { DEFAULT_VOLATILITY } from "../grid.ts";
import type { ModelPolicy } from "../model.ts";
import { fromDecimal, fromDouble, minimum, multiply, type Rational } from "../rational.ts";
import type {
  GridParameters,
  GroupParameters,
  InstrumentTerms,
  Marks,
  TimsClassParameters,
  TimsPolicyParameters,
} from "../schemas.ts";
import { optionPrice } from "../valuation.ts";
import { compileGrid } from "./grid.ts";
import { type AddOn, type AddOnGroup, grossOf } from "./grid-add-ons.ts";
import { unitScale } from "./units.ts";

/** Steps of a valuation point to either side. */
const STEPS = [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5];
const NO_BUFFER = Object.freeze({ maintenance: "0", initial: "0" });

/**
 * Model "tims" is a grid: a class is a group of ten moves, a product group a cluster of classes. Its minimum charges, in quote per
 * contract, compete with the points as a floor.
 */
export function compileTims(riskParameters: TimsPolicyParameters, marks: Marks): ModelPolicy {
  const classes = new Map(riskParameters.groups.map((of) => [of.name, of]));
  return compileGrid(gridOf(riskParameters), marks, (of) => minimumCharges(of, classes.get(of.group.name)!));
}

function gridOf({ groups, productGroups = [], ...shared }: TimsPolicyParameters): GridParameters {
  return {
    ...shared,
    model: "grid",
    groups: groups.map(({ name, underlying, points, instruments, hedge }): GroupParameters => {
      const scenarios = STEPS.map((n) => ({
        kind: "move" as const,
        spot: n < 0 ? `-${fifths(points.down, -n)}` : fifths(points.up, n),
        volatility: "same" as const,
        weight: "1",
      }));
      return {
        name,
        underlying,
        instruments,
        grid: { scenarios, volatility: DEFAULT_VOLATILITY },
        buffers: { linear: NO_BUFFER, optionLong: NO_BUFFER, optionShort: NO_BUFFER },
        ...(hedge === undefined ? {} : { hedge }),
      };
    }),
    clusters: productGroups.map(({ classes, ...of }) => ({ ...of, groups: classes })),
  };
}

/** n fifths of a decimal, exactly. */
function fifths(decimal: string, n: number): string {
  const { digits, places } = parseDecimal(decimal);
  return formatQuantity(digits * BigInt(2 * n), places + 1);
}

/** At least its minimum for every contract, whichever side is held; an option owned asks for no more than its mark. */
function minimumCharges(
  { group, marks, scale }: AddOnGroup,
  { minimumCharge }: TimsClassParameters,
): AddOn[] {
  return group.instruments.flatMap((terms, n) => {
    const { long, short } = sides(terms, group.underlying, minimumCharge, marks);
    const charge = (amount: Rational) => multiply(amount, unitScale(terms.decimals), scale);
    return grossOf(group, n, { long: charge(long), short: charge(short) }, "grossMinimum", "minimum charge");
  });
}

function sides(
  terms: InstrumentTerms,
  underlying: string,
  { linear, option }: TimsClassParameters["minimumCharge"],
  marks: Marks,
) {
  const size = fromDecimal(terms.contractSize);
  if (terms.kind === "perp" || terms.kind === "future") {
    const charge = multiply(fromDecimal(linear), size);
    return { long: charge, short: charge };
  }
  const charge = multiply(fromDecimal(option), size);
  const mark = fromDouble(optionPrice(terms, underlying, marks, null, DEFAULT_VOLATILITY));
  return { long: minimum(charge, multiply(size, mark)), short: charge };
}
