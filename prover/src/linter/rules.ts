import { COLUMN, hasMax, isHolding, ownColumns, type RowRole } from "@plimsoll/verifier/policy/shape.ts";
import { burdensFollowed } from "./burdens.ts";
import type { Claim, Multipliers } from "./claim.ts";
import { positiveMaximum } from "./integers.ts";
import type { Rule } from "./report.ts";
import { coefficient, freeUnknown, type System, unknowns } from "./system.ts";
import { withTiers } from "./tiers.ts";

/** A rule as a claim, with multipliers that certify it for a policy of the usual structure. */
export interface RuleClaim {
  readonly rule: Rule;
  readonly where: string;
  /** What a certificate proves. */
  readonly claim: string;
  /** What a counterexample shows. */
  readonly broken: string;
  readonly problem: Claim;
  readonly guesses: readonly Multipliers[];
}

/**
 * Design rules (1), (2), (3), (4) and (6): each a linear functional that is never positive where the equations hold.
 * (5), (7) and what (6) asks of extras compare single rows (`pairs.ts`, `feeding.ts`).
 */
export function ruleClaims(system: System): RuleClaim[] {
  return [
    freeWithinEquity(system),
    maintenanceWithinEquity(system),
    noSlackFromNothing(system),
    noEquityFromNothing(system),
    initialImpliesMaintenance(system),
    ...(system.layout.cappedAssets.length > 0 ? [noHedgeFromNothing(system)] : []),
    ...system.layout.shape.groups.flatMap((of, group) =>
      hasMax(of) || ownColumns(of) > of.scenarios ? [scenariosAreCharged(system, group)] : [],
    ),
  ];
}

const everyRow = (): boolean => true;
const withoutHoldings = (role: RowRole): boolean => !isHolding(role);

/** (1) 10^6 free <= equity+ - equity-. Guess: hedges are paid for out of the haircut of the asset that hedges. */
function freeWithinEquity(system: System): RuleClaim {
  const { layout } = system;
  const gains = gainsOf([
    [layout.equityPlus, -1n],
    [layout.equityMinus, 1n],
  ]);
  return {
    rule: "free-within-equity",
    where: "initial",
    claim: "10^6 free is at most equity+ less equity-, for every account",
    broken: "more free collateral than equity",
    problem: problem(system, [...unknowns(system, everyRow, gains), freeUnknown(1n)]),
    guesses: [
      multipliers(
        system,
        (h) => coefficient(system, h, COLUMN.initial),
        [COLUMN.equity, 1n],
        [COLUMN.initial, -1n],
      ),
    ],
  };
}

/** (1) once more: maintenance slack less shortfall <= equity+ - equity-. */
function maintenanceWithinEquity(system: System): RuleClaim {
  const { layout } = system;
  const gains = gainsOf([
    [layout.slackMaintenance, 1n],
    [layout.shortfall, -1n],
    [layout.equityPlus, -1n],
    [layout.equityMinus, 1n],
  ]);
  return {
    rule: "maintenance-within-equity",
    where: "maintenance",
    claim: "maintenance slack less shortfall is at most equity+ less equity-, for every account",
    broken: "more surplus over maintenance margin than equity",
    problem: problem(system, [...unknowns(system, everyRow, gains), freeUnknown(0n)]),
    guesses: [
      multipliers(
        system,
        (h) => coefficient(system, h, COLUMN.maintenance),
        [COLUMN.equity, 1n],
        [COLUMN.maintenance, -1n],
      ),
    ],
  };
}

/** (2) Without holdings and shortfall, no maintenance slack. */
function noSlackFromNothing(system: System): RuleClaim {
  const { layout } = system;
  const include = (role: RowRole): boolean => withoutHoldings(role) && role.kind !== "shortfall";
  return {
    rule: "no-slack-from-nothing",
    where: "maintenance",
    claim: "an account without holdings and without shortfall has no maintenance slack",
    broken: "maintenance slack without holdings or shortfall",
    problem: problem(system, [
      ...unknowns(system, include, gainsOf([[layout.slackMaintenance, 1n]])),
      freeUnknown(0n),
    ]),
    guesses: [
      multipliers(system, (h) => coefficient(system, h, COLUMN.maintenance), [COLUMN.maintenance, -1n]),
    ],
  };
}

/** (3) Without holdings and equity-, no equity+. */
function noEquityFromNothing(system: System): RuleClaim {
  const { layout } = system;
  const include = (role: RowRole): boolean => withoutHoldings(role) && role.kind !== "equityMinus";
  return {
    rule: "no-equity-from-nothing",
    where: "equity",
    claim: "an account without holdings and without equity- has no equity+",
    broken: "equity+ without holdings or equity-",
    problem: problem(system, [
      ...unknowns(system, include, gainsOf([[layout.equityPlus, 1n]])),
      freeUnknown(0n),
    ]),
    guesses: [multipliers(system, () => 0n, [COLUMN.equity, -1n])],
  };
}

/**
 * (4) Where free >= 0, shortfall less maintenance slack <= 0: the same maxima and hedges that pass initial margin pass
 * maintenance margin without a shortfall. Free is not negative here, so it is an ordinary unknown.
 */
function initialImpliesMaintenance(system: System): RuleClaim {
  const { layout } = system;
  const gains = gainsOf([
    [layout.shortfall, 1n],
    [layout.slackMaintenance, -1n],
  ]);
  const { signed: _, ...free } = freeUnknown(0n);
  const lostCredit = (hedge: number): bigint =>
    coefficient(system, hedge, COLUMN.initial) - coefficient(system, hedge, COLUMN.maintenance);
  return {
    rule: "initial-implies-maintenance",
    where: "maintenance",
    claim: "whoever has initial margin has maintenance margin without a shortfall",
    broken: "initial margin is met and maintenance margin is not",
    problem: problem(system, [...unknowns(system, everyRow, gains), free]),
    guesses: [multipliers(system, lostCredit, [COLUMN.maintenance, 1n], [COLUMN.initial, -1n])],
  };
}

/** (6) Without holdings no hedge: its cap holds it down. */
function noHedgeFromNothing(system: System): RuleClaim {
  const { layout } = system;
  const hedges = layout.roles.filter(({ role }) => role.kind === "hedge").map(({ row }) => row);
  return {
    rule: "no-hedge-from-nothing",
    where: "hedges",
    claim: "an account without holdings has no hedge",
    broken: "a hedge without the asset that hedges",
    problem: problem(system, [
      ...unknowns(system, withoutHoldings, gainsOf(hedges.map((row) => [row, 1n]))),
      freeUnknown(0n),
    ]),
    guesses: [multipliers(system, () => 1n)],
  };
}

/**
 * (6) Without holdings no scenario slack in a group whose maximum is 0. Extras offset losses too, in the group or in one that feeds it:
 * where a shape has some, the claim is for accounts that keep both margins, so an extra that offsets must cost margin. An extra
 * column of padding asks nothing, and may be lifted for nothing.
 */
function scenariosAreCharged(system: System, group: number): RuleClaim {
  const { layout } = system;
  const { groups } = layout.shape;
  const of = groups[group]!;
  const first = hasMax(of) ? 0 : of.scenarios;
  const counted = Array.from({ length: ownColumns(of) - first }, (_, s) => first + s).filter(
    (s) => s < of.scenarios || asksSomething(system, layout.scenarioColumn(group, s)),
  );
  const slacks = counted.map((s) => layout.slackScenario(group, s));
  const charged = groups.some(({ extras = 0 }) => extras > 0);
  const include = (role: RowRole): boolean =>
    withoutHoldings(role) &&
    !(role.kind === "max" && role.group === group) &&
    !(charged && role.kind === "shortfall");
  const { signed, ...notNegative } = freeUnknown(0n);
  const free = charged ? notNegative : { ...notNegative, ...(signed === undefined ? {} : { signed }) };
  // Every slack counts one; a column that is fed weighs what a loss weighs in its parent, which is no less than what a gain does.
  const byColumn = new Map<number, bigint>();
  for (const s of counted) byColumn.set(layout.scenarioColumn(group, s), -1n);
  for (let g = group - 1; g >= 0; g--) {
    const { feeds, scenarios } = groups[g]!;
    if (feeds?.by !== "scenarios") continue;
    for (let s = 0; s < scenarios; s++) {
      const parent = layout.scenarioColumn(feeds.parent, s);
      const weight = coefficient(system, layout.neg(g, s), parent);
      byColumn.set(layout.scenarioColumn(g, s), -weight * (byColumn.get(parent) ?? 0n));
    }
  }
  // The cap's multiplier must outweigh whatever profit the hedge brings to those columns together.
  const profit = (hedge: number): bigint =>
    [...byColumn].reduce((sum, [column, y]) => sum - y * coefficient(system, hedge, column), 0n);
  // A charge outweighs whatever an extra offsets, if it is a charge at all.
  const extras = layout.roles.filter(({ role }) => role.kind === "extra");
  const offset = positiveMaximum(extras.map(({ row }) => profit(row)));
  const burdens = burdensFollowed(
    system,
    group,
    new Map(counted.map((s) => [layout.scenarioColumn(group, s), -1n])),
  );
  const burdened = (hedge: number): bigint =>
    [...burdens].reduce((sum, [column, y]) => sum - y * coefficient(system, hedge, column), 0n);
  return {
    rule: "scenarios-are-charged",
    where: `group ${group}`,
    claim: `an account without holdings${charged ? " that keeps both margins" : ""} has no scenario slack in group ${group} while the group's maximum is 0`,
    broken: `profit in a scenario of group ${group} without holdings or a maximum`,
    problem: problem(system, [...unknowns(system, include, gainsOf(slacks.map((row) => [row, 1n]))), free]),
    guesses: [
      multipliers(system, profit, ...byColumn),
      multipliers(
        system,
        (h) => profit(h) + offset * coefficient(system, h, COLUMN.maintenance),
        [COLUMN.maintenance, -offset],
        ...byColumn,
      ),
      ...(charged ? [multipliers(system, burdened, ...burdens)] : []),
    ],
  };
}

/** Whether anything but the unit that a short row is rounded down by has a coefficient in an extra column, extras aside. */
function asksSomething(system: System, column: number): boolean {
  return system.layout.roles.some(
    ({ row, role }) =>
      !["short", "extra", "slackScenario"].includes(role.kind) && coefficient(system, row, column) !== 0n,
  );
}

function problem({ layout }: System, unknownRows: Claim["unknowns"]): Claim {
  return { columns: layout.columns, unknowns: unknownRows };
}

function gainsOf(entries: readonly (readonly [number, bigint])[]): (row: number) => bigint {
  const byRow = new Map(entries);
  return (row) => byRow.get(row) ?? 0n;
}

/** Whole multipliers of some columns; those of caps and tiers follow from what a hedge, or a unit of credit, needs of the claim. */
function multipliers(
  system: System,
  need: (row: number) => bigint,
  ...entries: readonly (readonly [number, bigint])[]
): Multipliers {
  return withTiers(system, need, [...entries, ...caps(system, need)]);
}

/** Multiplier of each cap: minus the largest `need` among the hedges under it, and never positive (its slack's inequality). */
function caps(system: System, need: (hedgeRow: number) => bigint): [number, bigint][] {
  const { layout } = system;
  return layout.cappedAssets.map((k) => {
    const needs = layout.roles.flatMap(({ row, role }) =>
      role.kind === "hedge" && role.asset === k ? [need(row)] : [],
    );
    return [layout.capColumn(k), -positiveMaximum(needs)];
  });
}
