import type {
  AssetCoefficients,
  ExtraCoefficients,
  FeedCoefficients,
  GroupCoefficients,
  MaxCoefficients,
  PolicyCoefficients,
  TierCoefficients,
} from "./matrix.ts";
import type { ModelGroup, ModelPolicy, PolicyGroup } from "./model.ts";
import { extrasNeeded, placesOf } from "./place.ts";
import { ONE } from "./rational.ts";
import { PolicyFileError, type RiskParameters } from "./schemas.ts";
import { type GroupShape, hasMax, linkNumbers, ownColumns, type Shape, type TierShape } from "./shape.ts";

/** A model's policy in its shape. */
export interface PlacedPolicy {
  readonly coefficients: PolicyCoefficients;
  /** By number of the shape's groups; a group of padding has no name. */
  readonly groups: readonly PolicyGroup[];
}

/**
 * A model's policy with zero rows and columns up to the shape that its file names, or else the smallest that fits. Each
 * group takes the first place that has room and feeds what it feeds (place.ts). A maximum of padding is charged as those
 * of the policy are. Throws a PolicyFileError when the shape is too small, or links its groups in another way.
 */
export function paddedPolicy(asCompiled: ModelPolicy, riskParameters: RiskParameters): PlacedPolicy {
  const asked = riskParameters.shape as Shape | undefined;
  const places = asked && placesOf(smallestShape(asCompiled).groups, asked.groups);
  const model = places ? movedTo(asCompiled, places) : asCompiled;
  const smallest = smallestShape(model);
  const shape = asked ?? smallest;
  const problems: string[] = [];
  const room = (what: string, needed: number, has: number) => {
    if (needed > has) problems.push(`shape: ${what}: ${needed} needed, the shape has ${has}`);
  };
  room("assets", smallest.assets, shape.assets);
  room("groups", smallest.groups.length, shape.groups.length);
  const paddedGroups = shape.groups.map((of, g) => {
    const group = model.groups[g];
    const needed = smallest.groups[g];
    if (group !== undefined && needed !== undefined && group.name !== "") {
      const name = `group "${group.name}"`;
      room(`${name}, instruments`, needed.instruments, of.instruments);
      room(`${name}, scenarios`, needed.scenarios, of.scenarios);
      room(`${name}, extras`, extrasNeeded(needed, of), of.extras ?? 0);
      room(`${name}, extra columns`, needed.extraColumns ?? 0, of.extraColumns ?? 0);
      for (const asset of group.hedged) {
        if (!of.hedges.includes(asset))
          problems.push(`shape: ${name}: asset ${asset} is not among its hedges`);
      }
      const links = [needed, of].map((shape) => linkNumbers(shape).slice(0, 3).join());
      if (links[0] !== links[1]) problems.push(`shape: ${name}: feeds another group, or in another way`);
    }
    return padGroup(group?.name === "" ? undefined : group, needed, of, model.paddingMax);
  });
  for (const { asset, portions } of smallest.tiers ?? [])
    room(`portions of asset ${asset}`, portions, portionsIn(shape, asset));
  if (problems.length > 0) throw new PolicyFileError("risk parameters", problems);
  const assets = fill(model.assets, shape.assets, ZERO_ASSET);
  const tiers = shape.tiers === undefined ? {} : { tiers: paddedTiers(model, shape.tiers) };
  return { coefficients: { shape, assets, ...tiers, groups: paddedGroups }, groups: model.groups };
}

/** The same groups in other places, with nameless ones between them. */
function movedTo(model: ModelPolicy, places: readonly number[]): ModelPolicy {
  const groups: ModelGroup[] = Array.from({ length: Math.max(-1, ...places) + 1 }, () => NO_GROUP);
  for (const [g, group] of model.groups.entries()) {
    const { feeds } = group;
    groups[places[g]!] =
      feeds === undefined ? group : { ...group, feeds: { ...feeds, parent: places[feeds.parent]! } };
  }
  return { ...model, groups };
}

const portionsIn = ({ tiers = [] }: Shape, asset: number): number =>
  tiers.find((tier) => tier.asset === asset)?.portions ?? 0;

/** Portions of padding have no width, and assets whose tiers are padding have no credit: they count as they do without. */
function paddedTiers({ tiers = [] }: ModelPolicy, shape: readonly TierShape[]): TierCoefficients[] {
  const none: TierCoefficients = {
    widths: [],
    weights: [],
    lastWeight: 0n,
    credit: { maintenance: 0n, initial: 0n },
  };
  return shape.map(({ asset, portions }) => {
    const tier = tiers.find((of) => of.asset === asset)?.coefficients ?? none;
    return { ...tier, widths: fill(tier.widths, portions, 0n), weights: fill(tier.weights, portions, 0n) };
  });
}

/** A circuit has a group with an instrument and a scenario, whether or not the model has. */
const LEAST_GROUP: GroupShape = Object.freeze({ instruments: 1, scenarios: 1, hedges: [] });

function smallestShape({ assets, groups, tiers = [] }: ModelPolicy): Shape {
  const tiered = tiers.map(({ asset, coefficients }) => ({ asset, portions: coefficients.widths.length }));
  return {
    assets: assets.length,
    ...(tiered.length === 0 ? {} : { tiers: tiered }),
    groups:
      groups.length === 0
        ? [LEAST_GROUP]
        : groups.map(({ coefficients, scenarios, hedged, feeds, extraColumns }) => ({
            instruments: coefficients.instruments.length,
            scenarios: scenarios.length,
            hedges: hedged,
            ...(feeds === undefined ? {} : { feeds }),
            ...(coefficients.extras === undefined ? {} : { extras: coefficients.extras.length }),
            ...(extraColumns.length === 0 ? {} : { extraColumns: extraColumns.length }),
          })),
  };
}

function padGroup(
  group: ModelGroup | undefined,
  needed: GroupShape | undefined,
  of: GroupShape,
  ending: MaxCoefficients,
): GroupCoefficients {
  const from = needed?.scenarios ?? 0;
  const padRow = (own: readonly bigint[]): bigint[] => {
    const scenarios = fill(own.slice(0, from), of.scenarios, 0n);
    return fill([...scenarios, ...own.slice(from)], ownColumns(of), 0n);
  };
  const padExtra = (row: ExtraCoefficients | undefined): ExtraCoefficients =>
    row
      ? { ...row, scenarios: padRow(row.scenarios) }
      : { maintenance: 0n, initial: 0n, scenarios: padRow([]) };
  const { instruments = [], hedges = [], extras = [], feed = [] } = group?.coefficients ?? {};
  const padded: GroupCoefficients = {
    instruments: fill(
      instruments.map((row) => ({ ...row, scenarios: padRow(row.scenarios) })),
      of.instruments,
      { ...ZERO_INSTRUMENT, scenarios: padRow([]) },
    ),
    max: group?.coefficients.max ?? paddingMax(of, ending),
    hedges: of.hedges.map((asset) => padExtra(hedges[group?.hedged.indexOf(asset) ?? -1])),
  };
  const spare = liftOfPadding(needed, of);
  return {
    ...padded,
    ...(hasMax(of) ? {} : { feed: fill(feed, of.scenarios, ZERO_FEED) }),
    ...(of.extras === undefined
      ? {}
      : {
          extras: Array.from({ length: of.extras }, (_, e) =>
            extras.length === e ? spare : padExtra(extras[e]),
          ),
        }),
  };
}

/**
 * A short row is a unit below 0 in every column, also in extra columns of padding: an extra of padding, which costs nothing, lifts
 * them all.
 */
function liftOfPadding(needed: GroupShape | undefined, of: GroupShape): ExtraCoefficients {
  const used = of.scenarios + (needed?.extraColumns ?? 0);
  const scenarios = Array.from({ length: ownColumns(of) }, (_, c) => (c < used ? 0n : 1n));
  return { maintenance: 0n, initial: 0n, scenarios };
}

function paddingMax(of: GroupShape, ending: MaxCoefficients): MaxCoefficients {
  if (of.feeds === undefined) return ending;
  return of.feeds.by === "max" ? { ...NO_MAX, parent: 0n } : NO_MAX;
}

function fill<T>(list: readonly T[], length: number, padding: T): T[] {
  return [...list, ...Array.from({ length: Math.max(0, length - list.length) }, () => padding)];
}

const NO_GROUP: ModelGroup = Object.freeze({
  name: "",
  underlying: "",
  instruments: [],
  scenarios: [],
  extraColumns: [],
  scale: ONE,
  hedged: [],
  coefficients: { instruments: [], max: { maintenance: 0n, initial: 0n }, hedges: [] },
});
const NO_MAX = Object.freeze({ maintenance: 0n, initial: 0n });
const ZERO_ASSET: AssetCoefficients = Object.freeze({
  value: 0n,
  maintenance: 0n,
  initial: 0n,
  debtMaintenance: 0n,
  debtInitial: 0n,
});
const ZERO_INSTRUMENT = Object.freeze({
  value: 0n,
  maintenance: 0n,
  initial: 0n,
  shortMaintenance: 0n,
  shortInitial: 0n,
});
const ZERO_FEED: FeedCoefficients = Object.freeze({
  pos: Object.freeze({ maintenance: 0n, initial: 0n, parent: 0n }),
  neg: Object.freeze({ maintenance: 0n, initial: 0n, parent: 0n }),
});
