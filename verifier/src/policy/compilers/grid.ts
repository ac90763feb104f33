import { type Scenario, scenarioGrid, scenarioLabel, scenarioWeight, spotMove } from "../grid.ts";
import type { HedgeCoefficients, InstrumentCoefficients } from "../matrix.ts";
import type { ColumnLabel, ModelGroup, ModelPolicy } from "../model.ts";
import { PRICING_ERROR } from "../pricing.ts";
import {
  add,
  ceil,
  divide,
  floor,
  fromDecimal,
  fromDouble,
  integer,
  maximum,
  minimum,
  multiply,
  ONE,
  type Rational,
  subtract,
  ZERO,
} from "../rational.ts";
import type { GridParameters, GroupParameters, InstrumentTerms, Marks } from "../schemas.ts";
import { spotOf, type Valuation, valueInstrument } from "../valuation.ts";
import { type Cluster, clustersOf } from "./clusters.ts";
import { assetCoefficients } from "./collateral.ts";
import {
  type AddOn,
  type AddOnGroup,
  addOnCoefficients,
  addOnsOf,
  FLOORS,
  type Floor,
  grossDelta,
  independentLoss,
  withAddOns,
} from "./grid-add-ons.ts";
import { checkUnit, type MarginFactors, marginFactors, unitScale } from "./units.ts";

/**
 * Model "grid": the worst of a grid of scenarios per group, buffers, one hedging asset per group, floors and charges of the
 * group; groups are summed, and those of a cluster feed one more group, which takes the worst of their sums. A model that is
 * a grid with add-ons of its own says which.
 */
export function compileGrid(
  riskParameters: GridParameters,
  marks: Marks,
  moreAddOns: (of: AddOnGroup) => readonly AddOn[] = () => [],
): ModelPolicy {
  const factors = marginFactors(riskParameters.marginFactor);
  const assets = riskParameters.collateral.map((asset) => assetCoefficients(asset, marks));
  const max = { maintenance: -factors.maintenance, initial: -factors.initial };
  const clusters = clustersOf(riskParameters);
  const drafts = riskParameters.groups.map((group) => {
    const c = clusters.findIndex(({ members }) => members.includes(group));
    return draftOf(group, c < 0 ? null : c, clusters[c], riskParameters, marks, factors, moreAddOns);
  });
  // Members of a cluster have the same floors, so that those correspond by number as well.
  const floorsOf = (of: readonly Draft[]) =>
    FLOORS.filter((floor) => of.some(({ addOns }) => addOns.some((addOn) => addOn.floor === floor)));
  const inCluster = (c: number) => floorsOf(drafts.filter((draft) => draft.cluster === c));
  const groups = drafts.map((draft): ModelGroup => {
    const { group, cluster, addOns, scale, instruments, labels } = draft;
    const floors = cluster === null ? floorsOf([draft]) : inCluster(cluster);
    const { name, underlying, hedge } = group;
    const scenarios = [...labels, ...floors.map(floorLabel)];
    return {
      name,
      underlying,
      instruments: group.instruments,
      scenarios,
      extraColumns: addOns.flatMap(({ columns }) => columns.map((column) => column.name)),
      scale,
      hedged: hedge ? [riskParameters.collateral.findIndex((c) => c.symbol === hedge.asset)] : [],
      ...(cluster === null ? {} : { feeds: { by: "scenarios", parent: drafts.length + cluster } }),
      coefficients: {
        instruments: instruments.map((row, n) => withAddOns(row, n, addOns, floors)),
        max: cluster === null ? max : { maintenance: 0n, initial: 0n },
        ...(cluster === null ? {} : { feed: scenarios.map(() => clusters[cluster]!.feed) }),
        hedges: hedge
          ? [
              hedgeCoefficients(hedge, scenarioGrid(group.grid).scenarios, riskParameters, marks, scale, [
                ...floors,
                ...addOns.flatMap(({ columns }) => columns),
              ]),
            ]
          : [],
        ...(addOns.length === 0 ? {} : { extras: addOnCoefficients(addOns, floors, labels.length) }),
      },
    };
  });
  const parents = clusters.map(
    ({ cluster: { name, hedge }, underlying, labels, scenarios }, c): ModelGroup => {
      const floors = inCluster(c);
      return {
        name,
        underlying,
        instruments: [],
        scenarios: [...labels, ...floors.map(floorLabel)],
        extraColumns: [],
        scale: factors.scale,
        hedged: hedge ? [riskParameters.collateral.findIndex((c) => c.symbol === hedge.asset)] : [],
        coefficients: {
          instruments: [],
          max,
          hedges: hedge
            ? [hedgeCoefficients(hedge, scenarios!, riskParameters, marks, factors.scale, floors)]
            : [],
        },
      };
    },
  );
  return { assets, groups: [...groups, ...parents], paddingMax: max };
}

/** A group before it is known which floors it shares. */
interface Draft {
  readonly group: GroupParameters;
  /** Number of its cluster. */
  readonly cluster: number | null;
  readonly labels: readonly ColumnLabel[];
  readonly addOns: readonly AddOn[];
  readonly scale: Rational;
  readonly instruments: readonly InstrumentCoefficients[];
}

function draftOf(
  group: GroupParameters,
  cluster: number | null,
  of: Cluster | undefined,
  riskParameters: GridParameters,
  marks: Marks,
  factors: MarginFactors,
  moreAddOns: (of: AddOnGroup) => readonly AddOn[],
): Draft {
  const grid = scenarioGrid(group.grid);
  const labels = grid.scenarios.map(scenarioLabel);
  const scale = of === undefined ? factors.scale : divide(factors.scale, integer(of.fineness));
  const weights = grid.scenarios.map(scenarioWeight);
  const valued = group.instruments.map((terms) => {
    const valuation = valueInstrument(terms, group.underlying, grid, marks);
    const pnl = valuation.pnl.map((amount, s) =>
      multiply(amount, weights[s]!, scale, unitScale(terms.decimals)),
    );
    return { terms, valuation, pnl };
  });
  const share = fromDecimal(of?.cluster.independent ?? "0");
  return {
    group,
    cluster,
    labels,
    scale,
    addOns: [
      ...addOnsOf({ group, marks, scale }),
      ...moreAddOns({ group, marks, scale }),
      ...independentLoss(
        valued.map(({ pnl }) => pnl),
        labels.map(({ name }) => name),
        share,
      ),
    ],
    instruments: valued.map(({ terms, valuation, pnl }) => ({
      ...chargedCoefficients(terms, group, valuation, weights, riskParameters, marks),
      scenarios: pnl.map(floor),
    })),
  };
}

/** Factor on all buffers: 1 + cardinalityAddOn * (number of accepted assets)^2. */
function bufferGrowth({ cardinalityAddOn, collateral }: GridParameters): Rational {
  if (cardinalityAddOn === undefined) return ONE;
  return add(ONE, multiply(fromDecimal(cardinalityAddOn), integer(BigInt(collateral.length) ** 2n)));
}

function chargedCoefficients(
  terms: InstrumentTerms,
  group: GroupParameters,
  { notional, mark, errorScale }: Valuation,
  weights: readonly Rational[],
  riskParameters: GridParameters,
  marks: Marks,
): Omit<InstrumentCoefficients, "scenarios"> {
  const unit = unitScale(terms.decimals);
  const buffer = bufferGrowth(riskParameters);
  checkUnit(`instrument "${terms.symbol}"`, terms.decimals, multiply(notional, unit), multiply(mark, unit));
  // A scenario column has one number for both sides, so it cannot lean to either; what the two doubles behind it may
  // err is charged here instead, to both.
  const error = multiply(
    fromDouble(2 * PRICING_ERROR),
    weights.map((weight, s) => multiply(weight, errorScale[s]!)).reduce(maximum, ZERO),
  );
  const isLinear = terms.kind === "perp" || terms.kind === "future";
  const charges = (level: "maintenance" | "initial") => {
    const doubt = add(
      multiply(error, add(ONE, fromDecimal(riskParameters.marginFactor[level]))),
      grossDelta(group, terms, marks, level),
    );
    const cost = (kind: keyof GroupParameters["buffers"]) =>
      multiply(notional, fromDecimal(group.buffers[kind][level]), buffer);
    // Whoever owns an option can let it go: it never costs its owner more than its mark.
    const long = isLinear ? cost("linear") : minimum(cost("optionLong"), mark);
    const short = isLinear ? cost("linear") : cost("optionShort");
    return { long: add(long, doubt), short: add(short, doubt) };
  };
  const [maintenance, initial] = [charges("maintenance"), charges("initial")];
  const credit = (amount: Rational) => floor(multiply(amount, unit));
  const charge = (amount: Rational) => -ceil(multiply(amount, unit));
  return {
    value: credit(mark),
    maintenance: credit(subtract(mark, maintenance.long)),
    initial: credit(subtract(mark, initial.long)),
    shortMaintenance: charge(add(mark, maintenance.short)),
    shortInitial: charge(add(mark, initial.short)),
  };
}

/** In the scenarios of a grid, and 0 in whatever columns follow. */
function hedgeCoefficients(
  { asset, refund }: NonNullable<GroupParameters["hedge"]>,
  scenarios: readonly Scenario[],
  { collateral }: GridParameters,
  marks: Marks,
  scale: Rational,
  after: readonly unknown[],
): HedgeCoefficients {
  const { decimals } = collateral.find((c) => c.symbol === asset)!;
  const value = multiply(spotOf(marks, asset), unitScale(decimals));
  return {
    maintenance: floor(multiply(value, fromDecimal(refund.maintenance))),
    initial: floor(multiply(value, fromDecimal(refund.initial))),
    scenarios: [
      ...scenarios.map((scenario) =>
        floor(multiply(value, spotMove(scenario), scenarioWeight(scenario), scale)),
      ),
      ...after.map(() => 0n),
    ],
  };
}

const FLOOR_NAMES = {
  grossMinimum: "minimum charges, gross",
  delta: "delta charge",
  independent: "each member's own worst scenario",
} as const;
const floorLabel = (floor: Floor): ColumnLabel => ({ name: FLOOR_NAMES[floor], move: null });
